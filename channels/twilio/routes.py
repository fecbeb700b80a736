"""Twilio's way in: webhooks of two channels with their reports, and a look at what no webhook brought."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response

from channels.errors import SendFailed
from channels.twilio.adapter import TwilioAdapter
from channels.twilio.parse import OPT_OUT_TYPES, STATES, parse_message, parse_status, verify
from channels.twilio.payloads import (
    EMPTY_TWIML,
    PATHS,
    PREFIX,
    REFERENCE_QUERY,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    SMS,
    STATUS,
    TOKEN_HEADER,
    WHATSAPP,
    receives,
)
from channels.twilio.reconciling import reconcile
from channels.twilio.ways_out import adapter_of, sender_of
from channels.webhooks import ANSWERS, Events, Webhooks, object_of, off
from conversation import Inbound, InboundKind

SAID: Final = frozenset({InboundKind.TEXT, InboundKind.CHOICE, InboundKind.MEDIA, InboundKind.LOCATION})
"""What a person waits for an answer to."""
FORM: Final = "application/x-www-form-urlencoded"
SIGNED: Final = [
    {"name": SIGNATURE_HEADER, "in": "header", "required": True, "schema": {"type": "string"}},
    {"name": SIGNATURE_SETTINGS_HEADER, "in": "header", "required": False, "schema": {"type": "string"}},
]
_SID: Final = {"type": "string", "pattern": "^[A-Z]{2}[0-9a-f]{32}$"}
_TEXT: Final = {"type": "string"}


class Twiml(Response):
    """Twilio's own XML."""

    media_type = "text/xml"


def _message(channel: str) -> dict[str, Any]:
    """What is known of a person's message."""
    texts = ("Body", "ButtonPayload", "ButtonText", "ListId", "ListTitle", "ProfileName", "Latitude", "Longitude")
    repeated = {"name": TOKEN_HEADER, "in": "header", "required": False, "schema": _TEXT}
    return {
        "parameters": [*SIGNED, repeated],
        "requestBody": _form(
            "https://www.twilio.com/docs/messaging/guides/webhook-request",
            {
                "MessageSid": _SID,
                "From": {"type": "string", "pattern": rf"^{PREFIX[channel]}\+[1-9][0-9]{{6,14}}$"},
            },
            {
                **dict.fromkeys(texts, _TEXT),
                "NumMedia": {"type": "string", "pattern": "^[0-9]$"},
                "MediaUrl0": _TEXT,
                "MediaContentType0": _TEXT,
                "OptOutType": {"type": "string", "enum": [*OPT_OUT_TYPES, "HELP"]},
            },
        ),
    }


def _report() -> dict[str, Any]:
    """What is known of a report."""
    ours = {"name": REFERENCE_QUERY, "in": "query", "required": False, "schema": _TEXT, "description": "Our own mark."}
    return {
        "parameters": [*SIGNED, ours],
        "requestBody": _form(
            "https://www.twilio.com/docs/messaging/guides/track-outbound-message-status",
            {"MessageSid": _SID, "MessageStatus": {"type": "string", "enum": list(STATES)}},
            {"ErrorCode": _TEXT},
        ),
    }


def _form(said: str, required: dict[str, Any], optional: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "description": said, "content": {FORM: {"schema": object_of(required, optional)}}}


class TwilioIn:
    """WhatsApp and SMS by Twilio, as the gateway hears them; each is on where its sender is set."""

    def __init__(self, webhooks: Webhooks) -> None:
        settings = webhooks.settings
        self._doors = [_Door(webhooks, channel, adapter_of(settings, channel)) for channel in (WHATSAPP, SMS)]

    def add_routes(self, app: FastAPI) -> None:
        """Each channel's two webhooks; switched off they say so."""
        for door in self._doors:
            path = PATHS[door.channel]
            if door.adapter is None:
                for one in (path, path + STATUS):
                    off(app, one, f"{door.channel} is not switched on here.")
            else:
                _add(app, path, door.message, Twiml, _message(door.channel))
                _add(app, path + STATUS, door.status, Response, _report())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The connections to Twilio, and the search for what was missed."""
        async with AsyncExitStack() as stack:
            for door in self._doors:
                if door.adapter is not None:
                    await stack.enter_async_context(door.adapter)
                    door.start()
            yield


@dataclass(frozen=True, slots=True)
class _Door:
    """One channel's webhooks."""

    webhooks: Webhooks
    channel: str
    adapter: TwilioAdapter | None

    def start(self) -> None:
        """Look for what was missed, from now on."""
        settings = self.webhooks.settings
        can_be_written_to = receives(sender_of(settings, self.channel) or "")
        if self.adapter is not None and settings.twilio_reconcile_every_min and can_be_written_to:
            self.webhooks.start(
                reconcile(
                    self.adapter,
                    self.webhooks.database,
                    self.webhooks.take,
                    self.webhooks.clock,
                    every_s=settings.twilio_reconcile_every_min * 60,
                    longest=timedelta(hours=settings.twilio_reconcile_hours),
                )
            )

    async def message(self, request: Request) -> Response:
        """POST of what a person sent."""
        now, token = self.webhooks.clock.now(), request.headers.get(TOKEN_HEADER)
        return await self.webhooks.receive(
            request,
            self.channel,
            genuine=self._genuine(request, PATHS[self.channel]),
            read=lambda body: parse_message(body, self.channel, received_at=now, token=token),
            after=self._show_typing,
            accepted=Twiml(EMPTY_TWIML),
        )

    async def status(self, request: Request) -> Response:
        """POST of what became of a message of ours."""
        now, reference = self.webhooks.clock.now(), request.query_params.get(REFERENCE_QUERY)
        return await self.webhooks.receive(
            request,
            self.channel,
            genuine=self._genuine(request, PATHS[self.channel] + STATUS),
            read=lambda body: parse_status(body, self.channel, received_at=now, reference=reference),
        )

    def _genuine(self, request: Request, path: str) -> bool | Callable[[bytes], bool]:
        """What tells whether Twilio signed a body; the address is ours to know, not the request's to say."""
        settings = self.webhooks.settings
        signature = request.headers.get(SIGNATURE_HEADER)
        token = settings.twilio_auth_token
        if not signature or token is None:
            return False
        keys = settings.twilio_webhook_keys.get_secret_value().split(",") if settings.twilio_webhook_keys else ()
        query = bytes(request.scope["query_string"]).decode("latin-1")
        url = f"{settings.public_url}{path}{f'?{query}' if query else ''}"
        return lambda body: verify(
            url,
            body,
            signature,
            request.headers.get(SIGNATURE_SETTINGS_HEADER),
            token=token.get_secret_value(),
            keys=[key.strip() for key in keys],
        )

    def _show_typing(self, events: Events) -> None:
        if self.adapter is None or self.channel != WHATSAPP or not self.webhooks.settings.twilio_typing:
            return
        said = [event for event in events if isinstance(event, Inbound) and event.kind in SAID]
        if said:
            self.webhooks.start(_show_typing(self.adapter, said[0].message_id))


def _add(app: FastAPI, path: str, door: Callable[..., Any], answer: type[Response], described: dict[str, Any]) -> None:
    app.add_api_route(
        path,
        door,
        methods=["POST"],
        response_model=None,
        response_class=answer,
        responses=ANSWERS,
        openapi_extra=described,
    )


async def _show_typing(adapter: TwilioAdapter, message_id: str) -> None:
    try:
        await adapter.show_typing(message_id)
    except SendFailed as failure:
        structlog.get_logger().info("typing_not_shown", channel=adapter.channel, error=str(failure))
