"""Sends without an answer, and reports that come early, late, twice, or say that it went wrong after all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from channels.errors import ErrorCode, SendFailed
from channels.outcomes import FIRST_RETRY_S, LATER_S, LONGEST_RETRY_S, MOST_ATTEMPTS
from channels.sender import Sender
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.render import render as render_telegram
from channels.ways_out import Channel
from conversation import Delivery, DeliveryState, Outbound, PersonKey, Purpose, Template
from runtime.clock import FixedClock
from storage import deliveries, outbox, people, suppressions, tables, ways
from storage.database import Database
from storage.suppressions import Reason
from tests.channels.outgoing import LONG, SEND, STUCK_AFTER_S, put, row, shown
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram

ACCEPTED = [DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ]


class Answerable(TelegramAdapter):
    """A provider that can be asked what it took, as Twilio can: it looks at what its own server has shown."""

    def __init__(self, telegram: FakeTelegram) -> None:
        super().__init__(TOKEN, telegram.url, timeout_s=1.5)
        self._telegram = telegram
        self.asked: list[tuple[str, datetime]] = []
        self.trouble: SendFailed | None = None

    async def settle(self, address: str, reference: str, since: datetime) -> str | None:
        """Payloads arrive in order: as many were taken as are shown."""
        self.asked.append((reference, since))
        if self.trouble is not None:
            raise self.trouble
        part = int(reference.partition(".")[2])
        taken = self._telegram.messages(address)
        return f"t{part}" if len(taken) > part else None


@pytest.fixture
async def answerable(telegram: FakeTelegram) -> AsyncIterator[Answerable]:
    async with Answerable(telegram) as adapter:
        yield adapter


@pytest.fixture
def asking(database: Database, answerable: Answerable, clock: FixedClock) -> Sender:
    """A sender whose provider can be asked."""
    return Sender("sender-1", database, {"telegram": Channel(answerable, render_telegram)}, clock, STUCK_AFTER_S)


def deliver(sender: Sender, outbox_id: int, state: DeliveryState, *, part: int = 0, code: str | None = None) -> None:
    """A report that names our mark, as the gateway takes it in."""
    report = Delivery("telegram", "p", state, sender._clock.now(), code, deliveries.reference(outbox_id, part))
    with sender._database.begin() as connection:
        assert deliveries.deliver(connection, report)


def unanswered(sender: Sender) -> int:
    with sender._database.read() as connection:
        return ways.look(connection, "telegram").unanswered


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_doubt_is_settled_before_a_second_try(
    asking: Sender, answerable: Answerable, telegram: FakeTelegram, clock: FixedClock, cut: str
) -> None:
    """Where the provider can be asked nobody sees an answer twice, and none is lost."""
    telegram.queue(Answer(SEND, cut=cut))
    began = clock.now()
    outbox_id = put(asking, "x")
    assert await asking.once()
    clock.advance(FIRST_RETRY_S)
    assert await asking.once()
    assert shown(telegram) == ["x"]
    assert answerable.asked == [(f"{outbox_id}.0", began)]
    assert (row(asking, outbox_id).state, row(asking, outbox_id).doubt_at) == ("sent", None)
    assert unanswered(asking) == 1


async def test_however_often_there_is_no_answer_the_doubt_is_settled(
    asking: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """A send that never arrived does not count towards the third copy that is never sent."""
    telegram.queue(*(Answer(SEND, cut="before") for _ in range(5)))
    outbox_id = put(asking, "x")
    for _ in range(6):
        assert await asking.once()
        clock.advance(LONGEST_RETRY_S)
    assert shown(telegram) == ["x"]
    assert (row(asking, outbox_id).state, unanswered(asking)) == ("sent", 5)


async def test_a_page_in_doubt_is_settled_too(asking: Sender, telegram: FakeTelegram, clock: FixedClock) -> None:
    """The second of three was taken: the third follows."""
    telegram.queue(Answer(SEND), Answer(SEND, cut="after"))
    outbox_id = put(asking, LONG)
    assert await asking.once()
    clock.advance(FIRST_RETRY_S)
    assert await asking.once()
    assert [text[:6] for text in shown(telegram)] == ["Page 0", "Page 1", "Page 2"]
    assert row(asking, outbox_id).state == "sent"


async def test_a_provider_that_cannot_be_asked_now_is_asked_later(
    asking: Sender, answerable: Answerable, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Nothing is sent in the dark meanwhile, and to have asked in vain is no second doubt."""
    telegram.queue(Answer(SEND, cut="after"))
    outbox_id = put(asking, "x")
    assert await asking.once()
    answerable.trouble = SendFailed(ErrorCode.UNANSWERED, ambiguous=True)
    clock.advance(FIRST_RETRY_S)
    assert await asking.once()
    assert not await asking.once()
    assert (row(asking, outbox_id).state, row(asking, outbox_id).unanswered) == ("queued", 1)
    answerable.trouble = None
    clock.advance(LONGEST_RETRY_S)
    assert await asking.once()
    assert (shown(telegram), row(asking, outbox_id).state) == (["x"], "sent")


@pytest.mark.parametrize("state", ACCEPTED)
async def test_a_report_settles_a_doubt(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock, state: DeliveryState
) -> None:
    """Whatever it says of the message's way, the provider has it: no second copy."""
    telegram.queue(Answer(SEND, cut="after"))
    outbox_id = put(sender, "x")
    assert await sender.once()
    deliver(sender, outbox_id, state)
    clock.advance(LONGEST_RETRY_S)
    assert not await sender.once()
    assert shown(telegram) == ["x"]
    settled = row(sender, outbox_id)
    assert settled.state == ("sent" if state is DeliveryState.SENDING else state)
    assert (settled.provider_message_id, settled.doubt_at) == ("p", None)


@pytest.mark.parametrize("trouble", [Answer(SEND, delay_s=0.25), Answer(SEND, delay_s=5)], ids=["late", "never"])
async def test_a_report_may_come_before_the_send_has_returned(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock, trouble: Answer
) -> None:
    """It is not taken back by the answer that follows, nor by its staying away; nothing is counted as doubtful."""
    telegram.queue(trouble)
    outbox_id = put(sender, "x")
    sending = asyncio.create_task(sender.once())
    await asyncio.sleep(0.1)
    deliver(sender, outbox_id, DeliveryState.DELIVERED)
    await sending
    clock.advance(LONGEST_RETRY_S)
    assert not await sender.once()
    assert (row(sender, outbox_id).state, row(sender, outbox_id).unanswered, unanswered(sender)) == ("delivered", 0, 0)
    assert shown(telegram) == ["x"]


async def test_a_report_on_a_page_settles_that_page_alone(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """The first page was taken: the message is not yet sent, and goes on with the second."""
    telegram.queue(Answer(SEND, cut="after"))
    outbox_id = put(sender, LONG)
    assert await sender.once()
    deliver(sender, outbox_id, DeliveryState.DELIVERED, part=0)
    assert (row(sender, outbox_id).state, row(sender, outbox_id).parts_sent) == ("queued", 1)
    clock.advance(FIRST_RETRY_S)
    assert await sender.once()
    assert [text[:6] for text in shown(telegram)] == ["Page 0", "Page 1", "Page 2"]


async def test_a_repeated_report_is_kept_once(sender: Sender) -> None:
    """By our mark and by the provider's id, in any number."""
    outbox_id = put(sender, "x")
    assert await sender.once()
    for _ in range(3):
        deliver(sender, outbox_id, DeliveryState.DELIVERED)
        deliver(sender, outbox_id, DeliveryState.READ)
    with sender._database.read() as connection:
        assert [event.state for event in deliveries.history(connection, outbox_id)] == ["sent", "delivered", "read"]


@pytest.mark.parametrize("mark", ["", "x", "1", "1.0.0", "١.٠", f"{'9' * 30}.0", "999999.0", "-1.0"])
def test_a_mark_that_is_not_ours_is_let_go(sender: Sender, mark: str) -> None:
    """Reports come from outside: what names no row of ours changes none."""
    put(sender, "x")
    report = Delivery("telegram", "p", DeliveryState.READ, sender._clock.now(), reference=mark)
    with sender._database.begin() as connection:
        assert not deliveries.deliver(connection, report)


async def test_another_channels_report_changes_nothing(sender: Sender) -> None:
    """Numbers of rows are no secret: a report counts on its own channel alone."""
    outbox_id = put(sender, "x")
    mark = deliveries.reference(outbox_id, 0)
    report = Delivery("sms", "p", DeliveryState.READ, sender._clock.now(), reference=mark)
    with sender._database.begin() as connection:
        assert not deliveries.deliver(connection, report)


# --- failures that are reported later -------------------------------------------------------------------------------


@pytest.fixture
def telling(database: Database, adapter: TelegramAdapter, clock: FixedClock) -> Sender:
    """A sender for a channel whose codes of status reports are known."""
    channel = Channel(
        adapter, render_telegram, meaning=ErrorCode, render_template=lambda one: render_telegram(replace(one, text="T"))
    )
    return Sender("sender-1", database, {"telegram": channel}, clock, STUCK_AFTER_S)


async def reported(sender: Sender, code: ErrorCode, **more: object) -> int:
    """A message that was taken, and of which the provider then says that it failed."""
    outbox_id = put(sender, "x", **more)  # type: ignore[arg-type] # names of real parameters
    assert await sender.once()
    deliver(sender, outbox_id, DeliveryState.FAILED, code=code)
    return outbox_id


async def test_a_handset_that_was_off_gets_it_once_more(
    telling: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Later; and when it is off then too, it has failed."""
    outbox_id = await reported(telling, ErrorCode.OUT_OF_REACH)
    assert not await telling.once()
    clock.advance(LATER_S)
    assert await telling.once()
    assert shown(telegram) == ["x", "x"]
    deliver(telling, outbox_id, DeliveryState.FAILED, code=ErrorCode.OUT_OF_REACH)
    await telling.once()
    clock.advance(LATER_S)
    assert not await telling.once()
    assert (row(telling, outbox_id).state, row(telling, outbox_id).error_code) == ("failed", "out_of_reach")


async def test_what_was_followed_by_another_message_is_not_sent_again(
    telling: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """An old answer after a newer one would only confuse."""
    first = put(telling, "1")
    assert await telling.once()
    put(telling, "2")
    assert await telling.once()
    deliver(telling, first, DeliveryState.FAILED, code=ErrorCode.OUT_OF_REACH)
    clock.advance(LATER_S)
    assert not await telling.once()
    assert shown(telegram) == ["1", "2"]
    assert row(telling, first).state == "failed"


async def test_who_told_the_provider_to_stop_us_is_on_the_list(telling: Sender, clock: FixedClock) -> None:
    """21610 in a report: when, and how we know."""
    outbox_id = await reported(telling, ErrorCode.OPTED_OUT)
    await telling.once()
    assert row(telling, outbox_id).state == "failed"
    with telling._database.read() as connection:
        (standing,) = connection.execute(sa.select(tables.suppression)).all()
    assert (standing.reason, standing.how, standing.at) == (Reason.PROVIDER, "opted_out", clock.now())


async def test_a_suspended_account_pauses_the_channel(telling: Sender, telegram: FakeTelegram) -> None:
    """Told in a report as in an answer."""
    await reported(telling, ErrorCode.SUSPENDED)
    put(telling, "y", chat=8)
    await telling.once()
    assert shown(telegram, 8) == []
    with telling._database.read() as connection:
        assert ways.look(connection, "telegram").reason == ErrorCode.SUSPENDED


async def test_outside_the_window_the_template_is_sent(
    telling: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Where there is one; else the message is dropped with the reason."""
    with telling._database.begin() as connection:
        outbox.add(
            connection,
            Outbound("x", "fr", template=Template("reminder")),
            conversation_id=people.ensure(connection, PersonKey("telegram", "9"), now=clock.now()),
            channel="telegram",
            address="9",
            turn_id=None,
            purpose=Purpose.REMINDER,
            now=clock.now(),
        )
    assert await telling.once()
    deliver(telling, 1, DeliveryState.FAILED, code=ErrorCode.WINDOW_CLOSED)
    assert await telling.once()
    assert shown(telegram, 9) == ["x", "T"]
    without = await reported(telling, ErrorCode.WINDOW_CLOSED)
    await telling.once()
    assert (row(telling, without).state, row(telling, without).error_code) == ("dropped", "window")


async def test_a_channel_may_know_that_its_window_is_closed(
    database: Database, adapter: TelegramAdapter, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Then the free text is not even tried."""

    def closed(now: datetime, last_inbound_at: datetime | None) -> bool:
        return last_inbound_at is None or now - last_inbound_at > timedelta(hours=24)

    channel = Channel(adapter, render_telegram, needs_template=closed)
    sender = Sender("sender-1", database, {"telegram": channel}, clock, STUCK_AFTER_S)
    outbox_id = put(sender, "x")
    assert await sender.once()
    assert (row(sender, outbox_id).state, row(sender, outbox_id).error_code) == ("dropped", "window")
    with database.begin() as connection:
        connection.execute(tables.conversation.update().values(last_inbound_at=clock.now()))
    put(sender, "y")
    assert await sender.once()
    assert shown(telegram) == ["y"]


async def test_a_late_delivery_overrules_a_failure_nobody_has_acted_on(
    telling: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Several devices: one could not be reached, another has it."""
    outbox_id = await reported(telling, ErrorCode.OUT_OF_REACH)
    deliver(telling, outbox_id, DeliveryState.DELIVERED)
    clock.advance(LATER_S)
    assert not await telling.once()
    assert row(telling, outbox_id).state == "delivered"
    assert shown(telegram) == ["x"]
    with telling._database.read() as connection:
        assert suppressions.standing(connection, 1, "telegram") == frozenset()
    assert row(telling, outbox_id).attempts < MOST_ATTEMPTS
