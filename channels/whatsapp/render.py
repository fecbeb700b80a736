"""Turn an answer into one WhatsApp message: text, reply buttons or a list. Pure; nothing is ever cut.

Every message is paid for since October 2026 (channel facts 3.9): an answer is one bubble or it is refused here, while
the build checks that no catalog text is.
"""

from __future__ import annotations

from typing import Final

from channels.errors import CannotShow, LabelTooLong, NothingToSay, TextTooLong, TokenTooLong, TooManyChoices
from channels.graphemes import utf16_units
from channels.whatsapp.payloads import (
    Button,
    ButtonAction,
    ButtonMessage,
    InteractivePayload,
    ListAction,
    ListMessage,
    Reply,
    Row,
    Section,
    Text,
    TextPayload,
    WhatsAppPayload,
    Words,
)
from conversation import Choice, Outbound

__all__ = [
    "CannotShow",
    "LabelTooLong",
    "NothingToSay",
    "TextTooLong",
    "TokenTooLong",
    "TooManyChoices",
    "fits",
    "render",
]

MAX_TEXT: Final = 4096
"""Characters of a message of text alone. This and all limits below: channel facts 1, sources [12], [14] and [16], read
2026-11-23. Meta does not say what a character is: we count UTF-16 units, the strictest reading."""
MAX_INTERACTIVE_TEXT: Final = 1024
"""Characters above buttons or a list."""
MAX_BUTTONS: Final = 3
"""Reply buttons of one message."""
MAX_BUTTON_TITLE: Final = 20
"""Characters on a reply button."""
MAX_ROWS: Final = 10
"""Rows of a list, over all its sections."""
MAX_ROW_TITLE: Final = 24
"""Characters of a row's title."""
MAX_ROW_DESCRIPTION: Final = 72
"""Characters of a row's description."""
MAX_LIST_TITLE: Final = 20
"""Characters on the button that opens a list."""
MAX_BUTTON_ID: Final = 256
"""Characters of what a button carries."""
MAX_ROW_ID: Final = 200
"""Characters of what a row carries."""


def render(message: Outbound) -> list[WhatsAppPayload]:
    """Make the one message of an answer.

    No choice: text. One to three with short labels and no description: buttons. Else a list.

    Args:
        message: The answer. `ask_phone` and `ask_location` have no shape beside text: a person simply writes or shares.

    Returns:
        A list of exactly one payload, as for the other channels.

    Raises:
        NothingToSay: The text or a label is empty, or a list has no title.
        TextTooLong: Over `MAX_TEXT`, or with choices over `MAX_INTERACTIVE_TEXT`.
        TooManyChoices: Over `MAX_ROWS`: page them before.
        LabelTooLong: A label, description or list title over its limit.
        TokenTooLong: A token over `MAX_ROW_ID`, or on a button over `MAX_BUTTON_ID`.
    """
    if not message.text.strip():
        raise NothingToSay("a message without text")
    _check(message.text, MAX_INTERACTIVE_TEXT if message.choices else MAX_TEXT, TextTooLong)
    if not message.choices:
        return [TextPayload(text=Text(body=message.text))]
    if len(message.choices) > MAX_ROWS:
        raise TooManyChoices(f"{len(message.choices)} choices, {MAX_ROWS} rows")
    body = Words(text=message.text)
    if len(message.choices) <= MAX_BUTTONS and all(_is_short(choice) for choice in message.choices):
        buttons = tuple(_button(choice) for choice in message.choices)
        return [InteractivePayload(interactive=ButtonMessage(body=body, action=ButtonAction(buttons=buttons)))]
    rows = tuple(_row(choice) for choice in message.choices)
    opening = ListAction(button=_label(message.list_title or "", MAX_LIST_TITLE), sections=(Section(rows=rows),))
    return [InteractivePayload(interactive=ListMessage(body=body, action=opening))]


def fits(message: Outbound) -> bool:
    """Whether the answer is one message with every choice and no cut label."""
    try:
        render(message)
    except CannotShow:
        return False
    return True


def _is_short(choice: Choice) -> bool:
    return not choice.description and utf16_units(choice.label) <= MAX_BUTTON_TITLE


def _button(choice: Choice) -> Button:
    _check(choice.token, MAX_BUTTON_ID, TokenTooLong)
    return Button(reply=Reply(id=choice.token, title=_label(choice.label, MAX_BUTTON_TITLE)))


def _row(choice: Choice) -> Row:
    _check(choice.token, MAX_ROW_ID, TokenTooLong)
    _check(choice.description or "", MAX_ROW_DESCRIPTION, LabelTooLong)
    return Row(id=choice.token, title=_label(choice.label, MAX_ROW_TITLE), description=choice.description or None)


def _label(label: str, most: int) -> str:
    if not label.strip():
        raise NothingToSay("a label or list title without text")
    _check(label, most, LabelTooLong)
    return label


def _check(text: str, most: int, error: type[CannotShow]) -> None:
    units = utf16_units(text)
    if units > most:
        raise error(f"{units} characters, {most} allowed")
