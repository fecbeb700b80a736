"""The outbox as an operator sees it: what waits, what gave up and why, and another chance for it.

Every change is conditional on the state the row is in, so that two operators, or one who repeats himself, do one thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from conversation import DeliveryState, Outbound, Purpose
from storage import wire
from storage.deliveries import note
from storage.tables import outbox

ENDED: Final = (DeliveryState.FAILED, DeliveryState.DROPPED)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in the outbox.

    Attributes:
        code: Why it is not sent, or not yet.
        unanswered: Sends of it whose answer never came.
    """

    outbox_id: int
    channel: str
    address: str
    purpose: Purpose
    state: DeliveryState
    form: str
    attempts: int
    waits: int
    unanswered: int
    code: str | None
    created_at: datetime
    not_before: datetime
    expires_at: datetime | None
    outbound: Outbound


def find(connection: sa.Connection, outbox_id: int) -> Letter | None:
    """One message, or nothing."""
    row = connection.execute(sa.select(outbox).where(outbox.c.id == outbox_id)).first()
    return None if row is None else _letter(row)


def listing(connection: sa.Connection, *, states: tuple[DeliveryState, ...] = ENDED, most: int = 50) -> list[Letter]:
    """The latest messages in these states, newest first."""
    rows = connection.execute(
        sa.select(outbox).where(outbox.c.state.in_(states)).order_by(outbox.c.id.desc()).limit(most)
    ).all()
    return [_letter(row) for row in rows]


def resend(connection: sa.Connection, outbox_id: int, *, now: datetime, expires_after: timedelta) -> bool:
    """Queue a message again that failed or was dropped, as if it were new.

    Args:
        connection: A durable transaction.
        outbox_id: Which.
        now: The present.
        expires_after: How long it may wait from now on.

    Returns:
        Whether it was one of those; nothing is changed where it was not.
    """
    updated = connection.execute(
        outbox.update()
        .where(outbox.c.id == outbox_id, outbox.c.state.in_(ENDED))
        .values(
            state=DeliveryState.QUEUED,
            attempts=0,
            waits=0,
            unanswered=0,
            doubt_at=None,
            reported=False,
            error_code=None,
            # What was delivered in part goes on from there; what was taken whole begins anew.
            parts_sent=sa.case((outbox.c.parts_sent < outbox.c.parts, outbox.c.parts_sent), else_=0),
            not_before=now,
            expires_at=now + expires_after,
        )
    ).rowcount
    if updated:
        note(connection, outbox_id, DeliveryState.QUEUED, "operator", now)
    return updated > 0


def drop(connection: sa.Connection, outbox_id: int, *, now: datetime) -> bool:
    """Give up a message that waits or has failed; `resend` takes it back.

    Returns:
        Whether it was one of those: what is being sent, or has been, is left alone.
    """
    updated = connection.execute(
        outbox.update()
        .where(outbox.c.id == outbox_id, outbox.c.state.in_((DeliveryState.QUEUED, DeliveryState.FAILED)))
        .values(state=DeliveryState.DROPPED, error_code="operator", reported=False)
    ).rowcount
    if updated:
        note(connection, outbox_id, DeliveryState.DROPPED, "operator", now)
    return updated > 0


def _letter(row: sa.Row[tuple[object, ...]]) -> Letter:
    columns = row._mapping  # noqa: SLF001 - a public name of SQLAlchemy
    return Letter(
        outbox_id=columns["id"],
        purpose=Purpose(columns["purpose"]),
        state=DeliveryState(columns["state"]),
        code=columns["error_code"],
        outbound=wire.load_outbound(columns["body"]),
        **{name: columns[name] for name in _PLAIN},
    )


_PLAIN: Final = (
    *("channel", "address", "form", "attempts", "waits", "unanswered", "created_at", "not_before", "expires_at"),
)
