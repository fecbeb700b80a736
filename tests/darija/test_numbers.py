"""Numbers in digits and words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darija.numbers import LARGEST, find_numbers, read_number

DARIJA = [
    ("12 3am", 12), ("jouj", 2), ("tlata", 3), ("3chra", 10), ("miya", 100), ("alf", 1000), ("مية", 100),
    ("khamsa w 3chrin", 25), ("khmsa o3chrin", 25), ("miya o khamsa o 3chrin", 125), ("12 alf", 12000),
    ("خمسطاش", 15), ("khamstach l3am", 15), ("tnach", 12), ("حداش", 11), ("ستاش", 16), ("3amayn", 2), ("عامين", 2),
    ("عام", 1), ("3am", 1), ("واحد العشرة ديال السنين", 10), ("تلت مية", 300), ("khmsmya", 500), ("alfayn o 500", 2500),
    ("tmnya", 8), ("stta", 6), ("تسعود", 9), ("ts3oud", 9), ("sb3a", 7), ("rb3a", 4), ("مية وخمسين", 150),
    ("ميتين", 200), ("mitayn", 200), ("wahd", 1), ("شي عشرين", 20), ("جوج", 2), ("زوج", 2), ("3 myat", 300),
    ("tltach", 13), ("rb3tach", 14), ("sb3tach", 17), ("tmntach", 18), ("ts3tach", 19), ("tmanin", 80), ("تسعين", 90),
    ("sb3in", 70), ("stin", 60), ("khmsin", 50), ("rb3in", 40), ("tlatin", 30),
]  # fmt: skip
ARABIC = [
    ("عشر سنين", 10), ("خمسة وعشرين", 25), ("خمسة و عشرين سنة", 25), ("خمسة عشر سنة", 15), ("اثنا عشر", 12),
    ("ثلاثمائة", 300), ("ألفين", 2000), ("خمسة آلاف", 5000), ("ثمانية", 8), ("ستين", 60), ("صفر", 0), ("وعشرين", 20),
    ("واحد وعشرين", 21), ("سنتين", 2), ("مائة وخمسة", 105), ("ألف ومئتان", 1200), ("احد عشر", 11), ("اربعون", 40),
    ("ثلاثة آلاف وخمسمائة", 3500), ("ألفا درهم", 2000), ("خمسون ألفا", 50000), ("ألفا وخمسمائة زائر", 1500),
]  # fmt: skip
FRENCH = [
    ("une vingtaine", 20), ("vingt et un", 21), ("vingt-deux ans", 22), ("quatre-vingt-dix-sept", 97),
    ("quatre-vingts", 80), ("soixante-quinze", 75), ("soixante et onze", 71), ("deux cents", 200), ("un an", 1),
    ("mille deux cent", 1200), ("deux mille vingt quatre", 2024), ("cinq", 5), ("dix sept", 17), ("zero", 0),
    ("trente", 30), ("cent mille", 100000), ("j'ai un atelier depuis 10 ans", 10), ("une dizaine d'années", 10),
    ("cent deux", 102), ("quatre vingt douze", 92), ("une", 1),
]  # fmt: skip
DIGITS = [
    ("12", 12), ("٣٥", 35), ("۷", 7), ("12 000", 12000), ("12.000 dh", 12000), ("1,5", 1), ("12ans", 12), ("5ans", 5),
    ("15سنة", 15), ("9", 9), ("1990", 1990), ("999999", LARGEST), ("007", 7), ("٣ ﻣﻌﻠﻤﻴﻦ", 3), ("12 o 12", 12),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), DARIJA + ARABIC + FRENCH + DIGITS)
def test_a_number_is_read(text: str, number: int) -> None:
    """One number, in any of the three languages and both scripts, is read as what it counts."""
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "", "salam", "3lach", "taman", "الثمن", "7it", "2 ou 3", "10-12", "jouj wla tlata", "0612345678", "100000000",
        "06 12 34 56 78", "+212 6 12 34 56 78", "12/11/2024", "الثلاثاء", "nhar larb3a", "😀",
        "khamsalaf", "matin", "demain matin", "tout neuf", "oumiya", "شنو ثمنه", "وثمنه", "soutien",
        "neuf cent mille mille", "deux mille mille", "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_single_number_is_refused(text: str) -> None:
    """No number, several, a telephone number, a date or more than six digits: nothing is guessed."""
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("3andi 2 ouvriers o 10 snin", [2, 10]),
        ("واحد جوج تلاتة", [2, 3]),
        ("un deux trois", [2, 3]),
        ("vingt cent", [20, 100]),
        ("une vingtaine dizaine", [20, 10]),
        ("cinq zero", [5, 0]),
        ("dix deux", [10, 2]),
        ("vingt quinze", [20, 15]),
        ("5 et demi", [5]),
        ("5 o o 6", [5, 6]),
        ("miya miya", [100, 100]),
        ("alf alf", [1000, 1000]),
        ("مية 5", [100, 5]),
    ],
)
def test_numbers_are_found_in_order(text: str, numbers: list[int]) -> None:
    """Numbers that do not belong together are kept apart."""
    assert find_numbers(text) == numbers


@given(st.text(max_size=60) | st.text(alphabet="0123456789 .,-/+ mia3lfouxtsrn", max_size=40))
def test_any_text_is_read_without_failing(text: str) -> None:
    """Whatever is typed gives numbers within bounds."""
    assert all(0 <= number <= LARGEST for number in find_numbers(text))


@given(st.integers(0, LARGEST))
def test_digits_mean_themselves(number: int) -> None:
    """A number in digits is that number, in every script of digits."""
    arabic = str(number).translate({ord("0") + digit: chr(0x660 + digit) for digit in range(10)})
    assert read_number(str(number)) == number == read_number(arabic)


@pytest.mark.parametrize("unit", ["1 ", "9", "12 123 ", "khamsa o 3chrin ", "1.234 ", "vingt"])
def test_long_texts_cost_time_in_proportion(unit: str) -> None:
    """A hundred thousand characters take at most a few seconds."""
    begun = time.process_time()
    find_numbers(unit * (100_000 // len(unit)))
    assert time.process_time() - begun < 3
