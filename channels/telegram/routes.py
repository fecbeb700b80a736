"""Telegram's way in: the webhook, or long polling; a tapped button stops spinning before the dialogue has run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from fastapi import FastAPI, Request, Response

from channels.telegram.adapter import TelegramAdapter
from channels.telegram.health import Health
from channels.telegram.parse import parse, verify
from channels.telegram.payloads import CHANNEL, PATH, SECRET_HEADER
from channels.telegram.polling import poll
from channels.webhooks import ANSWERS, Events, Webhooks, object_of, off
from conversation import Inbound

_ID: Final = {"type": "integer", "minimum": 1, "maximum": 2**52}
_TEXT: Final = {"type": "string"}
_DATE: Final = {"type": "integer", "minimum": 1, "maximum": 2**32, "description": "Seconds since 1970."}
_CHAT: Final = object_of({"id": _ID, "type": {"enum": ["private"]}})
_USER: Final = object_of({"id": _ID, "is_bot": {"enum": [False]}, "first_name": _TEXT})
_MESSAGE: Final = object_of({"message_id": _ID, "date": _DATE, "chat": _CHAT, "from": _USER}, {"text": _TEXT})
_TAP: Final = object_of({"id": _TEXT, "from": _USER, "chat_instance": _TEXT}, {"data": _TEXT, "message": _MESSAGE})
_UPDATE: Final = {
    "anyOf": [
        object_of({"update_id": _ID, name: about})
        for name, about in (("message", _MESSAGE), ("edited_message", _MESSAGE), ("callback_query", _TAP))
    ]
}
DESCRIBED: Final = {
    "parameters": [{"name": SECRET_HEADER, "in": "header", "required": True, "schema": {"type": "string"}}],
    "requestBody": {
        "required": True,
        "description": "One update: https://core.telegram.org/bots/api#update",
        "content": {"application/json": {"schema": _UPDATE}},
    },
}


class TelegramIn:
    """Telegram, as the gateway hears it."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks
        settings = webhooks.settings
        self._mode = settings.telegram_mode
        self._health = Health(webhooks.metrics.registry, settings)
        self._secret = settings.telegram_secret.get_secret_value() if settings.telegram_secret else ""
        self._adapter = (
            TelegramAdapter(settings.telegram_token, settings.telegram_base_url)
            if self._mode != "off" and settings.telegram_token is not None
            else None
        )

    def add_routes(self, app: FastAPI) -> None:
        """The webhook; switched off it says so."""
        if self._mode == "webhook":
            app.add_api_route(
                PATH,
                self.webhook,
                methods=["POST"],
                response_model=None,
                response_class=Response,
                responses=ANSWERS,
                openapi_extra=DESCRIBED,
            )
        else:
            off(app, PATH, "Telegram's webhook is not switched on here.")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The connection to Telegram, and polling where it is set."""
        if self._adapter is None:
            yield
            return
        async with self._adapter:
            if self._mode == "webhook":
                self._webhooks.start(self._health.watch(self._adapter))
            if self._mode == "polling":
                self._webhooks.start(poll(self._adapter, self._webhooks.database, self.take, self._webhooks.clock))
            yield

    async def webhook(self, request: Request) -> Response:
        """POST /webhooks/telegram."""
        genuine = verify(request.headers.get(SECRET_HEADER), self._secret)
        return await self._webhooks.receive(request, CHANNEL, genuine=genuine, read=parse, after=self._answer_taps)

    async def take(self, body: bytes) -> int:
        """Keep one update that was fetched.

        Raises:
            Malformed: It is no update.
        """
        events = parse(body)
        new = await self._webhooks.take(CHANNEL, events)
        self._answer_taps(events)
        return new

    def _answer_taps(self, events: Events) -> None:
        for event in events:
            if isinstance(event, Inbound) and event.callback_id and self._adapter is not None:
                self._webhooks.start(_answer_callback(self._adapter, event.callback_id))


async def _answer_callback(adapter: TelegramAdapter, callback_id: str) -> None:
    try:
        await adapter.answer_callback(callback_id)
    except Exception as error:  # noqa: BLE001 - the button spins a little longer; the answer itself is on its way
        structlog.get_logger().info("callback_unanswered", error=type(error).__name__)
