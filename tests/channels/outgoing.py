"""Answers that wait to be sent, and what became of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from channels.sender import Sender
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.render import MAX_TEXT_UNITS
from channels.telegram.render import render as render_telegram
from channels.ways_out import Channel
from conversation import Choice, Outbound, OutboundFile, PersonKey
from runtime.clock import FixedClock
from storage import outbox, people, tables
from storage.database import Database
from tests.fakes.telegram import FakeTelegram

STUCK_AFTER_S = 50.0
SEND = "sendMessage"
LONG = "\n\n".join(f"Page {number} " + "é" * (MAX_TEXT_UNITS - 20) for number in range(3))


def a_sender(name: str, database: Database, adapter: TelegramAdapter, clock: FixedClock) -> Sender:
    return Sender(name, database, {"telegram": Channel(adapter, render_telegram)}, clock, STUCK_AFTER_S)


def put(
    sender: Sender,
    text: str,
    *,
    chat: int = 7,
    channel: str = "telegram",
    choices: tuple[Choice, ...] = (),
    file: OutboundFile | None = None,
    **more: Any,
) -> int:
    """Queue an answer to somebody; its row."""
    now = sender._clock.now()
    with sender._database.begin() as connection:
        return outbox.add(
            connection,
            Outbound(text, "fr", choices, file=file),
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
