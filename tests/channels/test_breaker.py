"""A provider in trouble: messages wait and lose nothing by it, one at a time is sent to see, all go when it is over."""

from __future__ import annotations

import pytest

from channels.breaker import FIRST_PAUSE_S, LONGEST_PAUSE_S
from channels.errors import ErrorCode, SendFailed
from channels.outcomes import LONGEST_RETRY_S, MOST_ATTEMPTS, OPEN_AFTER, SUSPENDED_S
from channels.sender import Sender
from channels.telegram.adapter import TelegramAdapter
from runtime.clock import FixedClock
from storage import ways
from storage.database import Database
from storage.ways import Way
from tests.channels.outgoing import SEND, a_sender, put, row
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram


def way(sender: Sender) -> Way:
    with sender._database.read() as connection:
        return ways.look(connection, "telegram")


def asked(telegram: FakeTelegram) -> int:
    return len(telegram.requests(SEND))


async def broken(sender: Sender, telegram: FakeTelegram, status: int = 500, people: int = OPEN_AFTER) -> list[int]:
    """So many people's messages have just met trouble; their rows."""
    telegram.queue(*(Answer(SEND, status) for _ in range(people)))
    ids = [put(sender, "x", chat=chat) for chat in range(people)]
    assert await sender.once()
    return ids


async def test_a_channel_in_trouble_is_paused_and_tried_with_one(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Nothing is sent meanwhile; then one message; a proper answer lets all go."""
    await broken(sender, telegram)
    paused = way(sender)
    assert (paused.reason, paused.since, paused.times) == ("provider_trouble", clock.now(), 1)
    assert paused.until is not None
    assert FIRST_PAUSE_S / 2 <= (paused.until - clock.now()).total_seconds() <= FIRST_PAUSE_S
    put(sender, "y", chat=99)
    assert not await sender.once()
    assert sender.next_due() == paused.until
    clock.set(paused.until)
    before = asked(telegram)
    assert await sender.once()
    assert asked(telegram) == before + 1
    assert way(sender).reason is None
    clock.advance(LONGEST_RETRY_S)
    while await sender.once():
        pass
    assert len(telegram.messages()) == OPEN_AFTER + 1


async def test_trouble_that_goes_on_costs_no_message_its_attempts(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """However long: the pauses grow to two minutes, each a single try, and everything is sent in the end."""
    ids = await broken(sender, telegram)
    telegram.queue(*(Answer(SEND, 500) for _ in range(40)))
    for _ in range(40):
        until = way(sender).until
        assert until is not None
        assert (until - clock.now()).total_seconds() <= LONGEST_PAUSE_S
        clock.set(max(until, sender.next_due() or until))
        before = asked(telegram)
        assert await sender.once()
        assert asked(telegram) == before + 1
    assert max(row(sender, one).attempts for one in ids) <= 2
    assert sum(row(sender, one).waits for one in ids) >= 40
    clock.advance(LONGEST_RETRY_S)
    while await sender.once():
        clock.advance(LONGEST_RETRY_S)
    assert {row(sender, one).state for one in ids} == {"sent"}


async def test_one_message_a_provider_cannot_digest_pauses_nothing(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Its own attempts are counted, and end."""
    telegram.queue(*(Answer(SEND, 500) for _ in range(MOST_ATTEMPTS)))
    bad = put(sender, "x")
    while row(sender, bad).state == "queued":
        assert await sender.once()
        assert way(sender).reason is None
        clock.advance(LONGEST_RETRY_S)
    assert row(sender, bad).state == "failed"


async def test_a_server_that_is_away_is_waited_for_with_one_person_alone(
    database: Database, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """A refused connection is nobody's message's fault: the answer waits until it is sent or too old."""
    async with TelegramAdapter(TOKEN, "http://127.0.0.1:9", timeout_s=0.5) as nowhere:
        away = a_sender("sender-1", database, nowhere, clock)
        outbox_id = put(away, "x")
        for _ in range(MOST_ATTEMPTS * 3):
            await away.once()
            clock.advance(LONGEST_RETRY_S)
        assert way(away).reason == "unreachable"
    async with TelegramAdapter(TOKEN, telegram.url) as back:
        assert await a_sender("sender-1", database, back, clock).once()
    assert row(away, outbox_id).state == "sent"
    assert row(away, outbox_id).attempts == 1


async def test_a_wrong_token_pauses_the_channel(sender: Sender, telegram: FakeTelegram, clock: FixedClock) -> None:
    """An operator can mend it while messages wait."""
    ids = await broken(sender, telegram, 401)
    assert way(sender).reason == "configuration"
    clock.advance(SUSPENDED_S)
    while await sender.once():
        clock.advance(LONGEST_RETRY_S)
    assert {row(sender, one).state for one in ids} == {"sent"}


async def test_a_refusal_shows_that_the_provider_is_there(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """The one message sent to see may be refused for itself: the channel is open all the same."""
    await broken(sender, telegram)
    telegram.queue(Answer(SEND, 400, "Bad Request: chat not found"))
    clock.set(way(sender).until or clock.now())
    assert await sender.once()
    assert way(sender).reason is None


async def test_all_senders_keep_a_pause_and_one_of_them_tries(
    sender: Sender, database: Database, adapter: TelegramAdapter, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """It stands in the database: a restart does not forget it, and two do not try at once."""
    await broken(sender, telegram)
    put(sender, "y", chat=99)
    other = a_sender("sender-2", database, adapter, clock)
    assert not await other.once()
    until = way(sender).until
    assert until is not None
    clock.set(until)
    claimed = other._claim("telegram")
    assert len(claimed) == 1
    assert not await sender.once()
    await other._deliver(claimed[0])
    assert way(sender).reason is None


@pytest.mark.parametrize("people", [1, 2])
async def test_a_wait_asked_of_two_people_is_meant_for_all(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock, people: int
) -> None:
    """429 to one person holds up that person; to a second within the wait, the whole channel, for as long as asked."""
    telegram.queue(*(Answer(SEND, 429, "Too Many Requests", retry_after=30) for _ in range(people)))
    ids = [put(sender, "x", chat=chat) for chat in range(people)]
    assert await sender.once()
    put(sender, "y", chat=99)
    assert await sender.once() is (people == 1)
    assert (way(sender).reason == "rate_limited") is (people == 2)
    clock.advance(30)
    while await sender.once():
        pass
    assert {row(sender, one).state for one in ids} == {"sent"}
    assert {row(sender, one).attempts for one in ids} == {1}


async def test_a_provider_may_say_that_it_means_everybody(sender: Sender, clock: FixedClock) -> None:
    """Then one answer is enough."""
    limit = SendFailed(ErrorCode.RATE_LIMITED, retry_after_s=12, everyone=True)
    with sender._database.begin() as connection:
        sender._breakers["telegram"].failed(connection, limit, "7", now=clock.now())
    put(sender, "x")
    assert not await sender.once()
    clock.advance(12)
    assert await sender.once()


async def test_a_suspended_account_is_paused_at_once(sender: Sender, clock: FixedClock) -> None:
    """The first word of it is enough, and it is left alone for a while."""
    with sender._database.begin() as connection:
        sender._breakers["telegram"].failed(connection, SendFailed(ErrorCode.SUSPENDED), "7", now=clock.now())
    put(sender, "x")
    clock.advance(SUSPENDED_S - 0.01)
    assert not await sender.once()
    clock.advance(0.01)
    assert await sender.once()
    assert way(sender).reason is None
