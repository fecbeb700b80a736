"""The only place that talks to Telegram's server: sends, answers taps, fetches updates and files, sets the webhook.

Every failure is a `SendFailed`; neither it nor a log line ever contains the token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import SecretStr
from telegram import Bot, BotCommand, InputFile, Message, WebhookInfo
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from channels.errors import ErrorCode, SendFailed
from channels.fetching import Fetched
from channels.telegram.errors import TOLD_APART, TOO_MANY_REQUESTS, StatusError, failure_of, retry_after_s
from channels.telegram.payloads import ABOUT, ALLOWED_UPDATES, COMMAND_LABELS, DESCRIPTION, TelegramPayload
from channels.telegram.secrecy import TokenFilter
from conversation import AttachmentKind, OutboundFile
from i18n.catalog import Catalogs
from storage.files import Files

TIMEOUT_S: Final = 10.0
"""Longest wait for an answer, seconds. Telegram answers in well under one."""
FILE_TIMEOUT_S: Final = 60.0
"""Longest wait while a file goes up, or for the next part of one that comes down, seconds."""
CONNECT_TIMEOUT_S: Final = 5.0
MOST_CONNECTIONS: Final = 64
COMMAND_LANGUAGES: Final = {None: "ary", "ar": "ar", "fr": "fr"}
"""Language of the app, None for all others → what its menu is written in. Telegram knows two-letter codes alone, and
Darija has none (channel facts 4.5)."""

SHOWN_AS: Final = {
    AttachmentKind.PHOTO: "photo",
    AttachmentKind.VOICE: "voice",
    AttachmentKind.AUDIO: "audio",
    AttachmentKind.VIDEO: "video",
}
"""How a file is sent that the app shows itself; others go as documents."""

T = TypeVar("T")


class _Request(HTTPXRequest):
    """Keeps the status of answers that the library does not tell apart."""

    async def do_request(  # noqa: PLR0917 - the shape the library calls
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Ask; raise `StatusError` for a status that is not among `TOLD_APART`."""
        status, body = await super().do_request(
            url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
        )
        if status not in TOLD_APART:
            raise StatusError(status, retry_after_s(body))
        return status, body


class TelegramAdapter:
    """A bot on Telegram's server; an async context manager, in which alone it can be used.

    Entering it opens nothing and asks nothing: a server that is away must not keep us from starting.

    Args:
        token: The bot's token.
        base_url: The server, without a slash at its end; another one in tests.
        timeout_s: Longest wait for an answer, seconds.
        files: Where the files are that go with answers; without it none can be sent.
    """

    def __init__(
        self, token: SecretStr | str, base_url: str, timeout_s: float = TIMEOUT_S, files: Files | None = None
    ) -> None:
        plain = token.get_secret_value() if isinstance(token, SecretStr) else token
        self._timeout_s = timeout_s
        self._files = files
        self._files_url = f"{base_url}/file/bot{plain}"
        # No redirects: what a person sent is fetched from Telegram's server and from nowhere else.
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(FILE_TIMEOUT_S, connect=CONNECT_TIMEOUT_S), follow_redirects=False
        )
        self._filter = TokenFilter(plain)
        self._filter.install()
        self._request = _Request(
            connection_pool_size=MOST_CONNECTIONS,
            read_timeout=timeout_s,
            write_timeout=timeout_s,
            connect_timeout=min(timeout_s, CONNECT_TIMEOUT_S),
            pool_timeout=timeout_s,
            media_write_timeout=FILE_TIMEOUT_S,
        )
        self._bot = Bot(plain, base_url=f"{base_url}/bot", request=self._request, get_updates_request=self._request)

    async def __aenter__(self) -> Self:
        self._filter.install()
        await self._request.initialize()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._http.aclose()
        await self._request.shutdown()
        self._filter.remove()

    async def send(self, address: str, payload: TelegramPayload, *, reference: str = "") -> str:
        """Send one message.

        Args:
            address: The chat's id.
            payload: What `render` made.
            reference: Not used: Telegram gives nothing back.

        Returns:
            The message's id in that chat.

        Raises:
            SendFailed: Telegram did not take it, or (`ambiguous`) did not say so; `FILE_REFUSED` where the words alone
                may pass.
        """
        del reference
        if payload.file is None:
            sent = await self._settled(self._bot.send_message(address, payload.text, reply_markup=payload.keyboard))
        else:
            sent = await self._send_file(address, payload, payload.file)
        return str(sent.message_id)

    async def _send_file(self, address: str, payload: TelegramPayload, file: OutboundFile) -> Message:
        what = SHOWN_AS.get(file.kind, "document")
        send = getattr(self._bot, f"send_{what}")
        try:
            sent: Message = await self._settled(
                send(
                    address,
                    InputFile(await self._content(file), filename=file.name),
                    caption=payload.text or None,
                    reply_markup=payload.keyboard,
                    read_timeout=FILE_TIMEOUT_S,
                )
            )
        except SendFailed as failed:
            if failed.provider_code != str(HTTPStatus.REQUEST_ENTITY_TOO_LARGE.value):
                raise
        else:
            return sent
        raise SendFailed(ErrorCode.FILE_REFUSED, provider_code="413")

    async def _content(self, file: OutboundFile) -> bytes:
        try:
            if self._files is not None:
                return await asyncio.to_thread(self._files.read, file.key)
        except (OSError, ValueError):
            pass  # told below, without the path
        raise SendFailed(ErrorCode.FILE_REFUSED, provider_code="no such file here")

    async def fetch(self, ref: str, most_bytes: int) -> Fetched:
        """Fetch a file somebody sent.

        Telegram gives files of up to 20 MB, by a link that lives an hour and contains the token: it is asked for anew
        each time and stays in here (https://core.telegram.org/bots/api#getfile).

        Args:
            ref: The file's `file_id`.
            most_bytes: Larger ones are refused; reading stops there.

        Raises:
            SendFailed: `FILE_REFUSED` where it is too large for Telegram or for us; or as `send`.
        """
        # Small letters: as for getupdates.
        told = await self._settled(self._bot.do_api_request("getfile", api_kwargs={"file_id": ref}))
        path = told.get("file_path") if isinstance(told, dict) else None
        if not isinstance(path, str) or not all(part.strip(".") for part in path.split("/")):
            raise SendFailed(ErrorCode.PROVIDER_TROUBLE, provider_code="no path to the file")
        return Fetched(await self._settled(self._download(path, most_bytes)))

    async def _download(self, path: str, most_bytes: int) -> bytes:
        headers = {"accept-encoding": "identity"}  # what is read is what is counted
        content = bytearray()
        async with self._http.stream("GET", f"{self._files_url}/{quote(path)}", headers=headers) as answer:
            if answer.status_code != HTTPStatus.OK:
                code = ErrorCode.RATE_LIMITED if answer.status_code == TOO_MANY_REQUESTS else ErrorCode.PROVIDER_TROUBLE
                raise SendFailed(code, provider_code=f"file {answer.status_code}")
            async for part in answer.aiter_raw():
                content += part
                if len(content) > most_bytes:
                    raise SendFailed(ErrorCode.FILE_REFUSED, provider_code="file too large")
        return bytes(content)

    async def answer_callback(self, callback_id: str) -> None:
        """Stop a tapped button from spinning.

        Raises:
            SendFailed: `TOO_LATE` where the tap is older than Telegram remembers; or as `send`.
        """
        await self._settled(self._bot.answer_callback_query(callback_id))

    async def get_updates(self, offset: int | None, timeout_s: int) -> list[dict[str, Any]]:
        """Fetch updates by long polling, as Telegram wrote them: one that cannot be read must not hide the others.

        Args:
            offset: Updates below are confirmed and forgotten by Telegram.
            timeout_s: How long Telegram may hold the request while there is nothing, seconds.

        Raises:
            SendFailed: `CONFIGURATION` where a webhook is set or another process polls; or as `send`.
        """
        wanted = {"timeout": timeout_s, "allowed_updates": list(ALLOWED_UPDATES)}
        # Small letters: for a method it knows, `do_api_request` would warn and point to the one that hides the JSON.
        # Telegram's method names are case-insensitive (https://core.telegram.org/bots/api#making-requests).
        found = await self._settled(
            self._bot.do_api_request(
                "getupdates",
                api_kwargs=wanted if offset is None else {**wanted, "offset": offset},
                read_timeout=self._timeout_s + timeout_s,
            )
        )
        if not isinstance(found, list) or not all(
            isinstance(update, dict) and "update_id" in update for update in found
        ):
            raise SendFailed(ErrorCode.PROVIDER_TROUBLE, provider_code="not a list of updates")
        return found

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have Telegram call an address with each update.

        Args:
            url: Public, https, on port 443, 80, 88 or 8443.
            secret: 1 to 256 characters `A-Za-z0-9_-`; comes back in `SECRET_HEADER`.

        Raises:
            SendFailed: As `send`.
        """
        await self._settled(self._bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES))

    async def delete_webhook(self) -> None:
        """Have Telegram keep updates until they are fetched.

        Raises:
            SendFailed: As `send`.
        """
        await self._settled(self._bot.delete_webhook())

    async def webhook_info(self) -> WebhookInfo:
        """Which address Telegram calls, how many updates wait there, what went wrong last.

        Raises:
            SendFailed: As `send`.
        """
        return await self._settled(self._bot.get_webhook_info())

    async def introduce(self, catalogs: Catalogs | None = None) -> None:
        """Have the app say what the bot is, and offer its commands, in the language the app is set to.

        Args:
            catalogs: Where the words stand; read now if not given.

        Raises:
            SendFailed: As `send`.
        """
        words = catalogs or Catalogs.load()
        for app_language, language in COMMAND_LANGUAGES.items():
            offered = [BotCommand(name, words.text(label, language)) for name, label in COMMAND_LABELS.items()]
            await self._settled(self._bot.set_my_commands(offered, language_code=app_language))
            about, description = words.text(ABOUT, language), words.text(DESCRIPTION, language)
            await self._settled(self._bot.set_my_short_description(about, language_code=app_language))
            await self._settled(self._bot.set_my_description(description, language_code=app_language))

    async def username(self) -> str:
        """The bot's own name without "@": shows that token and server work.

        Raises:
            SendFailed: As `send`.
        """
        return str((await self._settled(self._bot.get_me())).username)

    async def _settled(self, call: Awaitable[T]) -> T:
        """What a call gives, or its failure; raised outside the handler, so that no library error hangs on it."""
        try:
            return await call
        except SendFailed as told:
            failure = told
        except Exception as error:  # noqa: BLE001 - an answer of an unknown shape makes the library raise anything
            failure = failure_of(error)
        raise failure
