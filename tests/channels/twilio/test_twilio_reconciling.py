"""What no webhook brought is fed in from Twilio's list: once, in order, and never what may still come by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from channels.errors import SendFailed
from channels.intake import Intake, IntakeClosed
from channels.twilio import adapter as adapter_module
from channels.twilio.adapter import TwilioAdapter
from channels.twilio.payloads import SMS, WHATSAPP
from channels.twilio.reconciling import Take, look, reconcile
from channels.webhooks import Events
from runtime.clock import FixedClock
from runtime.settings import Settings
from runtime.wakeup import Wakeups
from storage.database import Database
from tests.channels.incoming import rows, serving
from tests.channels.twilio.made_up import PERSON, PUBLIC, a_client
from tests.fakes.twilio import SMS_FROM, WHATSAPP_FROM, Answer, FakeTwilio, signed
from tests.fakes.twilio_account import SERVICE

PATH: Final = "/webhooks/twilio/whatsapp"
FROM: Final = f"whatsapp:{PERSON}"
NOW: Final = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)


@asynccontextmanager
async def taking(settings: Settings, clock: FixedClock) -> AsyncIterator[tuple[Database, Take]]:
    """The gateway's way in, without its doors."""
    database = Database(settings.database_url)
    wakeups = Wakeups(settings.home, None)
    intake = Intake(database, wakeups, clock)
    intake.start()

    async def take(_channel: str, events: Events) -> int:
        return await intake.take(events)

    try:
        yield database, take
    finally:
        await asyncio.to_thread(intake.close)
        await wakeups.aclose()
        database.close()


async def looked(settings: Settings, clock: FixedClock, adapter: TwilioAdapter, since: timedelta = HOUR) -> int:
    async with taking(settings, clock) as (database, take):
        return await look(adapter, database, take, since=NOW - since, until=NOW - timedelta(minutes=1))


async def test_what_no_webhook_brought_is_fed_in(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """The oldest first, with their own times; a second look finds nothing new."""
    for minutes, words in ((30, "first"), (20, "second")):
        twilio.message(FROM, words, at=NOW - timedelta(minutes=minutes))
    assert await looked(settings, clock, whatsapp) == 2
    assert [(row.body["text"], row.body["sent_at"]) for row in rows(settings)] == [
        ("first", "2026-11-23T10:00:00+00:00"),
        ("second", "2026-11-23T10:10:00+00:00"),
    ]
    assert await looked(settings, clock, whatsapp) == 0


async def test_what_a_webhook_brought_is_left_as_it_is(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """The webhook knew the button; the list does not. And a webhook that comes after the look is a repetition."""
    tapped = twilio.message(FROM, "Oui", at=NOW - timedelta(minutes=9), ButtonText="Oui", ButtonPayload="k7f2q")
    missed = twilio.message(FROM, "salam", at=NOW - timedelta(minutes=8))
    async with serving(settings, clock) as client:
        for form in (tapped, missed):
            head, body = signed(PUBLIC + PATH, form)
            await client.post(PATH, headers=head, content=body)
            await looked(settings, clock, whatsapp)
    first, second = rows(settings)
    assert (first.body["kind"], first.body["token"]) == ("choice", "k7f2q")
    assert second.body["text"] == "salam"


async def test_what_may_still_come_by_itself_waits(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """Its webhook may be on the way, and knows more."""
    twilio.message(FROM, "just now", at=NOW - timedelta(seconds=30))
    twilio.message(FROM, "long ago", at=NOW - timedelta(hours=3))
    assert await looked(settings, clock, whatsapp) == 0


async def test_a_missed_voice_note_comes_with_its_file(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """The list says that there is one; where it is has to be asked."""
    form = twilio.message(FROM, files={"audio/ogg": b"OggS"}, at=NOW - timedelta(minutes=5))
    assert await looked(settings, clock, whatsapp) == 1
    (row,) = rows(settings)
    assert row.body["kind"] == "media"
    assert row.body["attachment"] == {
        "kind": "voice", "provider_ref": form["MediaUrl0"], "mime_type": "audio/ogg",
    }  # fmt: skip


async def test_each_channel_takes_its_own(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter, sms: TwilioAdapter
) -> None:
    """Not the other's, not what was sent to another of our numbers, not what we sent ourselves."""
    at = NOW - timedelta(minutes=5)
    twilio.message(FROM, "whatsapp", at=at)
    twilio.message("+33600000000", "sms", at=at)
    twilio.message("+33600000000", "elsewhere", to="+15005550007", at=at)
    twilio.state.list_message("SM1", "outbound-api", SMS_FROM, SMS_FROM, "to ourselves", status="sent", at=at)
    assert await looked(settings, clock, sms) == 1
    assert [(row.channel, row.body["text"]) for row in rows(settings)] == [(SMS, "sms")]
    assert await looked(settings, clock, whatsapp) == 1


async def test_a_service_takes_what_came_to_it(settings: Settings, clock: FixedClock, twilio: FakeTwilio) -> None:
    """By the service's sid and the channel: its numbers need not be known."""
    at = NOW - timedelta(minutes=5)
    for sender, service in ((FROM, SERVICE), (FROM, None), ("+33600000000", SERVICE)):
        to = f"whatsapp:{WHATSAPP_FROM}" if sender == FROM else SMS_FROM
        twilio.state.list_message(
            twilio.state.new_sid("SM"), "inbound", sender, to, f"{sender} {service}", status="received", at=at,
            service=service,
        )  # fmt: skip
    async with TwilioAdapter(a_client(twilio), WHATSAPP, SERVICE, PUBLIC) as adapter:
        assert await looked(settings, clock, adapter) == 1
    (row,) = rows(settings)
    assert row.body["text"] == f"{FROM} {SERVICE}"


async def test_a_long_list_is_read_page_by_page(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """After an outage there may be many: none is passed over, and their order holds."""
    twilio.state.page_size = 10
    for number in range(35):
        twilio.message(FROM, str(number), at=NOW - timedelta(minutes=50) + timedelta(seconds=number))
    assert await looked(settings, clock, whatsapp) == 35
    assert [row.body["text"] for row in rows(settings)] == [str(number) for number in range(35)]


async def test_a_message_that_cannot_be_read_holds_up_no_other(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """One without a sender in the middle."""
    for minutes, sender in ((7, FROM), (6, "whatsapp:"), (5, FROM)):
        twilio.message(sender, "x", at=NOW - timedelta(minutes=minutes))
    assert await looked(settings, clock, whatsapp) == 2


async def test_trouble_is_told_and_nothing_is_half_done(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """The list is read whole before anything is fed in."""
    twilio.state.page_size = 1
    for minutes in (7, 6):
        twilio.message(FROM, "x", at=NOW - timedelta(minutes=minutes))
    twilio.queue(Answer("GET Messages.json"), Answer("GET Messages.json", 500))
    with pytest.raises(SendFailed):
        await looked(settings, clock, whatsapp)
    assert rows(settings) == []


async def test_a_failed_look_is_made_up_for_by_the_next(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """The first look goes back all hours, and so does each until one has succeeded; then only what is recent."""
    twilio.message(FROM, "missed", at=clock.now() - timedelta(hours=5))
    twilio.queue(Answer("GET Messages.json", 503), Answer("GET Messages.json", cut="before"))
    async with taking(settings, clock) as (database, take):
        task = asyncio.create_task(reconcile(whatsapp, database, take, clock, every_s=0.01, longest=timedelta(hours=6)))
        for _ in range(500):
            if len(twilio.requests("GET Messages.json")) >= 4:
                break
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [row.body["text"] for row in rows(settings)] == ["missed"]
    since = [datetime.fromisoformat(one.params["DateSent>"]) for one in twilio.requests("GET Messages.json")]
    back = [round((clock.now() - one) / timedelta(minutes=1)) for one in since[:4]]
    assert back == [360, 360, 360, 15]


async def test_looking_ends_with_the_gateway(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter
) -> None:
    """What is found while the doors close is found again next time."""
    twilio.message(FROM, "x", at=clock.now() - timedelta(minutes=5))
    async with taking(settings, clock) as (database, _):

        async def closed(_channel: str, _events: Events) -> int:
            raise IntakeClosed

        async with asyncio.timeout(5):
            await reconcile(whatsapp, database, closed, clock, every_s=0.01, longest=HOUR)
    assert rows(settings) == []


async def test_a_list_without_end_is_left(
    settings: Settings, clock: FixedClock, twilio: FakeTwilio, whatsapp: TwilioAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read by then is fed in, and a warning says that there is more."""
    monkeypatch.setattr(adapter_module, "MOST_PAGES", 2)
    twilio.state.page_size = 1
    for minutes in (7, 6, 5):
        twilio.message(FROM, str(minutes), at=NOW - timedelta(minutes=minutes))
    assert await looked(settings, clock, whatsapp) == 2


async def test_the_gateway_looks_by_itself(settings: Settings, clock: FixedClock, twilio: FakeTwilio) -> None:
    """On start, for each channel that can be written to: what came while we were away is there."""
    twilio.message(FROM, "while away", at=clock.now() - timedelta(minutes=30))
    on = settings.model_copy(update={"twilio_reconcile_every_min": 1, "twilio_sms_from": "Maalem 1"})
    async with serving(on, clock):
        for _ in range(300):
            if rows(settings):
                break
            await asyncio.sleep(0.01)
    assert [row.body["text"] for row in rows(settings)] == ["while away"]
    assert {one.params["To"] for one in twilio.requests("GET Messages.json")} == {f"whatsapp:{WHATSAPP_FROM}"}
