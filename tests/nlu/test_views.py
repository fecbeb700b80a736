"""N-grams of a text."""

from __future__ import annotations

import time

import pytest

from bot.nlu.views import MEANING, READ_AT_MOST, WRITING, Look


def test_both_scripts_look_alike() -> None:
    """One sentence in either script has the same consonants and the same concepts."""
    assert MEANING.views("بغيت نتسجل")[2:5] == MEANING.views("bghit ntsejel")[2:5]


def test_views_of_two_words() -> None:
    """Words, their neighbours up to both ends, and pieces with their borders."""
    assert WRITING.views("le pot") == (
        ["le", "pot", "< le", "le pot", "pot >"],
        [" l", "le", "e ", " le", "le ", " p", "po", "ot", "t ", " po", "pot", "ot "],
    )


@pytest.mark.parametrize(("text", "shape"), [("12", "#2"), ("٠٦١٢٣٤٥٦٧٨", "#10"), ("1" * 50, "#16")])
def test_numbers_count_by_length(text: str, shape: str) -> None:
    """Which digits a number has says nothing about what is meant; how many does."""
    assert MEANING.views(text)[0][0] == shape


@pytest.mark.parametrize("look", [MEANING, WRITING])
@pytest.mark.parametrize("text", ["", " ", "🙂", "!!"])
def test_nothing_to_see(look: Look, text: str) -> None:
    """Texts without letters or digits have empty views."""
    assert not any(look.views(text))


@pytest.mark.parametrize("unit", ["a", "ab ", "ﷺ", "3chra "])
def test_a_long_text_costs_no_more_than_its_beginning(unit: str) -> None:
    """A hundred thousand characters are looked at as their first thousand."""
    text = unit * (100_000 // len(unit))
    begun = time.process_time()
    assert MEANING.views(text) == MEANING.views(text[:READ_AT_MOST])
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("text", ["je veux m'inscrire", "bghit ntsejjel", "بغيت نتسجل", "أريد التسجيل"])
def test_one_wish_is_one_pair_of_concepts(text: str) -> None:
    """Three languages and two scripts say the same two concepts."""
    assert {"want", "register", "want register"} <= set(MEANING.views(text)[4])
