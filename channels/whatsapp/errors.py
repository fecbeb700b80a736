"""What Meta's error codes mean for a message. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (15 May 2026),
read 2026-11-25; channel facts 3.7. Meta asks to go by `code` alone: titles and HTTP statuses change.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from channels.errors import ErrorCode

MEANINGS: Final = {
    # Who we are, and what we may do
    0: ErrorCode.CONFIGURATION,  # the token is not accepted
    3: ErrorCode.CONFIGURATION,  # a permission of the app is missing
    10: ErrorCode.CONFIGURATION,
    33: ErrorCode.CONFIGURATION,  # the number's id is wrong or the number was deleted
    190: ErrorCode.CONFIGURATION,  # the token has expired
    131005: ErrorCode.CONFIGURATION,
    131030: ErrorCode.CONFIGURATION,  # a test number, and the person is not on its list
    131037: ErrorCode.CONFIGURATION,  # the number's display name is not approved yet
    131042: ErrorCode.CONFIGURATION,  # how we pay
    131045: ErrorCode.CONFIGURATION,  # the number's certificate
    133005: ErrorCode.CONFIGURATION,  # wrong PIN; and so on: the number is not registered
    133006: ErrorCode.CONFIGURATION,
    133008: ErrorCode.CONFIGURATION,
    133009: ErrorCode.CONFIGURATION,
    133010: ErrorCode.CONFIGURATION,
    133015: ErrorCode.CONFIGURATION,
    # The account is restricted
    368: ErrorCode.SUSPENDED,
    130497: ErrorCode.SUSPENDED,  # in this country
    131031: ErrorCode.SUSPENDED,
    # Too much
    4: ErrorCode.RATE_LIMITED,  # calls of the app
    80007: ErrorCode.RATE_LIMITED,  # calls of the account
    130429: ErrorCode.RATE_LIMITED,  # messages of the number
    131048: ErrorCode.RATE_LIMITED,  # people block or report us
    131056: ErrorCode.RATE_LIMITED,  # messages to this person: one in six seconds
    133016: ErrorCode.RATE_LIMITED,
    # Passing trouble of theirs
    1: ErrorCode.PROVIDER_TROUBLE,
    2: ErrorCode.PROVIDER_TROUBLE,
    131000: ErrorCode.PROVIDER_TROUBLE,
    131016: ErrorCode.PROVIDER_TROUBLE,
    131057: ErrorCode.PROVIDER_TROUBLE,  # the account is being moved
    133004: ErrorCode.PROVIDER_TROUBLE,
    # This person
    131021: ErrorCode.UNKNOWN_ADDRESS,  # our own number
    131026: ErrorCode.UNKNOWN_ADDRESS,  # not on WhatsApp, an old app, terms not accepted; perhaps blocked us
    131047: ErrorCode.WINDOW_CLOSED,
    130472: ErrorCode.NOT_TODAY,  # part of an experiment of Meta's
    131049: ErrorCode.NOT_TODAY,  # enough marketing for this person
    131050: ErrorCode.OPTED_OUT,  # wants no marketing from us
    # The message
    100: ErrorCode.REFUSED,
    131008: ErrorCode.REFUSED,
    131009: ErrorCode.REFUSED,
    131051: ErrorCode.REFUSED,
    135000: ErrorCode.REFUSED,
    131052: ErrorCode.FILE_REFUSED,
    131053: ErrorCode.FILE_REFUSED,
}
TEMPLATES: Final = (range(132000, 133000), range(134000, 135000))
"""A template is missing, does not fit its places, or is paused; the second for marketing alone."""
PERMISSIONS: Final = range(200, 300)


THIS_PERSON_ALONE: Final = frozenset({"131056"})
"""Limits that hold for one person; all others hold for everybody we write to."""


def meaning(code: str) -> ErrorCode:
    """What a code in a status report means; one we do not know will not pass a second time either."""
    return known(code) or ErrorCode.REFUSED


def known(code: str) -> ErrorCode | None:
    """What a code of Meta's means; nothing for one we do not know."""
    if not code.isascii() or not code.isdecimal():
        return None
    number = int(code)
    if any(number in codes for codes in TEMPLATES):
        return ErrorCode.TEMPLATE
    return ErrorCode.CONFIGURATION if number in PERMISSIONS else MEANINGS.get(number)


def meaning_of_status(status: int) -> ErrorCode:
    """What an HTTP status means that came without a code we know."""
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return ErrorCode.RATE_LIMITED
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return ErrorCode.CONFIGURATION
        case _ if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return ErrorCode.REFUSED
        case _:
            return ErrorCode.PROVIDER_TROUBLE
