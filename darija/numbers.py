"""Numbers as people give them: digits of any script, words of Darija (both scripts), Arabic and French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from darija.fold import phonetic
from darija.number_words import Kind, NumberWord, number_word
from darija.text import MARKS, ascii_digits, normalise

LARGEST: Final = 999_999
_DIGITS_AT_MOST: Final = 6
_VINGT: Final = 20
_QUATRE: Final = 4
_SEPT: Final = 7
_DIX: Final = 10
_CENT: Final = 100
_MILLE: Final = 1000

_TOKEN: Final = re.compile(
    r"(?P<telephone>\+\d[\d .\-/\u00a0]{6,}|(?<!\d)\d{1,4}(?:[ .\-/\u00a0]\d{2,4}){3,}(?!\d))"
    r"|(?P<grouped>(?<![\d.,])\d{1,3}(?:[ .,'\u00a0\u202f]\d{3})+(?![\d.,]?\d))"
    r"|(?P<fraction>(?<![\d.,/-])\d+[.,]\d{1,2}(?![\d.,/-]))"
    rf"|(?P<word>(?:[37]['’‘`´ʼ](?=[^\W\d_])|[^\W_]|[{MARKS}])+)"
)
# Digits glued to their noun: always before Arabic letters; before Latin ones when they cannot be letters themselves
# (3am is عام, 12ans is a number) or when a French noun follows.
_GLUED: Final = re.compile(
    r"(\d+)(?:[\u0620-\u064a]+|(?<=\d\d)[a-z]+|(?<=[01])[a-z]+|(?:ans|annees?|dhs?|mad|h|jours?|mois|km|kg|m|cm)$)"
)
_AND: Final = frozenset({"و", "o", "w", "u", "ou", "wa", "et"})
_NEW_AFTER: Final = frozenset({"tout", "toute", "tous", "comme", "est", "etat", "flambant", "presque"})
"""Words after which French "neuf" is "new" and not nine."""
_YEAR: Final = frozenset({"3am", "sna", "sana", "an", "Ci 3am"})


@dataclass(slots=True)
class _Sum:
    """A number being put together, word by word."""

    thousands: int = 0
    group: int = 0
    last: NumberWord | None = None
    weak: bool = False
    start: int = 0
    end: int = 0

    @property
    def value(self) -> int:
        return self.thousands + self.group

    def take(self, word: NumberWord, *, joined: bool) -> bool:
        """Add a word to this number; False when it begins another one."""
        taken = self._join(word, joined=joined)
        if taken:
            self.weak = word.weak and self.last is None
            self.last = NumberWord(80, Kind.TEN) if self._quatre_vingt(word, joined=joined) else word
        return taken

    def _quatre_vingt(self, word: NumberWord, *, joined: bool) -> bool:
        last = self.last
        return last is not None and not joined and (last.value, word.value) == (_QUATRE, _VINGT)

    def _join(self, word: NumberWord, *, joined: bool) -> bool:
        last = self.last
        if last is None:
            return self._first(word)
        if joined and last.kind is Kind.THOUSAND and self.thousands == last.value:
            self.thousands = _MILLE  # ألفا درهم is two thousand, ألفا وخمسمائة is one and a half
        multiplies = last.kind in {Kind.UNIT, Kind.DIGITS} and 1 < last.value < _DIX and not joined
        if word.kind in {Kind.THOUSAND, Kind.THOUSANDS}:
            return self._thousand(word, joined=joined)
        if word.kind is Kind.HUNDRED and multiplies:
            self.group += last.value * (_CENT - 1)
        elif self._quatre_vingt(word, joined=joined):
            self.group += _QUATRE * _VINGT - _QUATRE
        elif _fits(word, last, joined=joined):
            self.group += word.value
        else:
            return False
        return True

    def _first(self, word: NumberWord) -> bool:
        if word.kind in {Kind.THOUSAND, Kind.THOUSANDS}:
            self.thousands = word.value
        else:
            self.group = word.value
        return True

    def _thousand(self, word: NumberWord, *, joined: bool) -> bool:
        if self.thousands or joined or word.kind is Kind.THOUSANDS or not 0 < self.group < _MILLE:
            return False
        self.thousands, self.group = self.group * _MILLE, 0
        return True


def _fits(word: NumberWord, last: NumberWord, *, joined: bool) -> bool:
    """Tell whether a number may be added to the one before: 100 + 5, 60 + 11, dix-sept, خمسة عشر, خمسة وعشرين."""
    above = {Kind.THOUSAND: _MILLE, Kind.THOUSANDS: _MILLE, Kind.HUNDRED: _CENT, Kind.HUNDREDS: _CENT}.get(last.kind, 0)
    pair = (last.kind, word.kind)
    if pair == (Kind.UNIT, Kind.TEEN):
        return not joined and word.value == _DIX and last.value > 0 and not last.weak
    if pair == (Kind.UNIT, Kind.TEN):
        return joined and last.value > 0
    if pair == (Kind.TEN, Kind.TEEN):
        return last.value in {60, 80}
    if pair == (Kind.TEEN, Kind.UNIT):
        return not joined and last.value == _DIX and word.value >= _SEPT
    if pair == (Kind.TEN, Kind.UNIT):
        return word.value > 0
    return word.kind is not Kind.ROUND and (joined or word.kind is not Kind.DIGITS) and word.value < above


def _digits(word: str) -> NumberWord | None:
    return NumberWord(int(word), Kind.DIGITS) if len(word) <= _DIGITS_AT_MOST else None


def _read(word: str) -> NumberWord | None:
    if word.isdecimal():
        return _digits(word)
    known = number_word(word)
    if known is None and word[0].isdecimal():
        glued = _GLUED.fullmatch(word)
        return _digits(glued[1]) if glued else None
    return known


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number in a text: its value, and its place in characters."""

    value: int
    start: int
    end: int


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Plain words with their place in the text; a telephone number is a word that is no number."""
    for token in _TOKEN.finditer(ascii_digits(text)):
        written, (start, end) = token[0], token.span()
        match token.lastgroup:
            case "telephone":
                yield "x", start, end
            case "grouped":
                yield re.sub(r"\D", "", written), start, end
            case "fraction":
                yield re.split("[.,]", written)[0], start, end
            case _:
                for word in normalise(written).split():
                    yield word, start, end


def may_count(word: str) -> bool:
    """Whether a normalised word can be a number or a part of one; most words cannot, and that is quickly told."""
    return any(map(str.isdecimal, word)) or any(number_word(part) is not None for part in word.split())


def locate_numbers(text: str) -> list[FoundNumber]:
    """Find the numbers of a text with their places, in order.

    Args:
        text: Any string. Telephone numbers and digits beyond six places are left out; of a fraction the whole part
            counts; `un`, `une`, `واحد` count only where no other number stands.

    Returns:
        Values from 0 to 999,999.
    """
    sums: list[_Sum] = []
    current = _Sum()
    joined = False
    before = ""
    for word, start, end in _words(text):
        known = None if word == "neuf" and before in _NEW_AFTER else _read(word)
        before = word
        if known is None:
            if word in _AND and current.last is not None and not joined:
                joined = True
                continue
            current, joined = _Sum(), False
            continue
        if not current.take(known, joined=joined or known.joined):
            current = _Sum()
            current.take(known, joined=False)
        if not sums or sums[-1] is not current:
            sums.append(current)
            current.start = start
        current.end = end
        joined = False
    strong = [each for each in sums if not each.weak and each.value <= LARGEST]
    return [FoundNumber(one.value, one.start, one.end) for one in strong or [each for each in sums if each.weak]]


def find_numbers(text: str) -> list[int]:
    """Give the values of the numbers of a text, in order: `locate_numbers` without the places."""
    return [number.value for number in locate_numbers(text)]


def read_number(text: str) -> int | None:
    """Read the one number a text gives.

    Args:
        text: An answer such as "12 3am", "عشر سنين", "une vingtaine" or "٣٥".

    Returns:
        0 to 999,999; a bare "a year" is 1. None when there is no number, or several different ones.
    """
    numbers = set(find_numbers(text))
    if len(numbers) == 1:
        return numbers.pop()
    return 1 if not numbers and phonetic(text) in _YEAR else None
