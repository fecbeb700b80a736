"""The long-running processes: settings, logs and signals around what the other packages do."""

# ruff: noqa: PLC0415 - each process loads its own packages only, and a broken one does not take the others along

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any, Final

import structlog
import uvicorn

from runtime import logs
from runtime.hash_key import with_hash_key
from runtime.settings import Settings

GRACE_S: Final = 5
"""How long the gateway lets open requests finish when asked to stop, seconds."""

log = structlog.get_logger()


def prepare(settings: Settings, process: str) -> Settings:
    """Do what every process does first: a key for pseudonyms, then logs that carry the process's name.

    Raises:
        OSError: The home folder cannot be written.
    """
    settings = with_hash_key(settings)
    logs.configure(settings)
    structlog.contextvars.bind_contextvars(process=process)
    return settings


def stop_on_signals() -> threading.Event:
    """Give an event that the first SIGTERM or SIGINT sets; a second one ends the process at once.

    Called when everything is loaded: until then a signal ends the process, which has nothing in hand yet.
    """
    stop = threading.Event()

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return stop


def run_worker(settings: Settings, process: str) -> None:
    """Take people's messages and answer them, one turn after the other, until a signal ends it."""
    settings = prepare(settings, process)
    log.info("process_started", pid=os.getpid())
    from app.fits import fits
    from bot.engine import rasa_compat

    rasa_compat.install(lean=True)  # before anything imports Rasa
    from bot.engine import worker

    worker.run(settings, stop_on_signals(), fits, name=process)
    log.info("process_stopped", pid=os.getpid())
    sys.stdout.flush()
    os._exit(0)  # everything is closed; taking Rasa down object by object would take seconds


def run_sender(settings: Settings, process: str) -> None:
    """Carry replies to the providers until a signal ends it."""
    settings = prepare(settings, process)
    log.info("process_started", pid=os.getpid())
    from channels import sender

    sender.run(settings, stop_on_signals(), name=process)
    log.info("process_stopped", pid=os.getpid())


class _Server(uvicorn.Server):
    """Uvicorn, with a second signal of either kind ending it at once."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            os._exit(128 + sig)
        super().handle_exit(sig, frame)


def _parse_lazily(settings: Settings) -> Callable[[str], Awaitable[dict[str, Any]]]:
    """Understanding for POST /nlu/parse: Rasa is loaded when somebody first asks, never in a gateway nobody asks."""
    lock = asyncio.Lock()
    made: list[Any] = []

    def make() -> None:
        from bot.engine.understanding import Understanding

        made.append(Understanding(settings))

    async def parse(text: str) -> dict[str, Any]:
        async with lock:
            if not made:
                await asyncio.to_thread(make)
        parsed: dict[str, Any] = await made[0].parse(text)
        return parsed

    return parse


def run_gateway(settings: Settings, process: str) -> None:
    """Serve webhooks, the simulator and the health pages.

    Raises:
        SystemExit: The port cannot be used.
    """
    settings = prepare(settings, process)
    from channels.gateway import create_app

    stop_on_signals()  # uvicorn repeats its signal when it is done: it meets our handler and the exit stays clean
    options: dict[str, Any] = {"loop": "uvloop", "http": "httptools", "ws": "none"}
    config = uvicorn.Config(
        create_app(settings, _parse_lazily(settings) if settings.simulator else None),
        host=settings.host,
        port=settings.port,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
        access_log=False,
        log_config=None,
        **options,
    )
    log.info("process_started", pid=os.getpid(), host=settings.host, port=settings.port)
    _Server(config).run()
    log.info("process_stopped", pid=os.getpid())
