"""Messages that wait for a worker, and what became of them."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.engine.worker import Worker
from conversation import Inbound, InboundKind, PersonKey
from runtime.wakeup import Wakeups
from storage import inbox, tables

MAX_ATTEMPTS = 3
_numbers = itertools.count(1)


def say(worker: Worker, text: str, *, address: str = "+212600000001", wait_s: float = 0) -> int:
    """Let a message come in; its row."""
    at = worker.clock.now()
    person = PersonKey("simulator-whatsapp", address)
    inbound = Inbound(person, f"m{next(_numbers)}", InboundKind.TEXT, at, text)
    with worker.database.begin() as connection:
        inbox.store(connection, [inbound], received_at=at, wait_s=wait_s)
        found = inbox.find(connection, person, inbound.message_id)
    assert found is not None
    return found[0]


def row(worker: Worker, inbox_id: int) -> Any:
    with worker.database.read() as connection:
        return connection.execute(sa.select(tables.inbox).where(tables.inbox.c.id == inbox_id)).one()


def table(worker: Worker, which: sa.Table) -> list[Any]:
    with worker.database.read() as connection:
        return list(connection.execute(sa.select(which).order_by(*which.primary_key.columns)).all())


def texts(worker: Worker) -> list[str]:
    """What was answered, oldest first."""
    return [one.body["text"] for one in table(worker, tables.outbox)]


def broken(*_arguments: Any) -> list[Any]:
    raise ZeroDivisionError("the person's own words")


class working:  # noqa: N801 - reads as a sentence
    """A worker at work in a thread of its own; gives the event that ends it."""

    def __init__(self, worker: Worker, home: Path) -> None:
        self._listener = Wakeups(home).listen("inbox")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=worker.work, args=(self._stop, self._listener))

    def __enter__(self) -> threading.Event:
        self._thread.start()
        return self._stop

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._listener.close()


def until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came about")
