"""The only place that talks to the SMS gateway: one request for each message.

Every failure is a `SendFailed`; neither it nor a log line ever contains the account, the secret, a number or the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from channels.errors import ErrorCode, SendFailed
from channels.sms.errors import failure_of
from channels.sms.parse import REFERENCE, SECRET
from channels.sms.render import SmsPayload
from channels.sms.segments import SmsEncoding
from runtime.settings import Settings
from runtime.sms_dialect import SmsDialect, sms_dialect

TIMEOUT_S: Final = 10.0
"""Longest wait for an answer, seconds. Kannel answers when its bearerbox has the message, Jasmin when its queue has."""
CONNECT_TIMEOUT_S: Final = 5.0
MOST_CONNECTIONS: Final = 32
REPORT_PATH: Final = "/webhooks/sms/report"
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""The request did not leave."""


class SmsAdapter:
    """Our account at an SMS gateway; an async context manager, in which alone it can be used.

    Entering it opens nothing and asks nothing: a gateway that is away must not keep us from starting.

    Args:
        dialect: How the gateway wants to be spoken to.
        url: Where it takes messages.
        callback_url: Our own address, as the gateway reaches it, without a slash at its end.
        sender: The short code or number that people write to.
        user: The account's name; nothing where the dialect has none.
        password: The account's password; nothing where the dialect has none.
        secret: What the gateway's requests to us must carry; nothing where its address is enough.
        timeout_s: Longest wait for an answer, seconds.
    """

    def __init__(
        self,
        dialect: SmsDialect,
        *,
        url: str,
        callback_url: str,
        sender: str,
        user: str | None = None,
        password: SecretStr | None = None,
        secret: SecretStr | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._dialect = dialect
        self._url = url
        self._callback_url = callback_url
        self._secret = secret.get_secret_value() if secret else ""
        self._accepted = re.compile(dialect.accepted)
        self._always = dict(dialect.out_always)
        self._always[dialect.out_sender] = sender
        if dialect.out_username and user is not None:
            self._always[dialect.out_username] = user
        if dialect.out_password and password is not None:
            self._always[dialect.out_password] = password.get_secret_value()
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
        )

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The account that the settings describe, whole as they check."""
        return cls(
            sms_dialect(settings.sms_gateway, settings.sms_changes),
            url=settings.sms_url or "",
            callback_url=settings.sms_callback_url or settings.public_url or "",
            sender=settings.sms_sender or "",
            user=settings.sms_user,
            password=settings.sms_password,
            secret=settings.sms_secret,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def send(self, address: str, payload: SmsPayload, *, reference: str) -> str:
        """Hand over one SMS.

        Args:
            address: The person's number, E.164.
            payload: What `render` made; the gateway parts it into segments.
            reference: Our own mark; comes back in the address of each report.

        Returns:
            The gateway's id of the message; where it gives none, the reference.

        Raises:
            SendFailed: The gateway did not take it, or (`ambiguous`) did not say so.
        """
        answer = await self._ask(self._parameters(address, payload, reference))
        found = self._accepted.search(answer.text) if answer.is_success else None
        if found is None:
            raise failure_of(answer.status_code, answer.text, answer.headers.get("retry-after"))
        return found[1] if self._accepted.groups else reference

    def _parameters(self, address: str, payload: SmsPayload, reference: str) -> dict[str, str]:
        dialect = self._dialect
        plain = payload.size.encoding is SmsEncoding.GSM_7
        parameters = dict(self._always)
        parameters[dialect.out_to] = address if dialect.plus else address.removeprefix("+")
        parameters[dialect.out_coding] = dialect.gsm_7 if plain else dialect.ucs_2
        if dialect.out_ucs_2_hex is None or plain:
            parameters[dialect.out_text] = payload.text
        else:
            parameters[dialect.out_ucs_2_hex] = payload.text.encode("utf-16-be").hex()
        if dialect.out_report_url:
            parameters[dialect.out_report_url] = self._report_url(reference)
        return parameters

    def _report_url(self, reference: str) -> str:
        ours = {REFERENCE: reference} | ({SECRET: self._secret} if self._secret else {})
        # What follows is a pattern for the gateway (`status=%d`), and must not be escaped.
        parts = [urlencode(ours), self._dialect.report_query]
        return f"{self._callback_url}{REPORT_PATH}?{'&'.join(part for part in parts if part)}"

    async def _ask(self, parameters: Mapping[str, str]) -> httpx.Response:
        """One request; a failure is raised outside the handler, so that no error with the address hangs on it."""
        given = {"params": parameters} if self._dialect.method == "GET" else {"data": parameters}
        try:
            return await self._client.request(self._dialect.method, self._url, **given)  # type: ignore[arg-type] # one of the two
        except NOT_SENT as error:
            failure = SendFailed(ErrorCode.UNREACHABLE, provider_code=type(error).__name__)
        except httpx.HTTPError as error:
            failure = SendFailed(ErrorCode.UNANSWERED, ambiguous=True, provider_code=type(error).__name__)
        raise failure
