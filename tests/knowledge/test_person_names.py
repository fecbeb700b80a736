"""Full names as people give them."""

from __future__ import annotations

import pytest

from knowledge.identifiers import read_person_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Fatima Zahra", "Fatima Zahra"),
        ("smiyti Fatima Zahra", "Fatima Zahra"),
        ("سميتي فاطمة الزهراء", "فاطمة الزهراء"),
        ("je m'appelle lahcen ait baha", "Lahcen Ait Baha"),
        ("FATIMA  EL IDRISSI", "Fatima El Idrissi"),
        ("ana Mohamed", "Mohamed"),
        ("أنا سميتي لحسن", "لحسن"),
        ("اسمي محمد العلوي", "محمد العلوي"),
        ("moi c'est hassan", "Hassan"),
        ("السلام عليكم سميتي خديجة", "خديجة"),
        ("nom: Ali Ben Ali", "Ali Ben Ali"),
        ("السمية الكاملة: عبد الله", "عبد الله"),
        ("my name is Sara", "Sara"),
        ("محمد 😀", "محمد"),
        ("الحـــاج محمد", "الحاج محمد"),
        ("3abdellah l3alaoui", "3abdellah L3alaoui"),
        ("Jean-Pierre d'Alembert", "Jean-Pierre d'Alembert"),
        ("jean-pierre o'brien", "Jean-Pierre O'Brien"),
        ("McX", "McX"),
        ("\u202bفاطمة\u202c", "فاطمة"),
    ],
)
def test_names_are_read(text: str, name: str) -> None:
    """Introductions and signs fall away, the script stays, Latin letters get capitals."""
    assert read_person_name(text) == name


@pytest.mark.parametrize(
    "text",
    ["", "12", "😀", "...", "شنو سميتك؟", "smiytek?", "kifach ntsjel", "بغيت نتسجل", "oui", "لا", "salam", "ana", "أنا",
     "smiyti", "a", "x" * 81, "Ahmed 0612345678", "AB123456", "moi 25 ans", "ab ac ad ae af ag ah aj ak"],
)  # fmt: skip
def test_what_is_no_name_is_refused(text: str) -> None:
    """Numbers, signs, questions, wishes, bare introductions and very long texts are no name."""
    assert read_person_name(text) is None
