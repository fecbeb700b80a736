"""What all senders must know of a way to send: whether it is paused, and how many sends never got their answer.

A pause is kept here and not in a sender's memory: several senders stop together, and a restart does not forget it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import insert_into
from storage.tables import way_out


@dataclass(frozen=True, slots=True)
class Way:
    """A way to send.

    Attributes:
        unanswered: Sends whose answer never came, ever.
        reason: Why it is paused (channels.errors.ErrorCode); nothing while it is open.
        since: When the pause began.
        until: When one answer may be sent to see whether it is over.
        times: Pauses in a row.
    """

    channel: str
    unanswered: int = 0
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    times: int = 0


def look(connection: sa.Connection, channel: str) -> Way:
    """How it is with one channel; one that never had trouble has no row."""
    row = connection.execute(sa.select(way_out).where(way_out.c.channel == channel)).mappings().first()
    return Way(channel) if row is None else Way(**row)


def known(connection: sa.Connection) -> list[Way]:
    """Every channel that has ever had trouble, by name."""
    return [Way(**row) for row in connection.execute(sa.select(way_out).order_by(way_out.c.channel)).mappings()]


def pause(connection: sa.Connection, channel: str, reason: str, *, until: datetime, now: datetime) -> None:
    """Stop a channel until a moment; a pause that follows another goes on with it."""
    first = {"channel": channel, "unanswered": 0, "reason": reason, "since": now, "until": until, "times": 1}
    connection.execute(
        insert_into(connection, way_out)
        .values(first)
        .on_conflict_do_update(
            index_elements=["channel"],
            set_={
                "reason": reason,
                "since": sa.func.coalesce(way_out.c.since, now),
                "until": until,
                "times": way_out.c.times + 1,
            },
        )
    )


def probe(connection: sa.Connection, way: Way, *, until: datetime) -> bool:
    """Take it on oneself to try a paused channel once.

    Args:
        connection: The transaction in which the answer to try with is claimed.
        way: As it was found.
        until: When another sender may try if we do not come back.

    Returns:
        Whether no other sender was faster.
    """
    return (
        connection.execute(
            way_out.update().where(way_out.c.channel == way.channel, way_out.c.until == way.until).values(until=until)
        ).rowcount
        > 0
    )


def reopen(connection: sa.Connection, channel: str) -> bool:
    """End a pause.

    Returns:
        Whether there was one.
    """
    return (
        connection.execute(
            way_out.update()
            .where(way_out.c.channel == channel, way_out.c.reason.is_not(None))
            .values(reason=None, since=None, until=None, times=0)
        ).rowcount
        > 0
    )


def count_unanswered(connection: sa.Connection, channel: str, number: int = 1) -> None:
    """Add sends whose answer never came."""
    connection.execute(
        insert_into(connection, way_out)
        .values(channel=channel, unanswered=number, times=0)
        .on_conflict_do_update(index_elements=["channel"], set_={"unanswered": way_out.c.unanswered + number})
    )
