"""The SMS gateway's way in: messages at one address, delivery reports at another, by GET or as a form."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from channels.sms.adapter import REPORT_PATH
from channels.sms.parse import CHANNEL, REFERENCE, SECRET, parse_message, parse_report, verify
from channels.webhooks import ANSWERS, Events, Webhooks, off
from runtime.sms_dialect import SmsDialect, sms_dialect

PATH: Final = "/webhooks/sms"
FORM: Final = "application/x-www-form-urlencoded"


class SmsIn:
    """An SMS gateway, as the gateway hears it."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks
        settings = webhooks.settings
        self._dialect = (
            sms_dialect(settings.sms_gateway, settings.sms_changes) if settings.sms_gateway != "off" else None
        )
        self._secret = settings.sms_secret.get_secret_value() if settings.sms_secret else ""
        self._networks = settings.sms_networks or ()

    def add_routes(self, app: FastAPI) -> None:
        """Both webhooks; switched off they say so."""
        if self._dialect is None:
            for path in (PATH, REPORT_PATH):
                off(app, path, "SMS by a gateway is not switched on here.")
            return
        self._add(app, PATH, "sms_message", self._endpoint(parse_message, self._dialect), _in(self._dialect))
        self._add(app, REPORT_PATH, "sms_report", self._endpoint(parse_report, self._dialect), _report(self._dialect))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing is kept open: the gateway calls us."""
        yield

    def _endpoint(self, parse: Callable[[bytes, SmsDialect], Events], dialect: SmsDialect) -> Callable[..., Any]:
        async def endpoint(request: Request) -> Response:
            query = request.scope["query_string"]
            peer = request.client.host if request.client else None
            genuine = verify(
                query,
                request.headers.get("authorization"),
                peer,
                secret=self._secret,
                networks=self._networks,
            )
            return await self._webhooks.receive(
                request,
                CHANNEL,
                genuine=genuine,
                read=lambda body: parse(query + b"&" + body, dialect),
                accepted=PlainTextResponse(dialect.acknowledgement),
            )

        return endpoint

    @staticmethod
    def _add(app: FastAPI, path: str, name: str, endpoint: Callable[..., Any], known: dict[str, str]) -> None:
        """The same address twice: gateways differ in whether they GET or POST, and so do their parameters' places."""
        texts: dict[str, Any] = {key: {"type": "string", "description": said} for key, said in known.items()}
        fields = [
            {"name": key, "in": "query", "required": False, "schema": {"type": "string"}, "description": said}
            for key, said in ({SECRET: "The shared secret, where one is set."} | known).items()
        ]
        form = {"content": {FORM: {"schema": {"type": "object", "properties": texts}}}, "required": False}
        for method, more in (("GET", {}), ("POST", {"requestBody": form})):
            app.add_api_route(
                path,
                endpoint,
                methods=[method],
                name=f"{name}_{method.lower()}",
                operation_id=f"{name}_{method.lower()}",
                response_model=None,
                response_class=PlainTextResponse,
                responses=ANSWERS,
                openapi_extra={"parameters": fields, **more},
            )


def _in(dialect: SmsDialect) -> dict[str, str]:
    """Parameter → what it says, of a received message."""
    named = {
        dialect.in_id: "The gateway's id of the message.",
        dialect.in_from: "The number of the person who writes.",
        dialect.in_to: "The short code or number written to.",
        dialect.in_text: f"The text ({dialect.in_text_form}).",
        dialect.in_coding: "How the text travelled.",
        dialect.in_charset: "The text's character set.",
        dialect.in_time: "When it was sent.",
    }
    return {name: said for name, said in named.items() if name}


def _report(dialect: SmsDialect) -> dict[str, str]:
    """Parameter → what it says, of a delivery report."""
    named = {
        REFERENCE: "Our own mark on the message.",
        dialect.report_id: "The gateway's id of the message.",
        dialect.report_status: "What became of it.",
        dialect.report_error: "The operator's word on a failure.",
        dialect.report_time: "When.",
    }
    return {name: said for name, said in named.items() if name}
