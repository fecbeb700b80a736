"""Turn an answer into SMS: the text, then one numbered line for each choice. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from channels.errors import NothingToSay
from channels.sms.fold import fold_for_sms
from channels.sms.segments import SmsSize, measure, split
from conversation import Outbound

MAX_SEGMENTS: Final = 3
"""Segments of one SMS to a person: a longer answer waits for "more" (channel facts 5)."""
PERSON_KEY: Final = "0"
"""The key that always means a person; its line stands last whatever the order (style guide 4)."""


@dataclass(frozen=True, slots=True)
class SmsPayload:
    """One SMS.

    Attributes:
        text: Folded; what the provider is given.
        size: What it costs, at most `MAX_SEGMENTS` segments.
    """

    text: str
    size: SmsSize


def render(message: Outbound) -> list[SmsPayload]:
    """Make the SMS of an answer.

    One SMS where `fits` says so, which is what bot/responses sees to. Else several, so that nothing is lost; the
    choices then stand in the last.

    Args:
        message: The answer; `ask_phone`, `ask_location` and `list_title` have no shape here.

    Returns:
        SMS of at most `MAX_SEGMENTS` segments each, in order.

    Raises:
        NothingToSay: Nothing is left to be shown once the text is folded.
    """
    whole = _whole(message)
    if not whole:
        raise NothingToSay("an SMS without text")
    return [SmsPayload(page, measure(page)) for page in pages(whole)]


def fits(message: Outbound) -> bool:
    """Whether the answer, with its choices, is one SMS of at most `MAX_SEGMENTS` segments."""
    return measure(_whole(message)).segments <= MAX_SEGMENTS


def pages(text: str, reserve_units: int = 0) -> list[str]:
    """Part a folded text into pages of at most `MAX_SEGMENTS` segments.

    For an answer that does not fit, bot/responses makes one `Outbound` of each page. Each but the last ends with the
    choice "more", whose line ("1 = …", a line break before it) is what `reserve_units` leaves room for.

    Args:
        text: Folded (`channels.sms.fold`).
        reserve_units: Units to leave free on each page, in the encoding of the whole text.

    Returns:
        Pages without white space at their ends; none for a text that is nothing else.

    Raises:
        ValueError: The reserve leaves no room for text.
    """
    parted = (page.strip() for page in split(text, MAX_SEGMENTS, reserve_units=reserve_units))
    return [page for page in parted if page]


def _whole(message: Outbound) -> str:
    choices = sorted(message.choices, key=lambda choice: choice.key == PERSON_KEY)
    lines = [message.text, *(f"{choice.key} = {choice.label}" for choice in choices)]
    return fold_for_sms("\n".join(lines), message.language)
