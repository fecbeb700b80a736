"""Calls Twilio's API: the one place where a request to it is made, and where its failures get their meaning."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from types import TracebackType
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from channels.errors import ErrorCode, SendFailed
from channels.twilio.errors import meaning_of

TIMEOUT_S: Final = 10.0
"""Longest wait for an answer, seconds."""
CONNECT_TIMEOUT_S: Final = 5.0
MOST_CONNECTIONS: Final = 32
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""The request did not leave."""
UNSURE_STATUSES: Final = frozenset({502, 504})
"""A gateway of theirs got no answer from behind: the message may have been taken."""
LONGEST_RETRY_AFTER_S: Final = 3600.0

Product = Literal["api", "content", "messaging"]
"""Twilio's APIs, each with a host of its own: api.twilio.com, content.twilio.com …"""


class TwilioClient:
    """Twilio's API with one account; an async context manager, in which alone it can be used.

    Args:
        account_sid: The account.
        token: Its auth token.
        base_url: Where the first of the APIs is, without a slash at its end; the others are at the same place with
            another first word, or, for a server of tests, at the very same.
        timeout_s: Longest wait for an answer, seconds.
    """

    def __init__(self, account_sid: str, token: SecretStr, base_url: str, timeout_s: float = TIMEOUT_S) -> None:
        self.account_sid = account_sid
        self.account_path = f"/2010-04-01/Accounts/{account_sid}"
        self.base_url = base_url
        self.auth = httpx.BasicAuth(account_sid, token.get_secret_value())
        self.http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
        )

    async def __aenter__(self) -> Self:
        await self.http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.__aexit__(kind, error, trace)

    def url(self, path: str, product: Product = "api") -> str:
        """The address of something in one of the APIs."""
        scheme, host = self.base_url.split("://", 1)
        own_host = host.removeprefix("api.")
        return f"{scheme}://{host if own_host == host else f'{product}.{own_host}'}{path}"

    async def get(self, path: str, product: Product = "api", params: Mapping[str, str] | None = None) -> Any:
        """Read something.

        Raises:
            SendFailed: There is no answer, or not the one asked for.
        """
        return await self._asked(self.http.get(self.url(path, product), params=params, auth=self.auth))

    async def post(
        self,
        path: str,
        product: Product = "api",
        *,
        form: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> Any:
        """Make something, from a form or from JSON.

        Raises:
            SendFailed: Twilio did not do it, or (`ambiguous`) did not say so.
        """
        return await self._asked(self.http.post(self.url(path, product), data=form, json=json, auth=self.auth))

    async def delete(self, path: str) -> None:
        """Take something away; what is gone already is gone.

        Raises:
            SendFailed: As `post`.
        """
        response = await answered(self.http.delete(self.url(path), auth=self.auth))
        if not response.is_success and response.status_code != httpx.codes.NOT_FOUND:
            raise failure_of(response)

    async def _asked(self, call: Awaitable[httpx.Response]) -> Any:
        response = await answered(call)
        if not response.is_success:
            raise failure_of(response)
        body = _json_of(response)
        if not isinstance(body, dict):  # it was done, and we do not know what it is called
            raise SendFailed(ErrorCode.UNANSWERED, ambiguous=True, provider_code="no JSON")
        return body


async def answered(call: Awaitable[httpx.Response]) -> httpx.Response:
    """The answer to a request, whatever it says.

    Raises:
        SendFailed: There is none. Raised outside the handler: the library's error holds the request with its token.
    """
    try:
        return await call
    except httpx.RequestError as error:
        left = not isinstance(error, NOT_SENT)
        code = ErrorCode.UNANSWERED if left else ErrorCode.UNREACHABLE
        failure = SendFailed(code, ambiguous=left, provider_code=type(error).__name__)
    raise failure


def failure_of(response: httpx.Response) -> SendFailed:
    """What an answer that is no success means for the message; Twilio's sentences quote numbers and stay out."""
    status = response.status_code
    body = _json_of(response)
    code = body.get("code") if isinstance(body, dict) else None
    known = isinstance(code, int) and not isinstance(code, bool)
    return SendFailed(
        meaning_of(code if known else None, status),
        ambiguous=status in UNSURE_STATUSES,
        retry_after_s=_retry_after_s(response),
        provider_code=str(code) if known else f"HTTP {status}",
    )


def path_of(link: str) -> str:
    """Path and query of a link to a next page: where it leads, the API it came from is asked."""
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def _json_of(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _retry_after_s(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    return min(float(value), LONGEST_RETRY_AFTER_S) if value.isdecimal() and value.isascii() else None
