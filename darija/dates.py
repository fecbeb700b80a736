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
from typing import Final

from darija import date_words as words
from darija.date_hearing import (
    Word,
    letters,
    looked_up,
    openings,
    ordinals,
    pair_days,
    phrases,
    sounds,
    unit_days,
    without_article,
    words_of,
)
from darija.numbers import may_count, read_number
from darija.text import ascii_digits

READ_MAX_CHARS: Final = 1_000
"""Characters looked at."""
FARTHEST_DAYS: Final = 1_100
"""Days (three years) beyond which "in N days" is no date anybody plans for."""

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
        self._words = words_of(text)
        self._counts = [bool(word.plain) and may_count(word.plain) for word in self._words]

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
        return bool(before) and before[-1].heard in sounds(words.DAY_WORDS)

    def _at(self, place: int) -> tuple[FoundDate, int] | None:
        for read in (
            self._named_day,
            self._first_of_two,
            self._next_week,
            self._relative,
            self._counted,
            self._weekday,
            self._next_month_alone,
            self._month_alone,
        ):
            found = read(place)
            if found is not None:
                iso, length = found
                return FoundDate(iso, self._words[place].start, self._words[place + length - 1].end), length
        return None

    def _number(self, place: int, length: int, most: int) -> int | None:
        window = self._words[place : place + length]
        if len(window) < length or not all(word.plain for word in window):
            return None
        if not self._counts[place]:  # "au 5" begins before it
            return None
        number = read_number(self._text[window[0].start : window[-1].end])
        return number if number is not None and 1 <= number <= most else None

    def _skip(self, place: int, line: str) -> int:
        while place < len(self._words) and self._words[place].heard in sounds(line):
            place += 1
        return place

    def _named_day(self, place: int) -> tuple[str, int] | None:
        """15 avril 2027, 15 من شهر غشت, quinze avril, 1er mai, 15 شهر 4."""
        ordinal, words_of_it = self._ordinal(place)
        for length in (words_of_it,) if ordinal else (3, 2, 1):
            day = ordinal or self._number(place, length, 31)
            if day is None:
                continue
            at = place + length
            after = self._skip(at, words.OF)
            for start in range(at, after + 1):  # "month" is skipped too
                length_of_it = self._phrase(start, words.NEXT_MONTH)
                in_next_month = _day(*self._next_month(), day) if length_of_it else None
                if in_next_month:
                    return in_next_month.isoformat(), start + length_of_it - place
            if after >= len(self._words):
                continue
            month = looked_up(self._words[after], words.MONTHS)
            by_number = after > at and self._words[after - 1].heard in sounds(words.MONTH_MARKS)
            if month is None and by_number and (number := self._number(after, 1, 12)) is not None:
                month = number - 1
            if month is None:
                continue
            end, year = self._year(after + 1)
            found = _day(year, month + 1, day) if year else _next_day(self._today, month + 1, day)
            if found is not None:
                return found.isoformat(), end - place
        return None

    def _first_of_two(self, place: int) -> tuple[str, int] | None:
        """The 3 of "du 3 au 5 mars", "من 10 إلى 15 يناير", "3-5 mars": it has the month of the second."""
        day = self._number(place, 1, 31) if self._words[place].plain.isdecimal() else None
        after = place + 1
        if after < len(self._words) and self._text[self._words[place].end : self._words[after].end] == "-":
            after += 1
        after = self._skip(after, words.UNTIL)
        last = self._named_day(after) if day and place + 1 < after < len(self._words) else None
        if day is None or last is None:
            return None
        year, month, last_day = map(int, last[0].split("-"))
        months = year * 12 + month - 1 - (day > last_day)
        found = _day(months // 12, months % 12 + 1, day)
        return (found.isoformat(), 1) if found else None

    def _ordinal(self, place: int) -> tuple[int, int]:
        """1er, الخامس, الخامس والعشرين: the day and how many words it has; zeros when there is none."""
        for length in (2, 1):
            day = ordinals().get(tuple(word.plain for word in self._words[place : place + length]))
            if day:
                return day, length
        return 0, 0

    def _next_month(self) -> tuple[int, int]:
        return self._today.year + self._today.month // 12, self._today.month % 12 + 1

    def _year(self, place: int) -> tuple[int, int | None]:
        after = self._skip(place, "سنة 3am عام sana lan an de من ديال dyal")
        if after < len(self._words) and re.fullmatch(r"(?:19|20)\d\d", self._words[after].plain):
            return after + 1, int(self._words[after].plain)
        return place, None

    def _phrase(self, place: int, line: str) -> int:
        """Length of the longest of some phrases that stands here; 0 when none does."""
        if place >= len(self._words) or self._words[place].heard.partition(" ")[0] not in openings(line):
            return 0
        for length in range(_WINDOW, 0, -1):
            window = self._words[place : place + length]
            heard = tuple(part for word in window for part in word.heard.split())
            if len(window) == length and all(word.plain for word in window) and heard in phrases(line):
                return length
        return 0

    def _relative(self, place: int) -> tuple[str, int] | None:
        for line, days in (
            (words.AFTER_TOMORROW, 2),
            (words.BEFORE_YESTERDAY, -2),
            (words.TODAY, 0),
            (words.TOMORROW, 1),
            (words.YESTERDAY, -1),
        ):
            length = self._phrase(place, line)
            if length:
                return (self._today + timedelta(days=days)).isoformat(), length
        return None

    def _next_week(self, place: int) -> tuple[str, int] | None:
        """Next week: a day of it where one is named, before or after; else this day of it."""
        length = self._phrase(place, words.NEXT_WEEK)
        if length:
            weekday, end = self._weekday_at(self._skip(place + length, words.OF))
            return self._in_next_week(self._today.weekday() if weekday is None else weekday), (
                length if weekday is None else end - place
            )
        weekday, end = self._weekday_at(place)
        if weekday is None:
            return None
        after = self._skip(end, words.OF)
        length = self._phrase(after, words.NEXT_WEEK)
        return (self._in_next_week(weekday), after + length - place) if length else None

    def _in_next_week(self, weekday: int) -> str:
        return (self._today + timedelta(days=7 - self._today.weekday() + weekday)).isoformat()

    def _next_month_alone(self, place: int) -> tuple[str, int] | None:
        length = self._phrase(place, words.NEXT_MONTH)
        year, month = self._next_month()
        return (f"{year:04}-{month:02}", length) if length else None

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
        pair = pair_days().get(without_article(self._words[place].heard)) or pair_days().get(self._words[place].heard)
        if pair:
            return pair, place + 1
        for length in (3, 2, 1):
            number = self._number(place, length, FARTHEST_DAYS)
            at = place + length
            if number is None or at >= len(self._words):
                continue
            days = unit_days().get(self._words[at].heard) or unit_days().get(without_article(self._words[at].heard))
            if days:
                return number * days, at + 1
        days = unit_days().get(self._words[place].heard)
        named = place + 1 < len(self._words) and looked_up(self._words[place + 1], words.MONTHS) is not None  # شهر ماي
        return (days, place + 1) if days and days > 1 and not named else None

    def _weekday(self, place: int) -> tuple[str, int] | None:
        weekday, end = self._weekday_at(place)
        if weekday is None:
            return None
        named = self._named_day(end) if end < len(self._words) else None
        if named is not None:  # jeudi 3 décembre
            return named[0], end + named[1] - place
        ahead = (weekday - self._today.weekday() - 1) % 7 + 1
        if end < len(self._words) and self._words[end].heard in sounds(words.LAST):
            ahead -= 7 if ahead < 7 else 14  # noqa: PLR2004 - days of a week
            ahead = ahead if ahead < 0 else ahead - 7
            end += 1
        return (self._today + timedelta(days=ahead)).isoformat(), end - place

    def _weekday_at(self, place: int) -> tuple[int | None, int]:
        """The weekday named here, "day" before it or not, and the place after it."""
        opened = place < len(self._words) and self._words[place].heard in sounds(words.DAY_WORDS)
        at = place + opened
        if at >= len(self._words):
            return None, place
        word = self._words[at]
        weekday = None if word.plain == words.SEVEN else looked_up(word, words.WEEKDAYS)
        doubtful = word.plain in letters(words.NEEDS_DAY) or word.heard in sounds(words.NEEDS_DAY)
        if at + 1 < len(self._words) and self._words[at + 1].heard in sounds(words.GREETING):
            return None, place
        followed = at + 1 < len(self._words) and self._words[at + 1].heard in sounds(words.NEXT)
        return (None, place) if doubtful and not (opened or followed) else (weekday, at + 1)

    def _month_alone(self, place: int) -> tuple[str, int] | None:
        """A month with its year, after "in", or a name that is nothing else: avril 2027, f mars, شهر ماي, فدجنبر."""
        word = self._words[place]
        month, joined = self._month(word)
        if month is None:
            return None
        end, year = self._year(place + 1)
        after_number = place > 0 and self._words[place - 1].plain.isdecimal()  # 31 April is no month either
        doubtful = after_number or not letters(words.NEEDS_LEAD).keys().isdisjoint((word.plain, word.plain[1:]))
        if year is None and doubtful and not joined and not self._led(place):
            return None
        year = year or self._today.year + (month + 1 < self._today.month)
        return f"{year:04}-{month + 1:02}", end - place

    def _month(self, word: Word) -> tuple[int | None, bool]:
        """The month a word names, and whether a ف و ل ب is written onto it."""
        month = looked_up(word, words.MONTHS)
        if month is not None or word.plain[:1] not in words.JOINED:
            return month, word.heard.startswith(("f ", "fi "))
        rest = word.plain[1:] if len(word.plain) > 3 else ""  # noqa: PLR2004 - باب is a door
        return letters(*words.MONTHS).get(rest), word.plain[0] != "و"

    def _led(self, place: int) -> bool:
        """Whether "in", "from" and the like stand before a month, or another month and "or"."""
        before = self._words[place - 1].heard if place else ""
        if before in sounds(words.BEFORE_MONTH):
            return True
        return (
            place > 1 and before in sounds(words.MONTH_OR_MONTH) and self._month(self._words[place - 2])[0] is not None
        )


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
