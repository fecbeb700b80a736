"""Feeds in what people sent and no webhook brought: Twilio tries one for fifteen seconds and never again.

A message that was lost so, or that came while we were away, still stands in Twilio's list (channel facts 2.3). What is
there already falls out by its sid, like any repetition.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.errors import Malformed, SendFailed
from channels.intake import IntakeClosed
from channels.twilio.adapter import TwilioAdapter, created_at
from channels.twilio.parse import parse_message
from channels.twilio.payloads import MessageResource
from channels.webhooks import Events
from conversation import PersonKey
from runtime.clock import Clock
from storage import inbox
from storage.database import Database

WEBHOOK_HAS: Final = timedelta(seconds=60)
"""A younger message may still come by its webhook, which knows more of it: the button, the place, the person's name."""
OVERLAP: Final = timedelta(minutes=15)
"""How much of the last look is looked at again: Twilio may list a message late."""

Take = Callable[[str, Events], Awaitable[int]]


async def reconcile(
    adapter: TwilioAdapter, database: Database, take: Take, clock: Clock, *, every_s: float, longest: timedelta
) -> None:
    """Look again and again, until cancelled.

    Args:
        adapter: The channel; open.
        database: Where the inbox is.
        take: Keeps events.
        clock: The time.
        every_s: Pause between two looks, seconds.
        longest: How far back the first look goes, and any after a failure.
    """
    looked_at: datetime | None = None
    while True:
        now = clock.now()
        since = now - longest if looked_at is None else max(now - longest, looked_at - OVERLAP)
        try:
            await look(adapter, database, take, since=since, until=now - WEBHOOK_HAS)
            looked_at = now
        except (SendFailed, SQLAlchemyError) as error:
            said = str(error) if isinstance(error, SendFailed) else type(error).__name__
            structlog.get_logger().warning("reconciling_failed", channel=adapter.channel, error=said)
        except IntakeClosed:
            return
        await asyncio.sleep(every_s)


async def look(adapter: TwilioAdapter, database: Database, take: Take, *, since: datetime, until: datetime) -> int:
    """Feed in what is missing of a time.

    Returns:
        How many messages were.

    Raises:
        SendFailed: Twilio did not say what there is.
        IntakeClosed: The gateway is stopping.
        sqlalchemy.exc.SQLAlchemyError: The database is away.
    """
    missing = []
    async for message in adapter.inbound(since):
        at = created_at(message)
        if at is not None and at <= until and not _is_kept(database, adapter.channel, message.sid):
            missing.append((at, message))
    new = 0
    for at, message in reversed(missing):  # the oldest first, as they were said
        try:
            events = parse_message(await _form_of(adapter, message), adapter.channel, received_at=at)
        except Malformed as error:
            structlog.get_logger().warning("update_malformed", channel=adapter.channel, error=type(error).__name__)
            continue
        new += await take(adapter.channel, events)
    if new:
        structlog.get_logger().warning("webhooks_missed", channel=adapter.channel, count=new)
    return new


def _is_kept(database: Database, channel: str, sid: str) -> bool:
    with database.read() as connection:
        return inbox.find(connection, PersonKey(channel, ""), sid) is not None


async def _form_of(adapter: TwilioAdapter, message: MessageResource) -> bytes:
    """The webhook that never came, as far as the list tells it."""
    files = await adapter.files_of(message)
    form = {"MessageSid": message.sid, "From": message.sender or "", "Body": message.body or ""}
    for number, (link, mime_type) in enumerate(files):
        form |= {f"MediaUrl{number}": link, f"MediaContentType{number}": mime_type}
    return urlencode(form).encode()
