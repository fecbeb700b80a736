"""The month's cap: when a number has sent as much as may be paid for, only those who write themselves are answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from conversation import Purpose
from runtime.clock import Clock
from storage import charges
from storage.database import Database

LOOK_AGAIN: Final = timedelta(seconds=10)
"""How old the count may be: it is asked for with each message."""
NEAR: Final = 0.8
"""Share of the cap from which the log warns."""
CAP: Final = "cap"
"""Why a message was dropped."""


class Meter:
    """Watches one of our numbers.

    Args:
        database: Where what was delivered is counted.
        clock: The time.
        channel: Its channel.
        number: Which of our numbers, as the provider names it.
        cap: Messages delivered in a month from which only answers leave.
    """

    def __init__(self, database: Database, clock: Clock, channel: str, number: str, cap: int) -> None:
        self._database = database
        self._clock = clock
        self._key = (channel, number)
        self._cap = cap
        self._delivered = 0
        self._looked_at: datetime | None = None
        self._told = (0, "")

    def withholds(self, purpose: Purpose) -> str | None:
        """Why a message may not be sent this month: `CAP`, or nothing. Asked before each, for the log's sake too."""
        reached = self.look() >= self._cap
        return CAP if reached and purpose is not Purpose.ANSWER else None

    def look(self) -> int:
        """Messages delivered this month; the log is told once a month that the cap is near, and that it is reached."""
        now = self._clock.now()
        if self._looked_at is None or now - self._looked_at >= LOOK_AGAIN:
            with self._database.read() as connection:
                month = charges.of_month(connection, now).get(self._key)
            self._delivered = month.delivered if month else 0
            self._looked_at = now
            self._tell(f"{now:%Y-%m}")
        return self._delivered

    def _tell(self, month: str) -> None:
        level = 2 if self._delivered >= self._cap else 1 if self._delivered >= NEAR * self._cap else 0
        if level and (month != self._told[1] or level > self._told[0]):
            log = structlog.get_logger()
            tell, event = (log.error, "month_cap_reached") if level > 1 else (log.warning, "month_cap_near")
            tell(event, channel=self._key[0], delivered=self._delivered, cap=self._cap)
            self._told = (level, month)
