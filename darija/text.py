"""One plain form for everything people type: what differs only by typing habit becomes equal.

Every function is total (any string, no exception) and takes time linear in the length of its input.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CACHED_BELOW: Final = 0x3000
"""Code points remembered by the tables below: all of Latin and Arabic, so memory stays bounded on hostile input."""

_LETTERS: Final[dict[str, str]] = {
    # Hamza on a carrier and madda fall away by decomposition; these have none.
    "ٱ": "ا",
    "ى": "ي",
    "ة": "ه",
    "ء": "",
    # Persian, Urdu and presentation habits of keyboards.
    "ک": "ك",
    "ڪ": "ك",
    "ی": "ي",
    "ې": "ي",
    "ے": "ي",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "ۀ": "ه",
    # Maghrebi letters for g, v, ch: ڭ گ ݣ stand for one sound; ڨ is its Algerian and Tunisian form.
    "ڭ": "گ",
    "ݣ": "گ",
    "ڨ": "گ",
    "ڥ": "ڤ",
    "ۋ": "ڤ",
    "ڜ": "چ",
    "ـ": "",
    # Latin letters without a decomposition.
    "œ": "oe",
    "æ": "ae",
    "ß": "ss",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ı": "i",
}

MARKS: Final = "\u0300-\u036f\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff"
"""Marks and invisible characters that may stand inside a word, for a character class."""
_ELONGATED: Final = re.compile(r"([^\W\d_])\1{2,}")
_PRIMED_DIGIT: Final = re.compile(r"([37])['’‘`´ʼ](?=[^\W\d_])")
_PRIMED: Final = {"3": "gh", "7": "kh"}


class _Marks(dict[int, str | None]):
    """Deletes marks and invisible characters; used before decomposing, whose sorting of marks is quadratic."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        kept = None if unicodedata.category(character) in {"Mn", "Me", "Cf"} else character
        if code < _CACHED_BELOW:
            self[code] = kept
        return kept


class _Plain(dict[int, str]):
    """Letters unified, digits to 0-9, marks gone, everything else a space; for decomposed lower-case text."""

    def __missing__(self, code: int) -> str:
        plain = _plain(chr(code))
        if code < _CACHED_BELOW:
            self[code] = plain
        return plain


class _Digits(dict[int, str]):
    """Decimal digits of any script to 0-9, everything else as it is."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        value = unicodedata.decimal(character, None)
        shown = character if value is None else str(value)
        if code < _CACHED_BELOW:
            self[code] = shown
        return shown


def _plain(character: str) -> str:
    known = _LETTERS.get(character)
    if known is not None:
        return known
    category = unicodedata.category(character)
    if category in {"Mn", "Me", "Cf"}:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in {"Ll", "Lo", "Nl", "No"}:
        return character
    return " "


_MARKS: Final = _Marks()
_PLAIN: Final = _Plain()
_DIGITS: Final = _Digits()


def ascii_digits(text: str) -> str:
    """Write the decimal digits of any script as 0-9 and leave all else alone.

    Args:
        text: Any string.

    Returns:
        A string of the same length: offsets stay valid.
    """
    return text.translate(_DIGITS)


def normalise(text: str) -> str:
    """Bring a text to its plain form: lower case, bare letters, ASCII digits, single spaces.

    Diacritics, accents, tatweel, zero-width and direction marks are dropped; compatibility forms resolved; Arabic
    letters unified (أإآٱ→ا, ى ئ→ي, ؤ→و, ة→ه, ء dropped, Persian and Maghrebi forms of k, y, g, v, ch to one each);
    œ→oe; a letter three times or more in a row to two (digits are never shortened); `3'`→gh and `7'`→kh before a
    letter; punctuation, apostrophes and emoji to a space.

    Args:
        text: Any string.

    Returns:
        Words of letters and digits with one space between them; empty when there is none. Applying it again
        changes nothing.
    """
    bare = _PRIMED_DIGIT.sub(lambda found: _PRIMED[found[1]], text.translate(_MARKS))
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", bare).lower()).translate(_PLAIN)
    return " ".join(_ELONGATED.sub(r"\1\1", plain).split())
