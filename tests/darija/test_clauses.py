"""Where a message may be two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darija.clauses import places_to_cut


def parts(text: str) -> list[tuple[str, str]]:
    """The two halves at each place."""
    return [(text[:end], text[start:]) for end, start in places_to_cut(text)]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("بغيت نتسجل وبغيت نعرف شنو كاين", "بغيت نتسجل", "وبغيت نعرف شنو كاين"),
        ("bghit ntsejjel w ch7al lforma", "bghit ntsejjel", "ch7al lforma"),
        ("bghit ntsejjel obghit n3ref", "bghit ntsejjel", "obghit n3ref"),
        ("je m'inscris et comment payer", "je m'inscris", "comment payer"),
        ("واش كاين معرض وواش كاين دعم", "واش كاين معرض", "وواش كاين دعم"),
        ("أريد التسجيل، وكيف أصدر", "أريد التسجيل", "وكيف أصدر"),
        ("ma carte est perdue. Une foire en mai", "ma carte est perdue", "Une foire en mai"),
        ("sejlouni f lbarnamaj bghit n3ref diwana", "sejlouni f lbarnamaj", "bghit n3ref diwana"),
    ],
)
def test_joined_wishes_are_cut(text: str, first: str, second: str) -> None:
    """At a mark, at "and" before an asking word, at a second "I want"; the joining word belongs to neither half."""
    assert (first, second) in parts(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "و",
        "؟؟!",
        "et",
        "cuir et bois",
        "الجلد والخشب",
        "fatima w ahmed",
        "salam. cv",
        "je participe",
        "les formations auxquelles je participe",
        "bghit n3ref kifach ntsejjel",
        "من فضلكم",
    ],
)
def test_one_wish_stays_whole(text: str) -> None:
    """Two nouns, a greeting, a relative clause, a question inside a wish."""
    assert places_to_cut(text) == []


@given(st.text())
def test_places_lie_within_and_in_order(text: str) -> None:
    """Total on any text: both halves have a word, and together they are the text but for what joins them."""
    for end, start in places_to_cut(text):
        assert 0 < end <= start < len(text)
        assert text[:end].strip()
        assert text[start:].strip()
