"""Numbers and names that a person gives: telephone, ICE, register number, national identity card, full name.

Normalise first, check second, refuse only what is certain: people write from memory or from a photo.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers
from stdnum.ma import ice as stdnum_ice

from conversation import Surface
from darija.text import ascii_digits
from knowledge.person_names import read_person_name
from knowledge.typing_marks import without_marks

__all__ = [
    "IceReading",
    "PhoneKind",
    "PhoneReading",
    "looks_like_national_id",
    "mask_national_ids",
    "read_ice",
    "read_nia",
    "read_person_name",
    "read_phone",
    "show_phone",
]

_READ_MAX_CHARS: Final = 400
_RUN: Final = re.compile(r"\+?\d(?:[\s().\-/]{0,3}\d)*")
_MOROCCAN: Final = re.compile(r"(?P<prefix>(?:00)?212)?(?P<zero>0)?(?P<rest>[5-8]\d{8})")
_ICE_DIGITS: Final = 15
_ICE_TRIED: Final = 8
"""Digits from which a number was meant to be an ICE (a year or a price is shorter)."""


class PhoneKind(StrEnum):
    """What a number can be used for."""

    MOBILE = "mobile"
    FIXED = "fixed"
    SERVICE = "service"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """A telephone number that was read.

    Attributes:
        e164: With a plus, as stored.
        kind: MOBILE begins with 6 or 7, FIXED with 5, SERVICE with 8 (no personal number); FOREIGN may be anything.
    """

    e164: str
    kind: PhoneKind

    @property
    def shown(self) -> str:
        """As a person in Morocco writes it, without spaces: right in every language and on every surface."""
        return show_phone(self.e164)


def read_phone(text: str) -> PhoneReading | None:
    """Read the first telephone number in a text.

    Spaces, dots and brackets, letters glued to it, Arabic and Persian digits, keycap emoji, `+2120…`, `00212…` and
    `212…` are all fine; a number that begins with another country's code stays that country's.

    Args:
        text: Any string; its first 400 characters are looked at.

    Returns:
        The number; nothing where none is complete. A number of 15 digits is an ICE, not a telephone.

    Source: ANRT's numbering plan (9 digits after +212: 5 fixed, 6 and 7 mobile, 8 services), read 2026-11-23;
        other countries: Google's metadata in `phonenumbers`.
    """
    plain = ascii_digits(without_marks(text))[:_READ_MAX_CHARS]
    for run in _RUN.finditer(plain):
        written = run[0]
        found = _whole(written) or _piece(written)
        if found:
            return found
    return None


def _whole(written: str) -> PhoneReading | None:
    digits = re.sub(r"\D", "", written)
    abroad = written[0] == "+" or digits.startswith("00")
    if abroad and not digits.removeprefix("00").startswith("212"):
        return _foreign(digits.removeprefix("00"))
    moroccan = _MOROCCAN.fullmatch(digits)
    if moroccan:
        return _moroccan(moroccan["rest"])
    bare = len(digits) in range(11, 14) and digits[0] != "0"  # a WhatsApp id: the country's code without a plus
    return _foreign(digits) if bare and not digits.startswith("212") else None


def _piece(written: str) -> PhoneReading | None:
    """A number among others, `12 ans 0612345678` without the word: it must show where it begins."""
    digits = re.sub(r"\D", "", written)
    if written[0] == "+" or digits.startswith("00") or len(digits) == _ICE_DIGITS:
        return None
    parts = re.split(r"\D+", written)
    for first in range(len(parts)):
        for last in range(len(parts), first, -1):
            found = _MOROCCAN.fullmatch("".join(parts[first:last]))
            if found and (found["prefix"] or found["zero"]):
                return _moroccan(found["rest"])
    return None


def _moroccan(rest: str) -> PhoneReading:
    kinds = {"5": PhoneKind.FIXED, "6": PhoneKind.MOBILE, "7": PhoneKind.MOBILE, "8": PhoneKind.SERVICE}
    return PhoneReading(f"+212{rest}", kinds[rest[0]])


def _foreign(digits: str) -> PhoneReading | None:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return PhoneReading(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), PhoneKind.FOREIGN)


def show_phone(e164: str, language: str = "ary", surface: Surface = Surface.SMS) -> str:
    """Write a number as the person knows it: 0612345678, and 0033… for one abroad.

    A space turns a number round in a right-to-left sentence, and a plus ends up behind it; so pairs stand apart only
    in chat, with a no-break space where the sentence is Arabic. Without language and surface: right everywhere.

    Args:
        e164: As `PhoneReading` gives it.
        language: One of the four written forms.
        surface: Where it is shown.
    """
    digits = e164.removeprefix("+")
    if not digits.startswith("212"):
        return f"00{digits}"
    national = f"0{digits[3:]}"
    if surface is Surface.SMS:
        return national
    space = " " if language in {"fr", "ary-Latn"} else "\u00a0"
    return space.join(national[at : at + 2] for at in range(0, len(national), 2))


@dataclass(frozen=True, slots=True)
class IceReading:
    """What was given as an ICE.

    Attributes:
        digits: As read.
        length_ok: Whether there are 15: without, it is certainly wrong.
        check_ok: Whether the number is divisible by 97: if not, it is probably wrong.
    """

    digits: str
    length_ok: bool
    check_ok: bool


def read_ice(text: str) -> IceReading | None:
    """Read an ICE (التعريف الموحد للمقاولة): 9 digits of the entity, 4 of the establishment, 2 of control.

    Args:
        text: Any string; its first 400 characters are looked at.

    Returns:
        The number with 15 digits, else the longest one of at least 8 digits, else nothing.

    Source: https://arthurdejong.org/python-stdnum/doc/stdnum.ma.ice (structure, modulo 97), read 2026-11-23.
    """
    plain = ascii_digits(without_marks(text))[:_READ_MAX_CHARS]
    runs = [re.sub(r"\D", "", run[0]) for run in _RUN.finditer(plain)]
    digits = max(runs, key=lambda run: (len(run) == _ICE_DIGITS, len(run)), default="")
    if len(digits) < _ICE_TRIED:
        return None
    length_ok = len(digits) == _ICE_DIGITS
    return IceReading(digits, length_ok, length_ok and stdnum_ice.is_valid(digits))


_NIA_TOKEN: Final = re.compile(r"(?<![A-Z0-9/-])[A-Z0-9](?:[A-Z0-9/-]{1,23}[A-Z0-9])(?![A-Z0-9/-])")
_NIA_DIGITS: Final = 3
"""Digits from which a word is a number: fewer spell letters in Latin Darija (`3ndi`, `m3a9oul`)."""
_YEAR: Final = re.compile("(?:19|20)[0-9]{2}")


def read_nia(text: str) -> str | None:
    """Read the number of a registered artisan (NIA, رقم الهوية الحرفية), whose format is not published.

    Args:
        text: Any string; its first 400 characters are looked at.

    Returns:
        3 to 25 letters, digits, slashes and hyphens with at least 3 digits, in capitals. Digits in groups are put
        together where they are all that was written. No mobile number, and no year inside a sentence.
    """
    plain = ascii_digits(without_marks(text))[:_READ_MAX_CHARS].upper()
    told = re.sub(r"^\W*(?:(?:RNA|NIA|N°|NO|NUM[EÉ]RO|رقم|الرقم|نمرة)\W+)*", "", plain).strip(" .:،,")
    if re.fullmatch(r"[A-Z]{0,4}[.-]?[0-9][0-9\s./-]*[A-Z0-9]?", told) and not _phone_like(told):
        grouped = re.sub(r"[\s.]", "", told)
        if _is_nia(grouped):
            return grouped
    words = told.split()
    for word in _NIA_TOKEN.findall(told):
        alone = len(words) == 1
        if _is_nia(word) and not _phone_like(word) and (alone or not _YEAR.fullmatch(word)):
            return str(word)
    return None


def _is_nia(word: str) -> bool:
    return bool(_NIA_TOKEN.fullmatch(word)) and sum(letter.isdecimal() for letter in word) >= _NIA_DIGITS


def _phone_like(word: str) -> bool:
    found = read_phone(word)
    return found is not None and found.kind is PhoneKind.MOBILE


_GAP: Final = "[\\s.\\-\u200b-\u200f\u202a-\u202e\u2060-\u2069]{0,2}"
_NATIONAL_ID: Final = re.compile(
    # As printed on the card; not a sum of dirhams (`b50000 dh`).
    r"(?<![^\W_])(?!dh)[a-z]{1,2}-?[0-9]{5,6}(?![^\W_])(?!\s*(?:dh|درهم|dirham|€|euro))"
    # After the card's name, in any shape.
    r"|(?:(?<![^\W_])(?:cin|cnie?|c\.i\.n|la ?carte? nationale?|carte nationale|lakart(?: nasiona?l)?)(?![^\W_])"
    r"|(?:ال)?بطاق[ةه] (?:ال)?وطني[ةه]|لاكارط|كارط ناسيونال)[^\d\n]{0,20}?"
    rf"(?P<told>(?:(?<![^\W_])[a-z]{{1,2}}{_GAP})?[0-9](?:{_GAP}[0-9]){{4,6}}(?!{_GAP}[0-9]))",
    re.IGNORECASE,
)
_NATIONAL_ID_ALONE: Final = re.compile("(?!DH)[A-Z]{1,2}[0-9]{5,6}")
_HIDDEN: Final = "••••••"


def looks_like_national_id(text: str) -> bool:
    """Whether a text holds what looks like the number of a national identity card: never asked, never kept.

    Args:
        text: Any string.

    Returns:
        True for 1 or 2 letters and 5 or 6 digits standing alone, or a number after the card's name.

    Source: docs/privacy.md; the shape is general knowledge, no official page gives it.
    """
    return _alone(text) or _NATIONAL_ID.search(ascii_digits(text)) is not None


def mask_national_ids(text: str) -> str:
    """Put dots in the place of what looks like the number of a national identity card.

    Args:
        text: Any string.

    Returns:
        The text, otherwise untouched.
    """
    if _alone(text):
        return _HIDDEN
    kept, position = [], 0
    for found in _NATIONAL_ID.finditer(ascii_digits(text)):
        start, end = found.span("told") if found["told"] else found.span()
        kept += [text[position:start], _HIDDEN]
        position = end
    return "".join([*kept, text[position:]])


def _alone(text: str) -> bool:
    plain = re.sub(r"[\s.\-/]", "", ascii_digits(without_marks(text))).upper()
    return _NATIONAL_ID_ALONE.fullmatch(plain) is not None
