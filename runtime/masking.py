"""What keeps people out of the logs: refused keys, masked values, tracebacks without their messages. Pure."""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import PurePath
from typing import Any, Final

REFUSED_WORDS: Final = frozenset({
    "address", "answer", "body", "caption", "chat", "city", "contact", "content", "email", "filename", "first", "ice",
    "label", "last", "latitude", "lat", "location", "lon", "longitude", "mail", "message", "msg", "name", "nia",
    "number", "password", "payload", "person", "phone", "query", "question", "secret", "sender", "sms", "surname",
    "text", "token", "town", "url", "user", "username", "value", "values", "words", "written",
})  # fmt: skip
"""A key is dropped when one of its words (cut at `_`) is among these."""
ALLOWED_KEYS: Final = frozenset({"message_id", "provider_message_id"})
"""Whole keys that pass although a word of theirs is refused."""
PSEUDONYM: Final = re.compile(r"[0-9a-f]{16}")
"""What `person` must hold: the keyed hash (runtime.logs.person_hash)."""
MEASURES: Final = ("_bytes", "_chars", "_count", "_h", "_hash", "_kind", "_ms", "_s", "_segments", "_state")
"""A key with one of these endings measures a thing and does not hold it: numbers and short words pass."""
ID_KEYS: Final = frozenset({"message_id", "provider_message_id", "inbox_id", "outbox_id", "turn_id", "timestamp"})
"""Long numbers that are not phone numbers."""
EVENT_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,60}")
MAX_VALUE_CHARS: Final = 200
MAX_CAUSES: Final = 5
MAX_FRAMES: Final = 12

_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{8,}")
"""A bot token: digits, a colon, a long word; in addresses "bot" stands before it."""
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*@")
_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+|00)?\d(?:[\s().\-\u200e\u200f\u2066-\u2069]{0,3}\d){8,}(?![0-9A-Za-z])")
"""Nine digits or more, of any script, however they are spaced."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?")


def masked(value: str) -> str:
    """Put a sign in the place of whatever looks like a bot token, a password in an address or a phone number."""
    if _TIME.fullmatch(value):
        return value
    value = _CREDENTIALS.sub("[credentials]@", _TOKEN.sub("[token]", value))
    value = _PHONE.sub("[number]", value)
    return value if len(value) <= MAX_VALUE_CHARS else value[:MAX_VALUE_CHARS] + "…"


def is_refused(key: str, value: object) -> bool:
    """Whether a log entry must not carry this key: it may hold what a person said or who the person is."""
    if key == "person":
        return not (isinstance(value, str) and PSEUDONYM.fullmatch(value))
    if key in ALLOWED_KEYS:
        return False
    if REFUSED_WORDS.isdisjoint(key.lower().split("_")):
        return False
    measures = key.endswith(MEASURES) and (isinstance(value, int | float) or _is_word(value))
    return not measures


def _is_word(value: object) -> bool:
    return isinstance(value, str) and EVENT_NAME.fullmatch(value) is not None


def cleaned(key: str, value: Any) -> Any:
    """Give a value that may be written: plain, masked, bounded, never a sentence; objects become their type's name."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, datetime | date):
        value = value.isoformat()
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str | PurePath):
        return _cleaned_text(key, str(value))
    if isinstance(value, Mapping):
        return {str(k): cleaned(str(k), v) for k, v in value.items() if not is_refused(str(k), v)}
    if isinstance(value, list | tuple | set | frozenset):
        return [cleaned(key, one) for one in value]
    return f"<{type(value).__name__}>"


def _cleaned_text(key: str, value: str) -> str:
    if any(sign.isspace() for sign in value):
        return f"[{len(value)} chars]"  # codes, ids and paths have no spaces; what has may be somebody's words
    return value[:MAX_VALUE_CHARS] if key in ID_KEYS else masked(value)


def described(error: BaseException) -> dict[str, Any]:
    """Tell an exception without its message, which may quote a person: types, causes and places in the code."""
    kinds: list[str] = []
    one: BaseException | None = error
    while one is not None and len(kinds) < MAX_CAUSES:
        kinds.append(f"{type(one).__module__}.{type(one).__qualname__}".removeprefix("builtins."))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{PurePath(f.filename).parent.name}/{PurePath(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    told: dict[str, Any] = {"error": " < ".join(kinds), "trace": places[-MAX_FRAMES:]}
    if isinstance(error, ImportError):
        told["module"] = error.name
    elif isinstance(error, OSError) and error.errno is not None:
        told["errno"] = errno.errorcode.get(error.errno, error.errno)
    return told
