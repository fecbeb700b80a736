"""Answers that wait to be sent.

The life of a row: `queued` → `sending` → `sent` → `delivered` → `read`, or `failed`, or `dropped` (came too late, the
person blocked us). `sending` is committed before the provider is called: a row found in it after a crash is a send that
got no answer, and is settled as docs/decisions says for its channel. States only move forward.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from conversation import Delivery, DeliveryState, Outbound
from storage import wire
from storage.tables import conversation, delivery_event, identity, message, outbox, person

RANK: Final = {
    DeliveryState.QUEUED: 0,
    DeliveryState.SENDING: 1,
    DeliveryState.SENT: 2,
    DeliveryState.FAILED: 3,
    DeliveryState.DROPPED: 3,
    DeliveryState.DELIVERED: 4,
    DeliveryState.READ: 5,
}
"""A state is replaced only by one of higher rank; a late `delivered` overrules `failed` (channel facts 2.5)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A row the sender holds."""

    outbox_id: int
    channel: str
    address: str
    outbound: Outbound
    attempts: int
    parts_sent: int
    unanswered: int
    expires_at: datetime | None
    blocked: bool
    erase_after: bool


_add: Final = outbox.insert().returning(outbox.c.id)  # built once: to build a statement costs more than to run it


def add(
    connection: sa.Connection,
    outbound: Outbound,
    *,
    conversation_id: int,
    channel: str,
    address: str,
    turn_id: int | None,
    now: datetime,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    erase_after: bool = False,
) -> int:
    """Queue an answer; it leaves after the caller's transaction has committed.

    Returns:
        Id of the row.
    """
    outbox_id: int = connection.execute(
        _add,
        {
            "conversation_id": conversation_id,
            "channel": channel,
            "address": address,
            "turn_id": turn_id,
            "body": wire.dump(outbound),
            "state": DeliveryState.QUEUED,
            "attempts": 0,
            "unanswered": 0,
            "begun": False,
            "parts_sent": 0,
            "not_before": not_before or now,
            "expires_at": expires_at,
            "erase_after": erase_after,
            "created_at": now,
        },
    ).scalar_one()
    return outbox_id


_older = outbox.alias("older")
_first_of_conversation: Final = ~sa.exists().where(
    _older.c.conversation_id == outbox.c.conversation_id,
    _older.c.id < outbox.c.id,
    _older.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING)),
)


def claim(
    connection: sa.Connection, *, owner: str, channels: Sequence[str], now: datetime, most: int = 20
) -> list[Envelope]:
    """Take the next answers to send: the oldest of each conversation, so that one person's arrive in order.

    Args:
        connection: A durable transaction: what is `sending` must be known after a power cut too.
        owner: Name of this sender.
        channels: Which channels this sender serves.
        now: The present.
        most: At most so many conversations.
    """
    found = connection.execute(
        sa.select(outbox, identity.c.blocked_at)
        .outerjoin(identity, sa.and_(identity.c.channel == outbox.c.channel, identity.c.address == outbox.c.address))
        .where(
            outbox.c.state == sa.text("'queued'"),
            outbox.c.channel.in_(channels),
            outbox.c.not_before <= now,
            _first_of_conversation,
        )
        .order_by(outbox.c.id)
        .limit(most)
        .with_for_update(of=outbox, skip_locked=True)
    ).all()
    if not found:
        return []
    connection.execute(
        outbox.update()
        .where(outbox.c.id.in_([row.id for row in found]))
        .values(
            state=DeliveryState.SENDING,
            sender=owner,
            attempts=outbox.c.attempts + 1,
            begun=False,
            not_before=now,  # while `sending`: since when
        )
    )
    return [
        Envelope(
            outbox_id=row.id,
            channel=row.channel,
            address=row.address,
            outbound=wire.load_outbound(row.body),
            attempts=row.attempts + 1,
            parts_sent=row.parts_sent,
            unanswered=row.unanswered,
            expires_at=row.expires_at,
            blocked=row.blocked_at is not None,
            erase_after=row.erase_after,
        )
        for row in found
    ]


def begin(connection: sa.Connection, outbox_id: int) -> None:
    """Note that the provider is about to be called: from here on a crash leaves the send unanswered.

    Args:
        connection: A light transaction is enough: it survives a killed sender.
        outbox_id: Which answer.
    """
    connection.execute(outbox.update().where(outbox.c.id == outbox_id).values(begun=True))


def part_sent(connection: sa.Connection, outbox_id: int, *, parts: int) -> None:
    """Remember that the first `parts` payloads of a long answer were accepted: a second try goes on from there."""
    connection.execute(outbox.update().where(outbox.c.id == outbox_id).values(parts_sent=parts, begun=False))


def sent(connection: sa.Connection, outbox_id: int, *, provider_message_id: str, now: datetime) -> None:
    """The provider has accepted the whole answer."""
    connection.execute(
        outbox.update()
        .where(outbox.c.id == outbox_id)
        .values(state=DeliveryState.SENT, provider_message_id=provider_message_id, sent_at=now, sender=None)
    )
    _event(connection, outbox_id, DeliveryState.SENT, None, now)
    _erase_after(connection, outbox_id)


def retry(
    connection: sa.Connection, outbox_id: int, *, at: datetime, code: str, unanswered: bool, now: datetime
) -> None:
    """Put an answer back to be tried again at `at`; `unanswered` when the provider may have taken it after all."""
    connection.execute(
        outbox.update()
        .where(outbox.c.id == outbox_id)
        .values(
            state=DeliveryState.QUEUED,
            not_before=at,
            error_code=code,
            sender=None,
            unanswered=outbox.c.unanswered + int(unanswered),
        )
    )
    _event(connection, outbox_id, DeliveryState.QUEUED, code, now)


def end(connection: sa.Connection, outbox_id: int, state: DeliveryState, *, code: str, now: datetime) -> None:
    """Close an answer that will not be sent: `failed` or `dropped`, with the reason."""
    connection.execute(
        outbox.update().where(outbox.c.id == outbox_id).values(state=state, error_code=code, sender=None)
    )
    _event(connection, outbox_id, state, code, now)
    _erase_after(connection, outbox_id)


def deliver(connection: sa.Connection, delivery: Delivery) -> bool:
    """Note a provider's status report; states only move forward.

    Returns:
        Whether the message is one of ours.
    """
    row = connection.execute(
        sa.select(outbox.c.id, outbox.c.state).where(
            outbox.c.channel == delivery.channel, outbox.c.provider_message_id == delivery.provider_message_id
        )
    ).first()
    if row is None:
        return False
    _event(connection, row.id, delivery.state, delivery.provider_code, delivery.at)
    if RANK[delivery.state] > RANK[DeliveryState(row.state)]:
        connection.execute(outbox.update().where(outbox.c.id == row.id).values(state=delivery.state))
    return True


def replies_to_turn(connection: sa.Connection, turn_id: int) -> list[tuple[int, Outbound]]:
    """What a turn answered, in order."""
    rows = connection.execute(
        sa.select(outbox.c.id, outbox.c.body).where(outbox.c.turn_id == turn_id).order_by(outbox.c.id)
    ).all()
    return [(row.id, wire.load_outbound(row.body)) for row in rows]


def replies_after(
    connection: sa.Connection, *, channel: str, address: str, after: int, most: int = 50
) -> list[tuple[int, Outbound, datetime]]:
    """What was answered on one address after row `after`, in order."""
    rows = connection.execute(
        sa.select(outbox.c.id, outbox.c.body, outbox.c.created_at)
        .where(outbox.c.channel == channel, outbox.c.address == address, outbox.c.id > after)
        .order_by(outbox.c.id)
        .limit(most)
    ).all()
    return [(row.id, wire.load_outbound(row.body), row.created_at) for row in rows]


def next_due(connection: sa.Connection, channels: Sequence[str]) -> datetime | None:
    """When the earliest queued answer may leave that waits for no other; nothing if there is none."""
    due: datetime | None = connection.execute(
        sa.select(outbox.c.not_before)
        .where(outbox.c.state == "queued", outbox.c.channel.in_(channels), _first_of_conversation)
        .order_by(outbox.c.not_before)
        .limit(1)
    ).scalar()
    return due


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many answers stand in each state."""
    rows = connection.execute(sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state)).all()
    return {str(row[0]): row[1] for row in rows}


def recover(connection: sa.Connection, *, owner: str, older_than: timedelta, now: datetime) -> int:
    """Queue again what a sender held when it died; those already begun count as sends that got no answer.

    Args:
        connection: A durable transaction.
        owner: This sender's name: what it left behind before a restart is its own, however young.
        older_than: Age from which another sender's row counts as left behind.
        now: The present.

    Returns:
        How many.
    """
    return connection.execute(
        outbox.update()
        .where(outbox.c.state == "sending", sa.or_(outbox.c.sender == owner, outbox.c.not_before < now - older_than))
        .values(
            state=DeliveryState.QUEUED,
            sender=None,
            not_before=now,
            unanswered=outbox.c.unanswered + sa.case((outbox.c.begun, 1), else_=0),
            error_code="unanswered",
        )
    ).rowcount


def _event(connection: sa.Connection, outbox_id: int, state: str, code: str | None, now: datetime) -> None:
    connection.execute(delivery_event.insert().values(outbox_id=outbox_id, state=state, code=code, at=now))


def _erase_after(connection: sa.Connection, outbox_id: int) -> None:
    row = connection.execute(
        sa.select(conversation.c.id, conversation.c.person_id)
        .join(outbox, outbox.c.conversation_id == conversation.c.id)
        .where(outbox.c.id == outbox_id, outbox.c.erase_after)
    ).first()
    if row is None:
        return
    wrote_again = connection.execute(
        sa.select(message.c.id).where(message.c.conversation_id == row.id).limit(1)
    ).first()
    if wrote_again is None:
        connection.execute(person.delete().where(person.c.id == row.person_id))
    else:
        connection.execute(outbox.delete().where(outbox.c.id == outbox_id))


def as_json(outbound: Outbound) -> dict[str, Any]:
    """The stored form of an answer, for the conversation's log."""
    return wire.dump(outbound)
