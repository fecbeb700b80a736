"""Reference codes of requests: `M` and eight digits, easy to say on the telephone, the last one a check digit.

The Damm check digit finds every single wrong digit and every two neighbours exchanged
(H. M. Damm, 2004; python-stdnum `stdnum.damm`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Final

from stdnum import damm

from darija.text import ascii_digits
from knowledge.typing_marks import without_marks

_DRAWN: Final = 10**7
"""Codes that exist: seven digits are drawn, the eighth follows."""
_GAP: Final = r"[\s.\-/_]{0,3}"
_MARKED: Final = re.compile(rf"(?<![^\W\d_])[mم]{_GAP}(\d(?:{_GAP}\d)*)(?![^\W\d_])", re.IGNORECASE)
_ALONE: Final = re.compile(rf"\s*(\d(?:{_GAP}\d){{7}})\s*")
_DIGITS: Final = 8
_NEAR: Final = range(6, 11)
"""How many digits after an M still look like a reference with a digit lost or doubled."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A code whose check digit is right."""

    code: str


@dataclass(frozen=True, slots=True)
class ReferenceTypo:
    """What looks like a code but is none: a digit was mistyped, lost or added."""

    code: str


def new_reference(rng: Random) -> str:
    """Draw a reference code.

    Args:
        rng: Where the digits come from; whoever stores the code makes sure that it is free.

    Returns:
        `M` and eight digits.
    """
    digits = f"{rng.randrange(_DRAWN):07d}"
    return f"M{digits}{damm.calc_check_digit(digits)}"


def read_reference(text: str) -> Reference | ReferenceTypo | None:
    """Read a reference code as people write it.

    Spaces, dots and hyphens between the digits, Arabic digits, `م` for M and small letters are all fine; without
    the letter the eight digits must be the whole message.

    Args:
        text: Any string.

    Returns:
        The code, or the mistyped code, or nothing where none was written. A right code goes before a mistyped one.
    """
    plain = ascii_digits(without_marks(text))
    alone = _ALONE.fullmatch(plain)
    written = [alone[1]] if alone else [found[1] for found in _MARKED.finditer(plain)]
    typo = None
    for one in written:
        digits = re.sub(r"\D", "", one)
        if len(digits) == _DIGITS and damm.is_valid(digits):
            return Reference(f"M{digits}")
        if typo is None and len(digits) in _NEAR:
            typo = ReferenceTypo(f"M{digits}")
    return typo


def spoken(code: str) -> str:
    """Write a code in pairs, as it is said on the telephone: `M 48 21 73 62`."""
    return " ".join([code[0], *(code[at : at + 2] for at in range(1, len(code), 2))])
