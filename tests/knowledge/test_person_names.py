"""Full names as people give them."""

from __future__ import annotations

import pytest

from knowledge.given_names import is_given_name
from knowledge.identifiers import read_person_name
from knowledge.person_names import find_person_name


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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("smiti Rkia mn tafraout kandir zerbiya", "Rkia"),
        ("أنا سميتي براهيم أولحاج والنمرة 0612345678", "براهيم أولحاج"),
        ("Bonjour, je m'appelle Karim Fassi, de Fès", "Karim Fassi"),
        ("salam khouya je m'appelle ouchen ait baha", "Ouchen Ait Baha"),
        ("اسمي عبد الله أيت باها", "عبد الله أيت باها"),
        ("smiti Ouchen", "Ouchen"),
        ("السلام عليكم. سميتي أوشن", "أوشن"),
        ("أنا زينب الحداوي من تازة", "زينب الحداوي"),
        ("أنا فاطمة وأنسج الزرابي", "فاطمة"),
        ("أنا خديجة سجلت عندكم", "خديجة"),
        ("ana hanane 3ndi jouj bnat", "hanane"),
        ("appelez Karim Fassi au 0661224780", "Karim Fassi"),
        ("moi c'est Brahim", "Brahim"),
        ("je m'appelle Ali Ben Moh Oubrahim El Fassi", "Ali Ben Moh Oubrahim"),
    ],
)
def test_an_introduced_name_is_found(text: str, name: str) -> None:
    """After "my name is" any name, after "I am" a given name; it ends where something else begins."""
    found = find_person_name(text)
    assert found is not None
    assert found.name.casefold() == name.casefold()
    assert text[found.start : found.end].casefold() == name.casefold()


@pytest.mark.parametrize(
    "text",
    ["", "smiti", "سميتي غالطة", "smiti mktouba ghalat", "mon nom est mal écrit", "اسمي ناقص في الملف", "ana khayat",
     "أنا سعيد بالخدمة", "je suis allé à Fès", "أنا على الطريق", "زيدو سميتي مع الناس", "أزيلوا اسمي ورقمي",
     "حطو سميتي فاللائحة", "قال رسول الله صلى الله عليه وسلم", "Nadia Berrada", "je suis content", "smiti 12",
     "je m'appelle comment ?", "ana, Fatima"],
)  # fmt: skip
def test_what_introduces_no_name_gives_none(text: str) -> None:
    """Names spoken about, everyday words, names nobody introduced."""
    assert find_person_name(text) is None


@pytest.mark.parametrize(
    ("word", "known"),
    [("Fatima", True), ("فاطمة", True), ("3omar", True), ("Ali", True), ("علي", True), ("على", False), ("إلى", False),
     ("allé", False), ("زليج", False), ("", False)],
)  # fmt: skip
def test_given_names_are_known(word: str, known: bool) -> None:  # noqa: FBT001 - a column of the table
    """In both scripts and any spelling; small words that look or sound alike are none."""
    assert is_given_name(word) is known
