"""Turn an answer into one WhatsApp message: text, reply buttons, a list, a file. Pure; nothing is ever cut.

Every message is paid for since October 2026 (channel facts 3.9): an answer is one bubble or it is refused here, while
the build checks that no catalog text is. Only a file whose words do not fit under it takes two.
"""

from __future__ import annotations

from typing import Final

from channels.errors import CannotShow, LabelTooLong, NothingToSay, TextTooLong, TokenTooLong, TooManyChoices
from channels.graphemes import utf16_units
from channels.whatsapp.payloads import (
    Button,
    ButtonAction,
    ButtonMessage,
    Component,
    FilePayload,
    InteractivePayload,
    ListAction,
    ListMessage,
    LocationRequest,
    Parameter,
    Reply,
    Row,
    Section,
    TemplateBody,
    TemplateLanguage,
    TemplatePayload,
    Text,
    TextPayload,
    WhatsAppPayload,
    Words,
)
from conversation import AttachmentKind, Choice, Outbound

__all__ = [
    "CannotShow",
    "LabelTooLong",
    "NothingToSay",
    "TextTooLong",
    "TokenTooLong",
    "TooManyChoices",
    "fits",
    "render",
    "render_template",
]

MAX_TEXT: Final = 4096
"""Characters of a message of text alone. This and all limits below: channel facts 1, sources [12], [14] and [16], read
2026-11-23. Meta does not say what a character is: we count UTF-16 units, the strictest reading."""
MAX_INTERACTIVE_TEXT: Final = 1024
"""Characters above buttons or a list."""
MAX_CAPTION: Final = 1024
"""Characters under a file."""
CAPTIONED: Final = frozenset({AttachmentKind.PHOTO, AttachmentKind.VIDEO, AttachmentKind.DOCUMENT})
MAX_PARAMETER: Final = 1024
"""Characters of what stands in one place of a template: with all of them its body may not pass this."""
TEMPLATE_LANGUAGES: Final = {"ary": "ar_MA", "ary-Latn": "fr", "ar": "ar", "fr": "fr"}
"""Our languages → the codes templates are registered under. There is none for Darija (channel facts 3.9): in Arabic
letters it stands under the Arabic of Morocco; in Latin letters it has no place, and French is what its readers read."""
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
    """Make the message of an answer.

    No choice: text, or a question for the place. One to three choices with short labels and no description: buttons.
    Else a list. A photo, video or document carries a text without choices under it; else it goes first.

    Args:
        message: The answer. `ask_phone` has no shape beside text, `ask_location` none beside choices: a person simply
            writes or shares.

    Returns:
        One payload; two for a file with choices, a long text, or of a kind that takes no words.

    Raises:
        NothingToSay: The text or a label is empty, or a list has no title.
        TextTooLong: Over `MAX_TEXT`, or with choices over `MAX_INTERACTIVE_TEXT`.
        TooManyChoices: Over `MAX_ROWS`: page them before.
        LabelTooLong: A label, description or list title over its limit.
        TokenTooLong: A token over `MAX_ROW_ID`, or on a button over `MAX_BUTTON_ID`.
    """
    if message.file is None:
        return [_words(message)]
    if not message.text.strip() and not message.choices:
        return [FilePayload(message.file)]
    under_it = message.file.kind in CAPTIONED and utf16_units(message.text) <= MAX_CAPTION
    if under_it and not message.choices and not message.ask_location:
        return [FilePayload(message.file, message.text)]
    return [FilePayload(message.file), _words(message)]


def render_template(message: Outbound) -> list[WhatsAppPayload]:
    """Make the approved text that may be sent in the place of an answer.

    Raises:
        NothingToSay: The answer has no template, or a place of it would stay empty.
        TextTooLong: What stands in one place is over `MAX_PARAMETER`.
    """
    if message.template is None:
        raise NothingToSay("an answer without a template")
    # A line break, a tab or a row of spaces in a place is refused by Meta (error 132018).
    values = [" ".join(value.split()) for value in message.template.variables]
    for value in values:
        if not value:
            raise NothingToSay("an empty place in a template")
        _check(value, MAX_PARAMETER, TextTooLong)
    places = (Component(parameters=tuple(Parameter(text=value) for value in values)),) if values else None
    language = TemplateLanguage(code=TEMPLATE_LANGUAGES[message.language])
    body = TemplateBody(name=message.template.name, language=language, components=places)
    return [TemplatePayload(template=body)]


def _words(message: Outbound) -> TextPayload | InteractivePayload:
    if not message.text.strip():
        raise NothingToSay("a message without text")
    interactive = message.choices or (message.ask_location and utf16_units(message.text) <= MAX_INTERACTIVE_TEXT)
    _check(message.text, MAX_INTERACTIVE_TEXT if interactive else MAX_TEXT, TextTooLong)
    if not interactive:
        return TextPayload(text=Text(body=message.text))
    body = Words(text=message.text)
    if not message.choices:
        return InteractivePayload(interactive=LocationRequest(body=body))
    if len(message.choices) > MAX_ROWS:
        raise TooManyChoices(f"{len(message.choices)} choices, {MAX_ROWS} rows")
    if len(message.choices) <= MAX_BUTTONS and all(_is_short(choice) for choice in message.choices):
        buttons = tuple(_button(choice) for choice in message.choices)
        return InteractivePayload(interactive=ButtonMessage(body=body, action=ButtonAction(buttons=buttons)))
    rows = tuple(_row(choice) for choice in message.choices)
    opening = ListAction(button=_label(message.list_title or "", MAX_LIST_TITLE), sections=(Section(rows=rows),))
    return InteractivePayload(interactive=ListMessage(body=body, action=opening))


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
