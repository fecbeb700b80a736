"""Plain form of everything people type."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darija.text import ascii_digits, normalise

HOSTILE = st.text(alphabet=st.characters(), max_size=60)
TYPICAL = st.text(alphabet="ابةىئؤأآءڭگپ ـًّabçéœ3'’7٣۴\u200f\u202b!?😀", max_size=60)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("", ""),
        ("  \n\t ", ""),
        ("السَّلامُ عليكم", "السلام عليكم"),
        ("مرحبـــــا", "مرحبا"),
        ("أنا إلى آخر ٱسم", "انا الي اخر اسم"),
        ("مسؤول بيئة شيء", "مسوول بييه شي"),
        ("سمية", "سميه"),
        ("ڭاع گاع ݣاع", "گاع گاع گاع"),
        ("کلام ی", "كلام ي"),
        ("ﻻ ﺑﺄس", "لا باس"),
        ("\u202bسلام\u202c\u200f", "سلام"),
        ("٠٦١٢ ۴", "0612 4"),
        ("Salaaaaam!!!", "salaam"),
        ("0600000001", "0600000001"),
        ("L'équipe, s'il vous plaît", "l equipe s il vous plait"),
        ("Œuvre ça Noël", "oeuvre ca noel"),
        ("3'adi 7'oya", "ghadi khoya"),
        ("j'ai 3", "j ai 3"),
        ("😀👍", ""),
        ("ok👍🏽ok", "ok ok"),
        ("ＦＥＺ", "fez"),
        ("STRASSE straße", "strasse strasse"),
        ("a\u0301\u0301\u0301", "a"),
    ],
)
def test_typing_habits_disappear(text: str, plain: str) -> None:
    """What differs by habit only becomes equal."""
    assert normalise(text) == plain


@given(HOSTILE | TYPICAL)
def test_normalising_twice_changes_nothing(text: str) -> None:
    """A plain text is already plain, whatever it came from."""
    plain = normalise(text)
    assert normalise(plain) == plain
    assert plain == " ".join(plain.split())


@given(HOSTILE)
def test_digits_keep_their_place(text: str) -> None:
    """Offsets found in the copy with ASCII digits are offsets in the original."""
    assert len(ascii_digits(text)) == len(text)


def test_digits_of_all_scripts_are_read() -> None:
    """Arabic, Persian and full-width digits become 0-9, other characters stay."""
    assert ascii_digits("٣٥ ۷ ９ Été") == "35 7 9 Été"


@pytest.mark.parametrize("unit", ["a", "1 ", "\u0301\u0316", "ﷺ", "3'", "\u200f", "é😀"])
def test_long_texts_cost_time_in_proportion(unit: str) -> None:
    """A hundred thousand characters of anything take well under two seconds, combining marks included."""
    text = unit * (100_000 // len(unit))
    begun = time.process_time()
    normalise(text)
    assert time.process_time() - begun < 2
