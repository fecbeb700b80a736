"""Dates and numbers as Moroccans write them, always with the digits 0-9."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from babel import dates, numbers

from i18n.languages import LANGUAGES

NO_SEPARATOR_UP_TO: Final = 99_999
"""Largest number written without any separator: a space would come out reversed in an Arabic sentence."""
_MILLION: Final = 1_000_000
_THOUSAND: Final = 1_000


def format_date(day: date, language: str, *, today: date) -> str:
    """Day and month by name: "15 أبريل", "15 avril".

    Months are those of Babel's ar_MA (غشت، شتنبر، نونبر، دجنبر), the French ones in Latin letters.

    Args:
        day: The date to show.
        language: Code of one of `LANGUAGES`.
        today: Where it has another year than `day`, the year is shown too.

    Raises:
        KeyError: The language is unknown.
    """
    locale = LANGUAGES[language].locale
    number = "d'er'" if day.day == 1 and locale.startswith("fr") else "d"
    pattern = f"{number} MMMM" if day.year == today.year else f"{number} MMMM y"
    shown = str(dates.format_date(day, pattern, locale=locale))
    return shown.replace("û", "u") if language == "ary-Latn" else shown  # GSM-7 has no û, and every "août" has one


def format_number(value: int | Decimal, language: str) -> str:
    """A number without separators up to 99999, in words where it is whole millions or thousands: "30 مليون".

    Args:
        value: Decimals are shown only where they are not zero, with a comma.
        language: Code of one of `LANGUAGES`.

    Raises:
        KeyError: The language is unknown.
    """
    known = LANGUAGES[language]
    number = Decimal(value)
    size = abs(number)
    if number == number.to_integral_value():
        if size <= NO_SEPARATOR_UP_TO:
            return str(int(number))
        if size % _MILLION == 0:
            word = known.million.removesuffix("s") if size == _MILLION else known.million
            return f"{int(number) // _MILLION} {word}"
        if size % _THOUSAND == 0 and size < _MILLION:
            return f"{int(number) // _THOUSAND} {known.thousand}"
    shown = numbers.format_decimal(
        number, locale=known.locale, numbering_system="latn", group_separator=size > NO_SEPARATOR_UP_TO
    )
    # U+00A0 keeps its place in an Arabic sentence and is known to the SMS path; Babel's U+202F is neither.
    return str(shown).replace("\u202f", "\u00a0")
