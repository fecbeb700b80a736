"""How fast a channel is sent to: so much a second over all people, and so often to one person.

The rate of a channel is kept in each sender's memory, as its share: MAALEM_SENDERS divides it. To share one count in
the database would cost a write for each message, and gain only that a sender could use what another leaves idle. The
rhythm for one person is kept in the database (`conversation.paced_until`), since any sender may have written last.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from runtime.settings import Settings

CLAIM_AHEAD_S: Final = 2.0
"""No more is taken in hand than can leave within so many seconds: others stay free for other senders."""
AT_ONCE: Final = 20
"""Messages of a channel under way at the same time, at most."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a channel allows.

    Attributes:
        per_s: Messages a second over all people, this sender's share; nothing: as fast as it goes.
        person_gap_s: Seconds between two messages to one person, in the long run.
        person_burst: Messages to one person that may leave at once, borrowed from later.
    """

    per_s: float | None = None
    person_gap_s: float = 0
    person_burst: int = 1

    @property
    def gap(self) -> timedelta:
        """Time that one message to a person uses up."""
        return timedelta(seconds=self.person_gap_s)

    @property
    def slack(self) -> timedelta:
        """How much of that time may be borrowed."""
        return self.gap * (self.person_burst - 1)

    @property
    def at_once(self) -> int:
        """How many messages are taken in hand together."""
        return AT_ONCE if self.per_s is None else max(1, min(AT_ONCE, int(self.per_s * CLAIM_AHEAD_S)))


class Gate:
    """Lets messages of one channel through, evenly."""

    def __init__(self, per_s: float | None) -> None:
        self._gap_s = 1 / per_s if per_s else 0.0
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until the next message may leave."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next)
        self._next = at + self._gap_s
        if at > now:
            await asyncio.sleep(at - now)


def pace_of(settings: Settings, channel: str) -> Pace:
    """What a channel allows, as its provider's documentation has it.

    Telegram: one message a second in a chat. WhatsApp: one in six seconds to one person, of which a burst of 45 may be
    borrowed (channel facts 1). An SMS has no rhythm of its own.
    """
    share = 1 / settings.senders
    match channel:
        case "telegram":
            return Pace(settings.telegram_rate * share, person_gap_s=1)
        case "whatsapp":
            return Pace(settings.whatsapp_rate * share, person_gap_s=6, person_burst=45)
        case "twilio-whatsapp":
            return Pace(settings.twilio_rate * share, person_gap_s=6, person_burst=45)
        case "twilio-sms":
            return Pace(settings.twilio_rate * share)
        case "sms":
            return Pace(settings.sms_rate * share)
        case _:
            return Pace()
