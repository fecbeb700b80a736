"""The table of languages."""

from __future__ import annotations

import gettext
import unicodedata

import pytest

from i18n.languages import DEFAULT, LANGUAGES

CODES = tuple(LANGUAGES)


def test_the_four_forms_in_the_order_they_are_offered() -> None:
    """Darija in both scripts comes first, and Arabic letters are what nobody has to ask for."""
    assert CODES == ("ary", "ary-Latn", "ar", "fr")
    assert DEFAULT == "ary"


@pytest.mark.parametrize("code", CODES)
def test_plural_rule_and_function_agree(code: str) -> None:
    """The catalogs' header and our own code choose the same form for every count."""
    language = LANGUAGES[code]
    rule = gettext.c2py(language.plural_rule)
    assert [language.plural(count) for count in range(300)] == [rule(count) for count in range(300)]
    assert {language.plural(count) for count in range(300)} == set(range(language.plurals))


@pytest.mark.parametrize("code", CODES)
def test_direction_follows_the_script(code: str) -> None:
    """What is written in Arabic letters runs from the right, Darija in Latin letters from the left."""
    language = LANGUAGES[code]
    arabic = unicodedata.bidirectional(language.name[0]) == "AL"
    assert language.direction == ("rtl" if arabic else "ltr")


@pytest.mark.parametrize("code", CODES)
def test_own_name_fits_a_button(code: str) -> None:
    """Each form is offered by its own name, which a WhatsApp button can show."""
    assert 0 < len(LANGUAGES[code].label) <= 20


def test_own_names_differ() -> None:
    """No two choices of the language menu begin alike."""
    assert len({language.label for language in LANGUAGES.values()}) == len(LANGUAGES)


@pytest.mark.parametrize("code", CODES)
def test_folder_has_no_hyphen(code: str) -> None:
    """The tools of gettext look for `ary_Latn`, not `ary-Latn`."""
    assert LANGUAGES[code].folder == code.replace("-", "_")
