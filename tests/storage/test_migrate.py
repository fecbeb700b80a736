"""Migrations build exactly the tables of this version, and say how far a database is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from storage import migrate
from storage.database import Database
from storage.tables import delivery_event, message, metadata, outbox, suppression


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


def test_what_is_there_comes_along_to_the_channels(database_url: str) -> None:
    """From the first tables on: blocks move to the list, events stay with their answers, repeats are one."""
    migrate.upgrade(database_url, "0001")
    database = Database(database_url)
    at = "'2026-11-20 09:00:00+00:00'" if not database.is_sqlite else "'2026-11-20 09:00:00.000000'"
    with database.begin() as connection:
        for statement in (
            f"INSERT INTO person (id, language_chosen, created_at) VALUES (1, false, {at})",
            (
                f"INSERT INTO conversation (id, person_id, channel, tracker, menus, unclear_count, created_at) "
                f"VALUES (1, 1, 'telegram', '{{}}', '[]', 0, {at})"
            ),
            (
                f"INSERT INTO identity (person_id, conversation_id, channel, address, blocked_at, created_at) "
                f"VALUES (1, 1, 'telegram', '7', {at}, {at})"
            ),
            (
                f"INSERT INTO outbox (id, conversation_id, channel, address, body, state, attempts, unanswered, begun, "
                f"parts_sent, not_before, created_at, erase_after) "
                f"VALUES (1, 1, 'telegram', '7', '{{}}', 'sent', 1, 0, true, 0, {at}, {at}, false)"
            ),
            (
                f"INSERT INTO message (conversation_id, direction, kind, text, details, outbox_id, created_at) "
                f"VALUES (1, 'out', 'reply', 'x', '{{}}', 1, {at})"
            ),
            f"INSERT INTO delivery_event (outbox_id, state, at) VALUES (1, 'sent', {at}), (1, 'sent', {at})",
        ):
            connection.exec_driver_sql(statement)
    migrate.upgrade(database_url)
    with database.read() as connection:
        (standing,) = connection.execute(sa.select(suppression)).all()
        assert (standing.person_id, standing.channel, standing.reason) == (1, "telegram", "blocked")
        assert len(connection.execute(sa.select(delivery_event)).all()) == 1
        assert len(connection.execute(sa.select(message)).all()) == 1
        (row,) = connection.execute(sa.select(outbox)).all()
        assert (row.purpose, row.priority, row.form, row.parts, row.reported) == ("answer", 0, "whole", 1, False)
    database.close()
