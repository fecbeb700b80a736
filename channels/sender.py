"""The sender: takes answers from the outbox, renders them for their channel, sends them, and notes what came of it.

The life of a message ends here, until a status report comes back. A row is `sending` on disk before the provider is
called: what is found so after a crash got no answer, and is sent once more (docs/decisions/0006-unanswered-sends.md).
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.errors import ErrorCode, SendFailed
from channels.simulator.adapter import CHANNELS as SIMULATED
from channels.simulator.adapter import SimulatorAdapter
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.render import render as render_telegram
from channels.whatsapp.messages import CHANNEL as WHATSAPP
from channels.whatsapp.render import render as render_whatsapp
from channels.whatsapp.routes import adapter_of
from conversation import DeliveryState, Outbound, PersonKey
from runtime.clock import Clock, SystemClock
from runtime.logs import person_hash
from runtime.settings import Settings
from runtime.wakeup import Wakeups
from storage import charges, inbox, outbox, people
from storage.database import Database
from storage.outbox import Envelope

IDLE_S: Final = 1.0
"""Longest wait for a wake-up before looking again, seconds."""
FIRST_RETRY_S: Final = 2.0
LONGEST_RETRY_S: Final = 300.0
"""A failed send is tried again after 2, 4, 8 … seconds, with jitter, at most five minutes apart."""
MOST_ATTEMPTS: Final = 8
MOST_UNANSWERED: Final = 2
"""Sends without an answer after which we stop: better silent than a third copy."""
AT_ONCE: Final = 20
"""Conversations written to at the same time."""
KEEP_INBOX_DAYS: Final = 10
"""Closed inbox rows are kept this long to know repeats (Meta redelivers for seven days, channel facts 3.3)."""
HOUSEKEEPING_S: Final = 3600.0


class Adapter(Protocol):
    """What the sender needs of a channel."""

    async def send(self, address: str, payload: Any, *, reference: str) -> str:
        """Send one payload; the provider's id of it. Raises SendFailed.

        `reference` is our own mark on it, handed to the provider where it gives it back with status reports.
        """


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out: how an answer is shown, and who carries it."""

    adapter: Adapter
    render: Callable[[Outbound], Sequence[Any]]


class Sender:
    """Sends what waits.

    Args:
        name: Unique among the senders that run at once; the same after a restart.
        database: Where answers wait.
        channels: The ways out, by channel name; others are left to other senders.
        clock: The time.
        stuck_after_s: Age from which another sender's unfinished send is taken over, seconds.
    """

    def __init__(
        self, name: str, database: Database, channels: Mapping[str, Channel], clock: Clock, stuck_after_s: float
    ) -> None:
        self._name = name
        self._database = database
        self._channels = channels
        self._clock = clock
        self._stuck_after = timedelta(seconds=stuck_after_s)
        self._log = structlog.get_logger()

    async def recover(self) -> None:
        """Take up what was being sent when a sender died."""
        with self._database.begin() as connection:
            count = outbox.recover(connection, owner=self._name, older_than=self._stuck_after, now=self._clock.now())
        if count:
            self._log.warning("sends_unanswered", count=count)

    async def once(self) -> bool:
        """Send what is due, one message of each conversation.

        Returns:
            Whether anything was due.
        """
        with self._database.begin() as connection:
            envelopes = outbox.claim(
                connection, owner=self._name, channels=list(self._channels), now=self._clock.now(), most=AT_ONCE
            )
        if not envelopes:
            return False
        # Each to its end before an error is told: what is still on its way must not be taken for stuck.
        results = await asyncio.gather(*(self._deliver(one) for one in envelopes), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return True

    def next_due(self) -> datetime | None:
        """When the next queued answer may leave."""
        with self._database.read() as connection:
            return outbox.next_due(connection, list(self._channels))

    def keep_house(self) -> None:
        """Let go of what no longer needs to be known."""
        with self._database.begin() as connection:
            inbox.purge(connection, before=self._clock.now() - timedelta(days=KEEP_INBOX_DAYS))
            charges.purge(connection, now=self._clock.now())

    async def _deliver(self, envelope: Envelope) -> None:
        now = self._clock.now()
        if envelope.blocked:
            self._end(envelope, DeliveryState.DROPPED, "blocked")
        elif envelope.expires_at is not None and envelope.expires_at < now:
            self._end(envelope, DeliveryState.DROPPED, "expired")
        elif envelope.unanswered >= MOST_UNANSWERED:
            self._end(envelope, DeliveryState.FAILED, "unanswered")
        else:
            await self._send(envelope)

    async def _send(self, envelope: Envelope) -> None:
        channel = self._channels[envelope.channel]
        try:
            payloads = channel.render(envelope.outbound)
            provider_id = ""
            for number, payload in enumerate(payloads):
                if number < envelope.parts_sent:
                    continue
                with self._database.begin_light() as connection:
                    outbox.begin(connection, envelope.outbox_id)
                provider_id = await channel.adapter.send(
                    envelope.address, payload, reference=f"{envelope.outbox_id}.{number}"
                )
                if number + 1 < len(payloads):
                    with self._database.begin() as connection:
                        outbox.part_sent(connection, envelope.outbox_id, parts=number + 1)
        except SendFailed as failure:
            self._failed(envelope, failure)
        except Exception as error:  # noqa: BLE001 - one answer that cannot be rendered must not hold up the others
            self._log.error("reply_unsendable", outbox_id=envelope.outbox_id, error=type(error).__name__)
            self._end(envelope, DeliveryState.FAILED, "unsendable")
        else:
            with self._database.begin() as connection:
                outbox.sent(connection, envelope.outbox_id, provider_message_id=provider_id, now=self._clock.now())
            self._log.info(
                "reply_sent", person=_hash(envelope), outbox_id=envelope.outbox_id, attempt=envelope.attempts
            )

    def _failed(self, envelope: Envelope, failure: SendFailed) -> None:
        now = self._clock.now()
        if failure.code is ErrorCode.BLOCKED:
            with self._database.begin() as connection:
                people.set_blocked(connection, PersonKey(envelope.channel, envelope.address), now)
        if not failure.retryable or envelope.attempts >= MOST_ATTEMPTS:
            self._end(envelope, DeliveryState.FAILED, str(failure.code))
            return
        wait = failure.retry_after_s or backoff_s(envelope.attempts, random.random())  # noqa: S311 - jitter
        with self._database.begin() as connection:
            outbox.retry(
                connection,
                envelope.outbox_id,
                at=now + timedelta(seconds=wait),
                code=str(failure.code),
                unanswered=failure.ambiguous,
                now=now,
            )
        self._log.warning(
            "reply_delayed",
            person=_hash(envelope),
            outbox_id=envelope.outbox_id,
            code=str(failure.code),
            wait_s=round(wait, 1),
        )

    def _end(self, envelope: Envelope, state: DeliveryState, code: str) -> None:
        with self._database.begin() as connection:
            outbox.end(connection, envelope.outbox_id, state, code=code, now=self._clock.now())
        self._log.warning("reply_ended", outbox_id=envelope.outbox_id, state=str(state), code=code)


def backoff_s(attempt: int, jitter: float) -> float:
    """Seconds before the next try after `attempt` tries (1 or more); `jitter` 0…1 spreads it over half to whole."""
    longest: float = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** (attempt - 1))
    return longest * (0.5 + jitter / 2)


def _hash(envelope: Envelope) -> str:
    return person_hash(envelope.channel, envelope.address)


def run(settings: Settings, stop: threading.Event, *, name: str = "sender-1") -> None:
    """Send until `stop` is set; what is being sent is finished.

    Args:
        settings: All settings.
        stop: Set by the caller to end.
        name: This sender's name; unique among those that run at once.
    """
    asyncio.run(_serve(settings, stop, name))


async def _serve(settings: Settings, stop: threading.Event, name: str) -> None:
    database = Database(settings.database_url)
    wakeups = Wakeups(settings.home, settings.redis_url)
    log = structlog.get_logger()
    try:
        async with AsyncExitStack() as stack:
            simulated = Channel(SimulatorAdapter(), lambda outbound: [outbound])
            ways_out = dict.fromkeys(SIMULATED, simulated)
            if settings.telegram_mode != "off" and settings.telegram_token is not None:
                adapter = TelegramAdapter(settings.telegram_token, settings.telegram_base_url)
                ways_out["telegram"] = Channel(await stack.enter_async_context(adapter), render_telegram)
            whatsapp = adapter_of(settings)
            if whatsapp is not None:
                ways_out[WHATSAPP] = Channel(await stack.enter_async_context(whatsapp), render_whatsapp)
            sender = Sender(name, database, ways_out, SystemClock(), settings.lease_s + settings.turn_timeout_s)
            listener = stack.enter_context(wakeups.listen("outbox"))
            log.info("sender_ready")
            loop = asyncio.get_running_loop()
            house_at = recover_at = loop.time()
            while not stop.is_set():
                try:
                    if loop.time() >= recover_at:
                        recover_at = loop.time() + settings.lease_s
                        await sender.recover()
                    if loop.time() >= house_at:
                        house_at = loop.time() + HOUSEKEEPING_S
                        sender.keep_house()
                    if not await sender.once():
                        await listener.wait_async(_idle_s(sender))
                except SQLAlchemyError as error:
                    log.warning("sender_paused", error=type(error).__name__)
                    await asyncio.sleep(IDLE_S)
    finally:
        wakeups.close()
        database.close()


def _idle_s(sender: Sender) -> float:
    due = sender.next_due()
    if due is None:
        return IDLE_S
    return min(IDLE_S, max(0.01, (due - SystemClock().now()).total_seconds()))
