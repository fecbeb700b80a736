"""The engine with the trained model, and workers around it on a fresh database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.fits import fits
from bot.engine.loading import load_engine
from bot.engine.turn import Engine
from bot.engine.worker import Worker
from runtime.clock import FixedClock
from runtime.settings import load_settings
from runtime.wakeup import Wakeups
from storage import migrate
from storage.database import Database
from tests.engine.waiting import MAX_ATTEMPTS


@pytest.fixture(scope="session")
def engine(trained_model: Path) -> Engine:
    """Rasa with the trained model, loaded once."""
    engine = load_engine(load_settings(), fits, trained_model)
    engine._rng = random.Random(7)
    return engine


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database."""
    url = f"sqlite:///{tmp_path / 'maalem.db'}"
    migrate.upgrade(url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """The worker's event loop."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def make(engine: Engine, database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[Callable[..., Worker]]:
    """Make a worker."""
    wakeups = Wakeups(tmp_path)

    def made(name: str = "worker-1", **more: Any) -> Worker:
        return Worker(
            **{
                "name": name,
                "database": database,
                "engine": engine,
                "wakeups": wakeups,
                "clock": clock,
                "lease_s": 20,
                "turn_timeout_s": 5,
                "max_attempts": MAX_ATTEMPTS,
                **more,
            }
        )

    yield made
    wakeups.close()


@pytest.fixture
def worker(make: Callable[..., Worker]) -> Worker:
    """A worker."""
    return make()


@pytest.fixture
def replace(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[..., Any]], None]:
    """Put something else in the place of a registered action, until the test ends."""
    endpoint: Any = engine._processor.action_endpoint

    def put(name: str, run: Callable[..., Any]) -> None:
        assert name in endpoint._executor.actions
        monkeypatch.setitem(endpoint._executor.actions, name, run)

    return put
