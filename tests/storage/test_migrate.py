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


def test_what_was_there_before_a_migration_is_there_after_it(database_url: str) -> None:
    """The log of the first version, though its table is built anew."""
    migrate.upgrade(database_url, "0001")
    database = Database(database_url)
    rows = (
        "INSERT INTO person (id, language_chosen, created_at) VALUES (1, false, '2026-01-01')",
        (
            "INSERT INTO conversation (id, person_id, channel, tracker, menus, unclear_count, created_at)"
            " VALUES (1, 1, 'telegram', '{}', '[]', 0, '2026-01-01')"
        ),
        (
            "INSERT INTO message (id, conversation_id, direction, kind, text, details, created_at)"
            " VALUES (1, 1, 'in', 'text', 'salam', '{}', '2026-01-01')"
        ),
    )
    with database.begin() as connection:
        for row in rows:
            connection.exec_driver_sql(row)
    database.close()
    migrate.upgrade(database_url)
    database = Database(database_url)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT text FROM message").scalars().all() == ["salam"]
    database.close()


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
