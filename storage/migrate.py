"""Brings a database to the tables of this version, and says how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.database import Database

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run every migration that is missing, each in its own transaction. Safe to call again.

    Raises:
        sqlalchemy.exc.OperationalError: The database cannot be reached or written.
    """
    database = Database(database_url)
    try:
        with database.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        database.close()


def state(database_url: str) -> str:
    """`current`, `empty`, `behind` (run `upgrade`) or `ahead` (written by a newer version).

    Raises:
        sqlalchemy.exc.OperationalError: The database cannot be reached.
    """
    scripts = ScriptDirectory.from_config(_config())
    database = Database(database_url)
    try:
        with database.read() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    finally:
        database.close()
    if found is None:
        return "empty"
    if found == scripts.get_current_head():
        return "current"
    return "behind" if found in {script.revision for script in scripts.walk_revisions()} else "ahead"
