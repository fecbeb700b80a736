"""The worker: takes a person's waiting messages, runs their turn, commits, and takes the next.

Kill it at any instruction: the message waits, whole, and the next worker answers it.
"""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from bot.engine.loading import load_engine
from bot.engine.turn import Engine
from bot.responses.compose import Fits
from conversation import PersonKey
from runtime.clock import Clock, SystemClock
from runtime.logs import person_hash
from runtime.settings import Settings
from runtime.wakeup import Listener, Wakeups
from storage import channel_state, inbox
from storage.database import Database
from storage.inbox import Claim

IDLE_S: Final = 1.0
"""Longest wait for a wake-up before looking again, seconds: losing a wake-up costs at most this."""
TAKEN_S: Final = 0.1
"""Wait before looking again for what could not be taken yet, seconds."""
RETRY_S: Final = (1.0, 5.0, 15.0)
"""Seconds before a failed message is tried again: after the first, the second and every later attempt."""
ERROR_PAUSE_S: Final = 1.0
SIGN_S: Final = 10.0
"""Seconds between two signs of life."""


@dataclass(slots=True)
class Worker:
    """Runs turns, one at a time.

    Attributes:
        name: Unique among the workers that run at once; the same after a restart, so that leases are taken over.
    """

    name: str
    database: Database
    engine: Engine
    wakeups: Wakeups
    clock: Clock
    lease_s: float
    turn_timeout_s: float
    max_attempts: int

    def work(self, stop: threading.Event, listener: Listener) -> None:
        """Serve until `stop` is set; the turn in hand is finished."""
        with asyncio.Runner() as runner:
            sign_at = 0.0
            while not stop.is_set():
                try:
                    if time.monotonic() >= sign_at:
                        sign_at = time.monotonic() + SIGN_S
                        self.give_sign()
                    if not self.once(runner):
                        listener.wait(self._idle_s())
                except Exception as error:  # noqa: BLE001 - the database may be away: the worker waits for it
                    structlog.get_logger().error("worker_paused", error=type(error).__name__)
                    stop.wait(ERROR_PAUSE_S)
        with self.database.begin_light() as connection:
            channel_state.forget(connection, channel_state.WORKER + self.name)

    def give_sign(self) -> None:
        """Say in the database that this worker is alive, for /readyz."""
        with self.database.begin_light() as connection:
            channel_state.put(connection, channel_state.WORKER + self.name, "ready", now=self.clock.now())

    def once(self, runner: asyncio.Runner) -> bool:
        """Serve one person.

        Returns:
            Whether anybody was waiting.
        """
        with self.database.begin_light() as connection:
            claim = inbox.claim(connection, owner=self.name, now=self.clock.now(), lease_s=self.lease_s)
        if claim is None:
            return False
        if claim.attempts > self.max_attempts:
            self._set_aside(claim)
            return True
        started = time.perf_counter()
        try:
            person, count = runner.run(self._turn(claim))
        except Exception as error:  # noqa: BLE001 - whatever broke, the message waits for another attempt
            self._failed(claim, error)
            return True
        self.wakeups.publish("outbox")
        self.wakeups.publish("turn")
        structlog.get_logger().info(
            "turn_done",
            person=person,
            messages=count,
            attempt=claim.attempts,
            took_ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return True

    async def _turn(self, claim: Claim) -> tuple[str, int]:
        async with asyncio.timeout(self.turn_timeout_s):
            with self.database.begin() as connection:
                waiting = inbox.take(connection, claim, owner=self.name)
                if not waiting:
                    return "-", 0
                await self.engine.run(connection, claim.conversation_id, waiting, now=self.clock.now())
                return _hash(waiting[0].inbound.person), len(waiting)

    def _failed(self, claim: Claim, error: BaseException) -> None:
        wait = RETRY_S[min(claim.attempts, len(RETRY_S)) - 1]
        cause = error.__cause__ or error
        structlog.get_logger().error(
            "turn_failed",
            conversation_id=claim.conversation_id,
            attempt=claim.attempts,
            error=type(error).__name__,
            cause=type(cause).__name__,
            where=_where(cause),
        )
        with self.database.begin_light() as connection:
            inbox.release(connection, claim, retry_at=self.clock.now() + timedelta(seconds=wait))

    def _set_aside(self, claim: Claim) -> None:
        try:
            with self.database.begin() as connection:
                waiting = inbox.take(connection, claim, owner=self.name)
                if waiting:
                    self.engine.apologise(connection, claim.conversation_id, waiting, now=self.clock.now())
        except Exception as error:  # noqa: BLE001 - one whose apology breaks as well must not hold up the others
            self._failed(claim, error)
            return
        structlog.get_logger().error("message_set_aside", conversation_id=claim.conversation_id)
        self.wakeups.publish("outbox")
        self.wakeups.publish("turn")

    def _idle_s(self) -> float:
        with self.database.read() as connection:
            due: datetime | None = inbox.next_due(connection)
        if due is None:
            return IDLE_S
        wait = (due - self.clock.now()).total_seconds()
        # What is due and was not taken is in another worker's hands, or waits for one before it.
        return min(IDLE_S, max(0.01, wait)) if wait > 0 else TAKEN_S


def _hash(person: PersonKey) -> str:
    return person_hash(person.channel, person.address)


def _where(error: BaseException) -> str:
    """File and line of the innermost frame: where it broke, without what was being said."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119 - a name, no path


def ready(
    settings: Settings, fits: Fits, *, name: str, database: Database, wakeups: Wakeups, model: Path | None = None
) -> Worker:
    """A worker with its model loaded, which takes seconds.

    Args:
        settings: All settings.
        fits: What each surface can show whole (channels know).
        name: The worker's name; unique among those that run at once.
        database: Where messages wait.
        wakeups: Told of every answer.
        model: Another model than the newest.

    Raises:
        bot.engine.loading.ModelMissing: No model is there yet: run `maalem train`.
    """
    worker = Worker(
        name=name,
        database=database,
        engine=load_engine(settings, fits, model),
        wakeups=wakeups,
        clock=SystemClock(),
        lease_s=settings.lease_s,
        turn_timeout_s=settings.turn_timeout_s,
        max_attempts=settings.max_attempts,
    )
    gc.collect()
    gc.freeze()  # what is loaded stays: to look all through it for garbage would hold up a turn for a fifth of a second
    return worker


def run(settings: Settings, stop: threading.Event, fits: Fits, *, name: str = "worker-1") -> None:
    """Load the model and serve until `stop` is set.

    Args:
        settings: All settings.
        stop: Set by the caller to end after the turn in hand.
        fits: What each surface can show whole (channels know).
        name: This worker's name; unique among those that run at once.

    Raises:
        bot.engine.loading.ModelMissing: No model is there yet: run `maalem train`.
    """
    database = Database(settings.database_url)
    wakeups = Wakeups(settings.home, settings.redis_url)
    try:
        worker = ready(settings, fits, name=name, database=database, wakeups=wakeups)
        structlog.get_logger().info("worker_ready", worker=name)
        with wakeups.listen("inbox") as listener:
            worker.work(stop, listener)
    finally:
        wakeups.close()
        database.close()
