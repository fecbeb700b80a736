"""Which letters a text is written in."""

from __future__ import annotations

import pytest

from darija.script import Script, count_letters, script_of


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("", Script.NONE),
        ("12 😀 !", Script.NONE),
        ("Привет 你好", Script.NONE),
        ("سلام", Script.ARABIC),
        ("سلام 12 👍", Script.ARABIC),
        ("ﺑﺄس", Script.ARABIC),
        ("گاع پ", Script.ARABIC),
        ("slm 3likom", Script.LATIN),
        ("É", Script.LATIN),
        ("بغيت formation", Script.MIXED),
        ("٣ ans", Script.LATIN),
        ("×÷", Script.NONE),
    ],
)
def test_script_is_told(text: str, script: Script) -> None:
    """Only letters decide; digits, signs and other alphabets do not."""
    assert script_of(text) is script


def test_letters_are_counted_by_script() -> None:
    """Arabic first, then Latin; digits and spaces are not letters."""
    assert count_letters("بغيت ok 12") == (4, 2)
