"""The only place that talks to Meta's Cloud API: sends, uploads and fetches files, marks messages as read.

Every failure is a `SendFailed`; neither it nor a log line ever contains the token, an address or what was said.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit

import httpx
from pydantic import SecretStr

from channels.errors import ErrorCode, SendFailed
from channels.fetching import Fetched
from channels.whatsapp.errors import THIS_PERSON_ALONE, known, meaning_of_status
from channels.whatsapp.payloads import MEDIA_TYPES, FilePayload, WhatsAppPayload, request_body
from channels.whatsapp.reading import digest, objects, optional_id, part, text, word
from conversation import OutboundFile

TIMEOUT_S: Final = 15.0
"""Longest wait for an answer, seconds; a file has just as long between two pieces of it."""
CONNECT_TIMEOUT_S: Final = 5.0
MOST_CONNECTIONS: Final = 64
UNSURE_STATUSES: Final = frozenset({502, 504})
"""A gateway of theirs got no answer from behind: the message may have been taken."""
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""The request did not leave."""
MEDIA_HOST: Final = "lookaside.fbsbx.com"
"""Where Meta keeps what people send; our token goes there and to the API, and nowhere else."""
UPLOAD_MAX_BYTES: Final = {
    "image": 5_000_000,
    "video": 16_000_000,
    "audio": 16_000_000,
    "document": 100_000_000,
    "sticker": 500_000,
}
"""Largest file of each kind (channel facts 1, source [19])."""


class WhatsAppAdapter:
    """One telephone number on Meta's Cloud API; an async context manager, in which alone it can be used.

    Entering it opens nothing and asks nothing: a server that is away must not keep us from starting.

    Args:
        token: The system user's access token.
        number: Id of the telephone number.
        base_url: The Graph API with its version, without a slash at its end; another one in tests.
        files: Gives the bytes of a file by its key (`storage.files.Files.read`); without it none can be sent.
        timeout_s: Longest wait for an answer, seconds.
    """

    def __init__(
        self,
        token: SecretStr,
        number: str,
        base_url: str,
        files: Callable[[str], bytes] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._number = number
        self._files = files
        ours = urlsplit(base_url)
        self._hosts = frozenset({(ours.scheme, ours.netloc), ("https", MEDIA_HOST)})
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"authorization": f"Bearer {token.get_secret_value()}"},
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def send(self, address: str, payload: WhatsAppPayload, *, reference: str = "") -> str:
        """Send one message.

        Args:
            address: The person's WhatsApp id or business-scoped id.
            payload: What `render` or `render_template` made; a file is uploaded first.
            reference: Our mark, which comes back with every status of it.

        Returns:
            The message's id.

        Raises:
            SendFailed: Meta did not take it, or (`ambiguous`) did not say so.
        """
        message = payload.uploaded(await self._upload(payload.file)) if isinstance(payload, FilePayload) else payload
        answer = await self._ask("POST", f"/{self._number}/messages", json=request_body(message, address, reference))
        sent = objects(answer.get("messages"))
        message_id = optional_id(sent[0].get("id")) if sent else ""
        if not message_id:
            raise SendFailed(ErrorCode.UNANSWERED, ambiguous=True, provider_code="no id")
        return message_id

    async def mark_read(self, message_id: str, *, typing: bool) -> None:
        """Show a person's message as read, and with `typing` that an answer is being written: 25 s, or until it comes.

        Earlier messages of the talk are shown as read with it.

        Raises:
            SendFailed: As `send`.
        """
        body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        await self._ask("POST", f"/{self._number}/messages", json=body)

    async def fetch(self, ref: str, most_bytes: int) -> Fetched:
        """Fetch a file a person sent; Meta keeps it for seven days.

        Args:
            ref: `Attachment.provider_ref`.
            most_bytes: Largest file to take.

        Raises:
            SendFailed: `FILE_REFUSED` where it is gone or too large, `PROVIDER_TROUBLE` where it is not the file that
                was announced or lies with a stranger; or as `send`, never ambiguous.
        """
        told = await self._ask(
            "GET", f"/{quote(ref, safe='')}", params={"phone_number_id": self._number}, missing_file=True
        )
        url = text(told.get("url"))
        size = told.get("file_size")
        if isinstance(size, int) and size > most_bytes:
            raise SendFailed(ErrorCode.FILE_REFUSED, provider_code="too large")
        if not self._is_theirs(url):
            raise SendFailed(ErrorCode.PROVIDER_TROUBLE, provider_code="another host")
        content, mime_type = await self._download(url, most_bytes)
        stated = digest(told.get("sha256"))
        if stated and stated != hashlib.sha256(content).hexdigest():
            raise SendFailed(ErrorCode.PROVIDER_TROUBLE, provider_code="another file")
        return Fetched(content, text(told.get("mime_type")) or mime_type)

    def _is_theirs(self, url: str) -> bool:
        """Whether an address is the API's own or the media host's: our token goes with the request."""
        parts = urlsplit(url)
        return (parts.scheme, parts.netloc) in self._hosts

    async def _download(self, url: str, most_bytes: int) -> tuple[bytes, str]:
        content = bytearray()
        try:
            async with self._http.stream("GET", url) as response:
                if response.status_code != HTTPStatus.OK:
                    raise _refusal(response.status_code, {}, missing_file=True)
                async for piece in response.aiter_bytes():
                    content += piece
                    if len(content) > most_bytes:
                        raise SendFailed(ErrorCode.FILE_REFUSED, provider_code="too large")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SendFailed(ErrorCode.UNREACHABLE, provider_code=type(error).__name__) from None
        return bytes(content), response.headers.get("content-type", "")

    async def _upload(self, file: OutboundFile) -> str:
        try:
            content = b"" if self._files is None else await asyncio.to_thread(self._files, file.key)
        except (LookupError, OSError, ValueError):
            content = b""
        if not 0 < len(content) <= UPLOAD_MAX_BYTES[MEDIA_TYPES[file.kind]]:
            raise SendFailed(ErrorCode.FILE_REFUSED, provider_code="no such file, or too large")
        answer = await self._ask(
            "POST",
            f"/{self._number}/media",
            data={"messaging_product": "whatsapp", "type": file.mime_type},
            files={"file": (file.name, content, file.mime_type)},
            harmless=True,
        )
        media_id = optional_id(answer.get("id"))
        if not media_id:
            raise SendFailed(ErrorCode.PROVIDER_TROUBLE, provider_code="no id")
        return media_id

    async def _ask(
        self, method: str, path: str, *, harmless: bool = False, missing_file: bool = False, **more: Any
    ) -> dict[str, Any]:
        """One request and its JSON; every failure a `SendFailed`, raised where no error of the library hangs on it.

        Args:
            method: HTTP method.
            path: Below the base address.
            harmless: Nobody sees what the request does: it may be repeated without harm.
            missing_file: What is not found is a file.
            more: As httpx takes them.
        """
        harmless = harmless or method == "GET"
        answered: httpx.Response | SendFailed
        try:
            answered = await self._http.request(method, path, **more)
        except NOT_SENT as error:
            answered = SendFailed(ErrorCode.UNREACHABLE, provider_code=type(error).__name__)
        except httpx.HTTPError as error:
            code = ErrorCode.UNREACHABLE if harmless else ErrorCode.UNANSWERED
            answered = SendFailed(code, ambiguous=not harmless, provider_code=type(error).__name__)
        if isinstance(answered, SendFailed):
            raise answered
        answer = _object(answered)
        if answered.is_success:
            return answer
        refused = _refusal(answered.status_code, answer, missing_file=missing_file)
        refused.ambiguous = refused.ambiguous and not harmless
        refused.retry_after_s = _seconds(answered.headers.get("retry-after"))
        raise refused


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        return part(response.json())
    except ValueError:  # a page instead of JSON
        return {}


def _refusal(status: int, answer: dict[str, Any], *, missing_file: bool = False) -> SendFailed:
    """What an answer that is not 200 means; `code` before the HTTP status."""
    code = word(part(answer.get("error")).get("code"))
    told = known(code)
    found = told or meaning_of_status(status)
    if missing_file and found is ErrorCode.REFUSED:
        found = ErrorCode.FILE_REFUSED
    return SendFailed(
        found,
        ambiguous=told is None and status in UNSURE_STATUSES,
        everyone=found is ErrorCode.RATE_LIMITED and code not in THIS_PERSON_ALONE,
        provider_code=f"{status} {code}".strip(),
    )


def _seconds(value: str | None) -> float | None:
    return float(value) if value is not None and value.isascii() and value.isdecimal() else None
