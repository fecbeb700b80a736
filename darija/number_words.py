"""Number words of Darija, Arabic and French, one word at a time; `darija.numbers` puts them together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from darija.fold import phonetic_words


class Kind(Enum):
    """How a number word joins its neighbours."""

    UNIT = auto()
    """0 to 9."""
    TEEN = auto()
    """10 to 19."""
    TEN = auto()
    """20, 30 … 90."""
    HUNDRED = auto()
    """100, multiplied by a unit before it."""
    HUNDREDS = auto()
    """200 to 900 in one word."""
    THOUSAND = auto()
    """1000, multiplied by what stands before it."""
    THOUSANDS = auto()
    """2000 in one word (ألفين)."""
    ROUND = auto()
    """A number by itself: une vingtaine, عامين."""
    DIGITS = auto()
    """Written in digits."""


@dataclass(frozen=True, slots=True)
class NumberWord:
    """One word read as a number.

    Attributes:
        value: 0 to 999,999.
        kind: How it joins its neighbours.
        joined: The word carries its own "and": وعشرين, w3chrin.
        weak: As often an article as a number: un, une, واحد.
    """

    value: int
    kind: Kind
    joined: bool = False
    weak: bool = False


_LONGEST: Final = 24
"""Characters: no number word of the three languages is longer."""

_FRENCH: Final[dict[str, tuple[int, Kind]]] = (
    {
        word: (value, Kind.UNIT)
        for value, words in enumerate(
            ("zero", "un une", "deux", "trois", "quatre quatr", "cinq", "six", "sept", "huit", "neuf")
        )
        for word in words.split()
    }
    | {
        word: (10 + value, Kind.TEEN)
        for value, word in enumerate(("dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"))
    }
    | {
        word: (10 * tens, Kind.TEN)
        for tens, words in enumerate(
            ("vingt vingts", "trente", "quarante", "cinquante", "soixante", "septante", "huitante octante", "nonante"),
            start=2,
        )
        for word in words.split()
    }
    | {"cent": (100, Kind.HUNDRED), "cents": (100, Kind.HUNDRED)}
    | dict.fromkeys(("mille", "milles"), (1000, Kind.THOUSAND))
    | {
        word: (value, Kind.ROUND)
        for word, value in {
            "dizaine": 10,
            "douzaine": 12,
            "quinzaine": 15,
            "vingtaine": 20,
            "trentaine": 30,
            "quarantaine": 40,
            "cinquantaine": 50,
            "soixantaine": 60,
            "centaine": 100,
            "millier": 1000,
        }.items()
    }
)

# Patterns over phonetic forms, so that both scripts are covered at once; "-" is a vowel that may be written or not.
_TEEN: Final = "-3?Cr?l?"
_HEARD: Final[tuple[tuple[int, Kind, str], ...]] = (
    (1, Kind.UNIT, "oahi?da?|ohda|ahd|[ai]hdi"),
    (2, Kind.UNIT, "joj|zoj|[ai]?tnain|[ai]tn(?:a|i)n?|tnin"),
    (3, Kind.UNIT, "ta?la?ta?|tilt"),
    (4, Kind.UNIT, "[ai]?r-b-3a?"),
    (5, Kind.UNIT, "x-m-sa?"),
    (6, Kind.UNIT, "si?ta?"),
    (7, Kind.UNIT, "s-b-3a?"),
    (8, Kind.UNIT, "t-ma?n[ia]+"),
    (9, Kind.UNIT, "t-s-3-a?|t-s-3?oda?"),
    (10, Kind.TEEN, "3-C-ra?"),
    (11, Kind.TEEN, "a?h-da" + _TEEN),
    (12, Kind.TEEN, "a?tna" + _TEEN),
    (13, Kind.TEEN, "t-l-ta" + _TEEN),
    (14, Kind.TEEN, "a?r-b-3?-ta" + _TEEN),
    (15, Kind.TEEN, "x-m-s-ta" + _TEEN),
    (16, Kind.TEEN, "s-ta" + _TEEN),
    (17, Kind.TEEN, "s-b-3-ta" + _TEEN),
    (18, Kind.TEEN, "t-m-n-ta" + _TEEN),
    (19, Kind.TEEN, "t-s-3-ta" + _TEEN),
    (20, Kind.TEN, "3-C-r[io]n"),
    (30, Kind.TEN, "t-l-t[io]n"),
    (40, Kind.TEN, "[ai]?r-b-3[io]n"),
    (50, Kind.TEN, "x-m-s[io]n"),
    (60, Kind.TEN, "s-t[io]n"),
    (70, Kind.TEN, "s-b-3[io]n"),
    (80, Kind.TEN, "t-m-n[io]n"),
    (90, Kind.TEN, "t-s-3[io]n"),
    (100, Kind.HUNDRED, "mi?a?ia|miat|mit"),
    (200, Kind.HUNDREDS, "mi?a?i?t(?:i|ai)n|mi?a?itan"),
    (300, Kind.HUNDREDS, "t-l-t-ma?ia"),
    (400, Kind.HUNDREDS, "[ai]?r-b-3-ma?ia"),
    (500, Kind.HUNDREDS, "x-m-s-ma?ia"),
    (600, Kind.HUNDREDS, "s-t-ma?ia"),
    (700, Kind.HUNDREDS, "s-b-3-ma?ia"),
    (800, Kind.HUNDREDS, "t-m-n-ma?ia"),
    (900, Kind.HUNDREDS, "t-s-3-ma?ia"),
    (1000, Kind.THOUSAND, "[ai]lf|a?laf"),
    (2000, Kind.THOUSANDS, "[ai]?lf(?:i|ai|a)n"),
    (2000, Kind.THOUSAND, "lfa"),  # ألفا درهم; after a number a thousand: خمسون ألفا
    (2, Kind.ROUND, "3ama?in|sna?tain|sntin"),
)
_DARIJA: Final = re.compile(
    "|".join(f"(?P<w{row}>{pattern.replace('-', '[aio]?')})" for row, (_, _, pattern) in enumerate(_HEARD))
)
_TEN_OR_MORE: Final = 10
_FALSE_NUMBERS: Final = (
    "matin matins met mets cet soutien oumiya omiya wasit wassit othmane site sites ثمنه ثمنها ثمنا وسيط وهذا عاشورا "
    "عاشوراء ربيعه اميه طالت اهدي متين متينه واتمني"
)
"""Words that only sound like a number: of French, the price, the illiterate, a given name."""
_NO_NUMBERS: Final = frozenset(_FALSE_NUMBERS.split())
_ZERO: Final = frozenset({"صفر", "sifr"})
_WEAK: Final = frozenset({"un", "une"})


def _darija(heard: str) -> tuple[int, Kind] | None:
    found = _DARIJA.fullmatch(heard)
    if found is None or found.lastgroup is None:
        return None
    value, kind, _ = _HEARD[int(found.lastgroup[1:])]
    return value, kind


@lru_cache(4096)
def _read(word: str) -> NumberWord | None:
    french = _FRENCH.get(word)
    if french is not None:
        return NumberWord(*french, weak=word in _WEAK)
    if word in _NO_NUMBERS or (word[0] in "وب" and word[1:] in _NO_NUMBERS):
        return None
    if word in _ZERO:
        return NumberWord(0, Kind.UNIT)
    heard = "".join(phonetic_words(word))
    known = _darija(heard)
    if known is not None:
        return NumberWord(*known, weak=heard.startswith("o") and known[0] == 1)
    if heard.startswith("l"):
        # "about ten" is واحد العشرة; below ten the article makes days of them (الثلاثاء، الأربعاء).
        known = _darija(heard[1:])
        return NumberWord(*known) if known is not None and known[0] >= _TEN_OR_MORE else None
    if heard.startswith("o"):
        known = _darija(heard[1:].removeprefix("a") if heard.startswith("oa") else heard[1:])
        if known is not None:
            return NumberWord(*known, joined=True)
    return None


def number_word(word: str) -> NumberWord | None:
    """Read one normalised word as a number word.

    Args:
        word: One word as `darija.text.normalise` gives it.

    Returns:
        What it counts, or None when it is no number word (digits are none: see `darija.numbers`).
    """
    return _read(word) if len(word) <= _LONGEST else None
