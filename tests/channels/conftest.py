"""What tests of the channels share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from channels.sender import Sender
from channels.telegram.adapter import TelegramAdapter
from runtime.clock import FixedClock
from storage import migrate
from storage.database import Database
from tests.channels.outgoing import a_sender
from tests.fakes.telegram import TOKEN, FakeTelegram

# A busy machine makes an example slow, which says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    """A Telegram server; at the end nothing unexpected may have been asked of it."""
    with FakeTelegram() as fake:
        yield fake
        assert fake.failures == []


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
    """A bot that waits one and a half seconds for an answer: a busy machine may need one to connect."""
    async with TelegramAdapter(TOKEN, telegram.url, timeout_s=1.5) as adapter:
        yield adapter


@pytest.fixture
def sender(database: Database, adapter: TelegramAdapter, clock: FixedClock) -> Sender:
    """A sender for Telegram."""
    return a_sender("sender-1", database, adapter, clock)
