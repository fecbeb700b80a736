"""The month's cap: those who write are answered, nobody else is written to."""

from __future__ import annotations

import pytest

from channels.meter import CAP, LOOK_AGAIN, Meter
from conversation import Delivery, DeliveryState, Purpose
from runtime.clock import FixedClock
from storage import charges
from storage.database import Database


def deliver(database: Database, clock: FixedClock, first: int, last: int, number: str = "1") -> None:
    with database.begin() as connection:
        for one in range(first, last):
            report = Delivery("whatsapp", f"wamid.{one}", DeliveryState.READ, clock.now(), details={"number": number})
            charges.record(connection, report)


@pytest.fixture
def meter(database: Database, clock: FixedClock) -> Meter:
    """Ten messages a month."""
    return Meter(database, clock, "whatsapp", "1", 10)


def test_at_the_cap_only_answers_leave(database: Database, clock: FixedClock, meter: Meter) -> None:
    """Until the next month begins; what other numbers send does not count."""
    deliver(database, clock, 0, 9)
    deliver(database, clock, 50, 90, number="2")
    assert [meter.withholds(purpose) for purpose in Purpose] == [None, None, None]
    deliver(database, clock, 9, 10)
    clock.advance(LOOK_AGAIN.total_seconds())
    found = {purpose: meter.withholds(purpose) for purpose in Purpose}
    assert found == {Purpose.ANSWER: None, Purpose.REMINDER: CAP, Purpose.CAMPAIGN: CAP}
    clock.advance(9 * 86_400)
    assert meter.withholds(Purpose.CAMPAIGN) is None


def test_a_cap_of_nothing_lets_answers_alone_pass(meter: Meter, database: Database, clock: FixedClock) -> None:
    """Zero is a cap, not none."""
    closed = Meter(database, clock, "whatsapp", "1", 0)
    assert closed.withholds(Purpose.REMINDER) == CAP
    assert closed.withholds(Purpose.ANSWER) is None
    assert meter.withholds(Purpose.REMINDER) is None


def test_the_count_is_not_asked_for_with_each_message(database: Database, clock: FixedClock, meter: Meter) -> None:
    """It may be ten seconds old."""
    assert meter.look() == 0
    deliver(database, clock, 0, 3)
    assert meter.look() == 0
    clock.advance(LOOK_AGAIN.total_seconds())
    assert meter.look() == 3


def test_the_log_is_told_once(
    database: Database, clock: FixedClock, meter: Meter, capsys: pytest.CaptureFixture[str]
) -> None:
    """Near, then reached, and again next month."""
    told = []
    for first, last, days in ((0, 7, 0), (7, 8, 0), (8, 9, 0), (9, 10, 0), (10, 20, 0), (20, 30, 9), (30, 31, 0)):
        clock.advance(days * 86_400 + LOOK_AGAIN.total_seconds())
        deliver(database, clock, first, last)
        meter.look()
        written = "".join(capsys.readouterr())
        told.append([event for event in ("month_cap_near", "month_cap_reached") if event in written])
    assert told == [[], ["month_cap_near"], [], ["month_cap_reached"], [], ["month_cap_reached"], []]
