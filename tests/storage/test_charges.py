"""The bill, month by month: each message once, nobody in it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from conversation import Delivery, DeliveryState
from storage import charges
from storage.charges import Month
from storage.database import Database
from storage.tables import charge

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = ("whatsapp", "100000000000001")
PAID = {"number": KEY[1], "category": "service", "billable": "yes"}


def a_report(message_id: str = "wamid.1", state: str = "delivered", at: datetime = NOW, **details: str) -> Delivery:
    return Delivery("whatsapp", message_id, DeliveryState(state), at, details=details or PAID)


def count(database: Database, *reports: Delivery, now: datetime = NOW) -> dict[Any, Month]:
    with database.begin() as connection:
        for report in reports:
            charges.record(connection, report)
        return charges.of_month(connection, now)


@pytest.mark.parametrize("states", list(itertools.permutations(("sent", "delivered", "read"))))
def test_a_message_counts_once_in_any_order(database: Database, states: tuple[str, ...]) -> None:
    """However often it is reported, and whether its price comes with the first report or with another."""
    priced = [a_report(state=state) for state in states]
    plain = [a_report(state=state, number=KEY[1]) for state in states]
    assert count(database, *plain, *priced, *plain, *priced) == {KEY: Month(1, 1)}


def test_what_did_not_arrive_is_not_charged(database: Database) -> None:
    """Sent alone, or failed, counts nothing; nor does a channel that names no number of ours."""
    nameless = Delivery("twilio-sms", "SM1", DeliveryState.DELIVERED, NOW)
    assert count(database, a_report(state="sent"), a_report("wamid.2", "failed"), nameless) == {}


def test_what_is_free_is_told_apart(database: Database) -> None:
    """Delivered and charged are two figures; without a word on it a message is not counted as charged."""
    free = a_report("wamid.2", number=KEY[1], billable="no")
    untold = a_report("wamid.3", number=KEY[1])
    assert count(database, a_report(), free, untold) == {KEY: Month(3, 1)}


def test_a_month_is_a_month(database: Database) -> None:
    """The last second of October is October's; each number has its own count."""
    october = a_report("wamid.2", at=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC))
    november = a_report("wamid.3", at=datetime(2026, 11, 1, tzinfo=UTC))
    other = a_report("wamid.4", number="2", billable="yes")
    assert count(database, october, november, other) == {KEY: Month(1, 1), ("whatsapp", "2"): Month(1, 1)}
    assert count(database, now=NOW - timedelta(days=30)) == {KEY: Month(1, 1)}


def test_the_months_before_the_last_are_let_go(database: Database) -> None:
    """The month before stays until it can be compared with the bill."""
    ages = {0: "wamid.1", 31: "wamid.2", 93: "wamid.3"}
    count(database, *(a_report(message_id, at=NOW - timedelta(days=days)) for days, message_id in ages.items()))
    with database.begin() as connection:
        assert charges.purge(connection, now=NOW) == 1
        assert connection.execute(sa.select(sa.func.count()).select_from(charge)).scalar_one() == 2


def test_nobody_stands_in_the_bill(database: Database) -> None:
    """Meta's message ids tell the number they were sent to: they are not kept."""
    count(database, a_report("wamid.HBgMMjEyNjAwMDAwMDAw"))
    with database.read() as connection:
        assert "HBgM" not in str(connection.execute(sa.select(charge)).all())
