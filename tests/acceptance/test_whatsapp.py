"""An enrolment from hello to reference through WhatsApp's own door, by a person whose number disappears on the way."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from storage import journeys, tables
from storage.database import Database
from tests.acceptance.conftest import System, environment_of, free_port, running
from tests.fakes.telegram import FakeTelegram
from tests.fakes.whatsapp import APP_SECRET, NUMBER, PHONE, TOKEN, VERIFY_TOKEN, FakeWhatsApp

REFERENCE = re.compile(r"M\d{8}")
USER = "MA.1000000000000001"


@pytest.fixture
def whatsapp() -> Iterator[FakeWhatsApp]:
    """Meta's API; at the end nothing unexpected may have been asked of it."""
    with FakeWhatsApp() as fake:
        yield fake
        assert fake.failures == []


@pytest.fixture
def system(
    trained_model: Path, home: Path, database: Database, telegram: FakeTelegram, whatsapp: FakeWhatsApp
) -> Iterator[System]:
    """Gateway, worker and sender with WhatsApp, each a process of its own."""
    assert trained_model.is_file()
    environment = environment_of(home, free_port(), telegram) | {
        "MAALEM_WHATSAPP": "1",
        "MAALEM_WHATSAPP_NUMBER_ID": NUMBER,
        "MAALEM_WHATSAPP_TOKEN": TOKEN,
        "MAALEM_WHATSAPP_APP_SECRET": APP_SECRET,
        "MAALEM_WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
        "MAALEM_WHATSAPP_BASE_URL": whatsapp.url,
    }
    with running(home, telegram, database, environment) as system:
        yield system


@dataclass
class Person:
    """Somebody with a phone, whom WhatsApp shows by number, by id, or by both."""

    system: System
    whatsapp: FakeWhatsApp
    numbers: Iterator[int]
    shown_as: tuple[str, ...] = (PHONE,)
    sent: list[dict[str, Any]] = field(default_factory=list)

    def say(self, text: str) -> str:
        """Type something; the answer's text."""
        return self._send(type="text", text={"body": text})

    def tap(self, label: str) -> str:
        """Tap the button or row whose title holds `label`."""
        interactive = self.whatsapp.messages()[-1]["interactive"]
        action = interactive["action"]
        if interactive["type"] == "button":
            keys, kind = [button["reply"] for button in action["buttons"]], "button_reply"
        else:
            keys, kind = [row for section in action["sections"] for row in section["rows"]], "list_reply"
        (key,) = [key for key in keys if label in key["title"]]
        chosen = {"id": key["id"], "title": key["title"]}
        return self._send(type="interactive", interactive={"type": kind, kind: chosen})

    def _send(self, **said: Any) -> str:
        phone = next((one for one in self.shown_as if one.isdecimal()), None)
        user = next((one for one in self.shown_as if not one.isdecimal()), None)
        message = {"id": f"wamid.in{next(self.numbers)}", "timestamp": str(int(time.time())), **said}
        contact: dict[str, Any] = {"profile": {"name": "Prénom"}}
        for name, given, value in (("from", message, phone), ("wa_id", contact, phone), ("user_id", contact, user)):
            if value is not None:
                given[name] = value
        if user is not None:
            message["from_user_id"] = user
        body = self.whatsapp.body({"contacts": [contact], "messages": [message]})
        self.sent.append(body)
        before = len(self.whatsapp.messages())
        assert self.whatsapp.post(f"{self.system.url}/webhooks/whatsapp", body) == [200]
        self.system.until(lambda: len(self.whatsapp.messages()) > before, "an answer")
        (answer,) = self.whatsapp.messages()[before:]
        words: dict[str, Any] = answer["text"] if answer["type"] == "text" else answer["interactive"]["body"]
        return str(words.get("body") or words["text"])


def test_an_enrolment_through_whatsapp(system: System, whatsapp: FakeWhatsApp) -> None:
    """Typed, tapped by what buttons and lists carried; the number goes, and nothing is asked again.

    Each message is answered once and shown as read; statuses find their answers; what is repeated changes nothing.
    """
    system.until(system.ready, "gateway and worker")
    person = Person(system, whatsapp, itertools.count(100))
    assert "Bonjour" in person.say("Bonjour")
    person.tap("inscrire")
    person.shown_as = (PHONE, USER)
    person.tap("J'accepte")
    person.tap("Accompagnement")
    person.shown_as = (USER,)
    person.tap("Maître")
    person.say("Fatima Alaoui")
    person.say("Sefrou")
    person.tap("Tapis")
    person.say("mon numero est 45872")
    person.say("auto-entrepreneur")
    person.say("001561191000066")
    summary = person.say("oui en France et aux USA")
    assert "Fatima Alaoui" in summary
    assert "45872" in summary
    found = REFERENCE.search(person.tap("Confirmer"))
    assert found
    with system.database.read() as connection:
        filed = journeys.by_reference(connection, found.group())
    assert filed is not None
    assert filed.answers["phone"] == f"+{PHONE}"

    assert len(system.rows(tables.person)) == 1
    assert {row.address for row in system.rows(tables.identity)} == {PHONE, USER}
    assert {message.get("to") for message in whatsapp.messages()} == {PHONE}
    system.until(lambda: len(whatsapp.receipts()) == len(person.sent), "read receipts")
    _statuses_find_their_answers(system, whatsapp)
    _repeated_and_forged_change_nothing(system, whatsapp, person)


def _statuses_find_their_answers(system: System, whatsapp: FakeWhatsApp) -> None:
    """Out of order and twice, as Meta sends them; the month's count is that of the answers."""
    ids = [row.provider_message_id for row in system.rows(tables.outbox)]
    reports = [whatsapp.status(one, state) for one in ids for state in ("read", "sent", "delivered", "read")]
    assert set(whatsapp.post(f"{system.url}/webhooks/whatsapp", *reports)) == {200}
    assert {row.state for row in system.rows(tables.outbox)} == {"read"}
    shown = httpx.get(f"{system.url}/metrics", timeout=5).text
    assert f'maalem_month_messages{{channel="whatsapp",kind="delivered",line="{NUMBER}"}} {len(ids)}.0' in shown


def _repeated_and_forged_change_nothing(system: System, whatsapp: FakeWhatsApp, person: Person) -> None:
    """Meta repeats webhooks for a week, others invent them: neither is answered."""
    before = len(whatsapp.messages())
    assert set(whatsapp.post(f"{system.url}/webhooks/whatsapp", *person.sent)) == {200}
    raw, headers = whatsapp.webhook(whatsapp.message("Bonjour"), "another secret")
    forged = httpx.post(f"{system.url}/webhooks/whatsapp", content=raw, headers=headers, timeout=5)
    assert forged.status_code == 403
    person.say("merci")  # the next real message has exactly one answer
    assert len(whatsapp.messages()) == before + 1
