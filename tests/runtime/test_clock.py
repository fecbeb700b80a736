"""Clocks tell aware times in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from runtime.clock import FixedClock, SystemClock, day_in_morocco


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    """No naive time ever enters the bot."""
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


def test_a_fixed_clock_stands_until_moved(clock: FixedClock) -> None:
    """Two looks give the same moment; moving it is exact."""
    before = clock.now()
    assert clock.now() == before
    clock.advance(90)
    assert clock.now() - before == timedelta(seconds=90)
    clock.set(before)
    assert clock.now() == before


def test_a_fixed_clock_tells_utc_whatever_it_was_given() -> None:
    """Morocco's hour is turned into UTC."""
    clock = FixedClock(datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_a_naive_time_is_refused(clock: FixedClock) -> None:
    """Nobody could say which moment it means."""
    naive = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - the naive one is the case
    with pytest.raises(ValueError, match="zone"):
        FixedClock(naive)
    with pytest.raises(ValueError, match="zone"):
        clock.set(naive)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 25, 22, 59, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 11, 25, 23, 0, tzinfo=UTC), date(2026, 11, 26)),
        (datetime(2026, 2, 20, 23, 30, tzinfo=UTC), date(2026, 2, 20)),  # Ramadan: an hour back
    ],
)
def test_the_day_is_that_of_morocco(moment: datetime, day: date) -> None:
    """Shortly before midnight in UTC it is tomorrow already, except in Ramadan."""
    assert day_in_morocco(moment) == day
