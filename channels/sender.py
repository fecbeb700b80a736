"""The sender: takes messages from the outbox, renders them for their channel, sends them, and notes what came of it.

The life of a message ends here, until a status report comes back. A row is `sending` on disk before the provider is
called: what is found so after a crash got no answer, and is settled as docs/decisions/0006-unanswered-sends.md says.
How fast is decided in channels/pacing.py, what follows a failure in channels/outcomes.py, when a channel must rest in
channels/breaker.py.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.breaker import PROBE_S, Breaker
from channels.errors import SendFailed
from channels.fetching import Fetching
from channels.opening import open_ways
from channels.outcomes import INNOCENT, STATES, SUPPRESSES, TROUBLE, Then, decide
from channels.pacing import Gate
from channels.reports import act_on_reports
from channels.ways_out import Channel, Settles, Withheld, rendered
from conversation import DeliveryState
from runtime.clock import Clock, SystemClock
from runtime.logs import person_hash
from runtime.settings import Settings
from runtime.wakeup import Listener, Wakeups
from storage import charges, deliveries, inbox, outbox, sends, suppressions, ways
from storage.database import Database
from storage.files import Files
from storage.outbox import Envelope

IDLE_S: Final = 1.0
"""Longest wait for a wake-up before looking again, seconds."""
MOST_UNANSWERED: Final = 2
"""Sends without an answer after which we stop: better silent than a third copy."""
KEEP_INBOX_DAYS: Final = 10
"""Closed inbox rows are kept this long to know repeats (Meta redelivers for seven days, channel facts 3.3)."""
HOUSEKEEPING_S: Final = 3600.0


class Sender:
    """Sends what waits.

    Args:
        name: Unique among the senders that run at once; the same after a restart.
        database: Where messages wait.
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
        self._breakers = {channel: Breaker(channel) for channel in channels}
        self._gates = {name: Gate(channel.pace.per_s) for name, channel in channels.items()}
        self._log = structlog.get_logger()

    def recover(self, *, restarted: bool = True) -> None:
        """Take up what was being sent when a sender died: this one before it was restarted, or another."""
        stuck = sends.left_behind(owner=self._name, before=self._clock.now() - self._stuck_after, restarted=restarted)
        if not restarted:  # on SQLite, to look before one writes keeps others from waiting
            with self._database.read() as connection:
                if not sends.any_of(connection, stuck):
                    return
        with self._database.begin() as connection:
            count = sends.recover(connection, stuck, now=self._clock.now())
        if count:
            self._log.warning("sends_unanswered", count=count)

    async def once(self, channels: Iterable[str] | None = None) -> bool:
        """Send what is due on these channels, or on all: one message of each conversation.

        Returns:
            Whether anything was due.
        """
        envelopes: list[Envelope] = []
        for channel in self._channels if channels is None else channels:
            breaker, meaning = self._breakers[channel], self._channels[channel].meaning
            act_on_reports(self._database, breaker, meaning, now=self._clock.now())
            envelopes += self._claim(channel)
        # Each to its end before an error is told: what is still on its way must not be taken for stuck.
        results = await asyncio.gather(*(self._deliver(one) for one in envelopes), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return bool(envelopes)

    def next_due(self, channels: Iterable[str] | None = None) -> datetime | None:
        """When the next queued message may leave on these channels, or on any."""
        now = self._clock.now()
        moments: list[datetime] = []
        with self._database.read() as connection:
            for channel in self._channels if channels is None else channels:
                due = outbox.next_due(connection, channel, now=now, slack=self._channels[channel].pace.slack)
                if due is not None:
                    moments.append(max(due, ways.look(connection, channel).until or due))
        return min(moments, default=None)

    def keep_house(self) -> None:
        """Let go of what no longer needs to be known."""
        with self._database.begin() as connection:
            inbox.purge(connection, before=self._clock.now() - timedelta(days=KEEP_INBOX_DAYS))
            charges.purge(connection, now=self._clock.now())

    def _claim(self, channel: str) -> list[Envelope]:
        now = self._clock.now()
        due = self.next_due([channel])
        if due is None or due > now:  # on SQLite, to look before one writes keeps others from waiting
            return []
        pace = self._channels[channel].pace
        with self._database.begin() as connection:
            way = ways.look(connection, channel)
            most = self._breakers[channel].most(way, pace.at_once, now=now)
            probing = way.reason is not None
            if most == 0 or (probing and not ways.probe(connection, way, until=now + timedelta(seconds=PROBE_S))):
                return []
            return outbox.claim(
                connection, owner=self._name, channel=channel, now=now, most=most, gap=pace.gap, slack=pace.slack
            )

    async def _deliver(self, envelope: Envelope) -> None:
        if envelope.expires_at is not None and envelope.expires_at < self._clock.now():
            self._end(envelope, DeliveryState.DROPPED, "expired")
            return
        try:
            if envelope.doubt_at is not None:
                envelope = await self._settle(envelope, envelope.doubt_at)
            if envelope.unanswered >= MOST_UNANSWERED:
                self._end(envelope, DeliveryState.FAILED, "unanswered")
            elif envelope.parts_sent < envelope.parts:
                await self._send(envelope)
        except SendFailed as failure:
            self._failed(envelope, failure)
        except Withheld as withheld:
            self._end(envelope, DeliveryState.DROPPED, withheld.reason)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - one message that cannot be rendered must not hold up the others
            self._log.error("reply_unsendable", outbox_id=envelope.outbox_id, error=type(error).__name__)
            self._end(envelope, DeliveryState.FAILED, "unsendable")

    async def _settle(self, envelope: Envelope, since: datetime) -> Envelope:
        """Ask the provider, where it can be asked, what became of the payload whose answer never came."""
        adapter = self._channels[envelope.channel].adapter
        if not isinstance(adapter, Settles):
            return envelope
        mark = deliveries.reference(envelope.outbox_id, envelope.parts_sent)
        try:
            found = await adapter.settle(envelope.address, mark, since)
        except SendFailed as failure:  # to have asked in vain makes nothing more doubtful
            raise SendFailed(
                failure.code, retry_after_s=failure.retry_after_s, provider_code=failure.provider_code
            ) from None
        self._log.info("send_settled", outbox_id=envelope.outbox_id, arrived=found is not None)
        if found is not None:
            self._accepted(envelope, found, envelope.parts_sent + 1, of=envelope.parts)
            return replace(envelope, unanswered=0, parts_sent=envelope.parts_sent + 1)
        with self._database.begin() as connection:
            sends.not_arrived(connection, envelope.outbox_id)
        return replace(envelope, unanswered=max(0, envelope.unanswered - 1))

    async def _send(self, envelope: Envelope) -> None:
        channel = self._channels[envelope.channel]
        payloads = rendered(channel, envelope, self._clock.now())
        if len(payloads) <= envelope.parts_sent:  # in words alone it is shorter, and all of it has been sent
            self._accepted(envelope, None, len(payloads), of=len(payloads))
        for part, payload in enumerate(payloads[envelope.parts_sent :], start=envelope.parts_sent):
            if part > 0 and channel.pace.person_burst == 1:
                await asyncio.sleep(channel.pace.person_gap_s)
            await self._gates[envelope.channel].turn()
            with self._database.begin_light() as connection:
                forbidden = sends.begin(connection, envelope, parts=len(payloads))
            if forbidden is not None:
                raise Withheld(forbidden)
            mark = deliveries.reference(envelope.outbox_id, part)
            provider_id = await channel.adapter.send(envelope.address, payload, reference=mark)
            self._accepted(envelope, provider_id, part + 1, of=len(payloads))

    def _accepted(self, envelope: Envelope, provider_id: str | None, parts: int, *, of: int) -> None:
        """The provider has taken the first `parts` payloads of a message."""
        now = self._clock.now()
        with self._database.begin() as connection:
            self._breakers[envelope.channel].alive(connection)
            if parts < of:
                # The claim has counted the first payload already.
                gap = self._channels[envelope.channel].pace.gap if parts > 1 else outbox.NO_TIME
                sends.part_sent(connection, envelope, parts=parts, now=now, gap=gap)
                return
            sends.sent(connection, envelope.outbox_id, provider_message_id=provider_id, now=now)
        self._log.info("reply_sent", person=_hash(envelope), outbox_id=envelope.outbox_id, attempt=envelope.attempts)

    def _failed(self, envelope: Envelope, failure: SendFailed) -> None:
        now = self._clock.now()
        breaker = self._breakers[envelope.channel]
        with self._database.begin() as connection:
            if failure.code in TROUBLE or failure.code in INNOCENT:
                breaker.failed(connection, failure, envelope.address, now=now)
            else:
                breaker.alive(connection)
            if failure.code in SUPPRESSES:
                reason, how = SUPPRESSES[failure.code], failure.provider_code or str(failure.code)
                suppressions.suppress(connection, envelope.person_id, envelope.channel, reason, how=how, now=now)
            outcome = decide(
                failure.code,
                envelope,
                retry_after_s=failure.retry_after_s,
                paused=breaker.paused,
                jitter=random.random(),  # noqa: S311 - jitter
            )
            if outcome.then is Then.AGAIN:
                sends.retry(
                    connection,
                    envelope,
                    owner=self._name,
                    at=now + timedelta(seconds=outcome.wait_s),
                    code=str(failure.code),
                    now=now,
                    counts=outcome.counts,
                    ambiguous=failure.ambiguous,
                    form=outcome.form,
                )
        if outcome.then is Then.AGAIN:
            self._log.warning(
                "reply_delayed",
                person=_hash(envelope),
                outbox_id=envelope.outbox_id,
                code=str(failure.code),
                provider_code=failure.provider_code,
                wait_s=round(outcome.wait_s, 1),
            )
        else:
            self._end(envelope, STATES[outcome.then], outcome.reason or str(failure.code))

    def _end(self, envelope: Envelope, state: DeliveryState, code: str) -> None:
        with self._database.begin() as connection:
            sends.end(connection, envelope.outbox_id, state, owner=self._name, code=code, now=self._clock.now())
        self._log.warning("reply_ended", outbox_id=envelope.outbox_id, state=str(state), code=code)


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
    try:
        async with AsyncExitStack() as stack:
            files = Files(settings.home)
            ways_out = await open_ways(settings, stack, files, database)
            sender = Sender(name, database, ways_out, SystemClock(), settings.lease_s + settings.turn_timeout_s)
            fetching = Fetching(
                database,
                files,
                {name: way.adapter for name, way in ways_out.items()},
                SystemClock(),
                most_bytes=settings.media_max_bytes,
                keep=timedelta(days=settings.media_keep_days),
            )
            await stack.enter_async_context(fetching.running(stop, stack.enter_context(wakeups.listen("turn"))))
            listener = stack.enter_context(wakeups.listen("outbox"))
            structlog.get_logger().info("sender_ready")
            await _recover(sender, stop)
            bells = {channel: asyncio.Event() for channel in ways_out}
            async with asyncio.TaskGroup() as group:
                group.create_task(_ring(listener, bells.values(), stop))
                group.create_task(_keep_house(sender, settings.lease_s, stop))
                for channel, bell in bells.items():
                    group.create_task(_send(sender, channel, bell, stop))
    finally:
        wakeups.close()
        database.close()


async def _send(sender: Sender, channel: str, bell: asyncio.Event, stop: threading.Event) -> None:
    """Serve one channel: a slow provider holds up its own messages alone."""
    while not stop.is_set():
        bell.clear()
        try:
            if not await sender.once([channel]):
                await _rung(bell, _idle_s(sender, channel))
        except SQLAlchemyError as error:
            structlog.get_logger().warning("sender_paused", channel=channel, error=type(error).__name__)
            await asyncio.sleep(IDLE_S)


async def _ring(listener: Listener, bells: Iterable[asyncio.Event], stop: threading.Event) -> None:
    """Hand every wake-up on to all channels, and the wish to stop."""
    while not stop.is_set():
        await listener.wait_async(IDLE_S)
        for bell in bells:
            bell.set()


async def _rung(bell: asyncio.Event, timeout_s: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), timeout_s)


async def _recover(sender: Sender, stop: threading.Event) -> None:
    """Before anything is sent, and however long the database stays away."""
    while not stop.is_set():
        try:
            sender.recover()
        except SQLAlchemyError as error:
            structlog.get_logger().warning("sender_paused", error=type(error).__name__)
            await asyncio.sleep(IDLE_S)
        else:
            return


async def _keep_house(sender: Sender, take_over_every_s: float, stop: threading.Event) -> None:
    """Take over what dead senders left, and let go of what is old."""
    loop = asyncio.get_running_loop()
    house_at, take_over_at = loop.time(), loop.time() + take_over_every_s
    while not stop.is_set():
        try:
            if loop.time() >= take_over_at:
                take_over_at = loop.time() + take_over_every_s
                sender.recover(restarted=False)
            if loop.time() >= house_at:
                house_at = loop.time() + HOUSEKEEPING_S
                sender.keep_house()
        except SQLAlchemyError as error:
            structlog.get_logger().warning("sender_paused", error=type(error).__name__)
        await asyncio.sleep(IDLE_S)


def _idle_s(sender: Sender, channel: str) -> float:
    due = sender.next_due([channel])
    if due is None:
        return IDLE_S
    return min(IDLE_S, max(0.01, (due - SystemClock().now()).total_seconds()))
