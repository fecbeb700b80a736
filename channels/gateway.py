"""The gateway: hears the providers, keeps what they bring, and only then says 200.

The life of a message begins here; read on in storage/inbox.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import prometheus_client
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from channels.errors import Malformed
from channels.intake import Intake, IntakeClosed
from channels.simulator import routes as simulator
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

Parse = Callable[[str], Awaitable[dict[str, Any]]]
"""Understanding of one text, for POST /nlu/parse."""


class BodyTooLarge(Exception):
    """The request's body is larger than the settings allow."""


class Counters:
    """What /metrics counts, in a registry of this application's own."""

    def __init__(self) -> None:
        self.registry = prometheus_client.CollectorRegistry()
        self.webhooks = prometheus_client.Counter(
            "maalem_webhooks", "Webhook requests by outcome", ["channel", "outcome"], registry=self.registry
        )
        self.messages = prometheus_client.Counter(
            "maalem_messages_received", "Messages kept, without repeats", ["channel"], registry=self.registry
        )
        self.inbox = prometheus_client.Gauge(
            "maalem_inbox_rows", "Messages waiting or set aside", ["state"], registry=self.registry
        )
        self.outbox = prometheus_client.Gauge("maalem_outbox_rows", "Answers by state", ["state"], registry=self.registry)
        self.workers = prometheus_client.Gauge("maalem_workers_alive", "Workers seen lately", registry=self.registry)


def create_app(settings: Settings, parse: Parse | None = None, clock: Clock | None = None) -> FastAPI:
    """The web application of one gateway process.

    Args:
        settings: All settings; the simulator's pages exist only where they say so.
        parse: Understanding, for POST /nlu/parse.
        clock: The time; the system's unless a test says otherwise.
    """
    the_clock = clock or SystemClock()
    database = Database(settings.database_url)
    wakeups = Wakeups(settings.home, settings.redis_url)
    intake = Intake(database, wakeups, the_clock)
    counters = Counters()
    log = structlog.get_logger()
    tasks: set[asyncio.Task[None]] = set()
    adapter = (
        TelegramAdapter(settings.telegram_token, settings.telegram_base_url)
        if settings.telegram_mode != "off" and settings.telegram_token is not None
        else None
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        intake.start()
        try:
            if adapter is None:
                yield
                return
            async with adapter:
                polling = (
                    asyncio.create_task(poll(adapter, database, accept_telegram, the_clock))
                    if settings.telegram_mode == "polling"
                    else None
                )
                yield
                if polling is not None:
                    polling.cancel()
                await asyncio.gather(*tasks, *([polling] if polling else []), return_exceptions=True)
        finally:
            await asyncio.to_thread(intake.close)
            await wakeups.aclose()
            database.close()

    app = FastAPI(
        title="Maalem", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, default_response_class=JSONResponse
    )

    async def accept_telegram(body: bytes) -> int:
        """Keep one update; a button stops spinning at once, before the dialogue has run."""
        events = telegram.parse(body)
        new = await intake.take(events, wait_s=settings.burst_wait_s)
        counters.messages.labels("telegram").inc(new)
        for event in events:
            if isinstance(event, Inbound) and event.callback_id and adapter is not None:
                task = asyncio.create_task(_answer_callback(adapter, event.callback_id))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        return new

    @app.post("/webhooks/telegram")
    async def telegram_webhook(request: Request) -> Response:
        if settings.telegram_mode != "webhook" or settings.telegram_secret is None:
            return PlainTextResponse("Telegram's webhook is not switched on here.", 404)
        header = request.headers.get("x-telegram-bot-api-secret-token")
        if not telegram.verify(header, settings.telegram_secret.get_secret_value()):
            counters.webhooks.labels("telegram", "refused").inc()
            log.warning("webhook_refused", channel="telegram")
            return PlainTextResponse("Not from Telegram.", 403)
        try:
            await accept_telegram(await read_body(request, settings.webhook_max_bytes))
        except BodyTooLarge:
            counters.webhooks.labels("telegram", "too_large").inc()
            return PlainTextResponse("Too large.", 413)
        except Malformed as error:
            # Telegram would bring it again and again: it is taken, and set aside.
            counters.webhooks.labels("telegram", "malformed").inc()
            log.warning("update_malformed", channel="telegram", reason=str(error))
            return Response(status_code=200)
        except (IntakeClosed, SQLAlchemyError):
            counters.webhooks.labels("telegram", "later").inc()
            return PlainTextResponse("Try again.", 503, headers={"retry-after": "5"})
        counters.webhooks.labels("telegram", "kept").inc()
        return Response(status_code=200)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        try:
            tables = migrate.state(settings.database_url)
            with database.read() as connection:
                workers = channel_state.workers_alive(connection, now=the_clock.now(), within_s=WORKER_SIGN_S)
        except SQLAlchemyError as error:
            return JSONResponse({"status": "not ready", "database": type(error).__name__}, 503)
        ready = tables == "current"
        body = {"status": "ready" if ready else "not ready", "database": tables, "workers": workers}
        return JSONResponse(body, 200 if ready else 503)

    @app.get("/metrics")
    def metrics() -> Response:
        with database.read() as connection:
            for state, rows in inbox.depth(connection).items():
                counters.inbox.labels(state).set(rows)
            for state, rows in outbox.counts(connection).items():
                counters.outbox.labels(state).set(rows)
            counters.workers.set(
                channel_state.workers_alive(connection, now=the_clock.now(), within_s=WORKER_SIGN_S)
            )
        return Response(
            prometheus_client.generate_latest(counters.registry), media_type=prometheus_client.CONTENT_TYPE_LATEST
        )

    if settings.simulator:
        simulator.add_routes(app, settings=settings, database=database, intake=intake, wakeups=wakeups, parse=parse)
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
