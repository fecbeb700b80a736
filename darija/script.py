"""Which letters a text is written in: all that can be said of it with certainty."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

_ARABIC_LETTER: Final = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_LATIN_LETTER: Final = re.compile(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")


class Script(StrEnum):
    """Letters of a text; digits, punctuation, emoji and other scripts count for nothing."""

    ARABIC = "arabic"
    LATIN = "latin"
    MIXED = "mixed"
    NONE = "none"


def count_letters(text: str) -> tuple[int, int]:
    """Count the Arabic and the Latin letters of any string, in this order."""
    return len(_ARABIC_LETTER.findall(text)), len(_LATIN_LETTER.findall(text))


def script_of(text: str) -> Script:
    """Tell which script a text is written in.

    Args:
        text: Any string.

    Returns:
        ARABIC or LATIN when the text has letters of one only, MIXED when of both, NONE when of neither.
    """
    arabic, latin = _ARABIC_LETTER.search(text), _LATIN_LETTER.search(text)
    if arabic and latin:
        return Script.MIXED
    if arabic:
        return Script.ARABIC
    return Script.LATIN if latin else Script.NONE
