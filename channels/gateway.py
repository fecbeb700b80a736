"""The gateway: hears the providers, keeps what they bring, and only then says 200.

The life of a message begins here; read on in storage/inbox.py.
"""

from __future__ import annotations

import asyncio
import gc
import math
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import prometheus_client
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from channels.errors import Malformed
from channels.intake import Intake, IntakeClosed
from channels.metrics import Metrics
from channels.simulator import routes as simulator
from channels.simulator.routes import Parse
from channels.telegram import parse as telegram
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.polling import poll
from conversation import Inbound
from runtime.clock import Clock, SystemClock
from runtime.settings import Settings
from runtime.wakeup import Wakeups
from storage import channel_state, inbox, migrate, outbox
from storage.database import Database

WORKER_SIGN_S: Final = 30.0
"""A worker that has given no sign for so long counts as gone, seconds."""
RETRY_AFTER_S: Final = 5
TELEGRAM_SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header


class BodyTooLarge(Exception):
    """The request's body is larger than the settings allow."""


class Gateway:
    """One gateway process: what its routes share.

    Args:
        settings: All settings.
        clock: The time.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.database = Database(settings.database_url)
        self.wakeups = Wakeups(settings.home, settings.redis_url)
        self.intake = Intake(self.database, self.wakeups, clock)
        self.metrics = Metrics()
        self.telegram = (
            TelegramAdapter(settings.telegram_token, settings.telegram_base_url)
            if settings.telegram_mode != "off" and settings.telegram_token is not None
            else None
        )
        self._log = structlog.get_logger()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self, _app: FastAPI) -> AsyncIterator[None]:
        """Everything open while the application serves, and closed in the right order after it."""
        gc.freeze()  # what is loaded stays: to look all through it for garbage would hold up every request for 0.1 s
        self.intake.start()
        try:
            async with AsyncExitStack() as stack:
                if self.telegram is not None:
                    await stack.enter_async_context(self.telegram)
                    if self.settings.telegram_mode == "polling":
                        self._start(poll(self.telegram, self.database, self.take_telegram, self.clock))
                yield
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
        finally:
            await asyncio.to_thread(self.intake.close)
            await self.wakeups.aclose()
            self.database.close()
            gc.unfreeze()

    async def take_telegram(self, body: bytes) -> int:
        """Keep one update; a tapped button stops spinning at once, before the dialogue has run.

        Raises:
            Malformed: It is no update.
        """
        events = telegram.parse(body)
        new = await self.intake.take(events, wait_s=self.settings.burst_wait_s)
        self.metrics.messages.labels("telegram").inc(new)
        for event in events:
            if isinstance(event, Inbound) and event.callback_id and self.telegram is not None:
                self._start(_answer_callback(self.telegram, event.callback_id))
        return new

    async def telegram_webhook(self, request: Request) -> Response:
        """POST /webhooks/telegram."""
        secret = self.settings.telegram_secret
        if self.settings.telegram_mode != "webhook" or secret is None:
            return PlainTextResponse("Telegram's webhook is not switched on here.", 404)
        if not telegram.verify(request.headers.get(TELEGRAM_SECRET_HEADER), secret.get_secret_value()):
            self._log.warning("webhook_refused", channel="telegram")
            return self._answer("telegram", "refused", 403, "Not from Telegram.")
        try:
            await self.take_telegram(await read_body(request, self.settings.webhook_max_bytes))
        except BodyTooLarge:
            return self._answer("telegram", "too_large", 413, "Too large.")
        except Malformed as error:
            # A refusal would bring it back again and again: it is taken, and left aside.
            self._log.warning("update_malformed", channel="telegram", error=type(error).__name__)
            return self._answer("telegram", "malformed", 200, "")
        except (IntakeClosed, SQLAlchemyError):
            return self._answer("telegram", "later", 503, "Try again.")
        return self._answer("telegram", "kept", 200, "")

    def readyz(self) -> JSONResponse:
        """GET /readyz: whether webhooks would be kept, and how many workers are there to answer."""
        try:
            tables = migrate.state(self.settings.database_url)
            workers = self._workers_alive() if tables == "current" else 0
        except SQLAlchemyError as error:
            return JSONResponse({"status": "not ready", "database": type(error).__name__}, 503)
        ready = tables == "current"
        body = {"status": "ready" if ready else "not ready", "database": tables, "workers": workers}
        return JSONResponse(body, 200 if ready else 503)

    def scrape(self) -> Response:
        """GET /metrics, for Prometheus; without a database only what this process has counted itself."""
        try:
            with self.database.read() as connection:
                self.metrics.show_queues(inbox.depth(connection), outbox.counts(connection))
            self.metrics.workers.set(self._workers_alive())
        except SQLAlchemyError as error:
            self._log.warning("metrics_incomplete", error=type(error).__name__)
            self.metrics.show_queues({}, {})
            self.metrics.workers.set(math.nan)
        return Response(
            prometheus_client.generate_latest(self.metrics.registry), media_type=prometheus_client.CONTENT_TYPE_LATEST
        )

    def _workers_alive(self) -> int:
        with self.database.read() as connection:
            return channel_state.workers_alive(connection, now=self.clock.now(), within_s=WORKER_SIGN_S)

    def _answer(self, channel: str, outcome: str, status: int, text: str) -> Response:
        self.metrics.webhooks.labels(channel, outcome).inc()
        headers = {"retry-after": str(RETRY_AFTER_S)} if status == 503 else None  # noqa: PLR2004 - "try again later"
        return PlainTextResponse(text, status, headers=headers)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def healthz() -> dict[str, str]:
    """GET /healthz: the process answers."""
    return {"status": "alive"}


def create_app(settings: Settings, parse: Parse | None = None, clock: Clock | None = None) -> FastAPI:
    """The web application of one gateway process.

    Args:
        settings: All settings; the simulator's pages exist only where they say so.
        parse: Understanding, for POST /nlu/parse.
        clock: The time; the system's unless a test says otherwise.
    """
    gateway = Gateway(settings, clock or SystemClock())
    app = FastAPI(title="Maalem", docs_url=None, redoc_url=None, openapi_url=None, lifespan=gateway.running)
    app.add_api_route("/webhooks/telegram", gateway.telegram_webhook, methods=["POST"], response_model=None)
    app.add_api_route("/healthz", healthz, methods=["GET"])
    app.add_api_route("/readyz", gateway.readyz, methods=["GET"], response_model=None)
    app.add_api_route("/metrics", gateway.scrape, methods=["GET"], response_model=None)
    if settings.simulator:
        simulator.add_routes(
            app, database=gateway.database, intake=gateway.intake, wakeups=gateway.wakeups, parse=parse
        )
    return app


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The raw bytes of a request.

    Raises:
        BodyTooLarge: More than `most_bytes`, announced or sent.
    """
    announced = request.headers.get("content-length")
    if announced is not None and announced.isdigit() and int(announced) > most_bytes:
        raise BodyTooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise BodyTooLarge
    return bytes(body)


async def _answer_callback(adapter: TelegramAdapter, callback_id: str) -> None:
    try:
        await adapter.answer_callback(callback_id)
    except Exception as error:  # noqa: BLE001 - the button spins a little longer; the answer itself is on its way
        structlog.get_logger().info("callback_unanswered", error=type(error).__name__)
