"""Fetches the files people sent, from Twilio and its own store alone, with the account's token only for Twilio itself.

Source: https://www.twilio.com/docs/messaging/api/media-resource and
https://support.twilio.com/hc/en-us/articles/223183748 (where a protected file is redirected to), read 2026-11-23.
"""

from __future__ import annotations

from typing import Final

import httpx

from channels.errors import ErrorCode, SendFailed
from channels.fetching import Fetched
from channels.twilio.client import TwilioClient, answered
from channels.twilio.errors import meaning_of

OWN_HOSTS: Final = ".twilio.com"
STORE_HOSTS: Final = ".twiliocdn.com"
"""Where Twilio redirects to when an account protects its media, as ours must; the open store of accounts that do not is
shared with the whole world and is not asked."""
MOST_REDIRECTS: Final = 3
GONE: Final = frozenset({404, 410})


def is_own(url: httpx.URL, base_url: str) -> bool:
    """Whether an address is Twilio's API, which may see the token."""
    if (url.scheme, url.netloc) == (httpx.URL(base_url).scheme, httpx.URL(base_url).netloc):
        return True
    return url.scheme == "https" and url.port is None and url.host.endswith(OWN_HOSTS) and not url.userinfo


def is_store(url: httpx.URL) -> bool:
    """Whether an address is the store of Twilio's files."""
    return url.scheme == "https" and url.port is None and url.host.endswith(STORE_HOSTS) and not url.userinfo


async def fetch(client: TwilioClient, ref: str, most_bytes: int) -> Fetched:
    """Fetch a file.

    Args:
        client: Twilio.
        ref: Its link, as a webhook or the API gave it.
        most_bytes: Reading stops as soon as there is more, whatever was announced.

    Raises:
        SendFailed: `FILE_REFUSED` where it is larger, gone, or leads to another host; or as `TwilioClient.get`.
    """
    try:
        url = httpx.URL(ref)
    except httpx.InvalidURL:
        raise SendFailed(ErrorCode.FILE_REFUSED, provider_code="no address") from None
    for hop in range(MOST_REDIRECTS + 1):
        own = is_own(url, client.base_url)
        if not own and not (hop and is_store(url)):
            raise SendFailed(ErrorCode.FILE_REFUSED, provider_code="another host")
        request = client.http.build_request("GET", url, headers={"accept-encoding": "identity"})
        response = await answered(client.http.send(request, auth=client.auth if own else None, stream=True))
        try:
            if response.next_request is None:
                return Fetched(await _content(response, most_bytes), response.headers.get("content-type"))
            url = response.next_request.url
        finally:
            await response.aclose()
    raise SendFailed(ErrorCode.FILE_REFUSED, provider_code="too many redirects")


async def _content(response: httpx.Response, most_bytes: int) -> bytes:
    status = response.status_code
    if not response.is_success:
        code = ErrorCode.FILE_REFUSED if status in GONE else meaning_of(None, status)
        raise SendFailed(code, provider_code=f"HTTP {status}")
    content = bytearray()
    try:
        async for piece in response.aiter_raw():  # as sent: nothing can swell while it is unpacked
            content += piece
            if len(content) > most_bytes:
                break
        else:
            return bytes(content)
        failure = SendFailed(ErrorCode.FILE_REFUSED, provider_code="too large")
    except httpx.RequestError as error:
        failure = SendFailed(ErrorCode.UNREACHABLE, provider_code=type(error).__name__)
    raise failure
