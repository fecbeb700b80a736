"""From bytes to python-telegram-bot's `Update`: strict about JSON, indifferent to fields we do not read.

The library builds whole object trees and stops at the first required field it misses. A message must not be lost
because Telegram changed something in a part we have no use for, so an update is reduced to what `parse` reads first.
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn, TypeVar

from telegram import Update

from channels.errors import Malformed

MOST_ID: Final = 2**63 - 1
"""Telegram's ids fit 52 bits (https://core.telegram.org/bots/api#chat); beyond 63 no database takes them."""
_MESSAGE_FIELDS: Final = (
    "message_id", "date", "edit_date", "chat", "from", "text", "caption", "entities", "caption_entities", "contact",
    "location", "venue", "photo", "voice", "audio", "video", "video_note", "animation", "document", "sticker",
)  # fmt: skip
_SENT_BY_PEOPLE: Final = (
    "dice",
    "poll",
    "game",
    "story",
    "paid_media",
    "checklist",
    "invoice",
    "giveaway",
    "live_photo",
)
"""What a person sends on purpose and the bot cannot read: told apart from service messages, which nobody wrote."""
_THERE: Final = frozenset({"creator", "administrator", "member", "restricted"})
"""Statuses of one who takes part; "left" and "kicked" do not. https://core.telegram.org/bots/api#chatmember"""

T = TypeVar("T")


def read_update(body: bytes) -> Update:
    """Read the body of a webhook, or one update of getUpdates as JSON.

    In a `my_chat_member` every status is reduced to "member" (takes part) or "left" (does not, or blocked the bot).
    A message of a kind in `_SENT_BY_PEOPLE` gets the text "".

    Raises:
        Malformed: Not UTF-8, not JSON, nested too deep, not an update, or of a shape the library cannot read.
    """
    raw = _mapping(_json(body), "update")
    update_id = raw.get("update_id")
    if not isinstance(update_id, int) or isinstance(update_id, bool) or not 0 <= update_id <= MOST_ID:
        raise Malformed("update_id is not an id")
    reduced: dict[str, Any] = {"update_id": update_id}
    for name in ("message", "edited_message"):
        if raw.get(name) is not None:
            reduced[name] = _message(_mapping(raw[name], name))
    if raw.get("callback_query") is not None:
        reduced["callback_query"] = _callback(_mapping(raw["callback_query"], "callback_query"))
    if raw.get("my_chat_member") is not None:
        reduced["my_chat_member"] = _membership(_mapping(raw["my_chat_member"], "my_chat_member"))
    try:
        return Update.de_json(reduced, None)
    except Exception as error:  # noqa: BLE001 - the library raises whatever a wrong type leads to
        raise Malformed(f"not an update: {type(error).__name__}") from None


def text_of(value: object, field: str) -> str:
    """A string, "" for nothing.

    Raises:
        Malformed: Something else.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{field} is not a string")
    return value


def id_of(value: object, field: str) -> int:
    """An id of a person or chat; groups have negative ones.

    Raises:
        Malformed: Something else, or out of range.
    """
    number = integer_of(value, field)
    if number is None or abs(number) > MOST_ID:
        raise Malformed(f"{field} is not an id")
    return number


def present(value: T | None, field: str) -> T:
    """A value the library promises and does not check.

    Raises:
        Malformed: It is not there.
    """
    if value is None:
        raise Malformed(f"{field} is missing")
    return value


def integer_of(value: object, field: str) -> int | None:
    """A whole number, or nothing.

    Raises:
        Malformed: Something else.
    """
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise Malformed(f"{field} is not a whole number")
    return value


def degrees_of(value: object, most: float, field: str) -> float:
    """An angle between `-most` and `most`.

    Raises:
        Malformed: Something else, or out of range.
    """
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not -most <= value <= most:
        raise Malformed(f"{field} is not an angle")
    return float(value)


def _json(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {type(error).__name__}") from None


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _mapping(value: object, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{field} is not an object")
    return value


def _message(raw: dict[str, Any]) -> dict[str, Any]:
    reduced: dict[str, Any] = {name: raw[name] for name in _MESSAGE_FIELDS if name in raw}
    if "text" not in reduced and any(name in raw for name in _SENT_BY_PEOPLE):
        reduced["text"] = ""
    reply = raw.get("reply_to_message")
    if isinstance(reply, dict):
        reduced["reply_to_message"] = {name: raw.get(name) for name in ("message_id", "date", "chat")} | {
            "from": reply.get("from")
        }
    return reduced


def _callback(raw: dict[str, Any]) -> dict[str, Any]:
    reduced = {name: raw[name] for name in ("id", "from", "data") if name in raw} | {"chat_instance": ""}
    message = raw.get("message")
    if isinstance(message, dict):  # absent or inaccessible when old
        reduced["message"] = {name: message[name] for name in ("message_id", "date", "chat") if name in message}
    return reduced


def _membership(raw: dict[str, Any]) -> dict[str, Any]:
    reduced: dict[str, Any] = {name: raw[name] for name in ("chat", "from", "date") if name in raw}
    for name in ("old_chat_member", "new_chat_member"):
        member = _mapping(raw.get(name), name)
        there = text_of(member.get("status"), "status") in _THERE and member.get("is_member") is not False
        reduced[name] = {"status": "member" if there else "left", "user": member.get("user")}
    return reduced
