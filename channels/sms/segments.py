"""Count what a text costs as SMS, and part it so that each page stays affordable.

Source: 3GPP TS 23.040 (concatenation); channel facts 5, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from channels.graphemes import LONGEST_PIECE, cut, pieces, utf16_units
from channels.sms.alphabet import GSM, GSM_EXTENSION


class SmsEncoding(StrEnum):
    """How a text travels; one character outside GSM-7 makes the whole text UCS-2."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


SINGLE_UNITS: Final = {SmsEncoding.GSM_7: 160, SmsEncoding.UCS_2: 70}
"""Units of a text that goes as one segment: 140 octets of 7 or 16 bits. TS 23.040, 9.2.3.16."""
MULTI_UNITS: Final = {SmsEncoding.GSM_7: 153, SmsEncoding.UCS_2: 67}
"""Units of each segment of several: 6 octets of every segment say which part it is. TS 23.040, 9.2.3.24.1."""


@dataclass(frozen=True, slots=True)
class SmsSize:
    """What a text costs.

    Attributes:
        encoding: GSM-7 or UCS-2.
        units: Septets in GSM-7, UTF-16 units in UCS-2.
        segments: SMS paid for; 1 even for an empty text.
    """

    encoding: SmsEncoding
    units: int
    segments: int


def measure(text: str) -> SmsSize:
    """Count the segments of a text as it stands; fold it first (`channels.sms.fold`).

    Segments are filled piece by piece, and no piece is parted between two of them: with many characters of two units
    this can be one segment more than dividing the units would give, never one less than a provider bills.

    Args:
        text: Any script.

    Returns:
        Encoding, units and segments.
    """
    encoding = encoding_of(text)
    units = 0
    filling = _Filling(encoding)
    for piece in pieces(text):
        size = _units(piece, encoding)
        units += size
        filling.add(size)
    return SmsSize(encoding, units, filling.segments())


def encoding_of(text: str) -> SmsEncoding:
    """GSM-7 if every character is in its alphabet, else UCS-2."""
    return SmsEncoding.GSM_7 if GSM.issuperset(text) else SmsEncoding.UCS_2


def split(text: str, max_segments: int, *, reserve_units: int = 0) -> list[str]:
    """Part a text into pages of at most `max_segments` segments each.

    A page ends after a paragraph, line, sentence or word where one ends in its second half. Never parted: what people
    see as one sign, a surrogate pair, a character of two codes, a lam and its alef.

    Args:
        text: Any script, folded before.
        max_segments: Segments of one page, 1 or more.
        reserve_units: Units of the whole text's encoding that each page must leave free, for lines put under it.

    Returns:
        Pages; together they are the text. An empty text has none.

    Raises:
        ValueError: `max_segments` is under 1, or so much is reserved that a page would hold nothing.
    """
    encoding = encoding_of(text)
    if max_segments < 1:
        raise ValueError("a page has at least one segment")
    room = SINGLE_UNITS[encoding] if max_segments == 1 else MULTI_UNITS[encoding] * max_segments
    if reserve_units < 0 or room - reserve_units < LONGEST_PIECE:
        raise ValueError("so many units in reserve leave no room for text")

    def fitting(rest: Sequence[str]) -> int:
        filling = _Filling(encoding)
        for count, piece in enumerate(rest):
            filling.add(_units(piece, encoding))
            if filling.segments(reserve_units) > max_segments:
                return count
        return len(rest)

    return cut(text, fitting)


def _units(piece: str, encoding: SmsEncoding) -> int:
    if encoding is SmsEncoding.UCS_2:
        return utf16_units(piece)
    return len(piece) + sum(character in GSM_EXTENSION for character in piece)


class _Filling:
    """Segments as they fill, piece by piece."""

    def __init__(self, encoding: SmsEncoding) -> None:
        self._single = SINGLE_UNITS[encoding]
        self._multi = MULTI_UNITS[encoding]
        self._total = 0
        self._parts = 1
        self._used = 0

    def add(self, size: int) -> None:
        """Put a piece of so many units into the last segment, or where it has no room there into a new one."""
        self._total += size
        self._used += size
        if self._used > self._multi:
            self._parts += 1
            self._used = size

    def segments(self, spare: int = 0) -> int:
        """How many segments there are, with room left for `spare` more units."""
        if self._total + spare <= self._single:
            return 1
        return self._parts + max(0, -(-(self._used + spare - self._multi) // self._multi))
