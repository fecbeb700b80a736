"""Text in pieces that must not be parted, and pages made of them: what every channel's limits are counted on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

import regex

_PIECE: Final = regex.compile(r"\u0644\p{Mn}*[\u0622\u0623\u0625\u0627\u0671]\p{Mn}*|\X", flags=regex.DOTALL)
"""A grapheme as people see it, or a lam with its alef: telephones draw these as one sign (channel facts 5)."""
LONGEST_PIECE: Final = 40
"""UTF-16 units of a piece kept whole; the longest emoji families have eleven. Beyond stands a heap of accents that
would fit nowhere: it is parted between its code points."""
_BREAKS: Final = tuple(regex.compile(pattern) for pattern in (r"\n\s*\n\s*", r"\n\s*", r"[.!?؟…:]\s+", r"\s+"))
"""Where a page ends best: after a paragraph, a line, a sentence, a word."""


def utf16_units(text: str) -> int:
    """Length in UTF-16 units, as Telegram and UCS-2 count: letters 1, most emoji signs 2 or more."""
    return len(text) + sum(character > "\uffff" for character in text)


def pieces(text: str) -> list[str]:
    """A text's pieces in order; together they are the text."""
    found: list[str] = []
    for piece in _PIECE.findall(text):
        found.extend([piece] if utf16_units(piece) <= LONGEST_PIECE else piece)
    return found


def cut(text: str, fitting: Callable[[Sequence[str]], int]) -> list[str]:
    """Part a text into pages.

    Args:
        text: Any script.
        fitting: How many of the pieces, from the first, one page holds; at least 1.

    Returns:
        Pages; together they are the text, character by character. An empty text has none.
    """
    pages: list[str] = []
    rest = pieces(text)
    while rest:
        count = fitting(rest)
        if count < len(rest):
            count = _best_break(rest, count)
        pages.append("".join(rest[:count]))
        rest = rest[count:]
    return pages


def _best_break(rest: Sequence[str], most: int) -> int:
    """The number of pieces, at most `most`, after which the page ends best; never before its half."""
    page = "".join(rest[:most])
    counts = {end: count for count, end in enumerate(accumulate(map(len, rest[:most])), start=1)}
    for pattern in _BREAKS:
        ends = [counts[match.end()] for match in pattern.finditer(page) if match.end() in counts]
        if ends and ends[-1] * 2 > most:
            return ends[-1]
    return most
