"""The sender: what it sends arrives whole, in order and in time – at a real Telegram server, from a real database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from channels.outcomes import FIRST_RETRY_S, LONGEST_RETRY_S
from channels.sender import KEEP_INBOX_DAYS, Sender
from channels.simulator.adapter import CHANNELS as SIMULATED
from channels.simulator.adapter import SimulatorAdapter
from channels.telegram.adapter import TelegramAdapter
from channels.ways_out import Channel
from conversation import AttachmentKind, Choice, Inbound, InboundKind, OutboundFile, PersonKey
from runtime.clock import FixedClock
from storage import conversations, inbox, people, tables
from storage.database import Database
from storage.files import Files, new_key
from tests.channels.outgoing import LONG, SEND, STUCK_AFTER_S, a_sender, put, row, shown
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram
from tests.fakes.telegram_api import Upload


async def test_an_answer_arrives_with_its_buttons(sender: Sender, telegram: FakeTelegram, clock: FixedClock) -> None:
    """Text as written, one button for each choice, its token behind it; the row knows Telegram's number of it."""
    choices = (
        Choice("نعم", "tok-yes", "1"),
        Choice("لا", "tok-no", "2"),
        Choice("نهضر مع شي حد من الفريق", "tok-p", "0"),
    )
    outbox_id = put(sender, "بغيتي تتسجل؟ 🧵", choices=choices)
    assert await sender.once()
    (message,) = telegram.messages(7)
    assert message["text"] == "بغيتي تتسجل؟ 🧵"
    keys = [
        [(key["text"], key["callback_data"]) for key in line] for line in message["reply_markup"]["inline_keyboard"]
    ]
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


async def test_a_long_answer_comes_whole_and_in_order(sender: Sender, telegram: FakeTelegram) -> None:
    """Three messages, the buttons under the last; the row knows the last one's number."""
    outbox_id = put(sender, LONG, choices=(Choice("Oui", "tok", "1"),))
    assert await sender.once()
    assert [text[:6] for text in shown(telegram)] == ["Page 0", "Page 1", "Page 2"]
    assert ["reply_markup" in message for message in telegram.messages(7)] == [False, False, True]
    assert (row(sender, outbox_id).state, row(sender, outbox_id).provider_message_id) == ("sent", "3")


async def test_a_file_arrives_with_its_words(
    database: Database, telegram: FakeTelegram, clock: FixedClock, tmp_path: Path
) -> None:
    """From the outbox through the folder of files to the person; the row knows the number of what carried it."""
    files, key = Files(tmp_path), new_key()
    files.put(b"%PDF-1.7 made up", key)
    async with TelegramAdapter(TOKEN, telegram.url, files=files) as adapter:
        sender = a_sender("sender-1", database, adapter, clock)
        file = OutboundFile(AttachmentKind.DOCUMENT, key, "application/pdf", "liste.pdf")
        outbox_id = put(sender, "Voici la liste", file=file)
        assert await sender.once()
    (request,) = telegram.requests("sendDocument")
    assert request.params["document"] == Upload("liste.pdf", b"%PDF-1.7 made up")
    assert request.params["caption"] == "Voici la liste"
    assert (row(sender, outbox_id).state, row(sender, outbox_id).provider_message_id) == ("sent", "1")


async def test_the_last_words_to_somebody_who_was_erased_go_with_them(sender: Sender, telegram: FakeTelegram) -> None:
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
        conversations.log(connection, [said(conversation_id, "salut", None, clock)])
    assert await sender.once()
    with sender._database.read() as connection:
        assert len(connection.execute(sa.select(tables.identity)).all()) == 1
        assert connection.execute(sa.select(tables.outbox)).all() == []
    assert shown(telegram) == ["vos données sont effacées"]


def said(conversation_id: int, text: str, inbox_id: int | None, clock: FixedClock) -> dict[str, Any]:
    """A line of the log: somebody wrote something."""
    nothing = dict.fromkeys(("turn_id", "language", "outbox_id"))
    line = {"direction": "in", "kind": "text", "text": text, "details": {}, "created_at": clock.now()}
    return {"conversation_id": conversation_id, "inbox_id": inbox_id, **line, **nothing}


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
    """Repeats are known for ten days; what still waits stays however old, and so does the log of what was said."""
    sender = Sender("sender-1", database, {}, clock, STUCK_AFTER_S)
    with database.begin() as connection:
        for name in ("done", "waiting"):
            inbound = Inbound(PersonKey("telegram", "7"), name, InboundKind.TEXT, clock.now(), "x")
            inbox.store(connection, [inbound], received_at=clock.now())
        done = tables.inbox.c.provider_message_id == "done"
        connection.execute(tables.inbox.update().where(done).values(state="done"))
        inbox_id = connection.execute(sa.select(tables.inbox.c.id).where(done)).scalar_one()
        conversation_id = people.ensure(connection, PersonKey("telegram", "7"), now=clock.now())
        conversations.log(connection, [said(conversation_id, "x", inbox_id, clock)])
    for days, kept in ((KEEP_INBOX_DAYS - 1, 2), (2, 1)):
        clock.advance(days * 86_400)
        sender.keep_house()
        with database.read() as connection:
            assert len(connection.execute(sa.select(tables.inbox)).all()) == kept
            logged = connection.execute(sa.select(tables.message)).one()
        assert (logged.text, logged.inbox_id) == ("x", inbox_id if kept == 2 else None)
