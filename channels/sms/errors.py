"""What an SMS gateway's refusal means for the message. Pure.

Sources, read 2026-11-25: Kannel's user guide, "SMS Push reply codes", and its smsbox.c; Jasmin's HTTP API, "HTTP
response", and its errors.py, send.py, validation.py.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from channels.errors import ErrorCode, SendFailed

_BY_WORDS: Final = (
    # Kannel
    (403, "Authorization failed for sendsms", ErrorCode.CONFIGURATION),
    (403, "Not routable. Do not try again.", ErrorCode.REFUSED),
    (400, "Sender missing and no global set, rejected", ErrorCode.CONFIGURATION),
    (400, "DLR-URL field misformed, rejected", ErrorCode.CONFIGURATION),
    (400, "Number(s) has/have been denied by white- and/or black-lists.", ErrorCode.REFUSED),
    (503, "Temporal failure, try again later.", ErrorCode.PROVIDER_TROUBLE),
    # Jasmin
    (403, "Authentication failure for username", ErrorCode.CONFIGURATION),
    (403, "User throughput exceeded", ErrorCode.RATE_LIMITED),
    (403, "Cannot charge submit_sm", ErrorCode.CONFIGURATION),
    (400, "Authorization failed for user", ErrorCode.CONFIGURATION),
    (412, "No route found", ErrorCode.CONFIGURATION),
    (412, "Failover route has no bound connectors", ErrorCode.PROVIDER_TROUBLE),
    (500, "Cannot send submit_sm", ErrorCode.PROVIDER_TROUBLE),
)
"""Status, beginning of its words (Jasmin's stand behind `Error "`), meaning. Some end with names: those are cut."""
_BY_STATUS: Final = {
    401: ErrorCode.CONFIGURATION,
    403: ErrorCode.CONFIGURATION,
    404: ErrorCode.CONFIGURATION,
    405: ErrorCode.CONFIGURATION,
    408: ErrorCode.PROVIDER_TROUBLE,
    429: ErrorCode.RATE_LIMITED,
}
"""Statuses that mean the same whatever the words."""
_UNSURE: Final = frozenset({408, 502, 504})
"""Something between us and the gateway got no answer: the message may have been taken."""


def failure_of(status: int, answer: str, retry_after: str | None = None) -> SendFailed:
    """What an answer means that is not "accepted".

    Args:
        status: HTTP status.
        answer: The body.
        retry_after: The header of that name.

    Returns:
        The failure; its `provider_code` is the status with the words of our table, never others, which may quote
        numbers and accounts. A 2xx that does not say "accepted" is `UNANSWERED`: nobody knows what became of it.
    """
    said = answer.strip().removeprefix('Error "')
    for known, words, code in _BY_WORDS:
        if status == known and said.startswith(words):
            return SendFailed(code, provider_code=f"{status} {words}")
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return SendFailed(ErrorCode.UNANSWERED, ambiguous=True, provider_code=str(status))
    client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    code = _BY_STATUS.get(status, ErrorCode.REFUSED if client_error else ErrorCode.PROVIDER_TROUBLE)
    wait_s = float(retry_after) if retry_after is not None and retry_after.isascii() and retry_after.isdigit() else None
    return SendFailed(code, ambiguous=status in _UNSURE, retry_after_s=wait_s, provider_code=str(status))
