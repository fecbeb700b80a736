"""One message's whole way, and an enrolment from hello to reference, through Telegram's own door."""

from __future__ import annotations

import itertools
import re
import signal
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil

from knowledge.reference import Reference, read_reference
from storage import journeys, tables
from tests.acceptance.conftest import System
from tests.updates import HEADERS, contact_update, photo_update, tap_update, text_update

MOST_MESSAGES = 14
REFERENCE = re.compile(r"M\d{8}")


@dataclass
class Person:
    """Somebody with a phone: sends updates, sees messages, taps what is shown."""

    system: System
    chat: int
    updates: itertools.count[int]
    sent: int = 0
    taps: list[str] = field(default_factory=list)

    def say(self, text: str) -> str:
        """Type something; the answer's text."""
        return self._send(text_update(next(self.updates), self.chat, text))

    def tap(self, label: str) -> str:
        """Tap the button whose label holds `label`."""
        rows = self._shown()[-1]["reply_markup"]["inline_keyboard"]
        keys = {key["text"]: key["callback_data"] for row in rows for key in row}
        (token,) = [token for text, token in keys.items() if label in text]
        update = tap_update(next(self.updates), self.chat, token)
        self.taps.append(update["callback_query"]["id"])
        return self._send(update)

    def share_phone(self, phone: str) -> str:
        """Tap the button that shares the own number."""
        keys = [key for row in self._shown()[-1]["reply_markup"]["keyboard"] for key in row]
        assert any(key.get("request_contact") for key in keys)
        return self._send(contact_update(next(self.updates), self.chat, phone))

    def send_photo(self, file_id: str) -> str:
        """Send a photo; the answer's text."""
        return self._send(photo_update(next(self.updates), self.chat, file_id))

    def _shown(self) -> list[dict[str, Any]]:
        return self.system.telegram.messages(self.chat)

    def _send(self, update: dict[str, Any]) -> str:
        before = len(self._shown())
        self.sent += 1
        assert self.system.post(update) == 200
        self.system.until(lambda: len(self._shown()) > before, "an answer")
        assert len(self._shown()) == before + 1
        return str(self._shown()[-1]["text"])


def test_an_enrolment_through_telegram(system: System) -> None:
    """From hello to the reference: typed, tapped by what the buttons carried, the number shared; each answered once.

    Then every process ends cleanly when asked, at once.
    """
    system.until(system.ready, "gateway and worker")
    person = Person(system, 4711, itertools.count(100))
    assert "Bonjour" in person.say("Bonjour")
    person.tap("inscrire")
    person.tap("J'accepte")
    person.tap("Accompagnement")
    person.tap("Maître")
    person.say("Fatima Alaoui")
    person.say("Sefrou")
    person.tap("Tapis")
    person.say("mon numero est 45872")
    person.say("auto-entrepreneur")
    person.say("001561191000066")
    person.say("oui en France et aux USA")
    summary = person.share_phone("212612345678")
    assert "Fatima Alaoui" in summary
    assert "45872" in summary
    final = person.tap("Confirmer")
    found = REFERENCE.search(final)
    assert found, final
    assert isinstance(read_reference(found.group()), Reference)
    assert person.sent <= MOST_MESSAGES
    with system.database.read() as connection:
        filed = journeys.by_reference(connection, found.group())
    assert filed is not None
    assert filed.answers["person_name"] == "Fatima Alaoui"
    assert filed.answers["phone"] == "+212612345678"

    system.until(lambda: len(system.telegram.requests("answerCallbackQuery")) == len(person.taps), "answered taps")
    stopped = [one.params["callback_query_id"] for one in system.telegram.requests("answerCallbackQuery")]
    assert sorted(stopped) == sorted(person.taps)
    assert {row.state for row in system.rows(tables.outbox)} == {"sent"}
    assert {row.unanswered for row in system.rows(tables.outbox)} == {0}
    _replayed_and_forged_change_nothing(system, person)
    _a_photo_is_kept_until_it_is_erased(system, person)
    _every_process_ends_when_asked(system)


def _replayed_and_forged_change_nothing(system: System, person: Person) -> None:
    """Telegram repeats updates, others invent them: neither is answered."""
    before = len(system.telegram.messages())
    for number in range(100, 100 + person.sent):
        assert system.post(text_update(number, person.chat, "Bonjour")) == 200
    for secret in ("", "wrong"):
        headers = HEADERS | {"X-Telegram-Bot-Api-Secret-Token": secret}
        forged = text_update(900, person.chat, "Bonjour")
        assert httpx.post(f"{system.url}/webhooks/telegram", json=forged, headers=headers).status_code == 403
    person.say("merci")  # the next real message has exactly one answer
    assert len(system.telegram.messages()) == before + 1
    assert len(system.rows(tables.inbox)) == person.sent


def _a_photo_is_kept_until_it_is_erased(system: System, person: Person) -> None:
    """Fetched from Telegram to the disk beside the answer, and gone from there once the person wishes it."""
    content = b"\xff\xd8\xff\xe0 made up"
    assert person.send_photo(system.telegram.keep_file(content))

    def on_disk() -> list[bytes]:
        return [path.read_bytes() for path in (system.home / "files").rglob("*") if path.is_file()]

    system.until(lambda: on_disk() == [content], "the photo on disk")
    system.until(lambda: [row.state for row in system.rows(tables.media)] == ["stored"], "the photo's row")
    person.say("efface toutes mes données")
    person.say("oui")
    system.until(lambda: on_disk() == [], "the photo deleted")
    assert system.rows(tables.media) == []


def _every_process_ends_when_asked(system: System) -> None:
    """SIGTERM: done within seconds, without an error."""
    pids = [system.processes.pid(name) for name in ("gateway", "worker-1", "sender-1")]
    living = [psutil.Process(pid) for pid in pids if pid is not None]
    assert len(living) == 3
    started = time.monotonic()
    for process in living:
        process.send_signal(signal.SIGTERM)
    codes = [system.processes._children[index].process for index in range(3)]
    assert [one.wait(8) for one in codes if one is not None] == [0, 0, 0]
    assert time.monotonic() - started < 8
