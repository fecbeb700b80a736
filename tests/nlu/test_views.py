"""N-grams of a text."""

from __future__ import annotations

import time

import pytest

from bot.nlu.views import READ_AT_MOST, folded, surface


def test_both_scripts_look_alike() -> None:
    """One sentence in either script has the same consonants and so the same skeleton views."""
    assert folded("بغيت نتسجل")[2:] == folded("bghit ntsejel")[2:]


def test_views_of_two_words() -> None:
    """Words, their neighbours up to both ends, and pieces with their borders."""
    assert surface("le pot") == (
        ["le", "pot", "< le", "le pot", "pot >"],
        [
            *(" ", "l", "e", " ", " l", "le", "e ", " le", "le ", " le "),
            *(" ", "p", "o", "t", " ", " p", "po", "ot", "t ", " po", "pot", "ot ", " pot", "pot "),
        ],
    )


@pytest.mark.parametrize(("text", "shape"), [("12", "#2"), ("٠٦١٢٣٤٥٦٧٨", "#10"), ("1" * 50, "#16")])
def test_numbers_count_by_length(text: str, shape: str) -> None:
    """Which digits a number has says nothing about what is meant; how many does."""
    assert folded(text)[0][0] == shape


@pytest.mark.parametrize("analyser", [folded, surface])
@pytest.mark.parametrize("text", ["", " ", "🙂", "!!"])
def test_nothing_to_see(analyser: object, text: str) -> None:
    """Texts without letters or digits have empty views."""
    assert not any(analyser(text))  # type: ignore[operator]  # parametrised analysers


@pytest.mark.parametrize("unit", ["a", "ab ", "ﷺ", "3chra "])
def test_a_long_text_costs_no_more_than_its_beginning(unit: str) -> None:
    """A hundred thousand characters are looked at as their first thousand."""
    text = unit * (100_000 // len(unit))
    begun = time.process_time()
    assert folded(text) == folded(text[:READ_AT_MOST])
    assert time.process_time() - begun < 0.5
