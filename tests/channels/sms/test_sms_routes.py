"""The webhooks of an SMS gateway: only it is heard, what it brings is on disk before it hears so, repeats fall out."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa

from channels.sender import Sender, run
from channels.sms.adapter import SmsAdapter
from channels.sms.render import render
from channels.ways_out import Channel
from conversation import Outbound, PersonKey
from runtime.clock import FixedClock, SystemClock
from runtime.settings import Settings, SettingsError, load_settings
from storage import migrate, outbox, people, tables
from storage.database import Database
from tests.channels.incoming import locked, rows, serving
from tests.fakes.serving import Call
from tests.fakes.sms_gateway import SECRET, FakeSmsGateway
from tests.fakes.sms_shapes import PASSWORD, SHORT_CODE, USER

PHONE = "+212600000001"


def given(tmp_path: Path, fake: FakeSmsGateway, **more: Any) -> Settings:
    values: dict[str, Any] = {
        "home": tmp_path,
        "sms_gateway": fake.style,
        "sms_url": fake.url,
        "sms_user": USER,
        "sms_password": PASSWORD,
        "sms_sender": SHORT_CODE,
        "sms_secret": SECRET,
        "sms_callback_url": "http://127.0.0.1:8000",
        "webhook_max_bytes": 10_000,
    } | more
    settings = load_settings(**values)
    migrate.upgrade(settings.database_url)
    return settings


@pytest.fixture
def settings(tmp_path: Path, gateway: FakeSmsGateway) -> Settings:
    """A gateway process for this SMS gateway, on a database of this version."""
    return given(tmp_path, gateway)


async def made(client: httpx.AsyncClient, call: Call) -> httpx.Response:
    """The SMS gateway's request, as it would make it."""
    address = urlsplit(call.url)
    headers = {"content-type": "application/x-www-form-urlencoded"} if call.body else {}
    return await client.request(
        call.method, f"{address.path}?{address.query}", content=call.body or None, headers=headers
    )


def acknowledged(fake: FakeSmsGateway, response: httpx.Response) -> bool:
    return response.status_code == 200 and response.text == {"kannel": "", "jasmin": "ACK/Jasmin"}[fake.style]


@pytest.mark.parametrize("text", ["bghit ntsejel", "بغيت نتسجل 👍", ""])
async def test_a_message_is_kept_and_acknowledged(
    settings: Settings, clock: FixedClock, gateway: FakeSmsGateway, text: str
) -> None:
    """In the words that this make wants to hear; Kannel would send any other on to the person."""
    async with serving(settings, clock) as client:
        assert acknowledged(gateway, await made(client, gateway.written(PHONE, text)))
    (row,) = rows(settings)
    assert (row.channel, row.address, row.body.get("text", "")) == ("sms", PHONE, text)


async def test_a_repeat_is_one_message(settings: Settings, clock: FixedClock, gateway: FakeSmsGateway) -> None:
    """The same request again is acknowledged and not kept again; the same words a second later are kept."""
    first = gateway.written(PHONE, "1", at=1_795_424_400)
    second = gateway.written(PHONE, "1", at=1_795_424_401)
    async with serving(settings, clock) as client:
        for call in (first, first, second, first):
            assert acknowledged(gateway, await made(client, call))
    assert len(rows(settings)) == 2


@pytest.mark.parametrize("path", ["/webhooks/sms", "/webhooks/sms/report"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", ["", "secret=wrong", "secret=", f"secret={SECRET}x"])
async def test_without_the_secret_nothing_is_read(
    settings: Settings, clock: FixedClock, path: str, method: str, query: str
) -> None:
    """403, nothing kept; a secret in the form does not count, for the form is not read yet."""
    body = f"secret={SECRET}&from={PHONE}&text=1&binary=31&id=1&status=1".encode() if method == "POST" else None
    async with serving(settings, clock) as client:
        response = await client.request(method, f"{path}?{query}", content=body)
    assert response.status_code == 403
    assert rows(settings) == []


@pytest.mark.parametrize(
    ("networks", "status"), [("127.0.0.1", 200), ("10.0.0.0/8, 127.0.0.0/8", 200), ("10.0.0.0/8", 403)]
)
async def test_its_address_can_be_enough(
    tmp_path: Path, clock: FixedClock, gateway: FakeSmsGateway, networks: str, status: int
) -> None:
    """Without a secret the address of the connection decides, never what a header claims."""
    settings = given(tmp_path, gateway, sms_secret=None, sms_networks=networks)
    call = gateway.written(PHONE, "1")
    async with serving(settings, clock) as client:
        client.headers["x-forwarded-for"] = "10.1.1.1"
        assert (await made(client, call)).status_code == status
    assert len(rows(settings)) == (status == 200)


@pytest.mark.parametrize(
    "query", ["", "from=0600000001", "from=0600000001&text=1", "status=64", "%", "&&=&", "a=" + "b" * 9000]
)
@pytest.mark.parametrize("path", ["/webhooks/sms", "/webhooks/sms/report"])
async def test_what_can_never_be_read_is_acknowledged(
    settings: Settings, clock: FixedClock, gateway: FakeSmsGateway, path: str, query: str
) -> None:
    """Refused, it would come back; nothing of it is kept."""
    async with serving(settings, clock) as client:
        for body in (b"", b"\xff\xfe=\x00", b"[1, 2]"):
            response = await client.post(f"{path}?secret={SECRET}&{query}", content=body)
            assert acknowledged(gateway, response)
    assert rows(settings) == []


async def test_too_much_is_refused(settings: Settings, clock: FixedClock) -> None:
    """413."""
    async with serving(settings, clock) as client:
        response = await client.post(f"/webhooks/sms?secret={SECRET}", content=b"a" * 10_001)
    assert response.status_code == 413


async def test_what_cannot_be_kept_must_come_again(
    settings: Settings, clock: FixedClock, gateway: FakeSmsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, which both makes take for "later"."""
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_MS", 50)
    async with serving(settings, clock) as client:
        with locked(settings):
            assert (await made(client, gateway.written(PHONE, "1"))).status_code == 503
    assert rows(settings) == []


def queued(database: Database, now: datetime, text: str) -> int:
    """Queue an answer to somebody; its row."""
    with database.begin() as connection:
        return outbox.add(
            connection,
            Outbound(text, "ary-Latn"),
            conversation_id=people.ensure(connection, PersonKey("sms", PHONE), now=now),
            channel="sms",
            address=PHONE,
            turn_id=None,
            now=now,
            expires_at=now + timedelta(hours=1),
        )


def state_of(database: Database, row_id: int) -> str:
    with database.read() as connection:
        found = connection.execute(sa.select(tables.outbox.c.state).where(tables.outbox.c.id == row_id))
        return str(found.scalar_one())


async def test_reports_move_the_answer_forward(settings: Settings, clock: FixedClock, gateway: FakeSmsGateway) -> None:
    """An answer goes out, its reports come back late, twice and in the wrong order: it ends as delivered."""
    database = Database(settings.database_url)
    row_id = queued(database, clock.now(), "Marhba")
    async with SmsAdapter.of(settings) as adapter:
        assert await Sender("sender-1", database, {"sms": Channel(adapter, render)}, clock, 50).once()
    (message,) = gateway.messages
    states = []
    async with serving(settings, clock) as client:
        for state in ("delivered", "sent", "delivered", "queued"):
            assert acknowledged(gateway, await made(client, gateway.report(message, state)))
            states.append(state_of(database, row_id))
    database.close()
    assert message.text == "Marhba"
    assert states == ["delivered"] * 4


def test_the_sender_process_sends_by_the_gateway(settings: Settings, gateway: FakeSmsGateway) -> None:
    """Switched on by the settings alone."""
    database = Database(settings.database_url)
    row_id = queued(database, SystemClock().now(), "Marhba")
    stop = threading.Event()
    process = threading.Thread(target=run, args=(settings, stop))
    process.start()
    until = time.monotonic() + 10
    while state_of(database, row_id) != "sent" and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    process.join()
    assert state_of(database, row_id) == "sent"
    assert [message.text for message in gateway.messages] == ["Marhba"]
    database.close()


async def test_switched_off_it_says_so(tmp_path: Path, clock: FixedClock) -> None:
    """404 with a sentence, whatever is sent."""
    settings = load_settings(home=tmp_path)
    migrate.upgrade(settings.database_url)
    async with serving(settings, clock) as client:
        for path in ("/webhooks/sms", "/webhooks/sms/report"):
            response = await client.get(f"{path}?secret={SECRET}")
            assert (response.status_code, "not switched on" in response.text) == (404, True)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sms_url": None}, "MAALEM_SMS_URL"),
        ({"sms_url": "http://sms.example.org/send"}, "https"),
        ({"sms_user": None}, "MAALEM_SMS_USER"),
        ({"sms_password": None}, "MAALEM_SMS_PASSWORD"),
        ({"sms_sender": None}, "MAALEM_SMS_SENDER"),
        ({"sms_sender": "IAM"}, "MAALEM_SMS_SENDER"),
        ({"sms_secret": None}, "MAALEM_SMS_SECRET or MAALEM_SMS_NETWORKS"),
        ({"sms_secret": "a b"}, "MAALEM_SMS_SECRET"),
        ({"sms_networks": "10.0.0.1/8"}, "MAALEM_SMS_NETWORKS"),
        ({"sms_networks": "sms.example.org"}, "MAALEM_SMS_NETWORKS"),
        ({"sms_callback_url": None}, "MAALEM_PUBLIC_URL or MAALEM_SMS_CALLBACK_URL"),
        ({"sms_changes": "{"}, "MAALEM_SMS_CHANGES is not JSON"),
        ({"sms_changes": "[]"}, "MAALEM_SMS_CHANGES must be a JSON object"),
        ({"sms_changes": '{"in_txt": "body"}'}, "in_txt"),
        ({"sms_changes": '{"accepted": "("}'}, "accepted"),
        ({"sms_changes": '{"states": {"OK": "arrived"}}'}, "states"),
    ],
)
def test_half_a_setup_stops_the_start(
    tmp_path: Path, gateway: FakeSmsGateway, changed: dict[str, Any], said: str
) -> None:
    """The sentence names the variable and shows no value."""
    good = {
        "sms_gateway": gateway.style,
        "sms_url": gateway.url,
        "sms_user": USER,
        "sms_password": PASSWORD,
        "sms_sender": SHORT_CODE,
        "sms_secret": SECRET,
        "sms_callback_url": "http://127.0.0.1:8000",
    }
    with pytest.raises(SettingsError) as raised:
        load_settings(home=tmp_path, **(good | changed))
    assert said in str(raised.value)
    assert not any(secret in str(raised.value) for secret in (PASSWORD, SECRET))
