"""Real processes, as an operator runs them: each ended by its id when the test is over."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import sqlalchemy as sa

from app.supervisor import ChildSpec, Supervisor
from runtime.settings import PROJECT
from storage import migrate, tables
from storage.database import Database
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
        with self.database.read() as connection:
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
    port = free_port()
    environment = environment_of(home, port, telegram)
    specs = [
        ChildSpec(name, (sys.executable, "-m", "app", kind, "--name", name), environment, PROJECT)
        for kind, name in (("worker", "worker-1"), ("gateway", "gateway"), ("sender", "sender-1"))
    ]
    processes = Supervisor(specs, first_pause_s=FIRST_PAUSE_S)
    try:
        processes.start()
        yield System(home, port, telegram, database, processes)
    finally:
        processes.stop()
