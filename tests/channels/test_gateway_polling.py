"""Long polling: the gateway fetches updates itself, and confirms none that is not on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from channels.gateway import create_app
from channels.telegram import polling
from runtime.clock import FixedClock
from runtime.settings import Settings, load_settings
from storage import database as database_module
from storage import migrate, tables
from storage.database import Database
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram
from tests.updates import tap_update, text_update


@pytest.fixture
def settings(tmp_path: Path, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A gateway on a laptop; its pauses are short."""
    monkeypatch.setattr(polling, "WAIT_S", 1)
    monkeypatch.setattr(polling, "PAUSE_S", 0.02)
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 50)
    settings = load_settings(
        home=tmp_path, telegram_mode="polling", telegram_token=TOKEN, telegram_base_url=telegram.url
    )
    migrate.upgrade(settings.database_url)
    return settings


@asynccontextmanager
async def polled(settings: Settings, clock: FixedClock) -> AsyncIterator[None]:
    """A gateway that fetches meanwhile."""
    app = create_app(settings, clock=clock)
    async with app.router.lifespan_context(app):
        yield


async def until(true: Callable[[], bool]) -> None:
    """Wait until something holds, at most five seconds."""
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came about")


def kept(settings: Settings) -> list[str]:
    database = Database(settings.database_url)
    try:
        with database.read() as connection:
            ids = sa.select(tables.inbox.c.provider_message_id).order_by(tables.inbox.c.id)
            return list(connection.execute(ids).scalars())
    finally:
        database.close()


def offsets(telegram: FakeTelegram) -> list[int]:
    """Up to where each request confirmed; 0 for nothing."""
    return [int(request.params.get("offset", 0)) for request in telegram.requests("getUpdates")]


async def test_what_was_fetched_is_kept_then_confirmed(
    settings: Settings, clock: FixedClock, telegram: FakeTelegram
) -> None:
    """The request after the commit confirms, and none before."""
    telegram.push(text_update(10, 7, "slm"), text_update(11, 7, "labas"))
    async with polled(settings, clock):
        await until(lambda: 12 in offsets(telegram))
        assert kept(settings) == ["10", "11"]
        telegram.push(text_update(12, 8, "salut"))
        await until(lambda: 13 in offsets(telegram))
    assert kept(settings) == ["10", "11", "12"]
    assert offsets(telegram)[:3] == [0, 12, 13]


async def test_nothing_is_confirmed_while_nothing_can_be_kept(
    settings: Settings, clock: FixedClock, telegram: FakeTelegram
) -> None:
    """While the database is locked the same updates are asked for again; none is lost."""
    telegram.push(text_update(10, 7, "slm"), text_update(11, 7, "labas"))
    other = Database(settings.database_url)
    with other._durable.connect() as connection, connection.begin() as transaction:
        async with polled(settings, clock):
            await until(lambda: len(offsets(telegram)) >= 3)
            assert set(offsets(telegram)) == {0}
            transaction.rollback()
            await until(lambda: 12 in offsets(telegram))
    other.close()
    assert kept(settings) == ["10", "11"]


async def test_a_restarted_gateway_goes_on_where_it_was(
    settings: Settings, clock: FixedClock, telegram: FakeTelegram
) -> None:
    """The offset is remembered: its first request confirms what was kept before."""
    telegram.push(text_update(10, 7, "slm"))
    async with polled(settings, clock):
        await until(lambda: 11 in offsets(telegram))
    asked = len(offsets(telegram))
    async with polled(settings, clock):
        await until(lambda: len(offsets(telegram)) > asked)
    assert offsets(telegram)[asked] == 11
    assert kept(settings) == ["10"]


async def test_a_crash_before_the_confirmation_brings_the_same_again_and_keeps_it_once(
    settings: Settings, clock: FixedClock, telegram: FakeTelegram
) -> None:
    """Where the offset was lost, Telegram's repetition is recognised."""
    telegram.push(text_update(10, 7, "slm"))
    async with polled(settings, clock):
        await until(lambda: 11 in offsets(telegram))
    database = Database(settings.database_url)
    with database.begin() as connection:
        connection.execute(tables.channel_state.delete())
    database.close()
    telegram.push(text_update(10, 7, "slm"), text_update(11, 7, "labas"))
    async with polled(settings, clock):
        await until(lambda: 12 in offsets(telegram))
    assert kept(settings) == ["10", "11"]


@pytest.mark.parametrize(
    "broken",
    [
        {"update_id": 10, "message": {"message_id": 1, "date": "x"}},
        {"update_id": 10, "message": "x"},
        {"update_id": 10, "callback_query": []},
        {"update_id": -10, "message": None},
    ],
    ids=["date", "message", "callback", "id"],
)
async def test_an_update_that_cannot_be_read_does_not_hold_up_the_others(
    settings: Settings, clock: FixedClock, telegram: FakeTelegram, broken: dict[str, Any]
) -> None:
    """It is passed over, and what stands behind it is kept."""
    telegram.push(broken, text_update(11, 7, "slm"))
    async with polled(settings, clock):
        await until(lambda: 12 in offsets(telegram))
    assert kept(settings) == ["11"]


@pytest.mark.parametrize(
    "trouble",
    [
        Answer("getUpdates", 500),
        Answer("getUpdates", 429, "Too Many Requests", retry_after=1),
        Answer("getUpdates", 409, "Conflict: terminated by other getUpdates request"),
        Answer("getUpdates", 401, "Unauthorized"),
        Answer("getUpdates", cut="before"),
        Answer("getUpdates", raw="<html>"),
        Answer("getUpdates", raw='{"ok": true, "result": {"update_id": 1}}'),
        Answer("getUpdates", raw='{"ok": true, "result": [1]}'),
    ],
    ids=["500", "429", "409", "401", "cut", "no JSON", "no list", "no objects"],
)
async def test_telegrams_trouble_ends_nothing(
    settings: Settings, clock: FixedClock, telegram: FakeTelegram, trouble: Answer
) -> None:
    """After a pause it asks again, and finds what was waiting."""
    telegram.queue(trouble, trouble)
    telegram.push(text_update(10, 7, "slm"))
    async with polled(settings, clock):
        await until(lambda: 11 in offsets(telegram))
    assert kept(settings) == ["10"]


async def test_a_tap_that_was_fetched_is_answered(
    settings: Settings, clock: FixedClock, telegram: FakeTelegram
) -> None:
    """The button stops spinning here as it does by webhook."""
    telegram.push(tap_update(10, 7, "tok"))
    async with polled(settings, clock):
        await until(lambda: len(telegram.requests("answerCallbackQuery")) == 1)


async def test_the_gateway_ends_while_it_is_waiting(
    settings: Settings, clock: FixedClock, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that Telegram holds for half a minute does not hold up the end."""
    monkeypatch.setattr(polling, "WAIT_S", 25)
    async with asyncio.timeout(3), polled(settings, clock):
        await until(lambda: len(offsets(telegram)) == 1)
