"""What an action may touch while its turn runs: the open transaction, the person, the facts, the clock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from conversation import Inbound, Surface
from knowledge import Knowledge
from runtime.clock import day_in_morocco
from storage import conversations


@dataclass(slots=True)
class TurnContext:
    """One turn, as its actions see it.

    Attributes:
        connection: The turn's transaction; whatever is written commits with the reply or not at all.
        person_id: Who talks; changes within the turn when everything about them is erased.
        conversation_id: Where.
        channel: Name of the way the messages travel.
        address: The person's opaque id on it.
        surface: What the person looks at.
        language: Language of the replies; an action may change it.
        inbound: The message being answered.
        media_id: Row of the file that came with it, which is being fetched.
        now: The present, aware UTC.
        knowledge: Facts and look-ups.
        consent_version: Version of the consent text.
        controller: Name of the public body responsible for the data, if it is set.
        resume_after_h: Hours of silence after which a journey asks "shall we go on?".
        phone: The person's own number (E.164), as far as known.
        away_h: Hours since the person wrote before this turn.
        offered: Choices shown under the last message.
        rng: Where reference numbers are drawn from.
        erased: Set when the person had everything erased in this turn.
        met_before: Whether the person has written before this turn.
        asked: Set by an action that asked something of its own: the journey then does not put its question again.
        topic: Intent and topic of the last question answered, for "more" and "source" in a person's own words.
        unclear_count: Messages not understood in a row, before this one.
        turn_inbox_ids: Rows of the inbox that this turn closes.
    """

    connection: sa.Connection
    person_id: int
    conversation_id: int
    channel: str
    address: str
    surface: Surface
    language: str
    inbound: Inbound
    now: datetime
    knowledge: Knowledge
    consent_version: str
    resume_after_h: float
    controller: str | None = None
    phone: str | None = None
    away_h: float = 0
    offered: int = 0
    rng: random.Random = field(default_factory=random.SystemRandom)
    erased: bool = False
    met_before: bool = False
    asked: bool = False
    topic: tuple[str, str] | None = None
    unclear_count: int = 0
    turn_inbox_ids: tuple[int, ...] = ()
    media_id: int | None = None

    @property
    def today(self) -> date:
        """The day in Morocco."""
        return day_in_morocco(self.now)

    def last_said(self) -> list[dict[str, Any]]:
        """The stored answers of the turn before, for "say it again"."""
        return conversations.last_replies(self.connection, self.conversation_id)


_current: Final[ContextVar[TurnContext]] = ContextVar("turn")


def current() -> TurnContext:
    """The running turn.

    Raises:
        LookupError: No turn is running: an action was called from outside.
    """
    return _current.get()


@contextmanager
def running(context: TurnContext) -> Iterator[TurnContext]:
    """Make `context` the running turn for the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
