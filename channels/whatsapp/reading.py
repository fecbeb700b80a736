"""Values out of a webhook's JSON: strict about what a message cannot do without, indifferent to everything else."""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from channels.errors import Malformed

Json = dict[str, Any]

MOST_NAME: Final = 255
"""Characters of a display name that are kept."""
MILLISECONDS_FROM: Final = 10**12
"""A time from here on is in milliseconds: Meta sends seconds, and has been seen to send these (channel facts 3.2)."""
MOST_NUMBER: Final = 10**18
SHA256_BYTES: Final = 32
_ID: Final = re.compile(r"[\x21-\x7e]{1,255}")
"""Visible ASCII, as much as the database takes: what a message, a person or a file is called by."""
_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_HEX_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")


def read_json(body: bytes) -> Json:
    """The object a body holds.

    Raises:
        Malformed: Not UTF-8, not JSON, nested too deep, or not an object.
    """
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise Malformed("not an object")
    return found


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def objects(value: object) -> list[Json]:
    """The objects of a list; of anything else none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def part(value: object) -> Json:
    """An object; empty for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """A string; "" for anything else."""
    return value if isinstance(value, str) else ""


def word(value: object) -> str:
    """A short name or number from a provider's list of them; "" for anything else."""
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < MOST_NUMBER
    found = str(value) if whole else text(value)
    return found if _WORD.fullmatch(found) else ""


def optional_id(value: object) -> str:
    """An id, or "" for what is none."""
    found = text(value)
    return found if _ID.fullmatch(found) else ""


def required_id(value: object, field: str) -> str:
    """An id of 1 to 255 visible ASCII characters.

    Raises:
        Malformed: Something else.
    """
    found = optional_id(value)
    if not found:
        raise Malformed(f"{field} is not an id")
    return found


def moment(value: object) -> datetime:
    """A time, given as seconds since 1970 in a string or number.

    Raises:
        Malformed: Something else, or outside the years 1 to 9999.
    """
    try:
        seconds = int(value if isinstance(value, str) else word(value))
        return datetime.fromtimestamp(seconds / 1000 if seconds >= MILLISECONDS_FROM else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise Malformed("timestamp is not a time") from None


def degrees(value: object, most: float, field: str) -> float:
    """An angle between `-most` and `most`.

    Raises:
        Malformed: Something else, or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        raise Malformed(f"{field} is not an angle")
    return float(value)


def digest(value: object) -> str | None:
    """A SHA-256 as 64 hexadecimal digits: webhooks give it in base64, the media endpoint in hexadecimal digits."""
    given = text(value)
    if _HEX_DIGEST.fullmatch(given):
        return given.lower()
    try:
        raw = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == SHA256_BYTES else None
