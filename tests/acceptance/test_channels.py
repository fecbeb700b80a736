"""One bot, five channels: the same question and answer through each provider's own door, and photos that are kept."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from storage import tables
from storage.database import Database
from tests.acceptance.conftest import System, environment_of, free_port, running
from tests.fakes.known import FAKES
from tests.fakes.serving import FakeServer
from tests.fakes.telegram import FakeTelegram
from tests.updates import SECRET

WISH = "je veux m'inscrire au programme"
CONSENT = "\nAcceptez-vous ?"
FOLLOWING = "Que voulez-vous du programme ?"
PHOTO = b"\xff\xd8\xff\xe0 made up "


@dataclass(frozen=True)
class Phone:
    """Somebody at one channel.

    Attributes:
        channel: Its name.
        fake: Its provider.
        sender: Who they are, as the provider writes it.
        words: What the provider shows → its words; nothing for what another person sees.
        numbered: Whether choices come as numbered lines, not as buttons.
    """

    channel: str
    fake: FakeServer[Any]
    sender: str
    words: Callable[[Any], str | None]
    numbered: bool = False

    def say(self, system: System, **said: str) -> str:
        """Send something; the answer's words."""
        before = self._shown()
        (status,) = self.fake.receive({"from": self.sender, **said})
        assert status == 200
        system.until(lambda: len(self._shown()) > len(before), f"an answer on {self.channel}")
        (answer,) = self._shown()[len(before) :]
        return answer

    def _shown(self) -> list[str]:
        return [words for one in self.fake.seen() if (words := self.words(one)) is not None]


def _on_whatsapp(message: Any) -> str:
    if message["type"] == "text":
        return str(message["text"]["body"])
    return str(message["interactive"]["body"]["text"])


@pytest.fixture
def fakes(telegram: FakeTelegram) -> Iterator[dict[str, FakeServer[Any]]]:
    """Every provider; at the end nothing unexpected was asked of any, and we have acknowledged everything."""
    with ExitStack() as stack:
        found: dict[str, FakeServer[Any]] = {"telegram": telegram}
        for fake in FAKES:
            if fake.name in {"whatsapp", "twilio", "kannel"}:
                found[fake.name] = stack.enter_context(fake.make(0))
        yield found
        assert {name: fake.failures for name, fake in found.items()} == {name: [] for name in found}


@pytest.fixture
def system(
    trained_model: Path, home: Path, database: Database, telegram: FakeTelegram, fakes: dict[str, FakeServer[Any]]
) -> Iterator[System]:
    """Gateway, worker and sender with every provider, each a process of its own; the settings are those shown."""
    assert trained_model.is_file()
    port = free_port()
    environment = environment_of(home, port, telegram)
    for fake in FAKES:
        if fake.name in fakes.keys() - {"telegram"}:
            fakes[fake.name].callback = f"http://127.0.0.1:{port}"
            environment |= {f"MAALEM_{name}": value for name, value in fake.settings(fakes[fake.name]).items()}
    telegram.webhook = {"url": f"http://127.0.0.1:{port}/webhooks/telegram", "secret_token": SECRET}
    with running(home, telegram, database, environment) as system:
        yield system


@pytest.fixture
def phones(fakes: dict[str, FakeServer[Any]]) -> list[Phone]:
    """Five people."""

    def by_twilio(to: str) -> Callable[[Any], str | None]:
        return lambda message: str(message["body"]) if message["to"] == to else None

    return [
        Phone("telegram", fakes["telegram"], "4711", lambda message: str(message["text"])),
        Phone("whatsapp", fakes["whatsapp"], "212600000001", _on_whatsapp),
        Phone(
            "twilio-whatsapp",
            fakes["twilio"],
            "whatsapp:+212600000002",
            by_twilio("whatsapp:+212600000002"),
            numbered=True,
        ),
        Phone("twilio-sms", fakes["twilio"], "+212600000003", by_twilio("+212600000003"), numbered=True),
        Phone("sms", fakes["kannel"], "0600000004", lambda message: str(message.text), numbered=True),
    ]


def test_the_same_bot_on_every_channel(system: System, phones: list[Phone]) -> None:
    """A wish, the question of consent, the answer, the next question; then photos where there are photos.

    All five stand at the same question afterwards, every answer was shown once, and the providers' reports came home.
    """
    system.until(system.ready, "gateway and worker")
    for phone in phones:
        question, choices = phone.say(system, text=WISH).split(CONSENT)
        assert ("1 = J'accepte" in choices) is phone.numbered
        assert phone.say(system, text="1" if phone.numbered else "J'accepte").startswith(FOLLOWING)
        assert "l'équipe" in question
    talks = system.rows(tables.conversation)
    assert {row.channel for row in system.rows(tables.identity)} == {phone.channel for phone in phones}
    slots = [(talk.tracker["slots"]["consent"], talk.tracker["slots"]["requested_slot"]) for talk in talks]
    assert slots == [("accept", "track")] * 5
    assert {row.state for row in system.rows(tables.inbox)} == {"done"}

    def at_home() -> bool:
        told = {"telegram": "sent"}  # which reports nothing
        return all(row.state == told.get(row.channel, "delivered") for row in system.rows(tables.outbox))

    system.until(at_home, "every report")
    assert len(system.rows(tables.outbox)) == 2 * len(phones)
    _photos_are_kept(system, [phone for phone in phones if not phone.channel.endswith("sms")])


def _photos_are_kept(system: System, phones: list[Phone]) -> None:
    """Answered at once, and on disk as they were sent."""
    sent = [PHOTO + phone.channel.encode() for phone in phones]
    for phone, photo in zip(phones, sent, strict=True):
        assert phone.say(system, photo=base64.b64encode(photo).decode())

    def on_disk() -> list[bytes]:
        return sorted(path.read_bytes() for path in (system.home / "files").rglob("*") if path.is_file())

    system.until(lambda: on_disk() == sorted(sent), "the photos on disk")
    system.until(lambda: [row.state for row in system.rows(tables.media)] == ["stored"] * 3, "their rows")
