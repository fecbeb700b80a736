"""Marks that nobody sees, which telephones put around and inside numbers."""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = re.compile("[\u0640\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe0e\ufe0f\u20e3]")


def without_marks(text: str) -> str:
    """Drop tatweel, zero-width and direction marks, and what makes a keycap emoji of a digit."""
    return _MARKS.sub("", text)
