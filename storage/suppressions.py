"""Who wants no messages on a channel, why, since when, and when that ended: our own list, whatever the provider keeps.

It is kept for a person and a channel, looked at just before each send, and nothing is ever taken off it: what no longer
holds is marked as lifted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa

from conversation import PersonKey, Purpose
from storage.database import insert_into
from storage.tables import identity, suppression


class Reason(StrEnum):
    """Why somebody stands on the list."""

    SAID_STOP = "said_stop"
    """They told us. What they write themselves is still answered."""
    PROVIDER = "provider"
    """They told the provider (21610). What they write is answered, and the provider may refuse that as well."""
    BLOCKED = "blocked"
    """They blocked the bot or closed the account: nothing arrives there until they write again."""


ALL: Final = tuple(Reason)
STANDING: Final = suppression.c.lifted_at.is_(None)
_ONCE: Final = ("person_id", "channel", "reason")


def suppress(
    connection: sa.Connection, person_id: int, channel: str, reason: Reason, *, how: str, now: datetime
) -> None:
    """Put a person on the list; one who stands there already stays as they are.

    Args:
        connection: The caller's transaction.
        person_id: Whom.
        channel: Where.
        reason: Why.
        how: What told us: the provider's code, or where it was said; at most 40 characters.
        now: The present.
    """
    connection.execute(
        insert_into(connection, suppression)
        .values(person_id=person_id, channel=channel, reason=reason, how=how[:40], at=now)
        .on_conflict_do_nothing(index_elements=_ONCE, index_where=STANDING)
    )


def suppress_key(connection: sa.Connection, key: PersonKey, reason: Reason, *, how: str, now: datetime) -> None:
    """Put on the list whoever has this address; nobody where nobody has."""
    person_id = _person(connection, key)
    if person_id is not None:
        suppress(connection, person_id, key.channel, reason, how=how, now=now)


def lift(
    connection: sa.Connection, person_id: int, channel: str, *, now: datetime, reasons: Sequence[Reason] = ALL
) -> bool:
    """Let a person be written to again.

    Returns:
        Whether they stood on the list for one of these reasons.
    """
    return (
        connection.execute(
            suppression.update()
            .where(
                suppression.c.person_id == person_id,
                suppression.c.channel == channel,
                suppression.c.reason.in_(reasons),
                STANDING,
            )
            .values(lifted_at=now)
        ).rowcount
        > 0
    )


def lift_key(connection: sa.Connection, key: PersonKey, *, now: datetime, reasons: Sequence[Reason] = ALL) -> None:
    """Let whoever has this address be written to again."""
    person_id = _person(connection, key)
    if person_id is not None:
        lift(connection, person_id, key.channel, now=now, reasons=reasons)


def standing(connection: sa.Connection, person_id: int, channel: str) -> frozenset[Reason]:
    """Why a person is not to be written to on a channel now; empty if they may be."""
    found = connection.execute(
        sa.select(suppression.c.reason).where(
            suppression.c.person_id == person_id, suppression.c.channel == channel, STANDING
        )
    ).scalars()
    return frozenset(map(Reason, found))


def forbids(reasons: frozenset[Reason], purpose: Purpose) -> Reason | None:
    """The reason that keeps a message of this purpose from being sent; nothing if it may be.

    An answer to what somebody has just written is not what they asked us to stop (channel facts 2.7): without it
    they could not even take their word back. To somebody who blocked us nothing gets through at all.
    """
    if Reason.BLOCKED in reasons:
        return Reason.BLOCKED
    if purpose is Purpose.ANSWER or not reasons:
        return None
    return min(reasons, key=ALL.index)


def _person(connection: sa.Connection, key: PersonKey) -> int | None:
    person_id: int | None = connection.execute(
        sa.select(identity.c.person_id).where(identity.c.channel == key.channel, identity.c.address == key.address)
    ).scalar()
    return person_id
