"""Long polling: Telegram from a laptop, without a public address. Nothing is confirmed before it is on disk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from channels.errors import Malformed, SendFailed
from channels.telegram.adapter import TelegramAdapter
from runtime.clock import Clock
from storage import channel_state
from storage.database import Database

OFFSET: Final = "telegram.offset"
WAIT_S: Final = 25
"""How long Telegram holds a request that has nothing to bring, seconds."""
PAUSE_S: Final = 5.0
"""Pause after an error, seconds; doubled up to a minute."""
LONGEST_PAUSE_S: Final = 60.0


async def poll(
    adapter: TelegramAdapter, database: Database, accept: Callable[[bytes], Awaitable[int]], clock: Clock
) -> None:
    """Fetch updates for ever.

    Args:
        adapter: Telegram.
        database: Where the offset is remembered.
        accept: Keeps one update and returns once it is on disk; only then the next offset confirms it to Telegram.
        clock: The time.
    """
    log = structlog.get_logger()
    offset = await asyncio.to_thread(_load, database)
    pause = PAUSE_S
    while True:
        try:
            updates = await adapter.get_updates(offset, WAIT_S)
            for update in updates:
                try:
                    await accept(json.dumps(update).encode())
                except Malformed as error:
                    log.warning("update_malformed", channel="telegram", error=type(error).__name__)
                offset = int(update["update_id"]) + 1
            if updates:
                await asyncio.to_thread(_save, database, offset or 0, clock)
            pause = PAUSE_S
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - Telegram or the database is away: try again for ever
            code = error.code if isinstance(error, SendFailed) else type(error).__name__
            log.warning("polling_paused", channel="telegram", error=str(code), pause_s=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)


def _load(database: Database) -> int | None:
    with database.read() as connection:
        value = channel_state.get(connection, OFFSET)
    return int(value) if value else None


def _save(database: Database, offset: int, clock: Clock) -> None:
    with database.begin() as connection:
        channel_state.put(connection, OFFSET, str(offset), now=clock.now())
