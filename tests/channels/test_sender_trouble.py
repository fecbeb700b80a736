"""The sender in trouble: at least once, and never a third copy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from channels.outcomes import FIRST_RETRY_S, LONGEST_RETRY_S, MOST_ATTEMPTS, backoff_s
from channels.sender import Sender
from channels.telegram.adapter import TelegramAdapter
from conversation import Choice, PersonKey
from runtime.clock import FixedClock
from storage import outbox, sends, suppressions, tables
from storage.database import Database
from storage.suppressions import Reason
from tests.channels.outgoing import LONG, SEND, STUCK_AFTER_S, a_sender, put, row, shown
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram


async def test_what_waits_behind_a_delayed_answer_keeps_nobody_busy(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """The next thing to do is the delayed answer, not the one behind it that is due already."""
    telegram.queue(Answer(SEND, 429, "Too Many Requests", retry_after=40))
    put(sender, "1")
    put(sender, "2")
    assert await sender.once()
    assert sender.next_due() == clock.now() + timedelta(seconds=40)


@pytest.mark.parametrize("seconds", [1, 37, 3000])
async def test_a_wait_that_telegram_asks_for_is_kept(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock, seconds: int
) -> None:
    """429: not a moment earlier, and it costs no copy."""
    telegram.queue(Answer(SEND, 429, "Too Many Requests", retry_after=seconds))
    outbox_id = put(sender, "x")
    assert await sender.once()
    delayed = row(sender, outbox_id)
    assert (delayed.state, delayed.error_code, delayed.unanswered) == ("queued", "rate_limited", 0)
    clock.advance(seconds - 0.01)
    assert not await sender.once()
    clock.advance(0.01)
    assert await sender.once()
    assert shown(telegram) == ["x"]


async def test_telegrams_own_trouble_is_waited_out(sender: Sender, telegram: FakeTelegram, clock: FixedClock) -> None:
    """5xx: again after growing pauses, at most eight times; then it has failed, and the next answer goes on."""
    telegram.queue(*(Answer(SEND, 500) for _ in range(MOST_ATTEMPTS)))
    outbox_id = put(sender, "x")
    following = put(sender, "y")
    pauses = []
    for _ in range(MOST_ATTEMPTS - 1):
        assert await sender.once()
        at = row(sender, outbox_id).not_before
        pauses.append((at - clock.now()).total_seconds())
        clock.set(at)
    for attempt, pause in enumerate(pauses, start=1):
        assert backoff_s(attempt, 0) <= pause <= backoff_s(attempt, 1)
    assert await sender.once()
    failed = row(sender, outbox_id)
    assert (failed.state, failed.error_code, failed.attempts) == ("failed", "provider_trouble", MOST_ATTEMPTS)
    assert await sender.once()
    assert row(sender, following).state == "sent"


@pytest.mark.parametrize(
    ("attempt", "jitter", "seconds"),
    [
        (1, 1, FIRST_RETRY_S),
        (1, 0, FIRST_RETRY_S / 2),
        (2, 1, 2 * FIRST_RETRY_S),
        (4, 0.5, 8 * FIRST_RETRY_S * 0.75),
        (50, 1, LONGEST_RETRY_S),
        (50, 0, LONGEST_RETRY_S / 2),
    ],
)
def test_pauses_double_up_to_five_minutes(attempt: int, jitter: float, seconds: float) -> None:
    """Spread over half to whole, so that many do not come back at once."""
    assert backoff_s(attempt, jitter) == seconds


async def test_a_server_that_is_away_is_no_unanswered_send(
    database: Database, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """A refused connection is certain: nothing left, so nothing is counted against the answer."""
    async with TelegramAdapter(TOKEN, "http://127.0.0.1:9", timeout_s=0.5) as nowhere:
        sender = a_sender("sender-1", database, nowhere, clock)
        outbox_id = put(sender, "x")
        assert await sender.once()
    delayed = row(sender, outbox_id)
    assert (delayed.state, delayed.error_code, delayed.unanswered) == ("queued", "unreachable", 0)
    assert telegram.requests() == []


@pytest.mark.parametrize(
    ("description", "code"),
    [("Bad Request: chat not found", "unknown_address"), ("Bad Request: BUTTON_DATA_INVALID", "refused")],
)
async def test_a_refusal_is_final(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock, description: str, code: str
) -> None:
    """400: the same message would be refused again. What follows is sent all the same."""
    telegram.queue(Answer(SEND, 400, description))
    refused, following = put(sender, "x"), put(sender, "y")
    assert await sender.once()
    assert (row(sender, refused).state, row(sender, refused).error_code) == ("failed", code)
    clock.advance(3600)
    assert await sender.once()
    assert not await sender.once()
    assert row(sender, following).state == "sent"
    assert shown(telegram) == ["y"]


async def test_who_blocked_the_bot_is_left_in_peace(sender: Sender, telegram: FakeTelegram) -> None:
    """403 marks the address; what still waits for it is dropped without another request."""
    telegram.queue(Answer(SEND, 403, "Forbidden: bot was blocked by the user"))
    first, second = put(sender, "1"), put(sender, "2")
    while await sender.once():
        pass
    assert (row(sender, first).state, row(sender, first).error_code) == ("failed", "blocked")
    assert (row(sender, second).state, row(sender, second).error_code) == ("dropped", "blocked")
    assert len(telegram.requests(SEND)) == 1
    with sender._database.read() as connection:
        (standing,) = connection.execute(sa.select(tables.suppression)).all()
    assert (standing.reason, standing.how, standing.lifted_at) == (
        "blocked",
        "403 Forbidden: bot was blocked by the user"[:40],
        None,
    )


async def test_who_unblocks_the_bot_hears_it_again(sender: Sender, telegram: FakeTelegram, clock: FixedClock) -> None:
    """A block ends with the person's next message."""
    person = PersonKey("telegram", "7")
    put(sender, "1")
    with sender._database.begin() as connection:
        suppressions.suppress_key(connection, person, Reason.BLOCKED, how="event", now=clock.now())
    assert await sender.once()
    with sender._database.begin() as connection:
        suppressions.lift_key(connection, person, now=clock.now())
    put(sender, "2")
    assert await sender.once()
    assert shown(telegram) == ["2"]


@pytest.mark.parametrize(
    "trouble",
    [Answer(SEND, delay_s=5), Answer(SEND, cut="after"), Answer(SEND, raw="<html>")],
    ids=["slow", "cut", "page"],
)
async def test_a_send_without_an_answer_is_repeated_once(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock, trouble: Answer
) -> None:
    """It may have arrived, and here it has: counted, sent again, and seen twice at most."""
    telegram.queue(trouble)
    outbox_id = put(sender, "x")
    assert await sender.once()
    unsure = row(sender, outbox_id)
    assert (unsure.state, unsure.unanswered, unsure.error_code) == ("queued", 1, "unanswered")
    clock.advance(FIRST_RETRY_S)
    assert await sender.once()
    assert (row(sender, outbox_id).state, row(sender, outbox_id).unanswered) == ("sent", 1)
    assert shown(telegram) == ["x", "x"]


async def test_there_is_no_third_copy(sender: Sender, telegram: FakeTelegram, clock: FixedClock) -> None:
    """After the second send without an answer it has failed, and what follows goes on."""
    telegram.queue(*(Answer(SEND, cut="after") for _ in range(3)))
    outbox_id, following = put(sender, "x"), put(sender, "y")
    for _ in range(3):
        assert await sender.once()
        clock.advance(LONGEST_RETRY_S)
    failed = row(sender, outbox_id)
    assert (failed.state, failed.error_code, failed.unanswered) == ("failed", "unanswered", 2)
    assert shown(telegram) == ["x", "x"]
    assert await sender.once()
    clock.advance(LONGEST_RETRY_S)
    assert await sender.once()
    assert (row(sender, following).state, row(sender, following).unanswered) == ("sent", 1)


async def test_a_long_answer_goes_on_where_it_stopped(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """What was accepted is not sent again after a refusal in the middle."""
    telegram.queue(Answer(SEND), Answer(SEND, 500))
    outbox_id = put(sender, LONG)
    assert await sender.once()
    assert (row(sender, outbox_id).state, row(sender, outbox_id).parts_sent) == ("queued", 1)
    clock.advance(FIRST_RETRY_S)
    assert await sender.once()
    assert [text[:6] for text in shown(telegram)] == ["Page 0", "Page 1", "Page 2"]


async def test_a_long_answer_goes_on_after_a_crash_in_the_middle(
    database: Database, adapter: TelegramAdapter, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """The restarted sender repeats at most the page that got no answer."""

    class CrashError(BaseException):
        pass

    class Dies(TelegramAdapter):
        """Is killed when the third message is to leave."""

        async def send(self, address: str, payload: Any, *, reference: str = "") -> str:
            if payload.text.startswith("Page 2"):
                raise CrashError
            return await super().send(address, payload, reference=reference)

    async with Dies(TOKEN, telegram.url) as dying:
        sender = a_sender("sender-1", database, dying, clock)
        outbox_id = put(sender, LONG)
        with pytest.raises(CrashError):
            await sender.once()
    assert (row(sender, outbox_id).state, row(sender, outbox_id).parts_sent) == ("sending", 2)
    sender = a_sender("sender-1", database, adapter, clock)
    sender.recover()
    assert await sender.once()
    assert [text[:6] for text in shown(telegram)] == ["Page 0", "Page 1", "Page 2"]
    assert (row(sender, outbox_id).state, row(sender, outbox_id).unanswered) == ("sent", 1)


async def test_what_a_dead_sender_held_is_taken_over(
    sender: Sender, database: Database, adapter: TelegramAdapter, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Its own successor at once, another sender after a while; each time it counts as unanswered."""
    outbox_id = put(sender, "x")
    with database.begin() as connection:
        (held,) = outbox.claim(connection, owner="sender-1", channel="telegram", now=clock.now())
        sends.begin(connection, held, parts=1)
    other = a_sender("sender-2", database, adapter, clock)
    other.recover()
    assert not await other.once()
    clock.advance(STUCK_AFTER_S + 0.01)
    other.recover()
    assert row(sender, outbox_id).unanswered == 1
    with database.begin() as connection:
        (held,) = outbox.claim(connection, owner="sender-1", channel="telegram", now=clock.now())
        sends.begin(connection, held, parts=1)
    sender.recover()
    assert row(sender, outbox_id).unanswered == 2
    assert await sender.once()
    assert row(sender, outbox_id).state == "failed"
    assert telegram.requests(SEND) == []


async def test_an_answer_that_has_no_shape_holds_up_nobody(sender: Sender, telegram: FakeTelegram) -> None:
    """What cannot be shown on the channel has failed at once; the next one is sent."""
    bad = put(sender, "x", choices=(Choice("Oui", "t" * 65, "1"),))
    good = put(sender, "y")
    assert await sender.once()
    assert await sender.once()
    assert (row(sender, bad).state, row(sender, bad).error_code) == ("failed", "unsendable")
    assert row(sender, good).state == "sent"
    assert shown(telegram) == ["y"]


async def test_an_error_of_ours_while_one_is_noted_does_not_cut_off_the_others(
    sender: Sender, telegram: FakeTelegram, database: Database
) -> None:
    """Where the database refuses one row's note, the other answers are still noted before the error is told."""
    with database.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE UPDATE ON outbox WHEN NEW.state = 'sent' AND NEW.address = '7' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    ids = [put(sender, "x", chat=chat) for chat in (7, 8, 9)]
    with pytest.raises(sa.exc.IntegrityError):
        await sender.once()
    assert [row(sender, one).state for one in ids] == ["sending", "sent", "sent"]
    assert len(telegram.messages()) == 3


async def test_what_is_in_hand_is_not_taken_for_left_behind(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """While it works a sender takes over from others alone: its own would be sent twice."""
    outbox_id = put(sender, "x")
    (held,) = sender._claim("telegram")
    clock.advance(STUCK_AFTER_S * 2)
    sender.recover(restarted=False)
    assert row(sender, outbox_id).state == "sending"
    await sender._deliver(held)
    assert (row(sender, outbox_id).state, shown(telegram)) == ("sent", ["x"])
