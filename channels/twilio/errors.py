"""Twilio's error codes: what each means for the message.

Source: channel facts 2.6, after https://www.twilio.com/docs/api/errors; codes not in that table have their own line.
"""

from __future__ import annotations

from typing import Final

from channels.errors import ErrorCode

_CODES: Final = {
    ErrorCode.RATE_LIMITED: (20429, 14107, 30001, 21611, 63018),
    ErrorCode.UNKNOWN_ADDRESS: (21211, 21614, 30005, 30006, 63003, 63024),
    ErrorCode.OPTED_OUT: (21610,),
    ErrorCode.CONFIGURATION: (
        21408, 21612, 21704, 63007, 30018,
        20003, 20404,  # token refused; no such account or service
        21603, 21606, 21659,  # no sender, or one that is not ours
    ),
    ErrorCode.REFUSED: (21617, 21658, 30004, 30007, 63013, 63026),  # 21658: a variable is too long
    ErrorCode.SUSPENDED: (30002, 63020),
    ErrorCode.OUT_OF_REACH: (30003, 30008),
    ErrorCode.PROVIDER_TROUBLE: (63010, 30410),
    ErrorCode.WINDOW_CLOSED: (63016,),
    ErrorCode.FILE_REFUSED: (63019, 11751),
    ErrorCode.TEMPLATE: (63021, 63027, 63028, 21655, 21656, 63040, 63041, 92007),  # 92007: as 21656
    ErrorCode.NOT_TODAY: (63032, 63049, 63038),
}  # fmt: skip
MEANINGS: Final = {code: meaning for meaning, codes in _CODES.items() for code in codes}


def meaning_of_report(code: str) -> ErrorCode:
    """What a code in a status report means; one nobody knows is a refusal."""
    return MEANINGS.get(int(code), ErrorCode.REFUSED) if code.isdecimal() else ErrorCode.REFUSED


def meaning_of(code: int | None, status: int) -> ErrorCode:
    """What an answer of the API means.

    Args:
        code: Twilio's own, where its body gives one.
        status: Of HTTP, 300 or more.
    """
    if code in MEANINGS:
        return MEANINGS[code]
    match status:
        case 429:
            return ErrorCode.RATE_LIMITED
        case 401 | 403 | 404:
            return ErrorCode.CONFIGURATION
        case _ if 400 <= status < 500:  # noqa: PLR2004 - the client errors of HTTP
            return ErrorCode.REFUSED
    return ErrorCode.PROVIDER_TROUBLE
