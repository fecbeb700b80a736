"""Migrations build exactly the tables of this version, and say how far a database is."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from storage import migrate
from storage.database import Database
from storage.tables import metadata


def test_migrations_build_the_tables_of_this_version(database: Database) -> None:
    """An empty database with all migrations run differs in nothing from the tables in the code."""
    with database.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_state_of_a_database_is_told(database_url: str) -> None:
    """Empty before, current after; running again changes nothing; a newer version's is not touched."""
    assert migrate.state(database_url) == "empty"
    migrate.upgrade(database_url)
    migrate.upgrade(database_url)
    assert migrate.state(database_url) == "current"
    database = Database(database_url)
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert migrate.state(database_url) == "ahead"
