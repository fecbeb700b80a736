"""Fetches the files people sent from their provider, while it still has them, and lets them go in time.

Runs inside the sender: there the providers' connections are. What waits is in the database: a process that dies loses
nothing, and several may do this side by side.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol, runtime_checkable

import structlog

from channels.errors import ErrorCode, SendFailed
from runtime.clock import Clock
from runtime.wakeup import Listener
from storage import media
from storage.database import Database
from storage.file_types import NotKept, type_of
from storage.files import Files
from storage.media import Wanted

AT_ONCE: Final = 4
"""Files fetched at the same time: each is in memory, whole, for a moment."""
TIMEOUT_S: Final = 120.0
"""Longest time for one file, seconds: 20 MB at 170 kB a second."""
LEASE: Final = timedelta(seconds=TIMEOUT_S + 60)
"""For so long a file belongs to the process that fetches it; longer than it can take."""
FIRST_RETRY_S: Final = 5.0
LONGEST_RETRY_S: Final = 3_600.0
"""A failed fetch is tried again after 5, 10, 20 … seconds, at most an hour apart."""
GIVE_UP: Final = timedelta(days=6)
"""Meta keeps a file seven days (channel facts 3.5), nobody less who says so."""
IDLE_S: Final = 1.0
"""Longest wait for a wake-up before looking again, seconds."""
HOUSE_EVERY_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as its provider gave it.

    Attributes:
        content: All of it.
        mime_type: What the provider calls it, if it does.
    """

    content: bytes
    mime_type: str | None = None


@runtime_checkable
class Fetcher(Protocol):
    """An adapter of a channel on which people can send files."""

    async def fetch(self, ref: str, most_bytes: int) -> Fetched:
        """Fetch a file.

        Args:
            ref: `Attachment.provider_ref`, as the channel's own parser gave it.
            most_bytes: Reading stops as soon as there is more, whatever was announced.

        Raises:
            SendFailed: `FILE_REFUSED` where it is larger; another code that says whether it may work later. The address
                that was asked never stands in it: it can hold a secret.
        """


@runtime_checkable
class Forgets(Protocol):
    """An adapter whose provider keeps files until told not to."""

    async def forget(self, ref: str) -> None:
        """Have the provider delete a file that we have. Raises SendFailed."""


class Fetching:
    """Brings files in and takes them away.

    Args:
        database: Where it stands which.
        files: Where they go.
        adapters: By channel; those that are no `Fetcher` are left out.
        clock: The time.
        most_bytes: The largest file taken.
        keep: How long a file is kept.
    """

    def __init__(
        self,
        database: Database,
        files: Files,
        adapters: Mapping[str, Any],
        clock: Clock,
        *,
        most_bytes: int,
        keep: timedelta,
    ) -> None:
        self._database = database
        self._files = files
        self._fetchers = {name: adapter for name, adapter in adapters.items() if isinstance(adapter, Fetcher)}
        self._clock = clock
        self._most_bytes = most_bytes
        self._keep = keep
        self._log = structlog.get_logger()

    @asynccontextmanager
    async def running(self, stop: threading.Event, listener: Listener) -> AsyncIterator[None]:
        """Fetch beside what the block does; what is being fetched when it ends is put back."""
        task = asyncio.create_task(self.run(stop, listener))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def run(self, stop: threading.Event, listener: Listener) -> None:
        """Fetch until `stop` is set.

        Args:
            stop: Set by the caller to end.
            listener: Hears of turns that were answered: a file may have come with one.
        """
        loop = asyncio.get_running_loop()
        house_at = loop.time()
        while not stop.is_set():
            try:
                if loop.time() >= house_at:
                    house_at = loop.time() + HOUSE_EVERY_S
                    self.expire()
                self.delete()
                if not await self.once():
                    await listener.wait_async(IDLE_S)
            except Exception as error:  # noqa: BLE001 - the database or the disk is away: try again for ever
                self._log.warning("fetching_paused", error=type(error).__name__)
                await asyncio.sleep(IDLE_S)

    async def once(self) -> bool:
        """Fetch what waits, a few files at a time; whether anything did."""
        channels, now = list(self._fetchers), self._clock.now()
        with self._database.read() as connection:
            if not media.is_due(connection, channels=channels, now=now):
                return False
        with self._database.begin() as connection:
            wanted = media.claim(connection, channels=channels, now=now, lease=LEASE, most=AT_ONCE)
        await asyncio.gather(*(self._bring(one) for one in wanted))
        return bool(wanted)

    def expire(self) -> None:
        """End what has had its time."""
        now = self._clock.now()
        with self._database.read() as connection:
            if not media.is_over(connection, now=now, waiting_since=now - GIVE_UP):
                return
        with self._database.begin() as connection:
            count = media.expire(connection, now=now, waiting_since=now - GIVE_UP)
        self._log.info("media_expired", count=count)

    def delete(self) -> None:
        """Delete the files nobody may have any more: the person was erased, or their time is over.

        Raises:
            OSError: The folder cannot be written; they are tried again.
        """
        with self._database.read() as connection:
            keys = media.doomed(connection, now=self._clock.now())
        if not keys:
            return
        for key in keys:
            self._files.remove(key)
        with self._database.begin() as connection:
            media.deleted(connection, keys)
        self._log.info("media_deleted", count=len(keys))

    async def _bring(self, wanted: Wanted) -> None:
        try:
            content, mime, digest = await self._checked(wanted)
            await asyncio.to_thread(self._files.put, content, wanted.key)
        except NotKept as refused:
            self._give_up(wanted, media.REFUSED, refused.reason)
        except SendFailed as failure:
            if failure.code is ErrorCode.FILE_REFUSED:
                self._give_up(wanted, media.REFUSED, "too_large")
            elif failure.retryable:
                self._again(wanted, str(failure.code), failure.retry_after_s)
            else:
                self._give_up(wanted, media.GONE, str(failure.code))
        except TimeoutError:
            self._again(wanted, str(ErrorCode.UNANSWERED))
        except OSError as error:  # the disk is full: an operator can mend it while the provider still has the file
            self._log.error("media_unwritable", media_id=wanted.media_id, error=type(error).__name__)
            self._again(wanted, "disk")
        except asyncio.CancelledError:
            self._again(wanted, None, 0)  # we are being stopped: whoever comes next need not wait for the lease
            raise
        except Exception as error:  # noqa: BLE001 - one file that cannot be handled must not hold up the others
            self._log.error("media_unfetchable", media_id=wanted.media_id, error=type(error).__name__)
            self._again(wanted, "unexpected")
        else:
            self._stored(wanted, len(content), mime, digest)
            await self._forget(wanted)

    async def _forget(self, wanted: Wanted) -> None:
        fetcher = self._fetchers[wanted.channel]
        if isinstance(fetcher, Forgets):
            try:
                await fetcher.forget(wanted.provider_ref)
            except SendFailed as failure:  # theirs goes by their own rules; ours is what counts
                self._log.info("media_not_forgotten", media_id=wanted.media_id, code=str(failure.code))

    async def _checked(self, wanted: Wanted) -> tuple[bytes, str, str]:
        """What was fetched, its true type and its SHA-256 in hexadecimal."""
        if wanted.size is not None and wanted.size > self._most_bytes:
            raise NotKept("too_large")
        async with asyncio.timeout(TIMEOUT_S):
            fetched = await self._fetchers[wanted.channel].fetch(wanted.provider_ref, self._most_bytes)
        if len(fetched.content) > self._most_bytes:
            raise NotKept("too_large")
        digest = (await asyncio.to_thread(hashlib.sha256, fetched.content)).hexdigest()
        if wanted.sha256 and digest != wanted.sha256:
            raise SendFailed(ErrorCode.PROVIDER_TROUBLE, provider_code="another digest")
        return fetched.content, type_of(fetched.content, wanted.kind, wanted.mime or fetched.mime_type), digest

    def _stored(self, wanted: Wanted, size: int, mime: str, digest: str) -> None:
        now = self._clock.now()
        with self._database.begin() as connection:
            kept = media.stored(
                connection,
                wanted,
                mime=mime,
                size=size,
                sha256=digest,
                expires_at=now + self._keep,
            )
            if not kept:
                media.abandon(connection, wanted, now=now)
        took_s = round((now - wanted.since).total_seconds(), 1)
        self._log.info(
            "media_stored" if kept else "media_unwanted",
            media_id=wanted.media_id,
            size_bytes=size,
            took_s=took_s,
        )

    def _again(self, wanted: Wanted, reason: str | None, wait_s: float | None = None) -> None:
        wait = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** min(wanted.attempts - 1, 20)) if wait_s is None else wait_s
        with self._database.begin() as connection:
            media.later(connection, wanted, at=self._clock.now() + timedelta(seconds=wait), reason=reason)
        self._log.warning("media_delayed", media_id=wanted.media_id, code=reason, wait_s=wait)

    def _give_up(self, wanted: Wanted, state: str, reason: str) -> None:
        with self._database.begin() as connection:
            media.given_up(connection, wanted, state=state, reason=reason, now=self._clock.now())
        self._log.warning("media_given_up", media_id=wanted.media_id, state=state, code=reason)
