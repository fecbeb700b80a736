"""Turn an answer into WhatsApp messages as Twilio takes them: words, and buttons or a list by a template. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from channels.errors import NothingToSay
from channels.graphemes import cut, utf16_units
from channels.twilio import templates
from channels.twilio.payloads import Content, TwilioPayload
from conversation import Choice, Outbound, Template

MAX_TEXT: Final = 1600
"""Characters of a message's words (error 21617). Twilio does not say what a character is: we count UTF-16 units, the
strictest reading. Source: https://www.twilio.com/docs/api/errors/21617, read 2026-11-23; limits below: channel facts
1."""
MAX_INTERACTIVE_TEXT: Final = 1024
"""Characters above buttons or a list."""
MAX_BUTTON_TITLE: Final = 20
"""Characters on a button, and on the one that opens a list."""
MAX_ROW_TITLE: Final = 24
"""Characters of a row's title."""
MAX_ROW_DESCRIPTION: Final = 72
"""Characters of a row's description."""
MAX_TOKEN: Final = 200
"""Characters of what a button or row carries."""
NO_DESCRIPTION: Final = "·"
"""Stands in a row without a description among others that have one: no variable may be empty (error 21656)."""
PERSON_KEY: Final = "0"
"""The key that always means a person; its line stands last, as by SMS (style guide 4)."""
_BLANKS: Final = re.compile(r"[ \t\r\f\v]{2,}|\t")
_BLANKS_AND_LINES: Final = re.compile(r"\s+")


def render(message: Outbound) -> list[TwilioPayload]:
    """Make the messages of an answer.

    No choice: words. One to three with short labels and no description: quick replies. Up to ten: a list. What neither
    can show goes as words, the choices as numbered lines, which people answer with a number.

    Args:
        message: The answer. `ask_phone`, `ask_location` and `file` have no shape here: no template of Twilio asks, and
            Twilio fetches a file only from a public address.

    Returns:
        Usually one; words over `MAX_TEXT` become several, and every choice stands in the last.

    Raises:
        NothingToSay: The text or a label is empty.
    """
    if not message.text.strip() or not all(choice.label.strip() for choice in message.choices):
        raise NothingToSay("a message or a label without text")
    numbered = "\n".join([message.text, *_lines(message.choices)])
    content = _content(message)
    if content is not None and utf16_units(numbered) <= MAX_TEXT:
        return [TwilioPayload(numbered, content)]
    pages = (page.strip() for page in cut(numbered, _fitting))
    return [TwilioPayload(page) for page in pages if page]


def render_template(template: Template, language: str) -> TwilioPayload:
    """Make the message of a text that WhatsApp has approved, for when free text is not taken.

    Args:
        template: Which, and what is filled in.
        language: "ary", "ary-Latn", "ar" or "fr": each has a template of its own.

    Raises:
        NothingToSay: A variable is empty.
    """
    variables = tuple(_one_line(variable) for variable in template.variables)
    if not all(variables):
        raise NothingToSay("a template's variable without text")
    return TwilioPayload("", Content(templates.approved(template.name, language), variables))


def _content(message: Outbound) -> Content | None:
    """The template that shows the choices, if one can."""
    choices = message.choices
    body = _BLANKS.sub(" ", message.text).strip()
    carried = all(1 <= len(choice.token) <= MAX_TOKEN for choice in choices)
    if not choices or not carried or utf16_units(body) > MAX_INTERACTIVE_TEXT:
        return None
    if len(choices) <= templates.MAX_BUTTONS and all(_is_short(choice) for choice in choices):
        pairs = [part for choice in choices for part in (_one_line(choice.label), choice.token)]
        return Content(templates.buttons(len(choices)), (body, *pairs))
    title = _one_line(message.list_title or "")
    fit = len(choices) <= templates.MAX_ROWS and all(_is_row(choice) for choice in choices)
    if not fit or not 1 <= utf16_units(title) <= MAX_BUTTON_TITLE:
        return None
    described = any(choice.description for choice in choices)
    cells = [part for choice in choices for part in _cells(choice, described=described)]
    return Content(templates.rows(len(choices), described=described), (body, title, *cells))


def _is_short(choice: Choice) -> bool:
    return not choice.description and utf16_units(choice.label) <= MAX_BUTTON_TITLE


def _is_row(choice: Choice) -> bool:
    described = choice.description or ""
    return utf16_units(choice.label) <= MAX_ROW_TITLE and utf16_units(described) <= MAX_ROW_DESCRIPTION


def _cells(choice: Choice, *, described: bool) -> tuple[str, ...]:
    cells = (_one_line(choice.label), choice.token)
    return (*cells, _one_line(choice.description or "") or NO_DESCRIPTION) if described else cells


def _lines(choices: Sequence[Choice]) -> list[str]:
    ordered = sorted(choices, key=lambda choice: choice.key == PERSON_KEY)
    return [f"{choice.key} = {_one_line(choice.label)}" for choice in ordered]


def _one_line(text: str) -> str:
    return _BLANKS_AND_LINES.sub(" ", text).strip()


def _fitting(rest: Sequence[str]) -> int:
    return sum(units <= MAX_TEXT for units in accumulate(map(utf16_units, rest)))
