"""Twilio's webhooks at the gateway: signed or refused, kept before they are answered, whatever comes and how often."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from channels.sender import Sender
from channels.twilio.adapter import TwilioAdapter
from channels.twilio.payloads import EMPTY_TWIML, WHATSAPP
from channels.twilio.render import render
from channels.ways_out import Channel
from conversation import Outbound, PersonKey
from runtime.clock import FixedClock
from runtime.settings import Settings, load_settings
from storage import outbox, people, tables
from storage.database import Database
from tests.channels.incoming import rows, serving
from tests.channels.twilio.made_up import PERSON, PUBLIC
from tests.fakes.twilio import Answer, FakeTwilio, signed

PATH: Final = "/webhooks/twilio/whatsapp"
SMS_PATH: Final = "/webhooks/twilio/sms"
FROM: Final = f"whatsapp:{PERSON}"


async def post(
    client: httpx.AsyncClient, path: str, form: dict[str, str], *, at: str = "", key: str = "", **signing: str
) -> httpx.Response:
    """A webhook as Twilio sends it to the public address, seen behind the proxy."""
    given = {"key": key} if key else {}
    head, body = signed(at or PUBLIC + path, form, **given, **signing)
    return await client.post(path, headers=head, content=body)


async def test_a_message_is_kept_and_answered_with_nothing_to_send(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio
) -> None:
    """The row is there when TwiML says that nothing follows: answers go by the API."""
    form = twilio.message(FROM, "السلام + é", ProfileName="Prénom", WaId=PERSON[1:])
    async with serving(settings, clock) as client:
        response = await post(client, PATH, form)
    assert (response.status_code, response.text) == (200, EMPTY_TWIML)
    assert response.headers["content-type"].startswith("text/xml")
    (row,) = rows(settings)
    assert (row.channel, row.address, row.provider_message_id) == (WHATSAPP, PERSON, form["MessageSid"])
    assert (row.body["text"], row.body["display_name"]) == ("السلام + é", "Prénom")


async def test_an_sms_has_its_own_door(settings: Settings, clock: FixedClock, twilio: FakeTwilio) -> None:
    """What is signed for one is refused at the other; what is sent to the wrong one is acknowledged and not kept."""
    form = twilio.message("+33600000000", "bonjour")
    async with serving(settings, clock) as client:
        assert (await post(client, SMS_PATH, form, at=PUBLIC + PATH)).status_code == 403
        assert (await post(client, PATH, form)).status_code == 200
        assert rows(settings) == []
        assert (await post(client, SMS_PATH, form)).status_code == 200
    (row,) = rows(settings)
    assert (row.channel, row.address) == ("twilio-sms", "+33600000000")


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-twilio-signature": ""}, {"x-twilio-signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}],
    ids=["none", "empty", "wrong"],
)
@pytest.mark.parametrize("path", [PATH, PATH + "/status", SMS_PATH, SMS_PATH + "/status"])
async def test_what_twilio_did_not_sign_is_refused(
    settings: Settings, clock: FixedClock, path: str, headers: dict[str, str]
) -> None:
    """403 and nothing kept, whatever the body holds."""
    async with serving(settings, clock) as client:
        for body in (b"MessageSid=SM1&From=whatsapp%3A%2B2126&Body=x", b"\xff", b""):
            response = await client.post(path, headers=headers, content=body)
            assert response.status_code == 403
    assert rows(settings) == []


async def test_the_request_does_not_say_where_it_was_sent(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio
) -> None:
    """Host and forwarding headers are anyone's to write: what was signed for another host stays refused."""
    form = twilio.message(FROM, "x")
    head, body = signed("https://evil.example.org" + PATH, form)
    forged = {**head, "host": "evil.example.org", "x-forwarded-host": "evil.example.org", "x-forwarded-proto": "https"}
    async with serving(settings, clock) as client:
        assert (await client.post(PATH, headers=forged, content=body)).status_code == 403


async def test_a_public_address_with_a_path_is_signed_whole(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio
) -> None:
    """A proxy may take a first part of the path away."""
    settings = settings.model_copy(update={"public_url": PUBLIC + "/maalem"})
    async with serving(settings, clock) as client:
        assert (await post(client, PATH, twilio.message(FROM, "x"), at=f"{PUBLIC}/maalem{PATH}")).status_code == 200
        assert (await post(client, PATH, twilio.message(FROM, "y"))).status_code == 403
    assert len(rows(settings)) == 1


async def test_shared_keys_sign_while_they_change(settings: Settings, clock: FixedClock, twilio: FakeTwilio) -> None:
    """Old and new key pass, and the token too; a third does not."""
    settings = settings.model_copy(update={"twilio_webhook_keys": SecretStr("old-key-0, new-key-0")})
    async with serving(settings, clock) as client:
        for key in ("old-key-0", "new-key-0"):
            form = twilio.message(FROM, "x")
            response = await post(client, PATH, form, key=key, algorithm="HMAC_SHA256", key_id="k1")
            assert response.status_code == 200
        form = twilio.message(FROM, "x")
        assert (await post(client, PATH, form)).status_code == 200
        wrong = await post(client, PATH, form, key="third-key", algorithm="HMAC_SHA256", key_id="k1")
        assert wrong.status_code == 403
    assert len(rows(settings)) == 3


async def test_a_repeated_webhook_is_one_message(settings: Settings, clock: FixedClock, twilio: FakeTwilio) -> None:
    """Twilio tries again where it heard nothing, several times at once too: 200 each time, one row."""
    form = twilio.message(FROM, "x", files={"image/png": b"1", "image/gif": b"2"})
    async with serving(settings, clock) as client:
        responses = await asyncio.gather(*(post(client, PATH, form) for _ in range(4)))
    assert {response.status_code for response in responses} == {200}
    assert [row.provider_message_id for row in rows(settings)] == [form["MessageSid"], form["MessageSid"] + ".1"]


@pytest.mark.parametrize(
    "form",
    [{}, {"MessageSid": "SM1"}, {"From": FROM, "Body": "x", "MessageSid": "a b"}, {"a": "b"}],
    ids=["nothing", "no sender", "no id", "something else"],
)
async def test_what_cannot_be_read_is_never_a_5xx(settings: Settings, clock: FixedClock, form: dict[str, str]) -> None:
    """Twilio would show it as our failure, and it would be no better the next time."""
    async with serving(settings, clock) as client:
        head, body = signed(PUBLIC + PATH, form)
        del head["i-twilio-idempotency-token"]
        assert (await client.post(PATH, headers=head, content=body)).status_code == 200
        assert (await post(client, PATH + "/status", form)).status_code == 200
    assert rows(settings) == []


async def test_a_body_too_large_is_refused(settings: Settings, clock: FixedClock) -> None:
    """413, whoever signed it."""
    async with serving(settings, clock) as client:
        assert (await post(client, PATH, {"Body": "x" * 100_001})).status_code == 413


async def test_what_is_off_says_so(settings: Settings, clock: FixedClock) -> None:
    """Whoever set the webhook up must see why nothing arrives."""
    off = load_settings(home=settings.home)
    async with serving(off, clock) as client:
        for path in (PATH, PATH + "/status", SMS_PATH, SMS_PATH + "/status"):
            response = await client.post(path)
            assert (response.status_code, "not switched on" in response.text) == (404, True)


async def test_typing_is_shown_where_the_settings_say(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio
) -> None:
    """For words, not for an opting-out; its failure costs nothing; off by default."""
    async with serving(settings, clock) as client:
        await post(client, PATH, twilio.message(FROM, "x"))
    twilio.queue(Answer("POST Typing.json", cut="before"))
    on = settings.model_copy(update={"twilio_typing": True})
    async with serving(on, clock) as client:
        forms = [twilio.message(FROM, "x") for _ in range(2)]
        for form in [*forms, twilio.message(FROM, "STOP", OptOutType="STOP")]:
            assert (await post(client, PATH, form)).status_code == 200
        for _ in range(200):
            if len(twilio.requests("POST Typing.json")) == 2:
                break
            await asyncio.sleep(0.01)
    asked = [one.params["messageId"] for one in twilio.requests("POST Typing.json")]
    assert sorted(asked) == [form["MessageSid"] for form in forms]


async def sent_by(settings: Settings, clock: FixedClock, twilio: FakeTwilio, adapter: TwilioAdapter) -> tuple[int, str]:
    """An answer of ours that Twilio has taken: its row, its sid."""
    database = Database(settings.database_url)
    with database.begin() as connection:
        key = PersonKey(WHATSAPP, PERSON)
        outbox_id = outbox.add(
            connection, Outbound("Bonjour", "fr"), channel=WHATSAPP, address=PERSON, turn_id=None, now=clock.now(),
            conversation_id=people.ensure(connection, key, now=clock.now()),
        )  # fmt: skip
    sender = Sender("sender-1", database, {WHATSAPP: Channel(adapter, render)}, clock, stuck_after_s=50)
    assert await sender.once()
    database.close()
    return outbox_id, str(twilio.state.messages[0]["sid"])


def fate(settings: Settings, outbox_id: int) -> tuple[str, list[tuple[str, str | None]]]:
    """Where a message stands, and every report of it."""
    database = Database(settings.database_url)
    with database.read() as connection:
        state = connection.execute(sa.select(tables.outbox.c.state).where(tables.outbox.c.id == outbox_id)).scalar_one()
        events: list[Any] = list(
            connection.execute(
                sa.select(tables.delivery_event.c.state, tables.delivery_event.c.code)
                .where(tables.delivery_event.c.outbox_id == outbox_id)
                .order_by(tables.delivery_event.c.id)
            ).all()
        )
    database.close()
    return state, [tuple(event) for event in events]


async def reported(client: httpx.AsyncClient, url: str, form: dict[str, str]) -> int:
    """A report as Twilio posts it to the address we gave with the message."""
    parts = urlsplit(url)
    head, body = signed(url, form)
    return (await client.post(f"{parts.path}?{parts.query}", headers=head, content=body)).status_code


async def test_reports_move_an_answer_forward_whatever_their_order(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """Read before delivered, one that came twice, and one status of next year: it stays read; its log has each once."""
    outbox_id, sid = await sent_by(settings, clock, twilio, whatsapp)
    async with serving(settings, clock) as client:
        for status in ("sent", "read", "delivered", "delivered", "sending", "of next year"):
            assert await reported(client, *twilio.report(sid, status)) == 200
    state, events = fate(settings, outbox_id)
    assert state == "read"
    assert [event for event, _ in events[-4:]] == ["sent", "read", "delivered", "sending"]


async def test_a_failure_is_kept_with_twilios_code(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """An operator must see that it was the window, not the network."""
    outbox_id, sid = await sent_by(settings, clock, twilio, whatsapp)
    async with serving(settings, clock) as client:
        assert await reported(client, *twilio.report(sid, "undelivered", 63016)) == 200
    state, events = fate(settings, outbox_id)
    assert (state, events[-1]) == ("failed", ("failed", "63016"))


async def test_a_report_on_somebody_elses_message_is_taken(settings: Settings, clock: FixedClock) -> None:
    """The account may have other uses."""
    async with serving(settings, clock) as client:
        form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
        assert (await post(client, PATH + "/status", form)).status_code == 200
