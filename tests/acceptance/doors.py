"""Providers of a busy hour, as people, the gateway and the sender meet them: their moods, and what people see."""

from __future__ import annotations

import json
import random
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Final

from tests.acceptance.lives import ANSWER_S
from tests.fakes import telegram, whatsapp
from tests.fakes.telegram import FakeTelegram
from tests.fakes.whatsapp import FakeWhatsApp
from tests.updates import HEADERS, text_update

ONE_IN: Final = 6
"""One send in so many goes wrong."""
SLOW_S: Final = ANSWER_S + 0.5
"""Longer than a sender waits for an answer."""
REPORTS: Final = ("read", "sent", "delivered", "delivered", "sent")
"""Of every message on WhatsApp: out of order, and some twice."""


@dataclass(frozen=True)
class Webhook:
    """A message as its provider brings it."""

    message_id: str
    path: str
    body: bytes
    headers: dict[str, str]


class Door(ABC):
    """A provider, as people, the gateway and the sender meet it."""

    @abstractmethod
    def address(self, person: int) -> str:
        """What the bot knows them by."""

    @abstractmethod
    def brought(self, number: int, person: int, text: str) -> Webhook:
        """What somebody writes."""

    @abstractmethod
    def shown(self, person: int) -> list[str]:
        """What they see, oldest first."""

    @abstractmethod
    def queue_weather(self, rng: random.Random, sends: int) -> None:
        """Have every mood of the provider come in some `sends`: throttled, broken, cut off, too slow, taken and not."""


@dataclass
class TelegramDoor(Door):
    """Telegram: buttons in place, no reports."""

    fake: FakeTelegram

    def address(self, person: int) -> str:
        """The chat."""
        return str(person)

    def brought(self, number: int, person: int, text: str) -> Webhook:
        """An update."""
        body = json.dumps(text_update(number, person, text)).encode()
        return Webhook(str(number), "/webhooks/telegram", body, HEADERS)

    def shown(self, person: int) -> list[str]:
        """In one chat."""
        return [str(message["text"]) for message in self.fake.messages(person)]

    def queue_weather(self, rng: random.Random, sends: int) -> None:
        """As the Bot API says it."""
        send = "sendMessage"
        faults = [
            *(telegram.Answer(send, cut="before"), telegram.Answer(send, cut="after")),
            *(telegram.Answer(send, 500), telegram.Answer(send, 502)),
            telegram.Answer(send, 429, "Too Many Requests", retry_after=1),
        ]
        slow = [telegram.Answer(send, delay_s=SLOW_S), telegram.Answer(send, delay_s=SLOW_S, cut="before")]
        self.fake.queue(*_weather(rng, sends, telegram.Answer(send), faults, slow))


@dataclass
class WhatsAppDoor(Door):
    """WhatsApp: reports on everything, in any order and twice."""

    fake: FakeWhatsApp

    def address(self, person: int) -> str:
        """The number."""
        return f"2126{person:08d}"

    def brought(self, number: int, person: int, text: str) -> Webhook:
        """A notification, signed."""
        message_id = f"wamid.in{number}"
        body = self.fake.message(text, phone=self.address(person), message_id=message_id, at=int(time.time()))
        return Webhook(message_id, "/webhooks/whatsapp", *self.fake.webhook(body))

    def shown(self, person: int) -> list[str]:
        """To one number."""
        seen = self.fake.messages(self.address(person))
        return [
            str(one["text"]["body"] if one["type"] == "text" else one["interactive"]["body"]["text"]) for one in seen
        ]

    def queue_weather(self, rng: random.Random, sends: int) -> None:
        """As the Graph API says it."""
        send = "messages"
        faults = [
            *(whatsapp.Answer(send, cut="before"), whatsapp.Answer(send, cut="after")),
            *(whatsapp.Answer(send, 500, 131000), whatsapp.Answer(send, 502)),
            whatsapp.Answer(send, 429, 130429, retry_after=1),
        ]
        slow = [whatsapp.Answer(send, delay_s=SLOW_S), whatsapp.Answer(send, delay_s=SLOW_S, cut="before")]
        self.fake.queue(*_weather(rng, sends, whatsapp.Answer(send), faults, slow))


def _weather(rng: random.Random, sends: int, usual: Any, faults: list[Any], slow: list[Any]) -> list[Any]:
    """What the provider does with each send of the hour, in its order; with what is tried again there are more."""
    hour = [rng.choice(faults) if rng.randrange(ONE_IN) == 0 else usual for _ in range(sends * 3 // 2)]
    for one in slow:
        hour.insert(rng.randrange(sends), one)
    return hour
