"""Languages, yes and no, legal forms in running text."""

from __future__ import annotations

import pytest

from bot.nlu.answers import find_languages, find_legal_forms, find_yes_no


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("بالفرنسية", ["fr"]),
        ("b l3arbiya", ["ar"]),
        ("en français", ["fr"]),
        ("l français svp", ["fr"]),
        ("French", ["fr"]),
        ("darija", ["ary"]),
        ("هضر معايا بالدارجة", ["ary"]),
        ("hder m3aya b darija", ["ary"]),
        ("arabe marocain", ["ary"]),
        ("arabizi", ["ary-Latn"]),
        ("حروف لاتينية", ["ary-Latn"]),
        ("الدارجة بالحروف اللاتينية", ["ary-Latn"]),
        ("darija b lfransiya", ["ary-Latn"]),
        ("pas en arabe, en français", ["fr"]),
        ("ماشي بالعربية بالدارجة", ["ary"]),
        ("je ne parle pas français", []),
        ("arabe ou français", ["ar", "fr"]),
        ("salam", []),
        ("", []),
        ("🙂", []),
    ],
)
def test_languages_asked_for(text: str, languages: list[str]) -> None:
    """Each is known by its names in every form; one turned down is not asked for."""
    assert [found.value for found in find_languages(text)] == languages


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *((yes, "yes") for yes in ("oui", "نعم", "آه", "wakha", "OK", "c'est ça", "iyeh safi", "oui merci", "ouiiii")),
        *((no, "no") for no in ("la", "لا", "non", "la la", "لالا شكرا", "Non pas encore", "machi", "nn")),
        *((open_, None) for open_ in ("la formation", "oui non", "je veux oui", "", "?", "walo", "12")),
        ("oui je veux m'inscrire au programme", None),
    ],
)
def test_plain_yes_and_no(text: str, answer: str | None) -> None:
    """The whole message, or how a short one begins; French la is an article before a noun."""
    found = find_yes_no(text)
    assert [one.value for one in found] == ([answer] if answer else [])


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("auto-entrepreneur", [("auto_entrepreneur", "auto-entrepreneur")]),
        ("أنا مقاول ذاتي", [("auto_entrepreneur", "مقاول ذاتي")]),
        ("تعاونية الأطلس", [("cooperative", "تعاونية")]),
        ("ma coopérative féminine", [("cooperative", "coopérative")]),
        ("عندي السجل التجاري", [("natural_person", "السجل التجاري")]),
        ("SARL", [("company", "SARL")]),
        ("sans statut", [("none", "sans statut")]),
        ("bonjour", []),
        ("", []),
    ],
)
def test_legal_forms_are_found_where_they_stand(text: str, forms: list[tuple[str, str]]) -> None:
    """The value, and the very characters that name it."""
    assert [(found.value, text[found.start : found.end]) for found in find_legal_forms(text)] == forms


@pytest.mark.parametrize("unit", ["la ", "a", "دارجة ", "oui oui "])
def test_long_texts_are_read_at_their_beginning(unit: str) -> None:
    """A hundred thousand characters end in a bounded number of finds."""
    text = unit * (100_000 // len(unit))
    assert len(find_languages(text)) + len(find_yes_no(text)) + len(find_legal_forms(text)) <= 100
