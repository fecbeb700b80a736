"""Turn an answer into Telegram messages: a file, plain text, and one keyboard under the last. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final, TypeVar

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from channels.errors import CannotShow, NothingToSay, TokenTooLong, TooManyChoices
from channels.graphemes import cut, utf16_units
from channels.telegram.payloads import Keyboard, TelegramPayload
from conversation import Choice, Outbound

MAX_TEXT_UNITS: Final = 4096
"""UTF-16 units of a message. Source: https://core.telegram.org/bots/api#sendmessage, read 2026-11-23; that the unit is
UTF-16, as for entities: https://core.telegram.org/api/entities#entity-length."""
MAX_CAPTION_UNITS: Final = 1024
"""UTF-16 units under a file. Source: https://core.telegram.org/bots/api#sendphoto; channel facts 1."""
MAX_CALLBACK_BYTES: Final = 64
"""Bytes of what a button carries, UTF-8. Source: https://core.telegram.org/bots/api#inlinekeyboardbutton."""
MAX_CHOICES: Final = 100
"""Buttons under a message; undocumented, seen in practice (channel facts 1)."""
SHORT_LABEL: Final = 12
"""UTF-16 units up to which two labels share a row: longer ones are cut on a small screen."""

_Key = TypeVar("_Key", InlineKeyboardButton, KeyboardButton)


def render(message: Outbound) -> list[TelegramPayload]:
    """Make the messages of an answer.

    Choices become an inline keyboard. Where the own phone number or the place may be shared by a tap the whole keyboard
    must be a reply keyboard (one keyboard per message), and choices are plain labels on it: a tap then sends the label
    as text, which the dialogue resolves like a typed one.

    Args:
        message: The answer. `ends_menu` takes a reply keyboard away where no new keyboard comes.

    Returns:
        Messages in order, usually one; a text over `MAX_TEXT_UNITS` becomes several, the keyboard under the last. A
        file goes first, with the whole text under it where that fits a caption, else without a word.

    Raises:
        NothingToSay: There is neither text nor file, or a label is empty.
        TooManyChoices: Over `MAX_CHOICES`.
        TokenTooLong: A token over `MAX_CALLBACK_BYTES`, or empty.
    """
    texts = [page.strip() for page in cut(message.text, _fitting)]
    texts = [text for text in texts if text]
    keyboard = _keyboard(message)
    if message.file is not None:
        if not texts or (len(texts) == 1 and utf16_units(texts[0]) <= MAX_CAPTION_UNITS):
            return [TelegramPayload("".join(texts), keyboard, message.file)]
        return [TelegramPayload("", file=message.file), *_spoken(texts, keyboard)]
    if not texts:
        raise NothingToSay("a message without text")
    return _spoken(texts, keyboard)


def fits(message: Outbound) -> bool:
    """Whether the answer is one message with every choice."""
    try:
        return len(render(message)) == 1
    except CannotShow:
        return False


def _spoken(texts: Sequence[str], keyboard: Keyboard | None) -> list[TelegramPayload]:
    return [*map(TelegramPayload, texts[:-1]), TelegramPayload(texts[-1], keyboard)]


def _fitting(rest: Sequence[str]) -> int:
    return sum(units <= MAX_TEXT_UNITS for units in accumulate(map(utf16_units, rest)))


def _keyboard(message: Outbound) -> Keyboard | None:
    if len(message.choices) > MAX_CHOICES:
        raise TooManyChoices(f"{len(message.choices)} choices, {MAX_CHOICES} buttons")
    if message.ask_phone or message.ask_location:
        rows: list[list[KeyboardButton]] = []
        if message.ask_phone:
            rows.append([KeyboardButton(message.ask_phone, request_contact=True)])
        if message.ask_location:
            rows.append([KeyboardButton(message.ask_location, request_location=True)])
        rows += _in_rows([KeyboardButton(_label(choice)) for choice in message.choices])
        return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)
    if message.choices:
        return InlineKeyboardMarkup(_in_rows([_inline(choice) for choice in message.choices]))
    return ReplyKeyboardRemove() if message.ends_menu else None


def _inline(choice: Choice) -> InlineKeyboardButton:
    if not 1 <= len(choice.token.encode()) <= MAX_CALLBACK_BYTES:
        raise TokenTooLong(f"{len(choice.token.encode())} bytes, 1 to {MAX_CALLBACK_BYTES} allowed")
    return InlineKeyboardButton(_label(choice), callback_data=choice.token)


def _label(choice: Choice) -> str:
    if not choice.label.strip():
        raise NothingToSay("a label without text")
    return choice.label


def _in_rows(keys: Sequence[_Key]) -> list[list[_Key]]:
    """Two short labels that follow each other share a row; a longer one has its own."""
    rows: list[list[_Key]] = []
    for key in keys:
        short = utf16_units(key.text) <= SHORT_LABEL
        if short and rows and len(rows[-1]) == 1 and utf16_units(rows[-1][0].text) <= SHORT_LABEL:
            rows[-1].append(key)
        else:
            rows.append([key])
    return rows
