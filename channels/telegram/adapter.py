"""The only place that talks to Telegram's server: sends, answers taps, fetches updates, says where updates go.

Every failure is a `SendFailed`; neither it nor a log line ever contains the token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx
from pydantic import SecretStr
from telegram import Bot, BotCommand, WebhookInfo
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from channels.errors import ErrorCode, SendFailed
from channels.telegram.payloads import ALLOWED_UPDATES, COMMAND_LABELS, TelegramPayload
from channels.telegram.secrecy import TokenFilter
from i18n.catalog import Catalogs

TIMEOUT_S: Final = 10.0
"""Longest wait for an answer, seconds. Telegram answers in well under one."""
CONNECT_TIMEOUT_S: Final = 5.0
MOST_CONNECTIONS: Final = 64
TOLD_APART: Final = frozenset({200, 400, 401, 403, 404, 409})
"""HTTP statuses for which python-telegram-bot has an error of its own. All others it makes one `NetworkError` of."""
TOO_MANY_REQUESTS: Final = 429
UNSURE_STATUSES: Final = frozenset({502, 504})
"""A gateway of theirs got no answer from behind: the message may have been taken."""
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""The request did not leave."""
HARMLESS_WORDS: Final = re.compile(r"[A-Za-z_': ]{1,60}")
"""Telegram's descriptions of an error that quote nobody: letters alone, neither numbers nor quotation marks."""

COMMAND_LANGUAGES: Final = {None: "ary", "ar": "ar", "fr": "fr"}
"""Language of the app, None for all others → what its menu is written in. Telegram knows two-letter codes alone, and
Darija has none (channel facts 4.5)."""

T = TypeVar("T")


class _StatusError(NetworkError):
    """An answer whose status says what happened."""

    __slots__ = ("retry_after_s", "status")

    def __init__(self, status: int, retry_after_s: float | None) -> None:
        super().__init__(str(status))
        self.status = status
        self.retry_after_s = retry_after_s


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
        """Ask; raise `_StatusError` for a status that is not among `TOLD_APART`."""
        status, body = await super().do_request(
            url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
        )
        if status not in TOLD_APART:
            raise _StatusError(status, _retry_after_s(body))
        return status, body


def _retry_after_s(body: bytes) -> float | None:
    """How long Telegram asks to wait (https://core.telegram.org/bots/api#responseparameters)."""
    try:
        seconds = json.loads(body)["parameters"]["retry_after"]
    except (LookupError, TypeError, ValueError):
        return None
    return float(seconds) if isinstance(seconds, int) and seconds >= 0 else None


class TelegramAdapter:
    """A bot on Telegram's server; an async context manager, in which alone it can be used.

    Entering it opens nothing and asks nothing: a server that is away must not keep us from starting.

    Args:
        token: The bot's token.
        base_url: The server, without a slash at its end; another one in tests.
        timeout_s: Longest wait for an answer, seconds.
    """

    def __init__(self, token: SecretStr | str, base_url: str, timeout_s: float = TIMEOUT_S) -> None:
        plain = token.get_secret_value() if isinstance(token, SecretStr) else token
        self._timeout_s = timeout_s
        self._filter = TokenFilter(plain)
        self._filter.install()
        self._request = _Request(
            connection_pool_size=MOST_CONNECTIONS,
            read_timeout=timeout_s,
            write_timeout=timeout_s,
            connect_timeout=min(timeout_s, CONNECT_TIMEOUT_S),
            pool_timeout=timeout_s,
        )
        self._bot = Bot(plain, base_url=f"{base_url}/bot", request=self._request, get_updates_request=self._request)

    async def __aenter__(self) -> Self:
        self._filter.install()
        await self._request.initialize()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
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
            SendFailed: Telegram did not take it, or (`ambiguous`) did not say so.
        """
        del reference
        sent = await self._settled(self._bot.send_message(address, payload.text, reply_markup=payload.keyboard))
        return str(sent.message_id)

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

    async def set_commands(self, catalogs: Catalogs | None = None) -> None:
        """Have the app offer the bot's commands under its menu button, in the language the app is set to.

        Args:
            catalogs: Where the words stand; read now if not given.

        Raises:
            SendFailed: As `send`.
        """
        words = catalogs or Catalogs.load()
        for app_language, language in COMMAND_LANGUAGES.items():
            offered = [BotCommand(name, words.text(label, language)) for name, label in COMMAND_LABELS.items()]
            await self._settled(self._bot.set_my_commands(offered, language_code=app_language))

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
        except Exception as error:  # noqa: BLE001 - an answer of an unknown shape makes the library raise anything
            failure = failure_of(error)
        raise failure


def failure_of(error: Exception) -> SendFailed:
    """What an error of python-telegram-bot means for the message.

    The order matters: `BadRequest` and `TimedOut` are subclasses of `NetworkError`.
    """
    match error:
        case Forbidden():
            return SendFailed(ErrorCode.BLOCKED, provider_code=_code(403, error.message))
        case ChatMigrated():
            return SendFailed(ErrorCode.UNKNOWN_ADDRESS, provider_code="400 group migrated")
        case BadRequest():
            return SendFailed(_refusal(error.message.lower()), provider_code=_code(400, error.message))
        case InvalidToken():
            return SendFailed(ErrorCode.CONFIGURATION, provider_code="401")
        case Conflict():
            return SendFailed(ErrorCode.CONFIGURATION, provider_code=_code(409, error.message))
        case _StatusError(status=status):
            return SendFailed(
                _meaning(status),
                ambiguous=status in UNSURE_STATUSES,
                retry_after_s=error.retry_after_s,
                provider_code=str(status),
            )
        case NetworkError() if isinstance(error.__cause__, NOT_SENT):
            return SendFailed(ErrorCode.UNREACHABLE, provider_code=type(error.__cause__).__name__)
        case _:
            # No answer, half an answer, or one nobody can read: the message may be there.
            cause = error.__cause__ or error
            return SendFailed(ErrorCode.UNANSWERED, ambiguous=True, provider_code=type(cause).__name__)


def _meaning(status: int) -> ErrorCode:
    if status == TOO_MANY_REQUESTS:
        return ErrorCode.RATE_LIMITED
    client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return ErrorCode.REFUSED if client_error else ErrorCode.PROVIDER_TROUBLE


def _refusal(description: str) -> ErrorCode:
    """Telegram gives 400 for everything and tells by words what it means."""
    if "chat not found" in description or "user not found" in description or "peer_id_invalid" in description:
        return ErrorCode.UNKNOWN_ADDRESS
    if "query is too old" in description or "query id is invalid" in description:
        return ErrorCode.TOO_LATE
    return ErrorCode.REFUSED


def _code(status: int, description: str) -> str:
    words = description.strip()
    return f"{status} {words}" if HARMLESS_WORDS.fullmatch(words) else str(status)
