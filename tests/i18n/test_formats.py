"""Dates and numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from i18n.formats import format_date, format_number
from i18n.languages import LANGUAGES

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("day", "language", "shown"),
    [
        (date(2026, 4, 15), "ary", "15 أبريل"),
        (date(2026, 4, 15), "ar", "15 أبريل"),
        (date(2026, 4, 15), "fr", "15 avril"),
        (date(2026, 4, 15), "ary-Latn", "15 avril"),
        (date(2026, 8, 2), "ary", "2 غشت"),
        (date(2026, 9, 30), "ary", "30 شتنبر"),
        (date(2026, 11, 5), "ar", "5 نونبر"),
        (date(2026, 12, 31), "ary", "31 دجنبر"),
        (date(2026, 7, 9), "ary", "9 يوليوز"),
        (date(2026, 8, 2), "fr", "2 août"),
        (date(2026, 8, 2), "ary-Latn", "2 aout"),
        (date(2026, 1, 1), "fr", "1er janvier"),
        (date(2027, 4, 15), "ary", "15 أبريل 2027"),
        (date(2025, 4, 15), "fr", "15 avril 2025"),
    ],
)
def test_dates(day: date, language: str, shown: str) -> None:
    """Months by their Moroccan names; the year only when it is another one."""
    assert format_date(day, language, today=TODAY) == shown


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (0, "ary", "0"),
        (200, "fr", "200"),
        (99999, "ary", "99999"),
        (-5, "fr", "-5"),
        (500_000, "ary", "500 ألف"),
        (500_000, "fr", "500 mille"),
        (30_000_000, "ar", "30 مليون"),
        (30_000_000, "fr", "30 millions"),
        (1_000_000, "fr", "1 million"),
        (123_456, "ary", "123.456"),
        (123_456, "fr", "123\u00a0456"),
        (Decimal("200.00"), "fr", "200"),
        (Decimal("0.5"), "ary", "0,5"),
        (Decimal("0.5"), "ary-Latn", "0,5"),
    ],
)
def test_numbers(value: int | Decimal, language: str, shown: str) -> None:
    """No separator a right-to-left sentence would turn round, no decimals that are zero."""
    assert format_number(value, language) == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_digits_are_always_the_same(language: str) -> None:
    """0-9 in every form, in dates and numbers."""
    shown = format_date(date(1987, 6, 25), language, today=TODAY) + format_number(1_234_567, language)
    assert not any(character.isdigit() and not character.isascii() for character in shown)


def test_unknown_language() -> None:
    """A language we do not write is an error, not a guess."""
    with pytest.raises(KeyError):
        format_date(TODAY, "es", today=TODAY)
    with pytest.raises(KeyError):
        format_number(1, "es")
