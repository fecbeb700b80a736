"""A gateway in this process, and its inbox as another process sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import sqlalchemy as sa

from channels.gateway import create_app
from runtime.clock import FixedClock
from runtime.settings import Settings
from storage import tables
from storage.database import Database

PATH = "/webhooks/telegram"


@asynccontextmanager
async def serving(settings: Settings, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    """A running gateway and a client of it."""
    app = create_app(settings, clock=clock)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as client,
    ):
        yield client


def rows(settings: Settings) -> list[Any]:
    """The inbox as another process sees it."""
    database = Database(settings.database_url)
    try:
        with database.read() as connection:
            return list(connection.execute(sa.select(tables.inbox).order_by(tables.inbox.c.id)).all())
    finally:
        database.close()


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Another process is writing, and does not finish."""
    database = Database(settings.database_url)
    try:
        with database._durable.connect() as connection, connection.begin() as transaction:
            yield
            transaction.rollback()
    finally:
        database.close()
