"""Days as people name them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darija.dates import find_dates

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("15/04/2027", "2027-04-15"),
        ("15-4-27", "2027-04-15"),
        ("2026-12-01", "2026-12-01"),
        ("٠٥/١٢/٢٠٢٦", "2026-12-05"),
        ("le 10-12", "2026-12-10"),
        ("le 15 avril", "2027-04-15"),
        ("le 1er mai", "2027-05-01"),
        ("quinze avril", "2027-04-15"),
        ("15 غشت", "2027-08-15"),
        ("يوم 15 من شهر غشت 2027", "2027-08-15"),
        ("خمسة عشر أبريل", "2027-04-15"),
        ("15 chher 4", "2027-04-15"),
        ("29 février", "2028-02-29"),
        ("5 دجنبر", "2026-12-05"),
        ("nhar l7ed", "2026-11-29"),
        ("الخميس", "2026-11-26"),
        ("nhar tlata", "2026-12-01"),
        ("mercredi", "2026-12-02"),
        ("lundi dernier", "2026-11-23"),
        ("غدا", "2026-11-26"),
        ("be3d ghedda", "2026-11-27"),
        ("lbare7", "2026-11-24"),
        ("dans 3 jours", "2026-11-28"),
        ("من هنا يومين", "2026-11-27"),
        ("mn hna jouj simanat", "2026-12-09"),
        ("il y a 2 semaines", "2026-11-11"),
        ("3 iyam hadi", "2026-11-22"),
        ("depuis 2 mois", "2026-09-25"),
        ("simana jaya", "2026-12-02"),
        ("avril 2027", "2027-04"),
        ("le mois de mars", "2027-03"),
        ("15 avrill", "2027-04-15"),
        ("le 1 er mai", "2027-05-01"),
        ("f chher ghocht", "2027-08"),
        ("simana jaya nhar khmis", "2026-12-03"),
        ("السيمانة الجاية نهار الثلاث", "2026-12-01"),
        ("jeudi de la semaine prochaine", "2026-12-03"),
        ("l7ed jay", "2026-11-29"),
        ("الخامس من يناير", "2027-01-05"),
        ("الخامس والعشرين من يناير", "2027-01-25"),
        ("الحادي عشر دجنبر", "2026-12-11"),
        ("العشرين من مارس", "2027-03-20"),
        ("le 5 du mois prochain", "2026-12-05"),
        ("5 f chher jay", "2026-12-05"),
        ("الشهر الجاي", "2026-12"),
        ("en décembre", "2026-12"),
        ("décembre", "2026-12"),
        ("من ابريل", "2027-04"),
        ("فدجنبر", "2026-12"),
        ("f mars", "2027-03"),
        ("فمارس", "2027-03"),
        ("a partir d'avril", "2027-04"),
        ("من شهر ماي", "2027-05"),
        ("en novembre", "2026-11"),
        ("jeudi 3 décembre", "2026-12-03"),
    ],
)
def test_a_day_is_read(text: str, iso: str) -> None:
    """One day (or month), in figures or words of three languages."""
    assert [found.iso for found in find_dates(text, TODAY)] == [iso]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/02",
        "15/13/2027",
        "31 avril",
        "dans 900 semaines",
        "dans",
        "10-12",
        "2.5",
        "tlata",
        "had chi",
        "mai",
        "هادي 12 عام",
        "j'ai 2 enfants",
        "nhar",
        "0612345678",
        "شنو هو الحد الأقصى",
        "لدي ثلاث عاملات",
        "أين أجد هذه الوثيقة",
        "le 32 mars",
        "الخامس",
        "بعد العيد",
        "جمعة مباركة",
        "had l3am",
        "ghada l casa",
        "السلعة غادا فالباطو",
        "mars",
        "ومارس المهنة",
        "باب البيت",
        "sept personnes",
        "10 au 12 cm",
    ],
)
def test_what_is_no_day_is_left_alone(text: str) -> None:
    """Ranges, numbers, years and words that only look like a day."""
    assert find_dates(text, TODAY) == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("du 3 au 5 mars", ["2027-03-03", "2027-03-05"]),
        ("من 10 إلى 15 يناير 2027", ["2027-01-10", "2027-01-15"]),
        ("10-12 février", ["2027-02-10", "2027-02-12"]),
        ("du 28 décembre au 3 janvier", ["2026-12-28", "2027-01-03"]),
        ("du 28 au 3 mars", ["2027-02-28", "2027-03-03"]),
        ("du 31 au 3 mars", ["2027-03-03"]),
        ("فدجنبر ولا مارس", ["2026-12", "2027-03"]),
        ("de février à avril", ["2027-02", "2027-04"]),
    ],
)
def test_two_days_and_two_months(text: str, days: list[str]) -> None:
    """The first of two has the month of the second, or the one before; a month after "or" is one as the first."""
    assert [found.iso for found in find_dates(text, TODAY)] == days


def test_a_day_next_month_does_not_have_is_not_made_up() -> None:
    """There is no 30 February; that February was meant stays true."""
    assert [found.iso for found in find_dates("le 30 du mois prochain", date(2027, 1, 10))] == ["2027-02"]


def test_offsets_point_at_the_words() -> None:
    """Start and end are those of the words that name the day."""
    text = "salam, bghit nji nhar l7ed inchallah"
    (found,) = find_dates(text, TODAY)
    assert text[found.start : found.end] == "nhar l7ed"
    text = "du 3 au 5 mars"
    assert [text[found.start : found.end] for found in find_dates(text, TODAY)] == ["3", "5 mars"]


@given(st.text(max_size=80) | st.text(alphabet="0123456789/-. nharjxmدسغتا", max_size=40))
def test_any_text_is_read_without_failing(text: str) -> None:
    """Whatever is typed gives days with places inside the text."""
    assert all(0 <= found.start < found.end <= len(text) for found in find_dates(text, TODAY))
