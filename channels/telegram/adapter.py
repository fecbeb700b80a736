"""The only place that talks to Telegram's server: sends, answers taps, fetches updates, says where updates go.

Every failure is a `SendFailed`; neither it nor a log line ever contains the token.
"""

from __future__ import annotations

from collections.abc import Awaitable
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from pydantic import SecretStr
from telegram import Bot, BotCommand, WebhookInfo
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from channels.errors import ErrorCode, SendFailed
from channels.telegram.errors import TOLD_APART, StatusError, failure_of, retry_after_s
from channels.telegram.payloads import ALLOWED_UPDATES, COMMAND_LABELS, TelegramPayload
from channels.telegram.secrecy import TokenFilter
from i18n.catalog import Catalogs

TIMEOUT_S: Final = 10.0
"""Longest wait for an answer, seconds. Telegram answers in well under one."""
CONNECT_TIMEOUT_S: Final = 5.0
MOST_CONNECTIONS: Final = 64
COMMAND_LANGUAGES: Final = {None: "ary", "ar": "ar", "fr": "fr"}
"""Language of the app, None for all others → what its menu is written in. Telegram knows two-letter codes alone, and
Darija has none (channel facts 4.5)."""

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
