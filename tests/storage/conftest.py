"""A fresh, migrated database for each test, once on SQLite and once on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage import migrate
from storage.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of each kind."""
    migrate.upgrade(database_url)
    database = Database(database_url)
    yield database
    database.close()
