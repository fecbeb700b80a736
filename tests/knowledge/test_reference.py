"""Reference codes, as drawn and as people write them."""

from __future__ import annotations

import random

import pytest

from knowledge.reference import Reference, ReferenceTypo, new_reference, read_reference, spoken


def test_new_codes_are_read_back() -> None:
    """Every code drawn is M and eight digits and is recognised."""
    rng = random.Random(7)
    for _ in range(200):
        code = new_reference(rng)
        assert len(code) == 9
        assert read_reference(code) == Reference(code)


def test_every_wrong_digit_is_noticed() -> None:
    """No single wrong digit and no two neighbours exchanged make another right code."""
    code = "M48217362"
    for at in range(1, 9):
        for digit in set("0123456789") - {code[at]}:
            wrong = code[:at] + digit + code[at + 1 :]
            assert read_reference(wrong) == ReferenceTypo(wrong)
    for at in range(1, 8):
        swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        assert read_reference(swapped) == ReferenceTypo(swapped)


@pytest.mark.parametrize(
    "text",
    ["M48217362", "m48217362", "m 48 21 73 62", "M-4821-7362", "M 48.21.73.62.", "م48217362", "م ٤٨٢١٧٣٦٢", "٤٨٢١٧٣٦٢",
     "48217362", " 48 21 73 62 ", "ref M48217362 svp", "numéro M48217362", "M48217363 la M48217362",
     "\u200fM48217362\u200f"],
)  # fmt: skip
def test_a_code_in_many_shapes(text: str) -> None:
    """Spaces, dots, Arabic letters and digits, a missing M: it is the same code."""
    assert read_reference(text) == Reference("M48217362")


@pytest.mark.parametrize(
    ("text", "typo"),
    [("M48217363", "M48217363"), ("48217363", "M48217363"), ("M4821736", "M4821736"), ("m 482173621", "M482173621")],
)
def test_a_mistyped_code_is_told_apart(text: str, typo: str) -> None:
    """A wrong, lost or doubled digit is a mistyped code, not nothing."""
    assert read_reference(text) == ReferenceTypo(typo)


@pytest.mark.parametrize("text", ["", "hello", "0612345678", "M482", "mama 48217362", "nmra 48217362", "1", "M"])
def test_other_texts_hold_no_code(text: str) -> None:
    """Without the M the code must be the whole message; other numbers are none."""
    assert read_reference(text) is None


def test_a_code_is_spoken_in_pairs() -> None:
    """As it is said on the telephone."""
    assert spoken("M48217362") == "M 48 21 73 62"
