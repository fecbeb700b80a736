"""Days as people name them: 15/04, "le 15 avril", "15 غشت", "nhar l7ed", "غدا", "dans trois jours".

Moroccan names of months (يناير … ماي، يوليوز، غشت، شتنبر، نونبر، دجنبر) and those of the east and of French; a day
without a year is the next one to come, a weekday the next such day after today. Words are compared by their sound.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from darija import date_words as words
from darija.fold import bare, phonetic
from darija.numbers import read_number
from darija.text import MARKS, ascii_digits, normalise

READ_MAX_CHARS: Final = 1_000
"""Characters looked at."""
FARTHEST_DAYS: Final = 1_100
"""Days (three years) beyond which "in N days" is no date anybody plans for."""

_TOKEN: Final = re.compile(rf"\d+|(?:[37]['’](?=[^\W\d_])|[^\W_]|[{MARKS}])+|[-/.,،؛;:!?؟()\n]")
_WRITTEN: Final = re.compile(
    r"(?<![\d/.-])(?:(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
    r"|(?P<d2>\d{1,2})\s?(?P<by>[-/.])\s?(?P<m2>\d{1,2})(?:\s?(?P=by)\s?(?P<y2>(?:19|20)?\d\d))?)(?![\d/]|[.-]\d)"
)
_FIRST_CENTURY: Final = 2000

_MONTH_DAYS: Final = 30
_WINDOW: Final = 4


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day (or a month) in a text.

    Attributes:
        iso: ISO 8601, `2027-04-15`; a month without a day is `2027-04`.
        start: Offset of the first character.
        end: Offset after the last one.
    """

    iso: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Word:
    plain: str
    heard: str
    start: int
    end: int


@cache
def _table(*lines: str) -> dict[str, int]:
    """Sound → number of the line."""
    return {phonetic(word): row for row, line in enumerate(lines) for word in line.split()}


@cache
def _letters(*lines: str) -> dict[str, int]:
    """Plain letters → number of the line: for words too short to be told by their sound."""
    return {normalise(word): row for row, line in enumerate(lines) for word in line.split()}


@cache
def _heard(line: str) -> frozenset[str]:
    return frozenset(phonetic(word) for word in line.split())


@cache
def _phrases(line: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phonetic(phrase).split()) for phrase in line.split("|"))


@cache
def _unit_days() -> dict[str, int]:
    return {phonetic(word): days for days, line in words.UNITS.items() for word in line.split()}


@cache
def _pair_days() -> dict[str, int]:
    return {phonetic(word): days for word, days in words.PAIRS.items()}


def _words_of(text: str) -> list[_Word]:
    found: list[_Word] = []
    for token in _TOKEN.finditer(text):
        plain = normalise(token[0])
        heard = phonetic(token[0])
        found.append(_Word(plain, heard if plain else "", token.start(), token.end()))
    return found


def _bare(heard: str) -> str:
    """Without و ف ب of a joined small word and without the article."""
    return bare(heard.rsplit(" ", maxsplit=1)[-1])


def _looked_up(word: _Word, tables: tuple[str, ...]) -> int | None:
    if not word.plain:
        return None
    by_letters = _letters(*tables).get(word.plain)
    if by_letters is not None:
        return by_letters
    heard = _table(*tables)
    if word.heard in heard and len(word.heard) > 3:  # noqa: PLR2004 - shorter ones sound like other words
        return heard[word.heard]
    cut = _bare(word.heard)
    return heard.get(cut) if len(cut) > 4 else None  # noqa: PLR2004 - as above


def _day(year: int, month: int, day: int) -> date | None:
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1900 <= year <= 2199):  # noqa: PLR2004 - a calendar
        return None
    return date(year, month, day) if day <= calendar.monthrange(year, month)[1] else None


def _next_day(today: date, month: int, day: int) -> date | None:
    """The next such day to come, today included; the 29th of February waits for its year."""
    return next(
        (found for year in range(today.year, today.year + 9) if (found := _day(year, month, day)) and found >= today),
        None,
    )


def _full_year(written: str) -> int:
    return int(written) if len(written) == 4 else _FIRST_CENTURY + int(written)  # noqa: PLR2004 - digits of a year


class _Reader:
    """Goes through the words of one text."""

    def __init__(self, text: str, today: date) -> None:
        self._text = text
        self._today = today
        self._words = _words_of(text)

    def found(self) -> Iterator[FoundDate]:
        taken = 0
        written = list(self._written())
        for one in written:
            yield one
        place = 0
        while place < len(self._words):
            word = self._words[place]
            inside = any(one.start < word.end and word.start < one.end for one in written)
            found = None if inside or word.start < taken else self._at(place)
            if found is None:
                place += 1
                continue
            one, length = found
            yield one
            taken = one.end
            place += length

    def _written(self) -> Iterator[FoundDate]:
        for match in _WRITTEN.finditer(self._text):
            day, month = int(match["d"] or match["d2"]), int(match["m"] or match["m2"])
            year = match["y"] or match["y2"]
            if year is None and match["by"] == ".":  # 2.5 is a number
                continue
            if year is None and match["by"] == "-" and not self._introduced(match.start()):  # 10-12 is a range
                continue
            found = _day(_full_year(year), month, day) if year else _next_day(self._today, month, day)
            if found is not None:
                yield FoundDate(found.isoformat(), match.start(), match.end())

    def _introduced(self, start: int) -> bool:
        before = [word for word in self._words if word.end <= start and word.plain]
        return bool(before) and before[-1].heard in _heard(words.DAY_WORDS)

    def _at(self, place: int) -> tuple[FoundDate, int] | None:
        for read in (self._named_day, self._relative, self._counted, self._weekday, self._month_alone):
            found = read(place)
            if found is not None:
                iso, length = found
                return FoundDate(iso, self._words[place].start, self._words[place + length - 1].end), length
        return None

    def _number(self, place: int, length: int, most: int) -> int | None:
        window = self._words[place : place + length]
        if len(window) < length or not all(word.plain for word in window):
            return None
        number = read_number(self._text[window[0].start : window[-1].end])
        return number if number is not None and 1 <= number <= most else None

    def _skip(self, place: int, line: str) -> int:
        while place < len(self._words) and self._words[place].heard in _heard(line):
            place += 1
        return place

    def _named_day(self, place: int) -> tuple[str, int] | None:
        """15 avril 2027, 15 من شهر غشت, quinze avril, 1er mai, 15 شهر 4."""
        first = self._words[place].plain
        ordinal = 1 if first in {"1er", "premier", "الفاتح", "فاتح", "1re"} else None
        for length in (3, 2, 1) if ordinal is None else (1,):
            day = ordinal or self._number(place, length, 31)
            if day is None:
                continue
            at = place + length
            after = self._skip(at, words.OF)
            if after >= len(self._words):
                continue
            month = _looked_up(self._words[after], words.MONTHS)
            by_number = after > at and self._words[after - 1].heard in _heard(words.MONTH_MARKS)
            if month is None and by_number and (number := self._number(after, 1, 12)) is not None:
                month = number - 1
            if month is None:
                continue
            end, year = self._year(after + 1)
            found = _day(year, month + 1, day) if year else _next_day(self._today, month + 1, day)
            if found is not None:
                return found.isoformat(), end - place
        return None

    def _year(self, place: int) -> tuple[int, int | None]:
        after = self._skip(place, "سنة 3am عام sana lan an de من ديال dyal")
        if after < len(self._words) and re.fullmatch(r"(?:19|20)\d\d", self._words[after].plain):
            return after + 1, int(self._words[after].plain)
        return place, None

    def _phrase(self, place: int, line: str) -> int:
        """Length of the longest of some phrases that stands here; 0 when none does."""
        for length in range(_WINDOW, 0, -1):
            window = self._words[place : place + length]
            heard = tuple(part for word in window for part in word.heard.split())
            if len(window) == length and all(word.plain for word in window) and heard in _phrases(line):
                return length
        return 0

    def _relative(self, place: int) -> tuple[str, int] | None:
        for line, days in (
            (words.AFTER_TOMORROW, 2),
            (words.BEFORE_YESTERDAY, -2),
            (words.NEXT_WEEK, 7),
            (words.TODAY, 0),
            (words.TOMORROW, 1),
            (words.YESTERDAY, -1),
        ):
            length = self._phrase(place, line)
            if length:
                return (self._today + timedelta(days=days)).isoformat(), length
        return None

    def _counted(self, place: int) -> tuple[str, int] | None:
        """In three days, من هنا أسبوعين, il y a 2 semaines, 3 iyam hadi."""
        for line, sign in ((words.AHEAD, 1), (words.AGO, -1)):
            lead = self._phrase(place, line)
            span = self._span(place + lead) if lead else None
            if span is not None:
                days, end = span
                return self._shifted(sign * days, end - place)
        span = self._span(place)
        if span is not None:
            days, end = span
            tail = self._phrase(end, words.AGO_AFTER)
            if tail:
                return self._shifted(-days, end + tail - place)
        return None

    def _shifted(self, days: int, length: int) -> tuple[str, int] | None:
        if abs(days) > FARTHEST_DAYS:
            return None
        if days % _MONTH_DAYS == 0:
            months = self._today.year * 12 + self._today.month - 1 + days // _MONTH_DAYS
            year, month = divmod(months, 12)
            day = min(self._today.day, calendar.monthrange(year, month + 1)[1])
            return date(year, month + 1, day).isoformat(), length
        return (self._today + timedelta(days=days)).isoformat(), length

    def _span(self, place: int) -> tuple[int, int] | None:
        """A length of time that begins here: days, and the place after it."""
        if place >= len(self._words):
            return None
        pair = _pair_days().get(_bare(self._words[place].heard)) or _pair_days().get(self._words[place].heard)
        if pair:
            return pair, place + 1
        for length in (3, 2, 1):
            number = self._number(place, length, FARTHEST_DAYS)
            at = place + length
            if number is None or at >= len(self._words):
                continue
            days = _unit_days().get(self._words[at].heard) or _unit_days().get(_bare(self._words[at].heard))
            if days:
                return number * days, at + 1
        days = _unit_days().get(self._words[place].heard)
        return (days, place + 1) if days and days > 1 else None

    def _weekday(self, place: int) -> tuple[str, int] | None:
        start = place
        word = self._words[place]
        opened = word.heard in _heard(words.DAY_WORDS)
        if opened:
            place += 1
            if place >= len(self._words):
                return None
            word = self._words[place]
        weekday = _looked_up(word, words.WEEKDAYS)
        if weekday is None or (word.plain in _needs_day() and not opened):
            return None
        ahead = (weekday - self._today.weekday() - 1) % 7 + 1
        end = place + 1
        if end < len(self._words) and self._words[end].heard in _heard(words.LAST):
            ahead -= 7 if ahead < 7 else 14  # noqa: PLR2004 - days of a week
            ahead = ahead if ahead < 0 else ahead - 7
            end += 1
        return (self._today + timedelta(days=ahead)).isoformat(), end - start

    def _month_alone(self, place: int) -> tuple[str, int] | None:
        """A month with its year, or after "in": avril 2027, f ghocht, شهر ماي."""
        month = _looked_up(self._words[place], words.MONTHS)
        if month is None:
            return None
        end, year = self._year(place + 1)
        marked = place - 1
        while marked > 0 and self._words[marked].heard in _heard(words.OF) - _heard(words.BEFORE_MONTH):
            marked -= 1
        before = self._words[marked].heard if place else ""
        joined = self._words[place].heard.startswith(("f ", "fi "))
        if year is None and not joined and before not in _heard(words.BEFORE_MONTH):
            return None
        year = year or self._today.year + (month + 1 < self._today.month)
        return f"{year:04}-{month + 1:02}", end - place


@cache
def _needs_day() -> frozenset[str]:
    return frozenset(normalise(word) for word in words.NEEDS_DAY.split())


def find_dates(text: str, today: date) -> list[FoundDate]:
    """Find the days a text names.

    Args:
        text: Any string; its first 1,000 characters are looked at.
        today: The day from which "tomorrow" and days without a year are counted.

    Returns:
        In order of their place. Day before month (15/04), as in Morocco; what is no day of the calendar is left out.
    """
    plain = ascii_digits(text[:READ_MAX_CHARS])
    return sorted(_Reader(plain, today).found(), key=lambda one: one.start)
