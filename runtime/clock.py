"""The time, handed to whoever needs it, so that tests can hold it still."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final, Protocol
from zoneinfo import ZoneInfo

MOROCCO: Final = "Africa/Casablanca"


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""
        return datetime.now(UTC)


def day_in_morocco(moment: datetime) -> date:
    """The day people in Morocco have at a moment: theirs begins an hour before it does in UTC, but not in Ramadan.

    Args:
        moment: Aware, in any zone.
    """
    return moment.astimezone(_morocco()).date()


@cache
def _morocco() -> ZoneInfo:
    return ZoneInfo(MOROCCO)


class FixedClock:
    """A clock that stands still until it is moved.

    Args:
        now: An aware time in any zone; told in UTC.

    Raises:
        ValueError: The time is naive: nobody could say which moment it means.
    """

    def __init__(self, now: datetime) -> None:
        self._now = _in_utc(now)

    def now(self) -> datetime:
        """The moment it stands at, aware and in UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move by so many seconds, backwards if negative."""
        self._now += timedelta(seconds=seconds)

    def set(self, now: datetime) -> None:
        """Stand at another moment.

        Raises:
            ValueError: The time is naive.
        """
        self._now = _in_utc(now)


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a time needs its zone: pass an aware datetime")
    return moment.astimezone(UTC)
