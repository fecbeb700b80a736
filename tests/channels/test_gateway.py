"""The gateway: nothing is acknowledged before it is on disk, and nothing that comes in can break it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from runtime.clock import FixedClock
from runtime.settings import Settings, load_settings
from storage import database as database_module
from storage import migrate
from storage.database import Database
from tests.channels.incoming import PATH, locked, rows, serving
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram
from tests.updates import HEADERS, SECRET, block_update, tap_update, text_update


@pytest.fixture
def settings(tmp_path: Path, telegram: FakeTelegram) -> Settings:
    """A gateway for Telegram's webhook, on a database of this version."""
    settings = load_settings(
        home=tmp_path,
        telegram_mode="webhook",
        telegram_token=TOKEN,
        telegram_secret=SECRET,
        telegram_base_url=telegram.url,
        webhook_max_bytes=100_000,
    )
    migrate.upgrade(settings.database_url)
    return settings


BAD_BODIES = {
    "empty": b"",
    "no JSON": b"update_id=1",
    "half": b'{"update_id": 1, "message": {"text"',
    "not UTF-8": b'{"update_id": 1, "x": "\xff\xfe"}',
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "text": b'"update"',
    "NaN": b'{"update_id": NaN}',
    "no id": b'{"message": {}}',
    "id of text": b'{"update_id": "1"}',
    "id true": b'{"update_id": true}',
    "id beyond 63 bits": b'{"update_id": 99999999999999999999}',
    "number of 9,000 digits": b'{"update_id": ' + b"9" * 9000 + b"}",
    "message of text": b'{"update_id": 1, "message": "hello"}',
    "message of nothing": b'{"update_id": 1, "message": {}}',
    "chat of text": b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": "x", "text": "x"}}',
    "date of text": json.dumps(
        {"update_id": 1, "message": {**text_update(1, 7, "x")["message"], "date": "now"}}
    ).encode(),
    "date out of range": json.dumps(
        {"update_id": 1, "message": {**text_update(1, 7, "x")["message"], "date": 10**15}}
    ).encode(),
    "text of list": json.dumps(
        {"update_id": 1, "message": {**text_update(1, 7, "x")["message"], "text": ["x"]}}
    ).encode(),
    "chat id of text": json.dumps(
        {
            "update_id": 1,
            "message": {**text_update(1, 7, "x")["message"], "chat": {"id": "7", "type": "private"}},
        }
    ).encode(),
    "tap of text": b'{"update_id": 1, "callback_query": "x"}',
    "lists nested 50,000 deep": b"[" * 50_000 + b"]" * 50_000,
    "lists nested 900 deep": b'{"update_id": 1, "message": ' + b"[" * 900 + b"]" * 900 + b"}",
    "objects nested 16,000 deep": b'{"a":' * 16_000 + b"1" + b"}" * 16_000,
    "a text of lists": b'{"update_id": 1, "message": {"text": ' + b"[" * 20_000 + b"]" * 20_000 + b"}}",
    "lists that never end": b"[" * 99_000,
}


async def test_an_update_is_acknowledged_only_after_it_is_on_disk(settings: Settings, clock: FixedClock) -> None:
    """While the row cannot be committed there is no answer; with the answer the row is there for others to see."""
    async with serving(settings, clock) as client:
        with locked(settings):
            posted = asyncio.create_task(client.post(PATH, headers=HEADERS, json=text_update(1, 7, "سلام")))
            done, _ = await asyncio.wait({posted}, timeout=0.3)
            assert not done
            assert rows(settings) == []
        response = await posted
        (row,) = rows(settings)
    assert response.status_code == 200
    assert (row.channel, row.address, row.provider_message_id, row.state) == ("telegram", "7", "1", "waiting")
    assert row.body["text"] == "سلام"
    assert row.received_at == clock.now()


async def test_a_burst_is_given_time_to_grow(settings: Settings, clock: FixedClock) -> None:
    """A message may be taken only after the burst's wait."""
    async with serving(settings, clock) as client:
        await client.post(PATH, headers=HEADERS, json=text_update(1, 7, "slm"))
    (row,) = rows(settings)
    assert (row.not_before - clock.now()).total_seconds() == pytest.approx(settings.burst_wait_s)


@pytest.mark.parametrize(
    "secret",
    [None, "", "wrong", SECRET + "x", SECRET[:-1], SECRET.upper(), "é".encode("latin-1"), "سر".encode()],
    ids=["missing", "empty", "wrong", "longer", "shorter", "capitals", "latin-1", "arabic"],
)
async def test_what_is_not_from_telegram_is_refused_unread(
    settings: Settings, clock: FixedClock, secret: str | bytes | None
) -> None:
    """403, nothing kept; the body is not even asked for."""
    asked = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal asked
        asked = True
        yield json.dumps(text_update(1, 7, "x")).encode()

    raw = secret.encode() if isinstance(secret, str) else secret
    headers: dict[bytes, bytes] = {} if raw is None else {b"x-telegram-bot-api-secret-token": raw}
    async with serving(settings, clock) as client:
        response = await client.post(PATH, headers=httpx.Headers(headers), content=body())
    assert response.status_code == 403
    assert rows(settings) == []
    assert not asked


async def test_a_replayed_update_is_one_message(settings: Settings, clock: FixedClock) -> None:
    """Telegram repeats what it believes lost: each time 200, one row, also after other updates."""
    async with serving(settings, clock) as client:
        for update_id in (1, 1, 2, 1):
            response = await client.post(PATH, headers=HEADERS, json=text_update(update_id, 7, "x"))
            assert response.status_code == 200
        both = await asyncio.gather(
            *(client.post(PATH, headers=HEADERS, json=text_update(3, 7, "x")) for _ in range(5))
        )
    assert {response.status_code for response in both} == {200}
    assert [row.provider_message_id for row in rows(settings)] == ["1", "2", "3"]


async def test_a_body_that_says_it_is_too_large_is_refused_unread(settings: Settings, clock: FixedClock) -> None:
    """413 by the announced length alone."""
    async with serving(settings, clock) as client:
        response = await client.post(PATH, headers=HEADERS, content=b" " * 100_001)
    assert response.status_code == 413
    assert rows(settings) == []


async def test_a_body_that_turns_out_too_large_is_refused(settings: Settings, clock: FixedClock) -> None:
    """Without an announced length 413 comes as soon as the limit is passed: the rest is not read."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            assert sent < 1_000_000
            yield b" " * 1000

    async with serving(settings, clock) as client:
        response = await client.post(PATH, headers=HEADERS, content=endless())
    assert response.status_code == 413
    assert sent <= 102_000
    assert rows(settings) == []


@pytest.mark.parametrize("body", list(BAD_BODIES.values()), ids=list(BAD_BODIES))
async def test_what_cannot_be_read_is_taken_and_left_aside(settings: Settings, clock: FixedClock, body: bytes) -> None:
    """Refused, Telegram would bring it for days and hold up what comes behind: 200, nothing kept, and it goes on."""
    async with serving(settings, clock) as client:
        response = await client.post(PATH, headers=HEADERS, content=body)
        assert response.status_code == 200
        assert rows(settings) == []
        await client.post(PATH, headers=HEADERS, json=text_update(2, 7, "still there?"))
    assert [row.provider_message_id for row in rows(settings)] == ["2"]


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1},
        {"update_id": 1, "channel_post": {"message_id": 1}},
        {"update_id": 1, "poll_answer": {"poll_id": "1"}},
        {"update_id": 1, "something_of_next_year": [1, 2, {"a": None}]},
    ],
    ids=["nothing", "channel post", "poll answer", "of next year"],
)
async def test_an_update_that_is_no_concern_of_ours_is_taken(
    settings: Settings, clock: FixedClock, update: dict[str, Any]
) -> None:
    """200 and nothing kept."""
    async with serving(settings, clock) as client:
        response = await client.post(PATH, headers=HEADERS, json=update)
    assert response.status_code == 200
    assert rows(settings) == []


async def test_a_message_of_a_kind_nobody_knows_is_kept_as_unknown(settings: Settings, clock: FixedClock) -> None:
    """Something is in the chat that we have no name for: it is known to have come."""
    update = text_update(1, 7, "x")
    del update["message"]["text"]
    update["message"]["hologram"] = {"file_id": "1"}
    async with serving(settings, clock) as client:
        response = await client.post(PATH, headers=HEADERS, json=update)
    assert response.status_code == 200
    (row,) = rows(settings)
    assert row.body["kind"] == "unknown"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("half \ud83d a pair", "half  a pair"),
        ("zero \x00 byte", "zero  byte"),
        ("\u202etxt\u200b\ufeff", "\u202etxt\u200b\ufeff"),
        ("🧵" * 2000, "🧵" * 2000),
    ],
    ids=["surrogate", "NUL", "marks", "emoji"],
)
async def test_characters_no_database_takes_do_not_lose_the_message(
    settings: Settings, clock: FixedClock, sent: str, kept: str
) -> None:
    """What cannot be stored is left out, and the message with the rest of it kept."""
    body = json.dumps(text_update(1, 7, sent)).encode("ascii")
    async with serving(settings, clock) as client:
        response = await client.post(PATH, headers=HEADERS, content=body)
    assert response.status_code == 200
    (row,) = rows(settings)
    assert row.body["text"] == kept


async def test_a_block_waits_like_a_message(settings: Settings, clock: FixedClock) -> None:
    """It must come after what was said before it."""
    async with serving(settings, clock) as client:
        await client.post(PATH, headers=HEADERS, json=block_update(1, 7))
    (row,) = rows(settings)
    assert row.body["kind"] == "blocked"


async def test_while_the_database_is_locked_telegram_is_asked_to_come_again(
    settings: Settings, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with a time, nothing half kept; and the same update is taken afterwards."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 50)
    async with serving(settings, clock) as client:
        with locked(settings):
            response = await client.post(PATH, headers=HEADERS, json=text_update(1, 7, "x"))
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
        assert rows(settings) == []
        response = await client.post(PATH, headers=HEADERS, json=text_update(1, 7, "x"))
    assert response.status_code == 200
    assert len(rows(settings)) == 1


async def test_without_its_tables_the_gateway_keeps_nothing(settings: Settings, clock: FixedClock) -> None:
    """A database somebody emptied is an outage, not a reason to lose a message."""
    database = Database(settings.database_url)
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE inbox")
    database.close()
    async with serving(settings, clock) as client:
        response = await client.post(PATH, headers=HEADERS, json=text_update(1, 7, "x"))
    assert response.status_code == 503


async def test_a_tapped_button_stops_spinning_at_once(
    settings: Settings, clock: FixedClock, telegram: FakeTelegram
) -> None:
    """The tap is answered although no worker runs; every repetition is answered too, and kept once."""
    async with serving(settings, clock) as client:
        for _ in range(2):
            response = await client.post(PATH, headers=HEADERS, json=tap_update(5, 7, "tok"))
            assert response.status_code == 200
        answered = await _asked(telegram, "answerCallbackQuery", 2)
    assert [params["callback_query_id"] for params in answered] == ["callback-5", "callback-5"]
    (row,) = rows(settings)
    assert (row.body["kind"], row.body["token"]) == ("choice", "tok")


@pytest.mark.parametrize(
    "trouble",
    [
        Answer("answerCallbackQuery", 400, "Bad Request: query is too old"),
        Answer("answerCallbackQuery", 500),
        Answer("answerCallbackQuery", cut="before"),
        Answer("answerCallbackQuery", delay_s=30),
    ],
    ids=["too old", "500", "cut", "slow"],
)
async def test_a_tap_is_kept_whatever_becomes_of_its_answer(
    settings: Settings, clock: FixedClock, telegram: FakeTelegram, trouble: Answer
) -> None:
    """Telegram's trouble with the spinning button holds up nothing: neither the 200 nor the end of the process."""
    telegram.queue(trouble)
    async with asyncio.timeout(5), serving(settings, clock) as client:
        response = await client.post(PATH, headers=HEADERS, json=tap_update(5, 7, "tok"))
        await _asked(telegram, "answerCallbackQuery", 1)
    assert response.status_code == 200
    assert len(rows(settings)) == 1


async def _asked(telegram: FakeTelegram, method: str, count: int) -> list[dict[str, Any]]:
    for _ in range(200):
        found = telegram.requests(method)
        if len(found) >= count:
            break
        await asyncio.sleep(0.01)
    return [request.params for request in telegram.requests(method)]
