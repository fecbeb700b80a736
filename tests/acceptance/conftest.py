"""Real processes, as an operator runs them: each ended by its id when the test is over."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import sqlalchemy as sa

from app.supervisor import ChildSpec, Supervisor
from runtime.settings import PROJECT
from runtime.wakeup import Wakeups
from storage import migrate
from storage.database import Database
from tests.acceptance.lives import DIED
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.updates import HEADERS, SECRET

PATIENCE_S: Final = 30.0
"""Longest wait for anything, seconds: a worker loads for three to five, more on a busy machine."""
FIRST_PAUSE_S: Final = 0.05
"""Pause before a killed process is started again, seconds; doubled each time."""


@dataclass(slots=True)
class System:
    """A gateway, a worker and a sender around one home folder, and the Telegram server they talk to."""

    home: Path
    port: int
    telegram: FakeTelegram
    database: Database
    processes: Supervisor

    @property
    def url(self) -> str:
        """Where the gateway listens."""
        return f"http://127.0.0.1:{self.port}"

    def post(self, update: dict[str, Any]) -> int:
        """Do as Telegram does with an update; the status it gets."""
        return httpx.post(f"{self.url}/webhooks/telegram", json=update, headers=HEADERS, timeout=10).status_code

    def ready(self) -> bool:
        """Whether the gateway answers and a worker is there."""
        try:
            response = httpx.get(f"{self.url}/readyz", timeout=2)
        except httpx.TransportError:
            return False
        return response.status_code == 200 and response.json()["workers"] > 0

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait for something, and restart meanwhile what has died, as `up` does."""
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, f"not within {PATIENCE_S:.0f} s: {what}"
            self.processes.poll()
            time.sleep(0.02)

    def rows(self, table: sa.Table) -> list[Any]:
        """Every row of a table, in order."""
        return rows(self.database, table)


def rows(database: Database, table: sa.Table) -> list[Any]:
    """Every row of a table, in order."""
    with database.read() as connection:
        return list(connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all())


def environment_of(home: Path, port: int, telegram: FakeTelegram) -> dict[str, str]:
    """The settings of a system under test."""
    return {
        "MAALEM_HOME": str(home),
        "MAALEM_PORT": str(port),
        "MAALEM_TELEGRAM_MODE": "webhook",
        "MAALEM_TELEGRAM_TOKEN": TOKEN,
        "MAALEM_TELEGRAM_SECRET": SECRET,
        "MAALEM_TELEGRAM_BASE_URL": telegram.url,
        "MAALEM_BURST_WAIT_S": "0",
        "MAALEM_LEASE_S": "2",
        "MAALEM_LOG_FORMAT": "json",
        "MAALEM_ENV_FILE": os.devnull,
    }


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    """A Telegram server; at the end nothing unexpected may have been asked of it."""
    with FakeTelegram() as fake:
        yield fake
        assert fake.failures == []


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with an empty database of this version."""
    home = tmp_path / "home"
    migrate.upgrade(f"sqlite:///{home / 'maalem.db'}")
    return home


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """The database of the home folder, for looking inside."""
    database = Database(f"sqlite:///{home / 'maalem.db'}")
    yield database
    database.close()


@pytest.fixture
def system(trained_model: Path, home: Path, database: Database, telegram: FakeTelegram) -> Iterator[System]:
    """Gateway, worker and sender, each a process of its own."""
    assert trained_model.is_file()
    environment = environment_of(home, free_port(), telegram)
    with running(home, telegram, database, environment) as system:
        yield system


@contextmanager
def running(home: Path, telegram: FakeTelegram, database: Database, environment: dict[str, str]) -> Iterator[System]:
    """A gateway, a worker and a sender with these settings."""
    specs = [
        ChildSpec(name, (sys.executable, "-m", "app", kind, "--name", name), environment, PROJECT)
        for kind, name in (("worker", "worker-1"), ("gateway", "gateway"), ("sender", "sender-1"))
    ]
    processes = Supervisor(specs, first_pause_s=FIRST_PAUSE_S)
    try:
        processes.start()
        yield System(home, int(environment["MAALEM_PORT"]), telegram, database, processes)
    finally:
        processes.stop()


class Lives:
    """Starts one process after the other in `tests/acceptance/lives.py`."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.acceptance.lives", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MAALEM_LOG_FORMAT": "console"},
        )
        assert self._heard("ready")

    def begin(self, environment: dict[str, str], when: str = "never", commit: int = 0) -> int:
        """Start a process that dies at a commit; its id."""
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps({"env": environment, "when": when, "commit": commit}) + "\n")
        self._program.stdin.flush()
        pid = int(self._heard("pid"))
        self._line("process_started" if self._kind == "gateway" else f"{self._kind}_ready")  # it hears signals now
        return pid

    def exit_code(self) -> int:
        """Wait for its end; negative where a signal killed it."""
        return int(self._heard("exit"))

    def died(self) -> bool:
        """Wait for its end; whether it died where it was told to."""
        return self.exit_code() == DIED

    def ask_to_stop(self, pid: int, environment: dict[str, str]) -> None:
        """Have a process end in good order."""
        os.kill(pid, signal.SIGTERM)
        wakeups = Wakeups(Path(environment["MAALEM_HOME"]))
        for topic in ("inbox", "outbox"):  # it looks every second by itself
            wakeups.publish(topic)
        wakeups.close()

    def stop(self, pid: int, environment: dict[str, str]) -> None:
        """Have a process end in good order, and wait for it."""
        self.ask_to_stop(pid, environment)
        assert self.exit_code() == 0

    def close(self) -> None:
        """End the program, and a process that still runs."""
        assert self._program.stdin is not None
        self._program.stdin.close()
        self._program.wait(10)
        if self._program.stdout is not None:
            self._program.stdout.close()

    def _heard(self, what: str) -> Any:
        """What the program says under that word."""
        return json.loads(self._line(f'{{"{what}": '))[what]

    def _line(self, part: str) -> str:
        """The next line with that part; log lines of the processes stand between."""
        assert self._program.stdout is not None
        for line in self._program.stdout:
            sys.stdout.write(line)
            if part in line:
                return line
        raise AssertionError(f"the program ended without {part!r}")


@pytest.fixture(scope="session")
def worker_lives(trained_model: Path) -> Iterator[Lives]:
    """Workers that start in no time: the model is loaded once."""
    assert trained_model.is_file()
    lives = Lives("worker")
    yield lives
    lives.close()


@pytest.fixture(scope="session")
def sender_lives() -> Iterator[Lives]:
    """Senders."""
    lives = Lives("sender")
    yield lives
    lives.close()


@pytest.fixture(scope="session")
def gateway_lives() -> Iterator[Lives]:
    """Gateways."""
    lives = Lives("gateway")
    yield lives
    lives.close()


@pytest.fixture
def environment(home: Path, telegram: FakeTelegram) -> dict[str, str]:
    """Settings of each life of a test."""
    return environment_of(home, free_port(), telegram) | {"MAALEM_LOG_FORMAT": "console"}
