"""WhatsApp's way in: only what Meta signed is read, what is kept is acknowledged, and the person sees that it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from runtime.clock import FixedClock
from runtime.settings import Settings, SettingsError, load_settings
from storage import migrate
from tests.channels.incoming import locked, rows, serving
from tests.fakes.whatsapp import APP_SECRET as SECRET
from tests.fakes.whatsapp import AT, NUMBER, PHONE, TOKEN, VERIFY_TOKEN, Answer, FakeWhatsApp

PATH = "/webhooks/whatsapp"


@pytest.fixture
def settings(tmp_path: Path, whatsapp: FakeWhatsApp) -> Settings:
    """A gateway for WhatsApp, on a database of this version."""
    settings = load_settings(
        home=tmp_path,
        whatsapp=True,
        whatsapp_number_id=NUMBER,
        whatsapp_token=TOKEN,
        whatsapp_app_secret=SECRET,
        whatsapp_verify_token=VERIFY_TOKEN,
        whatsapp_base_url=whatsapp.url,
        whatsapp_monthly_cap=2,
        webhook_max_bytes=1_000,
    )
    migrate.upgrade(settings.database_url)
    return settings


async def post(client: httpx.AsyncClient, whatsapp: FakeWhatsApp, body: Any, secret: str = SECRET) -> int:
    raw, headers = whatsapp.webhook(body, secret)
    return (await client.post(PATH, content=raw, headers=headers)).status_code


async def until(holds: Callable[[], Any]) -> None:
    for _ in range(200):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to be")


async def test_a_message_is_acknowledged_only_after_it_is_on_disk(
    settings: Settings, clock: FixedClock, whatsapp: FakeWhatsApp
) -> None:
    """While the row cannot be committed there is no answer; then it is shown as read, an answer as coming."""
    async with serving(settings, clock) as client:
        with locked(settings):
            posted = asyncio.create_task(post(client, whatsapp, whatsapp.message("سلام", message_id="wamid.1")))
            done, _ = await asyncio.wait({posted}, timeout=0.3)
            assert not done
            assert whatsapp.receipts() == []
        assert await posted == 200
        (row,) = rows(settings)
        await until(whatsapp.receipts)
    assert (row.channel, row.address, row.provider_message_id) == ("whatsapp", PHONE, "wamid.1")
    assert row.body["text"] == "سلام"
    (receipt,) = whatsapp.receipts()
    assert (receipt["message_id"], receipt["typing_indicator"]) == ("wamid.1", {"type": "text"})


async def test_each_person_sees_the_last_message_read_once(
    settings: Settings, clock: FixedClock, whatsapp: FakeWhatsApp
) -> None:
    """A burst of one person is one request; what is not answered, or came long ago, is none."""
    quick = [whatsapp.message("x", phone=phone, message_id=f"wamid.{n}") for n, phone in enumerate((PHONE, PHONE, "1"))]
    quick.append(whatsapp.message("", phone="2", message_id="wamid.r", type="reaction"))
    quick.append(whatsapp.message("old", phone="3", message_id="wamid.o", at=AT - 61))
    whole = {**quick[0], "entry": [entry for body in quick for entry in body["entry"]]}
    async with serving(settings, clock) as client:
        assert await post(client, whatsapp, whole) == 200
        await until(lambda: len(whatsapp.receipts()) == 2)
        await asyncio.sleep(0.05)
    assert sorted(one["message_id"] for one in whatsapp.receipts()) == ["wamid.1", "wamid.2"]
    assert len(rows(settings)) == 5


async def test_a_receipt_that_fails_costs_nothing(
    settings: Settings, clock: FixedClock, whatsapp: FakeWhatsApp, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two grey ticks: the message is kept all the same."""
    whatsapp.queue(Answer(status=500))
    async with serving(settings, clock) as client:
        assert await post(client, whatsapp, whatsapp.message("x")) == 200
        await until(lambda: "read_unshown" in "".join(capsys.readouterr()))
    assert len(rows(settings)) == 1


@pytest.mark.parametrize("secret", ["another", SECRET + "x", SECRET.upper()])
async def test_what_is_not_signed_by_meta_is_refused(
    settings: Settings, clock: FixedClock, whatsapp: FakeWhatsApp, secret: str
) -> None:
    """403, nothing kept, nothing asked of Meta."""
    async with serving(settings, clock) as client:
        assert await post(client, whatsapp, whatsapp.message("x"), secret) == 403
        raw, headers = whatsapp.webhook(whatsapp.message("x"))
        changed = await client.post(PATH, content=raw + b" ", headers=headers)
        unsigned = await client.post(PATH, content=raw)
    assert (changed.status_code, unsigned.status_code) == (403, 403)
    assert rows(settings) == []
    assert whatsapp.requests == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"object": "page"}',
        (
            b'{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": '
            b'{"messages": [{"type": "text"}]}}]}]}'
        ),
        b"[" * 100_000,
        b'{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "account_alerts", "value": 7}]}]}',
    ],
    ids=range(7),
)
async def test_what_can_never_be_read_does_not_come_back(
    settings: Settings, clock: FixedClock, whatsapp: FakeWhatsApp, body: bytes
) -> None:
    """Refused, Meta would bring it for seven days: 200, and it goes on."""
    async with serving(settings, clock) as client:
        assert await post(client, whatsapp, body) == 200
        assert await post(client, whatsapp, whatsapp.message("x")) == 200
    assert len(rows(settings)) == 1


async def test_a_body_as_large_as_meta_sends_is_taken(
    settings: Settings, clock: FixedClock, whatsapp: FakeWhatsApp
) -> None:
    """3 MB, whatever is set for the others; more is refused."""
    async with serving(settings, clock) as client:
        assert await post(client, whatsapp, whatsapp.message("x" * 3_000_000)) == 200
        assert await post(client, whatsapp, whatsapp.message("x" * 3_145_728)) == 413
    assert len(rows(settings)) == 1


async def test_a_replayed_webhook_is_one_message(settings: Settings, clock: FixedClock, whatsapp: FakeWhatsApp) -> None:
    """Meta repeats what it believes lost, also within other bodies."""
    first, second = whatsapp.message("1", message_id="wamid.1"), whatsapp.message("2", message_id="wamid.2")
    both = {**first, "entry": first["entry"] + second["entry"] + first["entry"]}
    async with serving(settings, clock) as client:
        for body in (first, first, both, second):
            assert await post(client, whatsapp, body) == 200
    assert [row.provider_message_id for row in rows(settings)] == ["wamid.1", "wamid.2"]


async def test_the_handshake_gives_the_challenge_back(settings: Settings, clock: FixedClock) -> None:
    """As plain text, to who knows the word; anybody else is refused."""
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "<b>1158201444</b>"}
    async with serving(settings, clock) as client:
        known = await client.get(PATH, params=query)
        strange = await client.get(PATH, params=query | {"hub.verify_token": "x"})
        bare = await client.get(PATH)
    assert (known.status_code, known.text) == (200, "<b>1158201444</b>")
    assert known.headers["content-type"].startswith("text/plain")
    assert (strange.status_code, bare.status_code) == (403, 403)


async def test_switched_off_there_is_no_webhook(clock: FixedClock, tmp_path: Path, whatsapp: FakeWhatsApp) -> None:
    """Without a secret nobody can be trusted: 404, also with a signature made of nothing."""
    settings = load_settings(home=tmp_path)
    migrate.upgrade(settings.database_url)
    async with serving(settings, clock) as client:
        assert await post(client, whatsapp, whatsapp.message("x"), "") == 404
        assert (await client.get(PATH)).status_code == 404
    assert rows(settings) == []


@pytest.mark.parametrize("missing", ["number_id", "token", "app_secret", "verify_token"])
def test_whatsapp_is_whole_or_off(missing: str) -> None:
    """Half a configuration stops the start, and says what is missing."""
    given: dict[str, Any] = {"number_id": NUMBER, "token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY_TOKEN}
    del given[missing]
    with pytest.raises(SettingsError, match=f"MAALEM_WHATSAPP_{missing.upper()}"):
        load_settings(whatsapp=True, **{f"whatsapp_{name}": value for name, value in given.items()})


async def test_what_was_delivered_is_counted_once(
    settings: Settings, clock: FixedClock, whatsapp: FakeWhatsApp
) -> None:
    """Statuses repeated and out of order, of messages we know or not: the figures show each message once."""
    statuses = [
        whatsapp.status(f"wamid.out{number}", state)
        for number, states in {
            1: ("read", "delivered", "sent", "read"),
            2: ("sent",),
            3: ("failed", "delivered"),
        }.items()
        for state in states
    ]
    async with serving(settings, clock) as client:
        for body in (*statuses, *reversed(statuses)):
            assert await post(client, whatsapp, body) == 200
        shown = (await client.get("/metrics")).text
    line = f'channel="whatsapp",kind="{{}}",line="{NUMBER}"'
    for kind in ("delivered", "billable"):
        assert f"maalem_month_messages{{{line.format(kind)}}} 2.0" in shown
    assert f'maalem_month_cap_reached{{channel="whatsapp",line="{NUMBER}"}} 1.0' in shown


async def test_what_concerns_the_account_is_logged_without_people(
    settings: Settings, clock: FixedClock, whatsapp: FakeWhatsApp, capsys: pytest.CaptureFixture[str]
) -> None:
    """A paused template is told by the field's name; unreadable parts by the field that is wrong."""
    paused = whatsapp.body({"event": "PAUSED"}, field="message_template_status_update")
    partly = whatsapp.message("khobz")
    partly["entry"][0]["changes"][0]["value"]["messages"].append({"from": "212677000000", "type": "text"})
    async with serving(settings, clock) as client:
        for body in (paused, partly):
            assert await post(client, whatsapp, body) == 200
        await until(whatsapp.receipts)
    written = "".join(capsys.readouterr())
    assert "message_template_status_update" in written
    assert "id_is_not_an_id" in written
    for secret in ("khobz", PHONE, "212677000000", TOKEN, SECRET, "Prénom"):
        assert secret not in written


def test_the_fake_signs_as_meta_does(whatsapp: FakeWhatsApp) -> None:
    """Letters outside ASCII are escaped in small letters, slashes too: what is signed are these bytes."""
    raw, headers = whatsapp.webhook({"text": "س/é"})
    assert raw == rb'{"text":"\u0633\/\u00e9"}'
    assert json.loads(raw) == {"text": "س/é"}
    assert headers["x-hub-signature-256"].startswith("sha256=")
