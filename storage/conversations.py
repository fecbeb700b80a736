"""The log of every conversation, turn by turn, and the bounded snapshot the next turn starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from storage.tables import conversation, message, turn

# Statements of every turn are built once: to build one costs more than to run it.
_record_turn: Final = turn.insert().returning(turn.c.id)
_save_state: Final = (
    conversation.update()
    .where(conversation.c.id == sa.bindparam("conversation_id"))
    .values(
        tracker=sa.bindparam("tracker"),
        menus=sa.bindparam("menus"),
        unclear_count=sa.bindparam("unclear_count"),
        last_inbound_at=sa.bindparam("last_inbound_at"),
        lease_owner=None,
        lease_until=None,
    )
)
_log: Final = message.insert()


@dataclass(frozen=True, slots=True)
class LoggedMessage:
    """One line of the log, as staff read it."""

    message_id: int
    direction: str
    kind: str
    text: str
    details: dict[str, Any]
    language: str | None
    created_at: datetime


def record_turn(
    connection: sa.Connection,
    conversation_id: int,
    *,
    understanding: Sequence[dict[str, Any]],
    actions: Sequence[str],
    events: Sequence[dict[str, Any]],
    now: datetime,
) -> int:
    """Write down what was understood, which actions ran and which events Rasa recorded.

    Returns:
        Id of the turn, for the replies and messages that belong to it.
    """
    turn_id: int = connection.execute(
        _record_turn,
        {
            "conversation_id": conversation_id,
            "understanding": list(understanding),
            "actions": list(actions),
            "events": list(events),
            "created_at": now,
        },
    ).scalar_one()
    return turn_id


def save_state(
    connection: sa.Connection,
    conversation_id: int,
    *,
    tracker: dict[str, Any],
    menus: list[dict[str, Any]],
    unclear_count: int,
    last_inbound_at: datetime,
) -> None:
    """Keep what the next turn starts from, and let the worker's lease go."""
    connection.execute(
        _save_state,
        {
            "conversation_id": conversation_id,
            "tracker": tracker,
            "menus": menus,
            "unclear_count": unclear_count,
            "last_inbound_at": last_inbound_at,
        },
    )


def free(connection: sa.Connection, conversation_id: int) -> None:
    """Let the worker's lease go without touching anything else."""
    connection.execute(
        conversation.update().where(conversation.c.id == conversation_id).values(lease_owner=None, lease_until=None)
    )


def log(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add lines to the log; each row names the columns of `message`."""
    if rows:
        connection.execute(_log, list(rows))


def history(
    connection: sa.Connection, conversation_id: int, *, before: int | None = None, most: int = 50
) -> list[LoggedMessage]:
    """The latest `most` lines before line `before`, oldest first."""
    query = sa.select(message).where(message.c.conversation_id == conversation_id)
    if before is not None:
        query = query.where(message.c.id < before)
    rows = connection.execute(query.order_by(message.c.id.desc()).limit(most)).all()
    return [
        LoggedMessage(row.id, row.direction, row.kind, row.text, row.details, row.language, row.created_at)
        for row in reversed(rows)
    ]


def last_replies(connection: sa.Connection, conversation_id: int) -> list[dict[str, Any]]:
    """What was said in the last turn that said anything: the stored answers, in order."""
    last = connection.execute(
        sa.select(message.c.turn_id)
        .where(message.c.conversation_id == conversation_id, message.c.direction == "out")
        .order_by(message.c.id.desc())
        .limit(1)
    ).scalar()
    if last is None:
        return []
    rows = connection.execute(
        sa.select(message.c.details)
        .where(message.c.turn_id == last, message.c.direction == "out")
        .order_by(message.c.id)
    ).all()
    return [row.details for row in rows]


def turn_of(connection: sa.Connection, turn_id: int) -> list[dict[str, Any]]:
    """What was understood in a turn, message by message."""
    found: list[dict[str, Any]] = connection.execute(
        sa.select(turn.c.understanding).where(turn.c.id == turn_id)
    ).scalar_one()
    return found
