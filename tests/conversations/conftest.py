"""The real bot for every conversation: the model trained from the data in the repository, a fresh database each."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.fits import fits
from bot.engine.loading import load_engine
from bot.engine.turn import Engine
from conversation import Surface
from runtime.clock import FixedClock
from runtime.settings import load_settings
from storage import migrate
from storage.database import Database
from tests.talk import Talk


@pytest.fixture(scope="session")
def engine(trained_model: Path) -> Engine:
    """Rasa with the trained model, loaded once."""
    engine = load_engine(load_settings({}), fits, trained_model)
    engine._rng = random.Random(7)
    return engine


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database; tests that ask for `database_url` get both kinds in turn."""
    both = "database_url" in request.fixturenames
    url = request.getfixturevalue("database_url") if both else f"sqlite:///{tmp_path / 'maalem.db'}"
    migrate.upgrade(url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def talk(engine: Engine, database: Database, clock: FixedClock) -> Callable[..., Talk]:
    """Begin a conversation on a surface."""

    def begin(surface: Surface = Surface.WHATSAPP, address: str = "+212612345678") -> Talk:
        return Talk(engine, database, clock, surface, address)

    return begin
