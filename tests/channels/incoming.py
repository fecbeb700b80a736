"""A gateway in this process, and its inbox as another process sees it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import sqlalchemy as sa
import uvicorn

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


@contextmanager
def listening(settings: Settings, *, known_by_its_port: bool = False) -> Iterator[str]:
    """A gateway on a port of this machine, for whoever must call it from outside; its address.

    Args:
        settings: Of the gateway.
        known_by_its_port: Whether that address is its public one too.
    """
    port = 0
    if known_by_its_port:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        settings = settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
    config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=port, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


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
