"""WhatsApp's way in: Meta's handshake and webhook; what will be answered is shown as read, and an answer as coming."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from channels.webhooks import ANSWERS, Events, Webhooks, object_of, off
from channels.whatsapp.adapter import WhatsAppAdapter
from channels.whatsapp.messages import CHANNEL
from channels.whatsapp.parse import OBJECT, STATES, challenge, parse, verify
from conversation import Inbound, InboundKind
from runtime.settings import Settings

PATH: Final = "/webhooks/whatsapp"
SIGNATURE_HEADER: Final = "x-hub-signature-256"
MOST_BYTES: Final = 3_145_728
"""Largest body Meta sends, 3 MB.
Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview, read 2026-11-25."""
ANSWERED: Final = frozenset({
    InboundKind.TEXT,
    InboundKind.CHOICE,
    InboundKind.MEDIA,
    InboundKind.LOCATION,
    InboundKind.CONTACT,
    InboundKind.START,
})  # fmt: skip
"""Kinds after which an answer comes: only then may it be announced."""
JUST_NOW: Final = timedelta(seconds=60)
"""A message older than this comes late or for the second time: no answer may follow it now."""
HANDSHAKE_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The challenge, as it came."},
    403: {"description": "Not the word that was agreed."},
}
HANDSHAKE: Final = {
    "parameters": [
        {"name": f"hub.{name}", "in": "query", "required": True, "schema": {"type": "string"} | more}
        for name, more in (("mode", {"enum": ["subscribe"]}), ("verify_token", {}), ("challenge", {}))
    ]
}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": item}


_TEXT: Final = {"type": "string"}
_ID: Final = {"type": "string", "pattern": "^[!-~]{1,255}$"}
_TIME: Final = {"type": "string", "pattern": "^[0-9]{10}$", "description": "Seconds since 1970."}
_MESSAGE: Final = object_of(
    {"from": _ID, "id": _ID, "timestamp": _TIME, "type": _TEXT}, {"text": object_of({"body": _TEXT})}
)
_STATUS: Final = object_of({"id": _ID, "status": {"enum": list(STATES)}, "timestamp": _TIME, "recipient_id": _ID})
_OF_PEOPLE: Final = {"enum": ["messages"]}
_CHANGE: Final = {
    "anyOf": [
        object_of({"field": _OF_PEOPLE, "value": object_of({"messages": _list(_MESSAGE)})}),
        object_of({"field": _OF_PEOPLE, "value": object_of({"statuses": _list(_STATUS)})}),
        object_of({"field": {"type": "string", "not": _OF_PEOPLE}, "value": {"type": "object"}}),
    ]
}
_BODY: Final = object_of({"object": {"enum": [OBJECT]}, "entry": _list(object_of({"changes": _list(_CHANGE)}))})
DESCRIBED: Final = {
    "parameters": [
        {
            "name": SIGNATURE_HEADER,
            "in": "header",
            "required": True,
            "schema": {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"},
            "description": "HMAC-SHA256 of the body's bytes by the app's secret.",
        }
    ],
    "requestBody": {
        "required": True,
        "description": "https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference",
        "content": {"application/json": {"schema": _BODY}},
    },
}


def adapter_of(settings: Settings, files: Callable[[str], bytes] | None = None) -> WhatsAppAdapter | None:
    """The way to Meta's server, where WhatsApp is switched on; `files` as the adapter takes it."""
    if not settings.whatsapp or settings.whatsapp_token is None or settings.whatsapp_number_id is None:
        return None
    return WhatsAppAdapter(settings.whatsapp_token, settings.whatsapp_number_id, settings.whatsapp_base_url, files)


class WhatsAppIn:
    """WhatsApp, as the gateway hears it."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks
        settings = webhooks.settings
        self._secret = settings.whatsapp_app_secret.get_secret_value() if settings.whatsapp_app_secret else ""
        self._token = settings.whatsapp_verify_token.get_secret_value() if settings.whatsapp_verify_token else ""
        self._number = settings.whatsapp_number_id or ""
        self._adapter = adapter_of(settings)

    def add_routes(self, app: FastAPI) -> None:
        """The webhook; switched off it says so."""
        if self._adapter is None:
            off(app, PATH, "WhatsApp's webhook is not switched on here.")
            return
        app.add_api_route(
            PATH,
            self.handshake,
            methods=["GET"],
            response_model=None,
            response_class=PlainTextResponse,
            responses=HANDSHAKE_ANSWERS,
            openapi_extra=HANDSHAKE,
        )
        app.add_api_route(
            PATH,
            self.webhook,
            methods=["POST"],
            response_model=None,
            response_class=Response,
            responses=ANSWERS,
            openapi_extra=DESCRIBED,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The connection to Meta's server."""
        if self._adapter is None:
            yield
            return
        async with self._adapter:
            yield

    async def handshake(self, request: Request) -> Response:
        """GET /webhooks/whatsapp: Meta asks whether the address is ours."""
        answer = challenge(request.query_params, self._token)
        if answer is None:
            return self._webhooks.answer(CHANNEL, "refused", 403, "Not the word that was agreed.")
        return self._webhooks.answer(CHANNEL, "handshake", 200, answer)

    async def webhook(self, request: Request) -> Response:
        """POST /webhooks/whatsapp."""
        signature = request.headers.get(SIGNATURE_HEADER)
        return await self._webhooks.receive(
            request,
            CHANNEL,
            genuine=bool(signature) and (lambda body: verify(body, signature, self._secret)),
            read=lambda body: parse(body, self._number, _note),
            after=self._show_as_read,
            most_bytes=MOST_BYTES,
        )

    def _show_as_read(self, events: Events) -> None:
        """Once for each person: a message shown as read takes the earlier ones with it."""
        now = self._webhooks.clock.now()
        last = {
            event.person: event.message_id
            for event in events
            if isinstance(event, Inbound) and event.kind in ANSWERED and now - event.sent_at < JUST_NOW
        }
        for message_id in last.values():
            if self._adapter is not None:
                self._webhooks.start(_mark_read(self._adapter, message_id))


async def _mark_read(adapter: WhatsAppAdapter, message_id: str) -> None:
    try:
        await adapter.mark_read(message_id, typing=True)
    except Exception as error:  # noqa: BLE001 - two grey ticks; the answer itself is on its way
        structlog.get_logger().info("read_unshown", error=type(error).__name__)


def _note(kind: str, word: str) -> None:
    """What concerns the account and no person: a template paused, a limit changed; or a part that cannot be read."""
    structlog.get_logger().warning("whatsapp_notice", field=kind, what=word.replace(" ", "_"))
