"""What an answer of Telegram's server that is no success means for a message.

Telegram gives a status and a sentence; its documentation has no list of the sentences
(https://core.telegram.org/bots/api#making-requests), so only those that change what we do are read.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Final

import httpx
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError

from channels.errors import ErrorCode, SendFailed

TOLD_APART: Final = frozenset({200, 400, 401, 403, 404, 409})
"""HTTP statuses for which python-telegram-bot has an error of its own. All others it makes one `NetworkError` of."""
TOO_MANY_REQUESTS: Final = 429
UNSURE_STATUSES: Final = frozenset({502, 504})
"""A gateway of theirs got no answer from behind: the message may have been taken."""
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""The request did not leave."""
FILE_WORDS: Final = re.compile(
    r"too big|non-empty|photo_|image_process_failed|voice_messages_forbidden|wrong (file|type)"
)
"""What Telegram says, in small letters, of a file it does not take; the words beside it may pass. Seen in reports:
https://github.com/tdlib/telegram-bot-api/issues, https://github.com/AstrBotDevs/AstrBot/issues/5188."""
HARMLESS_WORDS: Final = re.compile(r"[A-Za-z_': ]{1,60}")
"""Telegram's descriptions of an error that quote nobody: letters alone, neither numbers nor quotation marks."""


class StatusError(NetworkError):
    """An answer whose status says what happened."""

    __slots__ = ("retry_after_s", "status")

    def __init__(self, status: int, retry_after_s: float | None) -> None:
        super().__init__(str(status))
        self.status = status
        self.retry_after_s = retry_after_s


def retry_after_s(body: bytes) -> float | None:
    """How long Telegram asks to wait (https://core.telegram.org/bots/api#responseparameters)."""
    try:
        seconds = json.loads(body)["parameters"]["retry_after"]
    except (LookupError, TypeError, ValueError):
        return None
    return float(seconds) if isinstance(seconds, int) and seconds >= 0 else None


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
        case StatusError(status=status):
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
    if "temporarily unavailable" in description:  # "wrong file_id or the file is temporarily unavailable": who knows
        return ErrorCode.PROVIDER_TROUBLE
    if FILE_WORDS.search(description):
        return ErrorCode.FILE_REFUSED
    return ErrorCode.REFUSED


def _code(status: int, description: str) -> str:
    words = description.strip()
    return f"{status} {words}" if HARMLESS_WORDS.fullmatch(words) else str(status)
