"""What became of an answer: every report of the provider, kept once, and the state it leads to.

Reports come late, twice, out of order, and before the send itself has returned. States only move forward; a report that
names our own mark settles a send whose answer never came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from conversation import Delivery, DeliveryState, Outbound, Purpose
from storage import wire
from storage.database import insert_into
from storage.tables import conversation, delivery_event, message, outbox, person

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
OPEN: Final = (DeliveryState.QUEUED, DeliveryState.SENDING)
REFERENCE: Final = re.compile(r"([0-9]{1,18})\.([0-9]{1,4})")
"""Our mark on a payload: the row's id, a dot, which payload of it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an answer's history."""

    state: str
    part: int
    code: str | None
    at: datetime


def reference(outbox_id: int, part: int) -> str:
    """Our mark on a payload, as providers give it back."""
    return f"{outbox_id}.{part}"


def note(
    connection: sa.Connection,
    outbox_id: int,
    state: str,
    code: str | None,
    at: datetime,
    *,
    part: int = 0,
    details: dict[str, str] | None = None,
) -> bool:
    """Add a line to an answer's history.

    Returns:
        Whether it was new.
    """
    event = {"outbox_id": outbox_id, "state": state, "code": code and code[:40], "at": at, "part": part}
    new = connection.execute(
        insert_into(connection, delivery_event)
        .values(**event, details=details or sa.null())
        .on_conflict_do_nothing(index_elements=["outbox_id", "part", "state", "at"])
        .returning(delivery_event.c.id)
    ).first()
    return new is not None


def history(connection: sa.Connection, outbox_id: int) -> list[Event]:
    """What has been noted of an answer, in the order it was."""
    rows = connection.execute(
        sa.select(delivery_event).where(delivery_event.c.outbox_id == outbox_id).order_by(delivery_event.c.id)
    )
    return [Event(row.state, row.part, row.code, row.at) for row in rows]


def deliver(connection: sa.Connection, delivery: Delivery) -> bool:
    """Take in a provider's report.

    Returns:
        Whether the message is one of ours.
    """
    found = _by_reference(connection, delivery) or _by_provider_id(connection, delivery)
    if found is None:
        return False
    row, part = found
    if not note(
        connection, row.id, delivery.state, delivery.provider_code, delivery.at, part=part, details=delivery.details
    ):
        return True  # a repeat
    values = _consequences(row, part, delivery)
    if values:
        connection.execute(outbox.update().where(outbox.c.id == row.id).values(**values))
    if row.erase_after and "state" in values:
        erase_after(connection, row.id)
    return True


def _consequences(row: Any, part: int, delivery: Delivery) -> dict[str, Any]:
    """What a report changes in its row."""
    # That the provider has it in hand is as good as its answer to the send.
    state = DeliveryState.SENT if delivery.state in OPEN else delivery.state
    last = part + 1 >= row.parts
    values: dict[str, Any] = {}
    if part >= row.parts_sent:
        values |= {"parts_sent": part + 1, "begun": False, "doubt_at": None}
    if last and row.provider_message_id is None:
        values["provider_message_id"] = delivery.provider_message_id
    if RANK[state] > RANK[DeliveryState(row.state)] and (last or state is DeliveryState.FAILED):
        failed = state is DeliveryState.FAILED
        values |= {"state": state, "reported": failed, "doubt_at": None}
        if failed:
            values["error_code"] = (delivery.provider_code or "")[:40] or None
        elif row.sent_at is None:
            values["sent_at"] = delivery.at
    return values


_seen: Final = sa.select(
    outbox.c.id,
    outbox.c.state,
    outbox.c.parts,
    outbox.c.parts_sent,
    outbox.c.provider_message_id,
    outbox.c.sent_at,
    outbox.c.erase_after,
)
_of_channel: Final = outbox.c.channel == sa.bindparam("channel")
_with_id: Final = _seen.where(_of_channel, outbox.c.id == sa.bindparam("outbox_id")).with_for_update()
_with_provider_id: Final = _seen.where(
    _of_channel, outbox.c.provider_message_id == sa.bindparam("provider_message_id")
).with_for_update()


def _by_reference(connection: sa.Connection, delivery: Delivery) -> tuple[Any, int] | None:
    mark = REFERENCE.fullmatch(delivery.reference or "")
    if mark is None:
        return None
    row = connection.execute(_with_id, {"channel": delivery.channel, "outbox_id": int(mark[1])}).first()
    return None if row is None else (row, int(mark[2]))


def _by_provider_id(connection: sa.Connection, delivery: Delivery) -> tuple[Any, int] | None:
    known = {"channel": delivery.channel, "provider_message_id": delivery.provider_message_id}
    row = connection.execute(_with_provider_id, known).first()
    return None if row is None else (row, row.parts - 1)


@dataclass(frozen=True, slots=True)
class Report:
    """A failure that a provider told of after it had taken the message.

    Attributes:
        last_error: Why it was put back before, if it was.
        code: The provider's own code.
        repeatable: Whether it may be sent again: one payload, still of use, and nothing was said to the person since.
    """

    outbox_id: int
    address: str
    person_id: int
    outbound: Outbound
    purpose: Purpose
    form: str
    attempts: int
    waits: int
    last_error: str | None
    code: str
    repeatable: bool


_later: Final = outbox.alias("later")
_reported: Final = (
    sa.select(
        outbox,
        conversation.c.person_id,
        sa.exists()
        .where(
            _later.c.conversation_id == outbox.c.conversation_id,
            _later.c.id > outbox.c.id,
            _later.c.state != sa.text("'queued'"),
        )
        .label("followed"),
        sa.select(delivery_event.c.code)
        .where(delivery_event.c.outbox_id == outbox.c.id, delivery_event.c.state == DeliveryState.QUEUED)
        .order_by(delivery_event.c.id.desc())
        .limit(1)
        .scalar_subquery()
        .label("last_error"),
    )
    .join(conversation, conversation.c.id == outbox.c.conversation_id)
    .where(outbox.c.reported, outbox.c.channel == sa.bindparam("channel"))
    .order_by(outbox.c.id)
    .limit(sa.bindparam("most"))
)


def failures(connection: sa.Connection, channel: str, *, now: datetime, most: int = 20) -> list[Report]:
    """Failures a provider has told of that nobody has acted on yet, oldest first."""
    rows = connection.execute(_reported, {"channel": channel, "most": most}).all()
    return [
        Report(
            outbox_id=row.id,
            address=row.address,
            person_id=row.person_id,
            outbound=wire.load_outbound(row.body),
            purpose=Purpose(row.purpose),
            form=row.form,
            attempts=row.attempts,
            waits=row.waits,
            last_error=row.last_error,
            code=row.error_code or "",
            repeatable=row.parts == 1 and not row.followed and (row.expires_at is None or row.expires_at > now),
        )
        for row in rows
    ]


def acted_on(connection: sa.Connection, outbox_id: int) -> bool:
    """Take a reported failure in hand.

    Returns:
        Whether no other sender was faster, and no later report has overruled it.
    """
    return (
        connection.execute(
            outbox.update()
            .where(outbox.c.id == outbox_id, outbox.c.reported, outbox.c.state == DeliveryState.FAILED)
            .values(reported=False)
        ).rowcount
        > 0
    )


def close_as(connection: sa.Connection, outbox_id: int, state: DeliveryState, *, code: str, now: datetime) -> None:
    """Say in our own words how a reported failure ends."""
    connection.execute(outbox.update().where(outbox.c.id == outbox_id).values(state=state, error_code=code))
    note(connection, outbox_id, state, code, now)


def send_again(connection: sa.Connection, outbox_id: int, *, at: datetime, code: str, form: str, now: datetime) -> None:
    """Queue a message anew that a provider took and then could not deliver."""
    connection.execute(
        outbox.update()
        .where(outbox.c.id == outbox_id)
        .values(
            state=DeliveryState.QUEUED,
            not_before=at,
            error_code=code,
            form=form,
            parts_sent=0,
            provider_message_id=None,
            sent_at=None,
        )
    )
    note(connection, outbox_id, DeliveryState.QUEUED, code, now)


def erase_after(connection: sa.Connection, outbox_id: int) -> None:
    """Let go of the last words to somebody who was erased, and of the shell that carried them."""
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
