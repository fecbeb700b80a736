"""What comes of a message that a sender holds: accepted, put back, given up, or taken over from a sender that died.

Whatever a sender writes here gives way to a report of the provider that was faster (storage/deliveries.py), and to
another sender that has taken the row over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from conversation import DeliveryState
from storage import suppressions, ways
from storage.deliveries import OPEN, erase_after, note
from storage.outbox import NO_TIME, Envelope
from storage.suppressions import Reason
from storage.tables import conversation, outbox


def begin(connection: sa.Connection, envelope: Envelope, *, parts: int) -> Reason | None:
    """Note that the provider is about to be called: from here on a crash leaves the send unanswered.

    Args:
        connection: A light transaction is enough: it survives a killed sender.
        envelope: Which message.
        parts: Payloads it is made of.

    Returns:
        Why it may not be sent after all: then nothing is noted.
    """
    standing = suppressions.standing(connection, envelope.person_id, envelope.channel)
    reason = suppressions.forbids(standing, envelope.purpose)
    if reason is None:
        connection.execute(outbox.update().where(outbox.c.id == envelope.outbox_id).values(begun=True, parts=parts))
    return reason


def part_sent(
    connection: sa.Connection, envelope: Envelope, *, parts: int, now: datetime, gap: timedelta = NO_TIME
) -> None:
    """Remember that the first `parts` payloads of a long message were accepted: a second try goes on from there.

    Args:
        connection: A durable transaction.
        envelope: Which message.
        parts: How many.
        now: The present.
        gap: Time between two messages to one person: the payload has used it up.
    """
    connection.execute(
        outbox.update()
        .where(outbox.c.id == envelope.outbox_id, outbox.c.parts_sent < parts)
        .values(parts_sent=parts, begun=False, doubt_at=None)
    )
    if gap:
        of_person = conversation.c.id == envelope.conversation_id
        connection.execute(conversation.update().where(of_person).values(paced_until=now + gap))


def sent(connection: sa.Connection, outbox_id: int, *, provider_message_id: str | None, now: datetime) -> None:
    """The provider has accepted the whole message; a report that was faster is not taken back."""
    still = outbox.c.state.in_(OPEN)
    updated = connection.execute(
        outbox.update()
        .where(outbox.c.id == outbox_id)
        .values(
            state=sa.case((still, DeliveryState.SENT), else_=outbox.c.state),
            error_code=sa.case((still, sa.null()), else_=outbox.c.error_code),
            parts_sent=outbox.c.parts,
            provider_message_id=provider_message_id or outbox.c.provider_message_id,
            sent_at=now,
            sender=None,
            begun=False,
            doubt_at=None,
        )
    ).rowcount
    if updated:
        note(connection, outbox_id, DeliveryState.SENT, None, now)
        erase_after(connection, outbox_id)


def retry(
    connection: sa.Connection,
    envelope: Envelope,
    *,
    owner: str,
    at: datetime,
    code: str,
    now: datetime,
    counts: bool = True,
    ambiguous: bool = False,
    form: str | None = None,
) -> None:
    """Put a message back to be tried again, unless another sender has it by now or a report has settled it.

    Args:
        connection: A durable transaction.
        envelope: Which message.
        owner: Who held it.
        at: When to try again.
        code: What happened.
        now: The present.
        counts: Whether the try counts against it; it does not where the provider was away.
        ambiguous: Whether the provider may have taken it after all.
        form: Another form to try with.
    """
    mine = outbox.c.id == envelope.outbox_id, outbox.c.state == DeliveryState.SENDING, outbox.c.sender == owner
    row = connection.execute(sa.select(outbox.c.begun, outbox.c.not_before).where(*mine).with_for_update()).first()
    if row is None:
        return
    unsure = ambiguous and row.begun  # a report that was faster has said that this payload was taken
    connection.execute(
        outbox.update()
        .where(*mine)
        .values(
            state=DeliveryState.QUEUED,
            not_before=now if ambiguous and not unsure else at,
            error_code=code,
            sender=None,
            begun=False,
            attempts=outbox.c.attempts - int(not counts),
            waits=outbox.c.waits + int(not counts),
            unanswered=outbox.c.unanswered + int(unsure),
            doubt_at=sa.func.coalesce(outbox.c.doubt_at, row.not_before) if unsure else outbox.c.doubt_at,
            form=form or envelope.form,
        )
    )
    if unsure:
        ways.count_unanswered(connection, envelope.channel)
    note(connection, envelope.outbox_id, DeliveryState.QUEUED, code, now)


def not_arrived(connection: sa.Connection, outbox_id: int) -> None:
    """The provider says that it never had the send whose answer never came: it may be sent as if for the first time."""
    connection.execute(
        outbox.update()
        .where(outbox.c.id == outbox_id)
        .values(doubt_at=None, unanswered=sa.case((outbox.c.unanswered > 0, outbox.c.unanswered - 1), else_=0))
    )


def end(
    connection: sa.Connection, outbox_id: int, state: DeliveryState, *, owner: str, code: str, now: datetime
) -> None:
    """Close a message that will not be sent: `failed` or `dropped`, with the reason."""
    updated = connection.execute(
        outbox.update()
        .where(outbox.c.id == outbox_id, outbox.c.state == DeliveryState.SENDING, outbox.c.sender == owner)
        .values(state=state, error_code=code, sender=None, doubt_at=None)
    ).rowcount
    if updated:
        note(connection, outbox_id, state, code, now)
        erase_after(connection, outbox_id)


def left_behind(*, owner: str, before: datetime, restarted: bool = True) -> sa.ColumnElement[bool]:
    """Which rows a dead sender held.

    Args:
        owner: This sender's name.
        before: What another sender has held since before then was left behind.
        restarted: Whether this sender has just begun: then what bears its name was left behind too, however young.
            Later that is what it has in hand itself.
    """
    mine, old = outbox.c.sender == owner, outbox.c.not_before < before
    return sa.and_(outbox.c.state == sa.text("'sending'"), sa.or_(mine, old) if restarted else sa.and_(~mine, old))


def any_of(connection: sa.Connection, which: sa.ColumnElement[bool]) -> bool:
    """Whether there are any such rows."""
    return connection.execute(sa.select(outbox.c.id).where(which).limit(1)).first() is not None


def recover(connection: sa.Connection, which: sa.ColumnElement[bool], *, now: datetime) -> int:
    """Queue again what a sender held when it died; those already begun count as sends that got no answer.

    Args:
        connection: A durable transaction.
        which: As `left_behind` says.
        now: The present.

    Returns:
        How many sends got no answer.
    """
    begun = outbox.c.begun
    since = sa.func.coalesce(outbox.c.doubt_at, outbox.c.not_before)
    rows = connection.execute(
        outbox.update()
        .where(which)
        .values(
            state=DeliveryState.QUEUED,
            sender=None,
            not_before=now,
            attempts=outbox.c.attempts - sa.case((begun, 0), else_=1),
            unanswered=outbox.c.unanswered + sa.case((begun, 1), else_=0),
            error_code=sa.case((begun, "unanswered"), else_=outbox.c.error_code),
            doubt_at=sa.case((begun, since), else_=outbox.c.doubt_at),
        )
        .returning(outbox.c.channel, outbox.c.begun)
    ).all()
    unsure = [row.channel for row in rows if row.begun]
    for channel in sorted(set(unsure)):
        ways.count_unanswered(connection, channel, unsure.count(channel))
    return len(unsure)
