"""The four written forms, in one table: Babel and gettext know two of them by code and none by our rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

DARIJA_PLURAL: Final = "(n == 1 ? 0 : n == 2 ? 1 : n >= 3 && n <= 10 ? 2 : 3)"
"""Darija counts `عام`, `عامين`, `3 سنين`, `11 عام`; CLDR has no rule for `ary`."""
ARABIC_PLURAL: Final = (
    "(n == 0 ? 0 : n == 1 ? 1 : n == 2 ? 2 "
    ": n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 >= 11 && n % 100 <= 99 ? 4 : 5)"
)
"""CLDR's rule for `ar`: zero, one, two, few, many, other."""
FRENCH_PLURAL: Final = "(n > 1)"


@dataclass(frozen=True, slots=True)
class Language:
    """One written form.

    Attributes:
        code: IETF tag used everywhere outside this package.
        folder: Catalog folder: gettext writes `_` where a tag has `-`.
        locale: Babel's locale for dates and numbers: Moroccan, and always with the digits 0-9.
        direction: Which way the script runs. It follows the script and not the language.
        name: Its own name in full, as a heading shows it.
        label: Its own name as a choice shows it, at most 20 characters.
        plurals: How many plural forms an entry has.
        plural_rule: The rule as gettext's header writes it.
        plural: The same rule: from a count (0 or more) to the index of a form.
        million: The word after a whole number of millions.
        thousand: The word after a whole number of thousands.
    """

    code: str
    folder: str
    locale: str
    direction: Literal["rtl", "ltr"]
    name: str
    label: str
    plurals: int
    plural_rule: str
    plural: Callable[[int], int]
    million: str
    thousand: str

    @property
    def plural_forms(self) -> str:
        """Value of the header `Plural-Forms` of a catalog."""
        return f"nplurals={self.plurals}; plural={self.plural_rule};"


_DARIJA_FEW: Final = range(3, 11)
_ARABIC_FEW: Final = range(3, 11)
_ARABIC_MANY: Final = range(11, 100)


def _darija(count: int) -> int:
    if count in (1, 2):
        return count - 1
    return 2 if count in _DARIJA_FEW else 3


def _arabic(count: int) -> int:
    if count in (0, 1, 2):
        return count
    rest = count % 100
    if rest in _ARABIC_FEW:
        return 3
    return 4 if rest in _ARABIC_MANY else 5


def _french(count: int) -> int:
    return int(count > 1)


_TABLE: Final = (
    Language(
        code="ary",
        folder="ary",
        locale="ar_MA",
        direction="rtl",
        name="الدارجة المغربية",
        label="الدارجة",
        plurals=4,
        plural_rule=DARIJA_PLURAL,
        plural=_darija,
        million="مليون",
        thousand="ألف",
    ),
    Language(
        code="ary-Latn",
        folder="ary_Latn",
        locale="fr_MA",
        direction="ltr",
        name="Darija b lhorouf latinia",
        label="Darija",
        plurals=4,
        plural_rule=DARIJA_PLURAL,
        plural=_darija,
        million="million",
        thousand="mille",
    ),
    Language(
        code="ar",
        folder="ar",
        locale="ar_MA",
        direction="rtl",
        name="اللغة العربية",
        label="العربية",
        plurals=6,
        plural_rule=ARABIC_PLURAL,
        plural=_arabic,
        million="مليون",
        thousand="ألف",
    ),
    Language(
        code="fr",
        folder="fr",
        locale="fr_MA",
        direction="ltr",
        name="Français",
        label="Français",
        plurals=2,
        plural_rule=FRENCH_PLURAL,
        plural=_french,
        million="millions",
        thousand="mille",
    ),
)

LANGUAGES: Final[Mapping[str, Language]] = MappingProxyType({language.code: language for language in _TABLE})
"""Code to language, in the order they are offered."""
DEFAULT: Final = "ary"
"""Where nothing is known of the person: most read Arabic letters, and most speak Darija (census of 2024)."""
