"""The sender: in order, at least once, and never a third copy – against a real Telegram server and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from channels.sender import (
    FIRST_RETRY_S,
    KEEP_INBOX_DAYS,
    LONGEST_RETRY_S,
    MOST_ATTEMPTS,
    Channel,
    Sender,
    backoff_s,
)
from channels.simulator.adapter import CHANNELS as SIMULATED
from channels.simulator.adapter import SimulatorAdapter
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.render import MAX_TEXT_UNITS
from channels.telegram.render import render as render_telegram
from conversation import Choice, Inbound, InboundKind, Outbound, PersonKey
from runtime.clock import FixedClock
from storage import conversations, inbox, migrate, outbox, people, tables
from storage.database import Database
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram

STUCK_AFTER_S = 50.0
SEND = "sendMessage"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database."""
    url = f"sqlite:///{tmp_path / 'maalem.db'}"
    migrate.upgrade(url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
async def adapter(telegram: FakeTelegram) -> AsyncIterator[TelegramAdapter]:
    """A bot that waits half a second for an answer."""
    async with TelegramAdapter(TOKEN, telegram.url, timeout_s=0.5) as adapter:
        yield adapter


@pytest.fixture
def sender(database: Database, adapter: TelegramAdapter, clock: FixedClock) -> Sender:
    """A sender for Telegram."""
    return a_sender("sender-1", database, adapter, clock)


def a_sender(name: str, database: Database, adapter: TelegramAdapter, clock: FixedClock) -> Sender:
    return Sender(name, database, {"telegram": Channel(adapter, render_telegram)}, clock, STUCK_AFTER_S)


def put(
    sender: Sender,
    text: str,
    *,
    chat: int = 7,
    channel: str = "telegram",
    choices: tuple[Choice, ...] = (),
    **more: Any,
) -> int:
    """Queue an answer to somebody; its row."""
    now = sender._clock.now()
    with sender._database.begin() as connection:
        return outbox.add(
            connection,
            Outbound(text, "fr", choices),
            conversation_id=people.ensure(connection, PersonKey(channel, str(chat)), now=now),
            channel=channel,
            address=str(chat),
            turn_id=None,
            now=now,
            **more,
        )


def row(sender: Sender, outbox_id: int) -> Any:
    with sender._database.read() as connection:
        return connection.execute(sa.select(tables.outbox).where(tables.outbox.c.id == outbox_id)).one()


def shown(telegram: FakeTelegram, chat: int = 7) -> list[str]:
    """What a person sees."""
    return [message["text"] for message in telegram.messages(chat)]


async def test_an_answer_arrives_with_its_buttons(sender: Sender, telegram: FakeTelegram, clock: FixedClock) -> None:
    """Text as written, one button for each choice, its token behind it; the row knows Telegram's number of it."""
    choices = (Choice("نعم", "tok-yes", "1"), Choice("لا", "tok-no", "2"), Choice("نهضر مع شي حد من الفريق", "tok-p", "0"))
    outbox_id = put(sender, "بغيتي تتسجل؟ 🧵", choices=choices)
    assert await sender.once()
    (message,) = telegram.messages(7)
    assert message["text"] == "بغيتي تتسجل؟ 🧵"
    keys = [[(key["text"], key["callback_data"]) for key in line] for line in message["reply_markup"]["inline_keyboard"]]
    assert keys == [[("نعم", "tok-yes"), ("لا", "tok-no")], [("نهضر مع شي حد من الفريق", "tok-p")]]
    sent = row(sender, outbox_id)
    assert (sent.state, sent.attempts, sent.unanswered, sent.sender) == ("sent", 1, 0, None)
    assert (sent.provider_message_id, sent.sent_at) == ("1", clock.now())
    assert not await sender.once()


async def test_nothing_leaves_before_its_time(sender: Sender, telegram: FakeTelegram, clock: FixedClock) -> None:
    """A reminder is a row for tomorrow."""
    put(sender, "rappel", not_before=clock.now() + timedelta(days=1))
    assert not await sender.once()
    assert sender.next_due() == clock.now() + timedelta(days=1)
    clock.advance(86_400)
    assert await sender.once()
    assert shown(telegram) == ["rappel"]


async def test_one_persons_answers_keep_their_order(sender: Sender, telegram: FakeTelegram, clock: FixedClock) -> None:
    """The second is not tried before the first is settled, however long that takes; others do not wait for it."""
    telegram.queue(Answer(SEND, 500))
    for text in ("1", "2", "3"):
        put(sender, text)
    put(sender, "other", chat=8)
    while await sender.once():
        pass
    assert (shown(telegram), shown(telegram, 8)) in (([], ["other"]), (["1", "2", "3"], []))
    clock.advance(FIRST_RETRY_S)
    while await sender.once():
        pass
    assert (shown(telegram), shown(telegram, 8)) == (["1", "2", "3"], ["other"])


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
        (identity,) = connection.execute(sa.select(tables.identity)).all()
    assert identity.blocked_at is not None


async def test_who_unblocks_the_bot_hears_it_again(sender: Sender, telegram: FakeTelegram, clock: FixedClock) -> None:
    """A block ends with the person's next message."""
    person = PersonKey("telegram", "7")
    put(sender, "1")
    with sender._database.begin() as connection:
        people.set_blocked(connection, person, clock.now())
    assert await sender.once()
    with sender._database.begin() as connection:
        people.set_blocked(connection, person, None)
    put(sender, "2")
    assert await sender.once()
    assert shown(telegram) == ["2"]


@pytest.mark.parametrize(
    "trouble", [Answer(SEND, delay_s=2), Answer(SEND, cut="after"), Answer(SEND, raw="<html>")], ids=["slow", "cut", "page"]
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


async def test_an_answer_that_comes_too_late_is_dropped(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """An hour late it answers nothing: dropped with its reason, unasked; just in time it is sent."""
    late = put(sender, "late", expires_at=clock.now() + timedelta(seconds=60))
    clock.advance(60.01)
    just = put(sender, "just", expires_at=clock.now())
    while await sender.once():
        pass
    assert (row(sender, late).state, row(sender, late).error_code) == ("dropped", "expired")
    assert row(sender, just).state == "sent"
    assert shown(telegram) == ["just"]


async def test_an_answer_expires_while_it_is_tried_again(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """A long wait that Telegram asks for can outlast it."""
    telegram.queue(Answer(SEND, 429, retry_after=100))
    outbox_id = put(sender, "x", expires_at=clock.now() + timedelta(seconds=60))
    assert await sender.once()
    clock.advance(100)
    assert await sender.once()
    assert row(sender, outbox_id).state == "dropped"
    assert shown(telegram) == []


LONG = "\n\n".join(f"Page {number} " + "é" * (MAX_TEXT_UNITS - 20) for number in range(3))


async def test_a_long_answer_comes_whole_and_in_order(sender: Sender, telegram: FakeTelegram) -> None:
    """Three messages, the buttons under the last; the row knows the last one's number."""
    outbox_id = put(sender, LONG, choices=(Choice("Oui", "tok", "1"),))
    assert await sender.once()
    assert [text[:6] for text in shown(telegram)] == ["Page 0", "Page 1", "Page 2"]
    assert ["reply_markup" in message for message in telegram.messages(7)] == [False, False, True]
    assert (row(sender, outbox_id).state, row(sender, outbox_id).provider_message_id) == ("sent", "3")


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

        async def send(self, address: str, payload: Any) -> str:
            if payload.text.startswith("Page 2"):
                raise CrashError
            return await super().send(address, payload)

    async with Dies(TOKEN, telegram.url) as dying:
        sender = a_sender("sender-1", database, dying, clock)
        outbox_id = put(sender, LONG)
        with pytest.raises(CrashError):
            await sender.once()
    assert (row(sender, outbox_id).state, row(sender, outbox_id).parts_sent) == ("sending", 2)
    sender = a_sender("sender-1", database, adapter, clock)
    await sender.recover()
    assert await sender.once()
    assert [text[:6] for text in shown(telegram)] == ["Page 0", "Page 1", "Page 2"]
    assert (row(sender, outbox_id).state, row(sender, outbox_id).unanswered) == ("sent", 1)


async def test_what_a_dead_sender_held_is_taken_over(
    sender: Sender, database: Database, adapter: TelegramAdapter, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Its own successor at once, another sender after a while; each time it counts as unanswered."""
    outbox_id = put(sender, "x")
    with database.begin() as connection:
        outbox.claim(connection, owner="sender-1", channels=["telegram"], now=clock.now())
    other = a_sender("sender-2", database, adapter, clock)
    await other.recover()
    assert not await other.once()
    clock.advance(STUCK_AFTER_S + 0.01)
    await other.recover()
    assert row(sender, outbox_id).unanswered == 1
    with database.begin() as connection:
        outbox.claim(connection, owner="sender-1", channels=["telegram"], now=clock.now())
    await sender.recover()
    assert row(sender, outbox_id).unanswered == 2
    assert await sender.once()
    assert row(sender, outbox_id).state == "failed"
    assert telegram.requests(SEND) == []


async def test_the_last_words_to_somebody_who_was_erased_go_with_them(
    sender: Sender, telegram: FakeTelegram
) -> None:
    """Once sent, the address and the answer are gone too: nothing of the person is left."""
    put(sender, "vos données sont effacées", erase_after=True)
    assert await sender.once()
    assert shown(telegram) == ["vos données sont effacées"]
    with sender._database.read() as connection:
        for table in (tables.person, tables.identity, tables.conversation, tables.outbox, tables.delivery_event):
            assert connection.execute(sa.select(table)).all() == []


@pytest.mark.parametrize(
    "trouble",
    [Answer(SEND, 400, "Bad Request: chat not found"), Answer(SEND, 403, "Forbidden: bot was blocked by the user")],
    ids=["400", "403"],
)
async def test_somebody_who_was_erased_is_gone_also_where_the_last_words_fail(
    sender: Sender, telegram: FakeTelegram, trouble: Answer
) -> None:
    """The promise does not hang on Telegram."""
    telegram.queue(trouble)
    put(sender, "vos données sont effacées", erase_after=True)
    assert await sender.once()
    with sender._database.read() as connection:
        assert connection.execute(sa.select(tables.identity)).all() == []


async def test_who_writes_again_after_the_erasure_is_a_new_person_and_stays(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Only the last words go; what was said since belongs to a new beginning."""
    outbox_id = put(sender, "vos données sont effacées", erase_after=True)
    conversation_id = row(sender, outbox_id).conversation_id
    with sender._database.begin() as connection:
        conversations.log(
            connection,
            [
                {
                    "conversation_id": conversation_id,
                    "turn_id": None,
                    "direction": "in",
                    "kind": "text",
                    "text": "salut",
                    "details": {},
                    "language": None,
                    "inbox_id": None,
                    "outbox_id": None,
                    "created_at": clock.now(),
                }
            ],
        )
    assert await sender.once()
    with sender._database.read() as connection:
        assert len(connection.execute(sa.select(tables.identity)).all()) == 1
        assert connection.execute(sa.select(tables.outbox)).all() == []
    assert shown(telegram) == ["vos données sont effacées"]


async def test_an_answer_that_has_no_shape_holds_up_nobody(
    sender: Sender, telegram: FakeTelegram
) -> None:
    """What cannot be shown on the channel has failed at once; the next one is sent."""
    bad = put(sender, "x", choices=(Choice("Oui", "t" * 65, "1"),))
    good = put(sender, "y")
    assert await sender.once()
    assert await sender.once()
    assert (row(sender, bad).state, row(sender, bad).error_code) == ("failed", "unsendable")
    assert row(sender, good).state == "sent"
    assert shown(telegram) == ["y"]


async def test_other_channels_are_left_to_other_senders(sender: Sender, telegram: FakeTelegram) -> None:
    """A sender without WhatsApp does not touch what waits for WhatsApp."""
    outbox_id = put(sender, "x", channel="whatsapp")
    assert not await sender.once()
    assert sender.next_due() is None
    assert row(sender, outbox_id).state == "queued"
    assert telegram.requests() == []


async def test_the_simulator_is_sent_to_without_a_network(
    database: Database, telegram: FakeTelegram, clock: FixedClock
) -> None:
    """Its answers are marked as sent, that they may be read on its page."""
    simulated = Channel(SimulatorAdapter(), lambda outbound: [outbound])
    sender = Sender("sender-1", database, dict.fromkeys(SIMULATED, simulated), clock, STUCK_AFTER_S)
    ids = [put(sender, "x", channel=channel) for channel in SIMULATED]
    assert await sender.once()
    assert {row(sender, one).state for one in ids} == {"sent"}
    assert len({row(sender, one).provider_message_id for one in ids}) == len(ids)
    assert telegram.requests() == []


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


async def test_no_log_line_holds_words_addresses_or_the_token(
    sender: Sender, telegram: FakeTelegram, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sent, delayed, refused, blocked: the log says which, and nothing of what or to whom."""
    telegram.queue(Answer(SEND), Answer(SEND, 500), Answer(SEND, 400, "Bad Request: 70123456"), Answer(SEND, 403))
    for text in ("khobz", "khobz", "khobz"):
        put(sender, text, chat=70123456)
    for _ in range(5):
        await sender.once()
        clock.advance(LONGEST_RETRY_S)
    written = "".join(capsys.readouterr())
    for event in ("reply_sent", "reply_delayed", "reply_ended"):
        assert event in written
    for secret in ("khobz", "70123456", TOKEN):
        assert secret not in written


def test_old_closed_messages_are_let_go(database: Database, clock: FixedClock) -> None:
    """Repeats are known for ten days; what still waits stays however old."""
    sender = Sender("sender-1", database, {}, clock, STUCK_AFTER_S)
    with database.begin() as connection:
        for name in ("done", "waiting"):
            inbound = Inbound(PersonKey("telegram", "7"), name, InboundKind.TEXT, clock.now(), "x")
            inbox.store(connection, [inbound], received_at=clock.now())
        connection.execute(tables.inbox.update().where(tables.inbox.c.provider_message_id == "done").values(state="done"))
    for days, kept in ((KEEP_INBOX_DAYS - 1, 2), (2, 1)):
        clock.advance(days * 86_400)
        sender.keep_house()
        with database.read() as connection:
            assert len(connection.execute(sa.select(tables.inbox)).all()) == kept
