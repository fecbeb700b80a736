"""The SMS gateway's way in: messages at one address, delivery reports at another, by GET or as a form."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from channels.sms.adapter import REPORT_PATH
from channels.sms.parse import CHANNEL, REFERENCE, SECRET, parse_message, parse_report, verify
from channels.webhooks import ANSWERS, Events, Webhooks, object_of, off
from runtime.sms_dialect import SmsDialect, sms_dialect

PATH: Final = "/webhooks/sms"
FORM: Final = "application/x-www-form-urlencoded"
ID: Final = "[!-~]{1,128}"
NUMBER: Final = r"(\+?212|0)[67][0-9]{8}|\+?[1-9][0-9]{7,14}"
"""A mobile number of Morocco, or any other."""
TIME: Final = "[0-9]{10}"
FORMS: Final = {"plain": None, "hex": "([0-9a-fA-F]{2})*", "base64": "[A-Za-z0-9+/]*={0,2}"}
"""How a text's octets may be written → what that looks like."""


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
    def _add(app: FastAPI, path: str, name: str, endpoint: Callable[..., Any], known: dict[str, Any]) -> None:
        """The same address twice: gateways differ in whether they GET or POST, and so do their parameters' places."""
        form = {"content": {FORM: {"schema": known}}, "required": True}
        secret = {SECRET: {"type": "string", "description": "The shared secret, where one is set."}}

        def in_query(*required: str) -> list[dict[str, Any]]:
            return [
                {"name": key, "in": "query", "required": key in required, "schema": schema}
                for key, schema in (secret | known["properties"]).items()
            ]

        get, post = {"parameters": in_query(*known["required"])}, {"parameters": in_query(), "requestBody": form}
        for method, more in (("GET", get), ("POST", post)):
            app.add_api_route(
                path,
                endpoint,
                methods=[method],
                name=f"{name}_{method.lower()}",
                operation_id=f"{name}_{method.lower()}",
                response_model=None,
                response_class=PlainTextResponse,
                responses=ANSWERS,
                openapi_extra=more,
            )


def _in(dialect: SmsDialect) -> dict[str, Any]:
    """The parameters of a received message."""
    required: dict[str | None, Any] = {
        dialect.in_from: _text("The number of the person who writes.", NUMBER),
        dialect.in_text: _text(f"The text ({dialect.in_text_form}).", FORMS[dialect.in_text_form]),
        dialect.in_id: _text("The gateway's id of the message.", ID),
    }
    optional = {
        dialect.in_to: _text("The short code or number written to."),
        dialect.in_coding: _text("How the text travelled."),
        dialect.in_charset: _text("The text's character set."),
        dialect.in_time: _text("When it was sent, seconds since 1970.", TIME),
    }
    return _known(required, optional)


def _report(dialect: SmsDialect) -> dict[str, Any]:
    """The parameters of a delivery report."""
    states = "|".join(re.escape(state).replace(r"\*", ".*") for state in dialect.states)
    required: dict[str | None, Any] = {
        dialect.report_id or REFERENCE: _text("The message.", ID),
        dialect.report_status: _text("What became of it.", states),
    }
    optional = {
        REFERENCE: _text("Our own mark on the message."),
        dialect.report_error: _text("The operator's word on a failure."),
        dialect.report_time: _text("When, seconds since 1970.", TIME),
    }
    return _known(required, optional)


def _text(said: str, pattern: str | None = None) -> dict[str, Any]:
    return {"type": "string", "description": said} | ({"pattern": f"^({pattern})$"} if pattern else {})


def _known(required: Mapping[Any, Any], optional: Mapping[Any, Any]) -> dict[str, Any]:
    """Those that this gateway has."""
    return object_of(
        {name: schema for name, schema in required.items() if name},
        {name: schema for name, schema in optional.items() if name and name not in required},
    )
