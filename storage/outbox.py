"""Messages that wait to be sent.

The life of a row: `queued` → `sending` → `sent` → `delivered` → `read`, or `failed`, or `dropped` (came too late, the
person wants none). `sending` is committed before the provider is called: a row found in it after a crash is a send that
got no answer, and is settled as docs/decisions/0006 says. Here they are queued and taken; storage/sends.py notes what
comes of it, storage/deliveries.py what the provider reports later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from conversation import DeliveryState, Outbound, Purpose
from storage import wire
from storage.tables import conversation, identity, inbox, outbox

PRIORITY: Final = {Purpose.ANSWER: 0, Purpose.REMINDER: 1, Purpose.CAMPAIGN: 2}
"""Who waits for an answer comes before who expects nothing."""
LOOKED_AT: Final = 20
"""Queued rows looked at for the moment the next may leave."""
NO_TIME: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A row the sender holds.

    Attributes:
        attempts: Tries that count against it, this one included.
        waits: Tries that did not: the provider was away, or asked to wait.
        form: "whole", "words" (without its file) or "template".
        parts: Payloads it is made of, as far as it has been tried.
        parts_sent: Of these already accepted.
        doubt_at: When the send began whose answer never came.
        last_error: What the try before ended with.
        last_inbound_at: When the person last wrote.
    """

    outbox_id: int
    channel: str
    address: str
    conversation_id: int
    person_id: int
    outbound: Outbound
    purpose: Purpose
    form: str
    attempts: int
    waits: int
    parts: int
    parts_sent: int
    unanswered: int
    doubt_at: datetime | None
    last_error: str | None
    expires_at: datetime | None
    last_inbound_at: datetime | None


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
    purpose: Purpose = Purpose.ANSWER,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    erase_after: bool = False,
) -> int:
    """Queue a message; it leaves after the caller's transaction has committed.

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
            "purpose": purpose,
            "priority": PRIORITY[purpose],
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


_now: Final = sa.bindparam("now", type_=outbox.c.not_before.type)
_older = outbox.alias("older")
_one_at_a_time: Final = ~sa.exists().where(
    _older.c.conversation_id == outbox.c.conversation_id,
    _older.c.id != outbox.c.id,
    sa.or_(
        _older.c.state == sa.text("'sending'"),
        sa.and_(
            _older.c.state == sa.text("'queued'"),
            # What was never tried and is for later holds up nothing: a reminder for tomorrow is no older message.
            sa.or_(_older.c.error_code.is_not(None), _older.c.not_before <= _now),
            sa.tuple_(_older.c.priority, _older.c.id) < sa.tuple_(outbox.c.priority, outbox.c.id),
        ),
    ),
)
"""One person's messages never overtake each other; only an answer goes before what nobody waits for."""
_nothing_unread: Final = sa.or_(
    outbox.c.priority == sa.text("0"),
    ~sa.exists().where(
        identity.c.conversation_id == outbox.c.conversation_id,  # whichever of their addresses they wrote from
        inbox.c.channel == identity.c.channel,
        inbox.c.address == identity.c.address,
        inbox.c.state == sa.text("'waiting'"),
    ),
)
"""What nobody asked for waits while something the person wrote is unread: it may say "stop"."""
_queued: Final = (
    outbox.c.state == sa.text("'queued'"),
    outbox.c.channel == sa.bindparam("channel"),
    _one_at_a_time,
    _nothing_unread,
)
_of_conversation: Final = outbox.join(conversation, conversation.c.id == outbox.c.conversation_id)
_next: Final = (
    sa.select(outbox, conversation.c.person_id, conversation.c.paced_until, conversation.c.last_inbound_at)
    .select_from(_of_conversation)
    .where(
        *_queued,
        outbox.c.not_before <= _now,
        sa.or_(
            conversation.c.paced_until.is_(None),
            conversation.c.paced_until <= sa.bindparam("paced", type_=outbox.c.not_before.type),
        ),
    )
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(sa.bindparam("most"))
    # Of two senders one must not take an answer while the other takes a reminder of the same person.
    .with_for_update(of=[outbox, conversation], skip_locked=True, key_share=True)
)
_take: Final = (
    outbox.update()
    .where(outbox.c.id == sa.bindparam("outbox_id"))
    .values(
        state=DeliveryState.SENDING,
        sender=sa.bindparam("owner"),
        attempts=outbox.c.attempts + 1,
        begun=False,
        not_before=_now,  # while `sending`: since when
    )
)
_pace: Final = (
    conversation.update()
    .where(conversation.c.id == sa.bindparam("conversation_id"))
    .values(paced_until=sa.bindparam("until"))
)


def claim(
    connection: sa.Connection,
    *,
    owner: str,
    channel: str,
    now: datetime,
    most: int = 20,
    gap: timedelta = NO_TIME,
    slack: timedelta = NO_TIME,
) -> list[Envelope]:
    """Take the next messages to send, one of each person: answers first, then the oldest.

    Args:
        connection: A durable transaction: what is `sending` must be known after a power cut too.
        owner: Name of this sender.
        channel: Which channel.
        now: The present.
        most: At most so many people.
        gap: Time between two messages to one person.
        slack: How much of that time may be borrowed for a burst.
    """
    asked = {"channel": channel, "now": now, "paced": now + slack, "most": most}
    found = connection.execute(_next, asked).all()
    if not found:
        return []
    connection.execute(_take, [{"outbox_id": row.id, "owner": owner, "now": now} for row in found])
    if gap:
        spent = [
            {"conversation_id": row.conversation_id, "until": max(row.paced_until or now, now) + gap} for row in found
        ]
        connection.execute(_pace, spent)
    return [
        Envelope(
            outbox_id=row.id,
            channel=row.channel,
            address=row.address,
            conversation_id=row.conversation_id,
            person_id=row.person_id,
            outbound=wire.load_outbound(row.body),
            purpose=Purpose(row.purpose),
            form=row.form,
            attempts=row.attempts + 1,
            waits=row.waits,
            parts=row.parts,
            parts_sent=row.parts_sent,
            unanswered=row.unanswered,
            doubt_at=row.doubt_at,
            last_error=row.error_code,
            expires_at=row.expires_at,
            last_inbound_at=row.last_inbound_at,
        )
        for row in found
    ]


def next_due(connection: sa.Connection, channel: str, *, now: datetime, slack: timedelta = NO_TIME) -> datetime | None:
    """When the next queued message may leave that waits for no other; nothing if there is none."""
    rows = connection.execute(_soonest, {"channel": channel, "now": now}).all()
    return min((max(row.not_before, (row.paced_until or row.not_before) - slack) for row in rows), default=None)


_soonest: Final = (
    sa.select(outbox.c.not_before, conversation.c.paced_until)
    .select_from(_of_conversation)
    .where(*_queued)
    .order_by(outbox.c.not_before)
    .limit(LOOKED_AT)
)


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many messages stand in each state."""
    rows = connection.execute(sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state)).all()
    return {str(row[0]): row[1] for row in rows}


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


def as_json(outbound: Outbound) -> dict[str, Any]:
    """The stored form of a message, for the conversation's log."""
    return wire.dump(outbound)
