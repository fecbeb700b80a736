"""A person who talks to the real bot: trained model, real database, real answers; only the phone is missing."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field

from app.fits import fits
from bot.engine.turn import Engine
from channels.simulator.view import view
from channels.sms.render import render as render_sms
from channels.sms.segments import measure
from conversation import (
    Attachment,
    AttachmentKind,
    Choice,
    Inbound,
    InboundKind,
    Location,
    Outbound,
    PersonKey,
    SharedContact,
    Surface,
)
from runtime.clock import FixedClock
from storage import inbox, outbox
from storage.database import Database

MAX_SEGMENTS = 3
_numbers = itertools.count(1)


@dataclass
class Talk:
    """One person's conversation.

    Attributes:
        sent: Messages the person has sent.
        transcript: Both sides, to read aloud when a test fails.
    """

    engine: Engine
    database: Database
    clock: FixedClock
    surface: Surface = Surface.WHATSAPP
    address: str = "+212612345678"
    sent: int = 0
    transcript: list[str] = field(default_factory=list)
    last: Outbound | None = None

    @property
    def person(self) -> PersonKey:
        """Who talks, as the channel knows them."""
        return PersonKey(f"simulator-{self.surface}", self.address)

    def say(self, text: str) -> str:
        """Type something; the answer's text."""
        return self.send(self.inbound(InboundKind.TEXT, text=text), shown=text)

    def pick(self, label: str) -> str:
        """Tap the choice whose label holds `label`; on SMS its number is typed."""
        choice = self.choice(label)
        if self.surface is Surface.SMS:
            return self.say(choice.key)
        return self.tap(choice)

    def tap(self, choice: Choice) -> str:
        """Tap a choice, however old."""
        return self.send(
            self.inbound(InboundKind.CHOICE, text=choice.label, token=choice.token), shown=f"[{choice.label}]"
        )

    def choice(self, label: str) -> Choice:
        """The choice of the last answer whose label holds `label`."""
        assert self.last is not None
        for choice in self.last.choices:
            if label in choice.label:
                return choice
        raise AssertionError(f"No choice {label!r} in:\n" + "\n".join(self.transcript[-2:]))

    def photo(self) -> str:
        """Send a photo."""
        attachment = Attachment(AttachmentKind.PHOTO, "ref")
        return self.send(self.inbound(InboundKind.MEDIA, attachment=attachment), shown="[photo]")

    def place(self, latitude: float, longitude: float) -> str:
        """Share a place on the map."""
        where = Location(latitude, longitude)
        return self.send(self.inbound(InboundKind.LOCATION, location=where), shown="[place]")

    def contact(self, phone: str, *, own: bool = True) -> str:
        """Share a phone number."""
        return self.send(self.inbound(InboundKind.CONTACT, contact=SharedContact(phone, own)), shown="[contact]")

    def inbound(self, kind: InboundKind, **more: object) -> Inbound:
        """A message of this person, now."""
        return Inbound(self.person, f"t{next(_numbers)}", kind, self.clock.now(), **more)  # type: ignore[arg-type] # named fields

    def send(self, *inbounds: Inbound, shown: str = "") -> str:
        """Let messages reach the bot together, and answer them."""
        self.sent += len(inbounds)
        self.transcript.append(f"> {shown or ' / '.join(one.text for one in inbounds)}")
        with self.database.begin() as connection:
            inbox.store(connection, inbounds, received_at=self.clock.now())
            claim = inbox.claim(connection, owner="test", now=self.clock.now(), lease_s=20)
            assert claim is not None
            waiting = inbox.take(connection, claim, owner="test")
            turn_id = asyncio.run(self.engine.run(connection, claim.conversation_id, waiting, now=self.clock.now()))
            replies = outbox.replies_to_turn(connection, turn_id) if turn_id is not None else []
        self.clock.advance(20)
        if not replies:
            self.last = None
            self.transcript.append("< (nothing)")
            return ""
        assert len(replies) == 1, "one bubble a turn"
        outbound = replies[0][1]
        self._check(outbound)
        self.last = outbound
        self.transcript.append("< " + self.shown(outbound))
        return outbound.text

    def _check(self, outbound: Outbound) -> None:
        """What holds for every answer on this surface."""
        if self.surface is Surface.SMS:
            parts = [payload.text for payload in render_sms(outbound)]
            segments = sum(measure(part).segments for part in parts)
            assert segments <= MAX_SEGMENTS, f"{segments} segments:\n" + "\n".join(parts)
        assert fits(outbound, self.surface), f"does not fit {self.surface}:\n{outbound.text}"
        assert view(outbound, self.surface, 1, self.clock.now())["text"]

    def shown(self, outbound: Outbound) -> str:
        """An answer with its choices, for reading."""
        return "\n  ".join([outbound.text, *(f"{choice.key} = {choice.label}" for choice in outbound.choices)])
