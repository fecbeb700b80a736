"""Wake-ups between processes: "look again". Losing one loses nothing, since whoever waits also polls.

On one machine they travel as single bytes through Unix datagram sockets; with Redis also between machines. A wake-up
says that something happened, never what: the truth stays in the database.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import select
import socket
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import redis
import redis.asyncio
import structlog

from runtime.settings import Settings

SUFFIX: Final = ".wake"
TOPIC: Final = re.compile(r"[a-z][a-z-]{0,30}")
MAX_FOLDER_CHARS: Final = 50
"""Longer folders do not fit a socket's address together with the file name (104 bytes on macOS, 108 on Linux)."""
REDIS_PREFIX: Final = "maalem:wake:"
REDIS_TIMEOUT_S: Final = 0.5
REDIS_PAUSE_S: Final = 5.0
"""How long Redis is left alone after it failed, seconds: nobody waits for it meanwhile."""

log = structlog.get_logger()


class Wakeups:
    """Sends wake-ups, and hands out listeners for them.

    Args:
        home: The home folder: processes with the same one hear each other.
        redis_url: Also hear and be heard by processes on other machines; None: this machine only.
    """

    def __init__(self, home: Path, redis_url: str | None = None) -> None:
        self._folder = _socket_folder(home)
        self._redis_url = redis_url
        self._sender: socket.socket | None = None
        self._redis: redis.Redis | None = None
        self._redis_async: redis.asyncio.Redis | None = None
        self._redis_back_at = 0.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The wake-ups of the processes that share these settings."""
        return cls(settings.home, settings.redis_url)

    def publish(self, topic: str) -> None:
        """Wake everybody who listens to a topic. Never raises for a listener or a Redis that is gone.

        Raises:
            ValueError: The topic is not a short word of lower-case letters and hyphens.
        """
        self._publish_here(topic)
        if self._redis_url is None or time.monotonic() < self._redis_back_at:
            return
        try:
            if self._redis is None:
                self._redis = _connect(self._redis_url)
            self._redis.publish(REDIS_PREFIX + topic, b"1")
        except (redis.RedisError, OSError) as error:
            self._leave_redis_alone(error)

    async def publish_async(self, topic: str) -> None:
        """Do as `publish` does, from within an event loop: Redis never holds the loop up.

        Raises:
            ValueError: As `publish`.
        """
        self._publish_here(topic)
        if self._redis_url is None or time.monotonic() < self._redis_back_at:
            return
        try:
            if self._redis_async is None:
                self._redis_async = redis.asyncio.Redis.from_url(
                    self._redis_url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S
                )
            await self._redis_async.publish(REDIS_PREFIX + topic, b"1")
        except (redis.RedisError, OSError) as error:
            self._leave_redis_alone(error)

    def listen(self, topic: str) -> Listener:
        """Start hearing a topic; close the listener when done.

        Raises:
            ValueError: As `publish`.
            OSError: The home folder cannot be written.
        """
        return Listener(self._folder, _checked(topic), self._redis_url)

    def close(self) -> None:
        """Give the sockets back; `aclose` too where `publish_async` was used."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None
        if self._redis is not None:
            self._redis.close()
            self._redis = None

    async def aclose(self) -> None:
        """Give everything back, from within the loop that `publish_async` ran in."""
        self.close()
        if self._redis_async is not None:
            await self._redis_async.aclose()
            self._redis_async = None

    def _publish_here(self, topic: str) -> None:
        start = _checked(topic) + "."
        if self._sender is None:
            self._sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._sender.settimeout(0)
        try:
            names = os.listdir(self._folder)  # noqa: PTH208 - called for every message: a list of names is enough
        except FileNotFoundError:
            return  # nobody ever listened
        for name in names:
            if name.startswith(start) and name.endswith(SUFFIX):
                self._poke(self._folder / name)

    def _poke(self, path: Path) -> None:
        if self._sender is None:
            return
        try:
            self._sender.sendto(b"1", str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)  # its process is gone; a living listener's name is never used again
        except OSError:
            return  # its queue is full: it has enough to wake up for

    def _leave_redis_alone(self, error: BaseException) -> None:
        self._redis_back_at = time.monotonic() + REDIS_PAUSE_S
        log.warning("wakeup_redis_lost", error=type(error).__name__, pause_s=REDIS_PAUSE_S)


class Listener:
    """Waits for wake-ups of one topic. Not shared between threads; made by `Wakeups.listen`."""

    def __init__(self, folder: Path, topic: str, redis_url: str | None) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / f"{topic}.{os.getpid()}.{secrets.token_hex(3)}{SUFFIX}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._socket.bind(str(self._path))
        self._relay = _Relay(self._path, topic, redis_url) if redis_url else None

    def wait(self, timeout_s: float) -> bool:
        """Wait until woken, at most so many seconds; what came since the last wait counts.

        Returns:
            Whether there was a wake-up. Several are one.
        """
        ready, _, _ = select.select([self._socket], [], [], max(0.0, timeout_s))
        return bool(ready) and self._drain()

    async def wait_async(self, timeout_s: float) -> bool:
        """Do as `wait` does, leaving the event loop to others meanwhile. One waiter at a time.

        Returns:
            Whether there was a wake-up.
        """
        if self._drain():
            return True
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._socket, lambda: None if woken.done() else woken.set_result(None))
        try:
            await asyncio.wait_for(woken, max(0.0, timeout_s))
        except TimeoutError:
            return False
        finally:
            loop.remove_reader(self._socket)
        return self._drain()

    def _drain(self) -> bool:
        woken = False
        while True:
            try:
                self._socket.recv(16)
            except BlockingIOError:
                return woken
            woken = True

    def close(self) -> None:
        """Stop hearing, and take the socket's file away."""
        if self._relay is not None:
            self._relay.stop()
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Relay:
    """Turns what Redis says about one topic into wake-ups of one local socket, in a thread of its own."""

    def __init__(self, target: Path, topic: str, redis_url: str) -> None:
        self._target = str(target)
        self._channel = REDIS_PREFIX + topic
        self._url = redis_url
        self._stopped = threading.Event()
        threading.Thread(target=self._run, name=f"wakeups-{topic}", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()  # the thread sees it within half a timeout; nobody waits for that

    def _run(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(0)
            while not self._stopped.is_set():
                try:
                    self._hear(sender)
                except (redis.RedisError, OSError) as error:
                    if not self._stopped.is_set():
                        log.warning("wakeup_redis_lost", error=type(error).__name__, pause_s=REDIS_PAUSE_S)
                    self._stopped.wait(REDIS_PAUSE_S)

    def _hear(self, sender: socket.socket) -> None:
        with _connect(self._url) as server, server.pubsub(ignore_subscribe_messages=True) as channel:
            channel.subscribe(self._channel)
            while not self._stopped.is_set():
                if channel.get_message(timeout=REDIS_TIMEOUT_S / 2) is None:
                    continue
                try:
                    sender.sendto(b"1", self._target)
                except BlockingIOError:
                    continue  # the queue is full: it will wake up anyhow


def _connect(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S)


def _checked(topic: str) -> str:
    if not TOPIC.fullmatch(topic):
        raise ValueError("a topic is a short word of lower-case letters and hyphens")
    return topic


def _socket_folder(home: Path) -> Path:
    folder = home / "run"
    if len(os.fsencode(folder)) <= MAX_FOLDER_CHARS:
        return folder
    # A folder that others may list or even spoil: a wake-up carries nothing, and without them everybody still polls.
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"maalem-{os.getuid()}-{mark}"
