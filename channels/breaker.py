"""Pauses a channel whose provider is in trouble: messages wait, one at a time is sent to see, and nobody is lost.

What is counted stands in this process; that a channel is paused stands in the database (storage/ways.py), for all
senders and for whoever looks.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
import structlog

from channels.errors import ErrorCode, SendFailed
from channels.outcomes import OF_EVERYBODY, OPEN_AFTER, SUSPENDED_S, TROUBLE
from storage import ways
from storage.ways import Way

FIRST_PAUSE_S: Final = 10.0
LONGEST_PAUSE_S: Final = 120.0
"""A channel is paused for 10, 20, 40 … seconds with jitter, at most two minutes at a time."""
PROBE_S: Final = 60.0
"""How long others leave it to one sender to see whether the trouble is over, seconds."""


@dataclass(slots=True)
class Breaker:
    """One channel, as one sender sees it.

    Attributes:
        paused: Whether it is paused, a probe under way included.
    """

    channel: str
    paused: bool = False
    _probing: bool = False
    _failures: int = 0
    _people: set[str] = field(default_factory=set)
    _limited: tuple[str, datetime] | None = None

    def most(self, way: Way, at_once: int, *, now: datetime) -> int:
        """How many messages may be taken in hand now."""
        self.paused = way.reason is not None
        self._probing = self.paused and way.until is not None and way.until <= now
        if not self.paused:
            return at_once
        return 1 if self._probing else 0

    def alive(self, connection: sa.Connection) -> None:
        """The provider has given a proper answer, be it a refusal."""
        self._failures = 0
        self._people.clear()
        if self.paused and self._probing and ways.reopen(connection, self.channel):
            structlog.get_logger().info("channel_open_again", channel=self.channel)
        if self._probing:
            self.paused = self._probing = False

    def failed(self, connection: sa.Connection, failure: SendFailed, address: str, *, now: datetime) -> None:
        """Take note of a failure, and pause the channel where it is everybody's."""
        wait_s = self._pause_s(failure, address, now)
        if wait_s is None:
            return
        way = ways.look(connection, self.channel)
        if failure.code in TROUBLE:
            wait_s *= min(2**way.times, LONGEST_PAUSE_S / FIRST_PAUSE_S)
        ways.pause(connection, self.channel, failure.code, until=now + timedelta(seconds=wait_s), now=now)
        self.paused, self._probing, self._failures = True, False, 0
        self._people.clear()
        structlog.get_logger().error(
            "channel_paused",
            channel=self.channel,
            code=str(failure.code),
            provider_code=failure.provider_code,
            wait_s=round(wait_s, 1),
        )

    def _pause_s(self, failure: SendFailed, address: str, now: datetime) -> float | None:
        """For how long the channel must rest now, seconds, before it is made longer for trouble that goes on."""
        if failure.code is ErrorCode.SUSPENDED:
            return SUSPENDED_S
        if failure.code is ErrorCode.RATE_LIMITED:
            return self._limit_s(failure, address, now)
        if failure.code not in TROUBLE:
            return None
        self._failures += 1
        self._people.add(address)
        # One message that a provider cannot digest must not hold up the others.
        everybody = failure.code in OF_EVERYBODY or len(self._people) > 1
        if self._probing or (not self.paused and everybody and self._failures >= OPEN_AFTER):
            return FIRST_PAUSE_S * (0.5 + random.random() / 2)  # noqa: S311 - jitter
        return None

    def _limit_s(self, failure: SendFailed, address: str, now: datetime) -> float | None:
        """The wait a provider asks for, where it means everybody: it says so, or asks two people's messages at once."""
        wait_s = failure.retry_after_s or FIRST_PAUSE_S
        before, self._limited = self._limited, (address, now + timedelta(seconds=wait_s))
        if self.paused and not self._probing:
            return None
        two = before is not None and before[0] != address and before[1] > now
        return wait_s if failure.everyone or two or self._probing else None
