"""The gateway: hears the providers, keeps what they bring, and only then says 200.

The life of a message begins here; read on in storage/inbox.py.
"""

from __future__ import annotations

import asyncio
import gc
import math
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Final, Protocol

import prometheus_client
import structlog
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from channels.intake import Intake
from channels.metrics import Metrics
from channels.simulator import routes as simulator
from channels.simulator.routes import Parse
from channels.sms.routes import SmsIn
from channels.telegram.routes import TelegramIn
from channels.twilio.routes import TwilioIn
from channels.webhooks import Webhooks
from channels.whatsapp.routes import WhatsAppIn
from runtime.clock import Clock, SystemClock
from runtime.settings import Settings
from runtime.wakeup import Wakeups
from storage import channel_state, charges, inbox, media, migrate, outbox, ways
from storage.database import Database

WORKER_SIGN_S: Final = 30.0
"""A worker that has given no sign for so long counts as gone, seconds."""


class Provider(Protocol):
    """A way in."""

    def add_routes(self, app: FastAPI) -> None:
        """Its webhooks."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """What it keeps open while the gateway serves."""


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
        self._webhooks = Webhooks(settings, clock, self.database, self.intake, self.metrics)
        self.providers: tuple[Provider, ...] = (
            TelegramIn(self._webhooks),
            SmsIn(self._webhooks),
            TwilioIn(self._webhooks),
            WhatsAppIn(self._webhooks),
        )
        self._log = structlog.get_logger()

    @asynccontextmanager
    async def running(self, _app: FastAPI) -> AsyncIterator[None]:
        """Everything open while the application serves, and closed in the right order after it."""
        gc.freeze()  # what is loaded stays: to look all through it for garbage would hold up every request for 0.1 s
        self.intake.start()
        try:
            async with AsyncExitStack() as stack:
                for provider in self.providers:
                    await stack.enter_async_context(provider.running())
                yield
                await self._webhooks.stop()
        finally:
            await asyncio.to_thread(self.intake.close)
            await self.wakeups.aclose()
            self.database.close()
            gc.unfreeze()

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
                self.metrics.show_queues(inbox.depth(connection), outbox.counts(connection), media.counts(connection))
                self.metrics.show_ways(ways.known(connection))
                month = charges.of_month(connection, self.clock.now())
            self.metrics.show_charges(month, cap=self.settings.whatsapp_monthly_cap)
            self.metrics.workers.set(self._workers_alive())
        except SQLAlchemyError as error:
            self._log.warning("metrics_incomplete", error=type(error).__name__)
            self.metrics.show_queues({}, {}, {})
            self.metrics.show_ways(())
            self.metrics.workers.set(math.nan)
        return Response(
            prometheus_client.generate_latest(self.metrics.registry), media_type=prometheus_client.CONTENT_TYPE_LATEST
        )

    def _workers_alive(self) -> int:
        with self.database.read() as connection:
            return channel_state.workers_alive(connection, now=self.clock.now(), within_s=WORKER_SIGN_S)


async def healthz() -> dict[str, str]:
    """GET /healthz: the process answers."""
    return {"status": "alive"}


def create_app(settings: Settings, parse: Parse | None = None, clock: Clock | None = None) -> FastAPI:
    """The web application of one gateway process.

    Its description, `openapi()`, is for tests and tools; no address shows it.

    Args:
        settings: All settings; the simulator's pages exist only where they say so.
        parse: Understanding, for POST /nlu/parse.
        clock: The time; the system's unless a test says otherwise.
    """
    gateway = Gateway(settings, clock or SystemClock())
    app = FastAPI(title="Maalem", docs_url=None, redoc_url=None, openapi_url=None, lifespan=gateway.running)
    for provider in gateway.providers:
        provider.add_routes(app)
    app.add_api_route("/healthz", healthz, methods=["GET"])
    not_ready: dict[int | str, dict[str, Any]] = {503: {"description": "Webhooks would not be kept."}}
    app.add_api_route("/readyz", gateway.readyz, methods=["GET"], response_model=None, responses=not_ready)
    app.add_api_route(
        "/metrics", gateway.scrape, methods=["GET"], response_model=None, response_class=PlainTextResponse
    )
    if settings.simulator:
        simulator.add_routes(
            app, database=gateway.database, intake=gateway.intake, wakeups=gateway.wakeups, parse=parse
        )
    return app
