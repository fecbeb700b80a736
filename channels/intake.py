"""Takes messages into the inbox: many requests share one commit, and each is answered only after it.

A commit costs a flush of the disk whatever it holds. While one is under way the next requests gather, and go together
into the following one: a thousand acknowledgements a second need a hundred flushes.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError

from conversation import Delivery, Inbound
from runtime.clock import Clock
from runtime.wakeup import Wakeups
from storage import charges, deliveries, inbox
from storage.database import Database

MOST_TOGETHER: Final = 500
"""Requests in one commit, at most."""


class IntakeClosed(Exception):
    """The gateway is stopping: the provider must try again."""


@dataclass(frozen=True, slots=True)
class _Item:
    events: Sequence[Inbound | Delivery]
    wait_s: float
    done: asyncio.Future[int]
    loop: asyncio.AbstractEventLoop


class Intake:
    """The one writer of a gateway process."""

    def __init__(self, database: Database, wakeups: Wakeups, clock: Clock) -> None:
        self._database = database
        self._wakeups = wakeups
        self._clock = clock
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="intake", daemon=True)
        self._closed = False
        self._gate = threading.Lock()  # nothing may be put behind the sign that ends the queue

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Write what has come in, then stop."""
        with self._gate:
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    async def take(self, events: Sequence[Inbound | Delivery], *, wait_s: float = 0) -> int:
        """Store events; returns once they are on disk.

        Args:
            events: Messages and delivery reports, in the provider's order.
            wait_s: Seconds in which a burst may still grow before it is answered.

        Returns:
            How many messages were new.

        Raises:
            IntakeClosed: The gateway is stopping.
            sqlalchemy.exc.SQLAlchemyError: The database refused: the provider must try again.
        """
        loop = asyncio.get_running_loop()
        item = _Item(events, wait_s, loop.create_future(), loop)
        with self._gate:
            if self._closed:
                raise IntakeClosed
            self._queue.put(item)
        return await item.done

    def _write(self) -> None:
        open_ = True
        while open_:
            first = self._queue.get()
            if first is None:
                return
            items = [first]
            while len(items) < MOST_TOGETHER and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    open_ = False
                    break
                items.append(following)
            self._commit(items)

    def _commit(self, items: list[_Item]) -> None:
        now = self._clock.now()
        results: Sequence[int | BaseException]
        try:
            with self._database.begin() as connection:
                results = self._store(connection, items, now)
        except Exception as error:  # noqa: BLE001 - each request must hear of it
            if len(items) > 1 and not isinstance(error, OperationalError):
                for item in items:  # what one of them holds must not cost the others their place
                    self._commit([item])
                return
            structlog.get_logger().error("intake_failed", error=type(error).__name__, requests=len(items))
            results = [error] * len(items)
        else:
            self._wakeups.publish("inbox")
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Item, int | BaseException]]] = {}
        for item, result in zip(items, results, strict=True):
            by_loop.setdefault(item.loop, []).append((item, result))
        for loop, pairs in by_loop.items():
            loop.call_soon_threadsafe(_settle, pairs)

    @staticmethod
    def _store(connection: sa.Connection, items: list[_Item], now: datetime) -> list[int]:
        arrivals = []
        for item in items:
            arrivals.append(inbox.Arrival([event for event in item.events if isinstance(event, Inbound)], item.wait_s))
            for event in item.events:
                if isinstance(event, Delivery):
                    deliveries.deliver(connection, event)
                    charges.record(connection, event)
        return inbox.store_all(connection, arrivals, received_at=now)


def _settle(pairs: list[tuple[_Item, int | BaseException]]) -> None:
    for item, result in pairs:
        if item.done.done():
            continue  # the client has gone
        if isinstance(result, BaseException):
            item.done.set_exception(result)
        else:
            item.done.set_result(result)
