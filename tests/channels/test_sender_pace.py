"""How fast and in which order: answers first, one person's messages never overtaken, no provider hurried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.pacing import Pace, pace_of
from channels.sender import Sender
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.render import render as render_telegram
from channels.ways_out import Channel
from conversation import Inbound, InboundKind, PersonKey, Purpose
from runtime.clock import FixedClock
from runtime.settings import load_settings
from storage import inbox, people, suppressions, tables
from storage.database import Database
from storage.suppressions import Reason
from tests.channels.outgoing import SEND, STUCK_AFTER_S, put, row, shown
from tests.fakes.telegram import Answer, FakeTelegram


def paced(
    database: Database, adapter: TelegramAdapter, clock: FixedClock, pace: Pace, name: str = "sender-1"
) -> Sender:
    return Sender(name, database, {"telegram": Channel(adapter, render_telegram, pace)}, clock, STUCK_AFTER_S)


async def everything(sender: Sender) -> None:
    while await sender.once():
        pass


async def test_answers_go_before_reminders_before_campaigns(
    database: Database, adapter: TelegramAdapter, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Whoever waits for an answer is served before those who expect nothing, whatever was queued first."""
    sender = paced(database, adapter, clock, Pace(per_s=0.5))  # one at a time
    for number, purpose in enumerate((Purpose.CAMPAIGN, Purpose.REMINDER, Purpose.ANSWER, Purpose.ANSWER)):
        put(sender, f"{purpose} {number}", chat=number, purpose=purpose)
    sender._gates["telegram"]._gap_s = 0.01
    await everything(sender)
    said = [message["text"] for message in telegram.messages()]
    assert said == ["answer 2", "answer 3", "reminder 1", "campaign 0"]


async def test_a_reminder_for_tomorrow_holds_up_nobody(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """It is older by number alone: what the person asks today is answered today."""
    put(sender, "rappel", not_before=clock.now() + timedelta(days=1), purpose=Purpose.REMINDER)
    put(sender, "réponse")
    await everything(sender)
    assert shown(telegram) == ["réponse"]
    clock.advance(86_400)
    await everything(sender)
    assert shown(telegram) == ["réponse", "rappel"]


async def test_an_answer_goes_before_a_campaign_that_waits_to_be_tried_again(
    sender: Sender, telegram: FakeTelegram
) -> None:
    """Of one person's messages only what nobody waits for is overtaken."""
    telegram.queue(Answer(SEND, 500))
    put(sender, "campaign", purpose=Purpose.CAMPAIGN)
    await everything(sender)
    put(sender, "answer")
    await everything(sender)
    assert shown(telegram) == ["answer"]


@pytest.mark.parametrize("address", ["7", "MA.7"])
async def test_what_nobody_asked_for_waits_while_something_is_unread(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock, address: str
) -> None:
    """A "stop" that lies in the inbox, with no worker running, is not answered by a reminder, from whatever address."""
    put(sender, "reminder", purpose=Purpose.REMINDER)
    put(sender, "answer")
    with sender._database.begin() as connection:
        inbox.store(
            connection,
            [Inbound(PersonKey("telegram", address), "1", InboundKind.TEXT, clock.now(), "stop")],
            received_at=clock.now(),
        )
        people.ensure(connection, PersonKey("telegram", address), now=clock.now(), aliases=["7"])
    await everything(sender)
    assert shown(telegram) == ["answer"]
    assert sender.next_due() is None
    with sender._database.begin() as connection:
        connection.execute(tables.inbox.update().values(state="done"))
    await everything(sender)
    assert shown(telegram) == ["answer", "reminder"]


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        (Reason.SAID_STOP, ["answer"]),
        (Reason.PROVIDER, ["answer"]),
        (Reason.BLOCKED, []),
    ],
)
async def test_the_list_is_looked_at_just_before_each_send(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock, reason: Reason, sent: list[str]
) -> None:
    """Whoever stands on it gets answers alone; to a block not even these. The row says why."""
    ids = {purpose: put(sender, str(purpose), purpose=purpose) for purpose in Purpose}
    with sender._database.begin() as connection:
        suppressions.suppress_key(connection, PersonKey("telegram", "7"), reason, how="event", now=clock.now())
    await everything(sender)
    assert shown(telegram) == sent
    for purpose, outbox_id in ids.items():
        wanted = ("sent", None) if str(purpose) in sent else ("dropped", str(reason))
        assert (row(sender, outbox_id).state, row(sender, outbox_id).error_code) == wanted
    with sender._database.begin() as connection:
        suppressions.lift_key(connection, PersonKey("telegram", "7"), now=clock.now())
    put(sender, "again", purpose=Purpose.CAMPAIGN)
    await everything(sender)
    assert shown(telegram) == [*sent, "again"]


async def test_a_channel_is_sent_to_evenly(
    database: Database, adapter: TelegramAdapter, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Twenty a second over all people: never more in any part of a second than fit into it."""
    sender = paced(database, adapter, clock, Pace(per_s=20))
    for chat in range(12):
        put(sender, "x", chat=chat)
    await everything(sender)
    times = [request.at_s for request in telegram.requests(SEND)]
    assert len(times) == 12
    assert times[-1] - times[0] >= 11 / 20 - 0.02


async def test_one_person_is_not_hurried(
    database: Database, adapter: TelegramAdapter, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """One a second in a chat, whichever sender is at work; others do not wait for it."""
    gap = Pace(person_gap_s=1)
    one, two = (paced(database, adapter, clock, gap, name) for name in ("sender-1", "sender-2"))
    for text in ("1", "2", "3"):
        put(one, text)
    put(one, "other", chat=8)
    await everything(one)
    await everything(two)
    assert (shown(telegram), shown(telegram, 8)) == (["1"], ["other"])
    assert two.next_due() == clock.now() + timedelta(seconds=1)
    clock.advance(1)
    await everything(two)
    await everything(one)
    assert shown(telegram) == ["1", "2"]


async def test_a_burst_to_one_person_is_borrowed_from_later(
    database: Database, adapter: TelegramAdapter, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """WhatsApp's rule: so many at once, then one in six seconds until they are paid back."""
    sender = paced(database, adapter, clock, Pace(person_gap_s=6, person_burst=3))
    for number in range(6):
        put(sender, str(number))
    await everything(sender)
    assert shown(telegram) == ["0", "1", "2"]
    for expected in (4, 5):
        clock.advance(6)
        await everything(sender)
        assert len(shown(telegram)) == expected


def test_a_sender_takes_its_share_of_the_rate() -> None:
    """Two senders together keep the provider's limit; what has no limit has none."""
    settings = load_settings({}, senders=2)
    assert pace_of(settings, "telegram") == Pace(15, person_gap_s=1)
    assert pace_of(settings, "whatsapp") == Pace(40, person_gap_s=6, person_burst=45)
    assert pace_of(settings, "twilio-whatsapp") == Pace(5, person_gap_s=6, person_burst=45)
    assert pace_of(settings, "twilio-sms") == Pace(5)
    assert pace_of(settings, "sms") == Pace(2.5)
    assert pace_of(settings, "simulator-sms") == Pace()
    assert [Pace(per_s).at_once for per_s in (None, 0.1, 3, 80)] == [20, 1, 6, 20]
