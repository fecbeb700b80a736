"""What every provider's webhook has in common: who speaks is checked on the raw bytes, then it is read, then kept.

Only what is on disk is acknowledged. A body that can never be read is acknowledged too: refused, it would come back for
days (channel facts 3.3, 4.1). Each provider adds its own `verify` and `parse` (channels/<provider>/routes.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from channels.errors import Malformed
from channels.intake import Intake, IntakeClosed
from channels.metrics import Metrics
from conversation import Delivery, Inbound
from runtime.clock import Clock
from runtime.settings import Settings
from storage.database import Database

RETRY_AFTER_S: Final = 5
ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Kept; or it can never be read, and need not come again."},
    403: {"description": "Not from the provider; nothing was read."},
    413: {"description": "Larger than MAALEM_WEBHOOK_MAX_BYTES."},
    503: {"description": "Could not be kept now: send it again."},
}
"""What every webhook answers, for the description of the interface."""

Events = Sequence[Inbound | Delivery]


def object_of(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """A JSON object or form with fields of these schemas, for the description of the interface; more may come."""
    return {"type": "object", "required": list(required), "properties": required | (optional or {})}


class BodyTooLarge(Exception):
    """The request's body is larger than the settings allow."""


@dataclass(slots=True)
class Webhooks:
    """What the routes of one gateway process share."""

    settings: Settings
    clock: Clock
    database: Database
    intake: Intake
    metrics: Metrics
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def receive(
        self,
        request: Request,
        channel: str,
        *,
        genuine: bool | Callable[[bytes], bool],
        read: Callable[[bytes], Events],
        after: Callable[[Events], None] = lambda _: None,
        accepted: Response | None = None,
        most_bytes: int = 0,
    ) -> Response:
        """Take in one webhook request.

        Args:
            request: As it came.
            channel: For the metrics and logs.
            genuine: Whether the provider itself sent these bytes, or what tells it; nothing is parsed before, and where
                it is known already, a body that is not is left unread.
            read: Makes events of them; raises `Malformed`.
            after: Told of the events once they are on disk.
            accepted: The answer when they are; an empty 200 by default.
            most_bytes: Largest body this provider sends, where that is more than the settings allow by themselves.
        """
        log = structlog.get_logger()
        if genuine is False:
            return self._refused(channel)
        try:
            body = await read_body(request, max(self.settings.webhook_max_bytes, most_bytes))
        except BodyTooLarge:
            return self.answer(channel, "too_large", 413, "Too large.")
        if callable(genuine) and not genuine(body):
            return self._refused(channel)
        try:
            events = read(body)
            await self.take(channel, events)
        except Malformed as error:
            log.warning("update_malformed", channel=channel, error=type(error).__name__)
            return self._counted(channel, "malformed", accepted)
        except (IntakeClosed, SQLAlchemyError):
            return self.answer(channel, "later", 503, "Try again.")
        after(events)
        return self._counted(channel, "kept", accepted)

    async def take(self, channel: str, events: Events) -> int:
        """Keep events; how many messages were new."""
        new = await self.intake.take(events, wait_s=self.settings.burst_wait_s)
        self.metrics.messages.labels(channel).inc(new)
        return new

    def answer(self, channel: str, outcome: str, status: int, text: str) -> Response:
        """A counted answer in plain words."""
        self.metrics.webhooks.labels(channel, outcome).inc()
        headers = {"retry-after": str(RETRY_AFTER_S)} if status == 503 else None  # noqa: PLR2004 - "try again later"
        return PlainTextResponse(text, status, headers=headers)

    def _refused(self, channel: str) -> Response:
        structlog.get_logger().warning("webhook_refused", channel=channel)
        return self.answer(channel, "refused", 403, "Not from the provider.")

    def _counted(self, channel: str, outcome: str, accepted: Response | None) -> Response:
        self.metrics.webhooks.labels(channel, outcome).inc()
        return accepted or Response()

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Do something beside the requests, until the gateway stops."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """End what was started."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def off(app: FastAPI, path: str, sentence: str) -> None:
    """Answer a webhook that is not switched on: whoever set it up must see why nothing arrives."""

    async def not_here() -> Response:
        return PlainTextResponse(sentence, 404)

    app.add_api_route(path, not_here, methods=["GET", "POST"], response_model=None, include_in_schema=False)


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
