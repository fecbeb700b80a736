"""Stock Rasa beside ours: its server, an action server and its SQL tracker store, on one core."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import sqlalchemy as sa
import yaml

from benchmarks.client import Connection
from benchmarks.processes import Pinned, free_port
from benchmarks.script import Conversation
from benchmarks.stock_environment import Environment
from runtime.settings import PROJECT

TRAIN_S: Final = 900
START_S: Final = 300
SERVER_ACTIONS: Final = ("action_listen", "action_session_start", "action_extract_slots")
"""Rasa's own, which ours does not write down."""


@dataclass
class Talked:
    """What one block of conversations took.

    Attributes:
        seconds: Of each turn.
        took_s: From the first message to the last answer.
        silent: Turns that brought no answer: Rasa logs what fails and says nothing.
        cpu_s: Processor time of both servers.
    """

    seconds: list[float] = field(default_factory=list)
    took_s: float = 0.0
    silent: int = 0
    cpu_s: float = 0.0


class Stock:
    """Rasa's two servers on one core; a context manager.

    Args:
        environment: What Rasa runs in.
        folder: For files and logs of this run.
        core: For both servers, and for training.
        settings: Variables `MAALEM_…` of the action server.
    """

    def __init__(self, environment: Environment, folder: Path, core: int, settings: dict[str, str]) -> None:
        self._environment = environment
        self._folder = folder
        self._core = core
        self._settings = settings
        self._variables = {
            "PYTHONPATH": environment.path,
            "RASA_TELEMETRY_ENABLED": "false",
            "RASA_CACHE_DIRECTORY": str(folder / "rasa-cache"),
            "TF_CPP_MIN_LOG_LEVEL": "2",
        }
        self._processes: list[Pinned] = []
        self._tracker_file = folder / "tracker.db"

    def train(self, model: Path) -> float:
        """Train with our configuration, domain and data.

        Returns:
            Seconds from start to end of `rasa train`.

        Raises:
            benchmarks.processes.ProcessFailed: It failed.
        """
        arguments = ["train", "--force", "--domain", PROJECT / "domain.yml", "--config", PROJECT / "config.yml"]
        arguments += ["--data", PROJECT / "data", "--out", model.parent, "--fixed-model-name", model.name]
        with self._start("stock-training", self._environment.command, arguments) as training:
            return training.finish(TRAIN_S)

    def start(self, model: Path) -> float:
        """Start both servers.

        Returns:
            Seconds until both answer.

        Raises:
            benchmarks.processes.ProcessFailed: One did not start.
        """
        self.port, actions = free_port(), free_port()
        endpoints: dict[str, Any] = {"action_endpoint": {"url": f"http://127.0.0.1:{actions}/webhook"}}
        if self._environment.own:
            endpoints["tracker_store"] = {"type": "SQL", "dialect": "sqlite", "db": str(self._tracker_file)}
        for name, content in {"endpoints": endpoints, "credentials": {"rest": None}}.items():
            (self._folder / f"{name}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
        variables = {**self._settings, "SANIC_HOST": "127.0.0.1"}
        command = [sys.executable, "-m", "benchmarks.stock_actions", str(actions)]
        self._processes.append(
            Pinned("stock-actions", command, core=self._core, folder=self._folder, environment=variables)
        )
        arguments = ["run", "--enable-api", "--model", model, "--port", self.port, "--interface", "127.0.0.1"]
        arguments += ["--endpoints", self._folder / "endpoints.yml", "--credentials", self._folder / "credentials.yml"]
        self._processes.append(self._start("stock-server", self._environment.command, arguments))
        waits = [f"http://127.0.0.1:{actions}/health", f"http://127.0.0.1:{self.port}/status"]
        return max(process.wait_for(url, START_S) for process, url in zip(self._processes, waits, strict=True))

    def _start(self, name: str, command: Sequence[str], arguments: Sequence[object]) -> Pinned:
        return Pinned(
            name,
            [*command, *map(str, arguments)],
            core=self._core,
            folder=self._folder,
            environment=self._variables,
            cwd=self._folder,
        )

    async def talk(self, conversations: Sequence[Conversation], at_once: int) -> Talked:
        """Have conversations over Rasa's REST channel, some of them at once."""
        talked = Talked()
        waiting = iter(conversations)

        async def drive() -> None:
            async with Connection(self.port, "/webhooks/rest/webhook") as connection:
                for one in waiting:
                    for text in one.texts:
                        body = json.dumps({"sender": one.sender, "message": text}).encode()
                        started = time.perf_counter()
                        status, answer = await connection.post(body)
                        talked.seconds.append(time.perf_counter() - started)
                        talked.silent += status != 200 or not json.loads(answer)

        cpu_s = self._cpu_s()
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(drive())
        talked.took_s = time.perf_counter() - started
        talked.cpu_s = self._cpu_s() - cpu_s
        return talked

    def _cpu_s(self) -> float:
        return sum(process.cpu_s() for process in self._processes)

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of each server now, MB."""
        return {process.name: process.memory_mb() for process in self._processes}

    def actions_run(self) -> Counter[str]:
        """Custom actions and forms that ran, by name; empty where the tracker store is in memory."""
        if not self._tracker_file.exists():
            return Counter()
        engine = sa.create_engine(f"sqlite:///{self._tracker_file}")
        with engine.connect() as connection:
            found = connection.execute(
                sa.text("SELECT action_name, count(*) FROM events WHERE type_name = 'action' GROUP BY action_name")
            ).all()
        engine.dispose()
        return Counter({name: count for name, count in found if name not in SERVER_ACTIONS})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.stop()
