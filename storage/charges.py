"""What each of our numbers has sent in a month and what is charged for it: the bill, as the provider reports it.

A message counts once, when it is first reported as delivered or read, however often and in whatever order the reports
come. Nothing here tells to whom.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from conversation import Delivery, DeliveryState
from storage.database import insert_into
from storage.tables import charge

ARRIVED: Final = frozenset({DeliveryState.DELIVERED, DeliveryState.READ})
"""Only what arrives is charged (channel facts 3.9); "read" implies it (3.6)."""
KEEP: Final = timedelta(days=62)
"""Reports come for seven days; the month before must stand until it is over and compared with the bill."""


@dataclass(frozen=True, slots=True)
class Month:
    """Counts of one number: all messages delivered, and those the provider says it charges."""

    delivered: int
    billable: int


def record(connection: sa.Connection, delivery: Delivery) -> None:
    """Count a message that arrived; a report that names no number of ours counts nothing."""
    line = delivery.details.get("number")
    if line is None or delivery.state not in ARRIVED:
        return
    told = delivery.details.get("billable")
    statement = insert_into(connection, charge).values(
        channel=delivery.channel,
        mark=hashlib.sha256(delivery.provider_message_id.encode()).hexdigest()[:32],
        line=line,
        month=_month(delivery.at),
        category=delivery.details.get("category"),
        billable=None if told is None else told == "yes",
    )
    new = statement.excluded
    # One of the reports may come without its price.
    known = {name: sa.func.coalesce(charge.c[name], new[name]) for name in ("category", "billable")}
    connection.execute(statement.on_conflict_do_update(index_elements=["channel", "mark"], set_=known))


def of_month(connection: sa.Connection, now: datetime) -> dict[tuple[str, str], Month]:
    """(channel, number) → what it has sent in the month of `now`, in UTC: Meta's own month is the account's."""
    rows = connection.execute(
        sa.select(charge.c.channel, charge.c.line, sa.func.count(), sa.func.coalesce(sa.func.sum(_is_billable), 0))
        .where(charge.c.month == _month(now))
        .group_by(charge.c.channel, charge.c.line)
    ).all()
    return {(channel, line): Month(delivered, billable) for channel, line, delivered, billable in rows}


_is_billable: Final = sa.case((charge.c.billable.is_(True), 1), else_=0)


def purge(connection: sa.Connection, *, now: datetime) -> int:
    """Forget the months before the last.

    Returns:
        How many messages were forgotten.
    """
    return connection.execute(charge.delete().where(charge.c.month < _month(now - KEEP))).rowcount


def _month(at: datetime) -> str:
    return f"{at:%Y-%m}"
