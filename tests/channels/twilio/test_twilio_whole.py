"""Gateway and sender as they run, and Twilio on the same machine: real sockets, real signatures, real threads."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from channels import sender
from channels.gateway import create_app
from channels.twilio import templates
from channels.twilio.payloads import PATHS, SMS, WHATSAPP
from channels.twilio.ways_out import remember
from conversation import Choice, Outbound, PersonKey
from runtime.clock import SystemClock
from runtime.settings import Settings, load_settings
from storage import migrate, outbox, people, tables
from storage.database import Database
from tests.channels.incoming import rows
from tests.channels.twilio.made_up import PERSON
from tests.channels.twilio.test_twilio_gateway import fate
from tests.fakes.twilio import SMS_FROM, WHATSAPP_FROM, Answer, FakeTwilio
from tests.fakes.twilio_account import ACCOUNT, TOKEN

MENU = Outbound("Votre choix ?", "fr", (Choice("Oui", "k7f2q", "1"), Choice("Non", "p3x9a", "2")))


def until(true: Callable[[], object]) -> None:
    """Wait until something holds, at most ten seconds."""
    for _ in range(500):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came about")


@pytest.fixture
def running(tmp_path: Path, twilio: FakeTwilio) -> Iterator[Settings]:
    """A gateway that Twilio reaches, and a sender; no worker: the tests answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = load_settings(
        home=tmp_path,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_whatsapp_from=WHATSAPP_FROM,
        twilio_sms_from=SMS_FROM,
        twilio_base_url=twilio.url,
        twilio_reconcile_every_min=0,
    )
    migrate.upgrade(settings.database_url)
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=port, log_level="error", ws="none"))
    stop = threading.Event()
    threads = [threading.Thread(target=server.run), threading.Thread(target=sender.run, args=(settings, stop))]
    for thread in threads:
        thread.start()
    until(lambda: server.started)
    yield settings
    server.should_exit = True
    stop.set()
    for thread in threads:
        thread.join(timeout=20)
    assert not any(thread.is_alive() for thread in threads)


def answer(settings: Settings, channel: str, message: Outbound) -> int:
    """Queue an answer to what the person has just written, as a worker does."""
    now = SystemClock().now()
    database = Database(settings.database_url)
    with database.begin() as connection:
        conversation_id = people.ensure(connection, PersonKey(channel, PERSON), now=now)
        connection.execute(tables.conversation.update().values(last_inbound_at=now))
        outbox_id = outbox.add(
            connection, message, conversation_id=conversation_id, channel=channel, address=PERSON, turn_id=None, now=now
        )
    database.close()
    return outbox_id


def test_a_talk_there_and_back(running: Settings, twilio: FakeTwilio) -> None:
    """A person writes, is answered with buttons, taps one; the reports of the answer come late and in disorder."""
    door = f"{running.public_url}{PATHS[WHATSAPP]}"
    sids = {}
    for name, content in templates.generic().items():
        sids[name] = twilio.state.new_sid("HX")
        twilio.state.contents[sids[name]] = {**content, "sid": sids[name]}
    database = Database(running.database_url)
    with database.begin() as connection:
        remember(connection, ACCOUNT, sids, now=SystemClock().now())
    database.close()

    assert twilio.write(door, twilio.message(f"whatsapp:{PERSON}", "سلام")) == 200
    outbox_id = answer(running, WHATSAPP, MENU)
    until(twilio.sent)
    (sent,) = twilio.sent()
    assert sent["ContentSid"] == sids[templates.buttons(2)]
    sid = twilio.state.messages[0]["sid"]
    until(lambda: fate(running, outbox_id)[0] == "sent")
    for status in ("read", "sent", "delivered", "read"):
        assert twilio.write(*twilio.report(sid, status)) == 200
    assert fate(running, outbox_id)[0] == "read"
    tap = twilio.message(f"whatsapp:{PERSON}", "Oui", ButtonText="Oui", ButtonPayload="k7f2q")
    assert twilio.write(door, tap) == 200
    assert [row.body.get("token") for row in rows(running)] == [None, "k7f2q"]


def test_an_sms_passes_twilios_trouble(running: Settings, twilio: FakeTwilio) -> None:
    """Refused once for haste and once for no reason, it is sent, once; the choices are numbered lines."""
    twilio.queue(Answer("POST Messages.json", 429, 20429, retry_after="1"))
    outbox_id = answer(running, SMS, MENU)
    until(twilio.sent)
    until(lambda: fate(running, outbox_id)[0] == "sent")
    (sent,) = twilio.sent()
    assert (sent["To"], sent["Body"]) == (PERSON, "Votre choix ?\n1 = Oui\n2 = Non")
    assert len(twilio.requests("POST Messages.json")) == 2


def test_webhooks_signed_for_another_address_are_refused(running: Settings, twilio: FakeTwilio) -> None:
    """The gateway's own port does not make a signature good."""
    form = twilio.message(f"whatsapp:{PERSON}", "x")
    door = f"{running.public_url}{PATHS[WHATSAPP]}"
    assert twilio.write(door, form, signed_for="https://bot.example.org" + PATHS[WHATSAPP]) == 403
    assert rows(running) == []
