"""Stock Rasa beside ours: its server, an action server and its SQL tracker store, in an environment of its own.

The environment is made once in var/bench: Python 3.10, `rasa==3.6.21` with everything it pins, and then what the bot's own pipeline
components import (COMPONENTS_NEED). Where there is no Python 3.10 or the packages cannot be had, the same commands run
in our environment with nothing of `rasa_compat` but the import hook for TensorFlow, and with Rasa's tracker store in
memory, since its SQL tracker store cannot be opened with SQLAlchemy 2; the report says which it was.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import sqlalchemy as sa
import yaml

from benchmarks.client import Connection
from benchmarks.processes import Pinned, free_port
from benchmarks.script import Conversation
from i18n.messages import load_messages
from runtime.settings import PROJECT

RASA: Final = "rasa==3.6.21"
COMPONENTS_NEED: Final = ("pydantic>=2.12", "rapidfuzz", "phonenumbers", "python-stdnum")
"""What bot/nlu, knowledge and darija import beyond what Rasa brings. Rasa pins pydantic 1 and never imports it."""
PYTHON_310: Final = Path(__file__).with_name("python310")
TRAIN_S: Final = 900
START_S: Final = 300
SHOWN_PACKAGES: Final = ("rasa", "rasa-sdk", "tensorflow", "sqlalchemy", "sanic", "numpy")
RUN_RASA: Final = (
    "from rasa.core.policies.rule_policy import DEFAULT_ACTION_MAPPINGS as defaults; defaults.pop('back'); "
    "from rasa.__main__ import main; main()"
)
"""Rasa's command line. The intent `back` is the bot's own and not Rasa's, else its rules contradict Rasa's; speed has
nothing to do with it."""
IN_OURS: Final = f"from bot.engine.rasa_compat import install; install(); {RUN_RASA}"
SERVER_ACTIONS: Final = ("action_listen", "action_session_start", "action_extract_slots")
"""Rasa's own, which ours does not write down."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What stock Rasa runs in.

    Attributes:
        command: What stands before Rasa's arguments.
        path: For PYTHONPATH.
        own: Whether it is Rasa's own environment; else ours, without our changes to Rasa.
        about: For the report.
    """

    command: tuple[str, ...]
    path: str
    own: bool
    about: dict[str, Any]


def find_environment(folder: Path) -> Environment:
    """Rasa's own environment, made if need be (minutes); ours where it cannot be made.

    Args:
        folder: Where environments are kept from run to run.
    """
    here = folder / "rasa-3.6.21-python3.10"
    try:
        _make(here)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"Rasa's own environment cannot be made ({error}); stock Rasa runs in ours.", file=sys.stderr)
        return Environment(
            command=(sys.executable, "-c", IN_OURS),
            path=str(PROJECT),
            own=False,
            about={
                "environment": "ours, without our changes to Rasa but for the import hook for TensorFlow",
                "tracker_store": "in memory (SQLTrackerStore cannot be opened with SQLAlchemy 2)",
            },
        )
    asked = subprocess.run(
        [here / "bin/python", "-c", _VERSIONS, *SHOWN_PACKAGES], check=True, capture_output=True, text=True
    )
    return Environment(
        command=(str(here / "bin/python"), "-c", RUN_RASA),
        path=f"{PYTHON_310}{os.pathsep}{PROJECT}",
        own=True,
        about={
            "environment": f"its own: {RASA} as it is published, with TensorFlow",
            "tracker_store": "SQLTrackerStore on a SQLite file",
            **json.loads(asked.stdout),
        },
    )


_VERSIONS: Final = """
import importlib.metadata as m, json, platform, sys
print(json.dumps({"python": platform.python_version(), "versions": {n: m.version(n) for n in sys.argv[1:]}}))
"""


def _make(here: Path) -> None:
    finished = here / "finished"
    if finished.exists():
        return
    python = next(_pythons(), None)
    if python is None:
        raise FileNotFoundError("there is no Python 3.10")
    print(f"Making an environment with {RASA} on Python 3.10, once; this takes minutes …", file=sys.stderr)
    shutil.rmtree(here, ignore_errors=True)
    pip = [here / "bin/python", "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", "install"]
    for command in ([python, "-m", "venv", here], [*pip, RASA], [*pip, *COMPONENTS_NEED]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    finished.touch()


def _pythons() -> Iterator[str]:
    """Interpreters that say they are 3.10: on the path, and where pyenv keeps them."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which("python3.10"), *map(str, sorted(root.glob("versions/3.10.*/bin/python")))]
    for candidate in filter(None, candidates):
        asked = subprocess.run(
            [candidate, "-c", "import sys; print(sys.version_info[:2] == (3, 10))"],
            check=False,
            capture_output=True,
            text=True,
        )
        if asked.stdout.strip() == "True":
            yield candidate


@dataclass
class Talked:
    """What one block of conversations took.

    Attributes:
        seconds: Of each turn.
        took_s: From the first message to the last answer.
        silent: Turns that brought no answer: Rasa logs what fails and says nothing.
        enrolled: Conversations that ended with a registration.
    """

    seconds: list[float] = field(default_factory=list)
    took_s: float = 0.0
    silent: int = 0
    enrolled: int = 0


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
        """Train with our configuration and data, and the ids for words.

        Returns:
            Seconds from start to end of `rasa train`.

        Raises:
            benchmarks.processes.ProcessFailed: It failed.
        """
        domain = self._folder / "domain"
        domain.mkdir()
        shutil.copy(PROJECT / "domain.yml", domain)
        ids = [one.id for one in load_messages().values() if one.kind == "message"]
        responses = {"version": "3.1", "responses": {name: [{"text": name}] for name in ids}}
        (domain / "responses.yml").write_text(yaml.safe_dump(responses), encoding="utf-8")
        arguments = ["train", "--force", "--domain", domain, "--config", PROJECT / "config.yml"]
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
        return max(
            process.wait_for(url, START_S) for process, url in zip(self._processes, waits, strict=True)
        )

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
                    said: list[dict[str, Any]] = []
                    for text in one.texts:
                        body = json.dumps({"sender": one.sender, "message": text}).encode()
                        started = time.perf_counter()
                        status, answer = await connection.post(body)
                        talked.seconds.append(time.perf_counter() - started)
                        said = json.loads(answer) if status == 200 else []
                        talked.silent += not said
                    talked.enrolled += any("utter_enrolled" in str(message.get("text")) for message in said)

        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(drive())
        talked.took_s = time.perf_counter() - started
        return talked

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
