"""Small facts a process must find again: how far long polling came, which workers are alive."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from storage.database import insert_into
from storage.tables import channel_state

WORKER: Final = "worker."


def put(connection: sa.Connection, name: str, value: str, *, now: datetime) -> None:
    """Remember a value under a name."""
    statement = insert_into(connection, channel_state).values(name=name, value=value, updated_at=now)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"value": statement.excluded.value, "updated_at": statement.excluded.updated_at},
        )
    )


def get(connection: sa.Connection, name: str) -> str | None:
    """The value, or nothing."""
    value: str | None = connection.execute(
        sa.select(channel_state.c.value).where(channel_state.c.name == name)
    ).scalar()
    return value


def forget(connection: sa.Connection, name: str) -> None:
    """Let a value go."""
    connection.execute(channel_state.delete().where(channel_state.c.name == name))


def workers_alive(connection: sa.Connection, *, now: datetime, within_s: float) -> int:
    """How many workers gave a sign of life in the last so many seconds."""
    count: int = connection.execute(
        sa.select(sa.func.count())
        .select_from(channel_state)
        .where(channel_state.c.name.startswith(WORKER), channel_state.c.updated_at >= now - timedelta(seconds=within_s))
    ).scalar_one()
    return count
