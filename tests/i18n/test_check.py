"""The checks find what they are there for, and nothing in the catalogs as they stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conversation import Surface
from i18n.catalog import catalog_path
from i18n.check import entries, problems
from i18n.languages import LANGUAGES
from i18n.messages import DOMAINS, MESSAGES_FILE, load_messages
from i18n.writing import faults, first_word

Replace = Callable[[str, str, str], None]


def test_catalogs_are_clean() -> None:
    """Nothing to mend in what people read."""
    assert problems() == []


@pytest.mark.parametrize(
    ("language", "old", "new", "says"),
    [
        ("fr", 'msgid "utter_menu"', 'msgid "utter_menus"', "fr: utter_menu is missing"),
        ("fr", 'msgid "utter_menu"', 'msgid "utter_menus"', "fr: utter_menus is not in messages.yml"),
        ("fr", "numéro de 1 à {n}", "numéro de 1 à {m}", "fr: utter_number_out_of_range has the values {m} instead of"),
        ("fr", "numéro de 1 à {n}", "numéro de 1 à 9", "has the values none instead of {n}"),
        ("fr", "numéro de 1 à {n}", "numéro de 1 à {n", "braces that do not close"),
        ("fr", "numéro de 1 à {n}", "numéro de 1 à {n.real}", "or more than a name in them"),
        ("fr", "numéro de 1 à {n}", "numéro de 1 à {n!r}", "or more than a name in them"),
        ("fr", '"Recommencer"', '"Recommencer tout au début"', "label_start_over has 25 characters, 20 fit"),
        ("ary", "معلم، 10 سنين ولا كثر", "معلم، 10 سنين ديال الخدمة", "has 25 characters, 24 fit"),
        ("fr", '"Années de métier"', '"Années de travail du métier"', "field_years has 27 characters, 20 fit"),
        ("fr", "Avec plaisir.", f"Avec plaisir{' beaucoup' * 60}.", "utter_thanks has 553 characters, 500 fit"),
        ("fr", "Avec plaisir.", "Erreur.", "says 'erreur'"),
        ("fr", "Avec plaisir.", "Veuillez attendre.", "says 'veuillez'"),
        ("ary", "بلا جميل، مرحبا بيكم.", "إن شاء الله.", "says 'إن شاء الله'"),
        ("ar", "العفو، مرحبا بكم.", "خطأ.", "says 'خطأ'"),
        ("ary-Latn", "Bla jmil, marhba bikom.", "Bla jmil, mar7ba bikom.", "uses 2, 5, 7 or 8 as a letter"),
        ("ary-Latn", "Bla jmil, marhba bikom.", "Bla jmil, maître.", "U+00EE î"),
        ("ary", "بلا جميل، مرحبا بيكم.", "مرحبا ٣ بيكم.", "U+0663"),
        ("ary", "بلا جميل، مرحبا بيكم.", "مرحبًا بيكم.", "U+064B"),
        ("ary", "بلا جميل، مرحبا بيكم.", "مرحبا بيكم!", "U+0021 !"),
        ("ary", "بلا جميل، مرحبا بيكم.", "بلا جميل; مرحبا", "U+003B ;"),
        ("ar", "العفو، مرحبا بكم.", "العفو, مرحبا بكم.", "has a Latin `?` or `,`"),
        ("fr", "Avec plaisir.", "Avec plaisir?", "lacks the space before"),
        ("fr", "Avec plaisir.", "Écrivez: menu", "lacks the space before"),
        ("fr", "Avec plaisir.", "C\u2019est fait.", "U+2019"),
        ("fr", "Avec plaisir.", "Avec plaisir 📞", "utter_thanks has U+1F4DE"),
        ("fr", "Écrivez 0, un agent", "Écrivez 0, ça va, un agent", "utter_cannot_read (sms) has U+00E7 ç"),
        ("fr", "Avec plaisir.", "", "utter_thanks is empty"),
        ("fr", "Avec plaisir.", "Avec  plaisir.", "has a space too many"),
        ("fr", '"Continuer"', '"Recommencer ici"', "utter_resume_ask offers 2 choices that begin with recommencer"),
        ("ary", "نعرف البرنامج ❓", "نعرف البرنامج 🏠", "label_programme has another sign than its note"),
        ("ary", "نعرف البرنامج ❓", "❓ نعرف البرنامج", "label_programme has another sign than its note"),
        ("ary", "نعرف البرنامج ❓", "نعرف البرنامج هنا", "label_programme lacks the sign ❓"),
        ("fr", "nplurals=2; plural=(n > 1)", "nplurals=2; plural=(n != 1)", "other plural forms"),
    ],
)
def test_planted_fault_is_found(folder: Path, replace: Replace, language: str, old: str, new: str, says: str) -> None:
    """Each kind of fault is named with its language and message."""
    replace(language, old, new)
    found = problems(folder)
    assert any(says in problem for problem in found), found
    assert all(problem.startswith(f"{language}: ") for problem in found)


def test_a_plural_form_may_do_without_the_number(folder: Path, replace: Replace) -> None:
    """One year needs no digit: the forms have the values together."""
    replace("fr", '"{n} an"', '"un an"')
    assert problems(folder) == []


def test_forms_too_few(folder: Path, replace: Replace) -> None:
    """A plural form that is not there is missed."""
    replace("ary", 'msgstr[2] "{n} سنين"\nmsgstr[3] "{n} عام"', 'msgstr[2] "{n} سنين"')
    assert any("value_years" in problem for problem in problems(folder))


def test_plural_message_needs_plural_forms(folder: Path, replace: Replace) -> None:
    """A counted message written as a plain one is named."""
    old = 'msgid_plural "value_years"\nmsgstr[0] "{n} an"\nmsgstr[1] "{n} ans"'
    replace("fr", old, 'msgstr "{n} ans"')
    assert problems(folder) == ["fr: value_years has 1 forms instead of 2"]


def test_fuzzy_entry_is_named(folder: Path, replace: Replace) -> None:
    """A text that a tool guessed does not reach people unseen."""
    replace("fr", '#. No\nmsgid "label_no"', '#. No\n#, fuzzy\nmsgid "label_no"')
    assert problems(folder) == ["fr: label_no is marked fuzzy: nobody has said that it is right"]


@pytest.mark.parametrize(
    ("content", "says"), [(None, "is missing"), (b"\xff\xfe", "cannot be read"), (b'msgid "a\n', "cannot be read")]
)
def test_unreadable_catalog_is_one_finding(folder: Path, content: bytes | None, says: str) -> None:
    """A broken catalog is said in a sentence, and the other three are still looked at."""
    path = catalog_path(LANGUAGES["ar"], folder)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    found = problems(folder)
    assert len(found) == 1
    assert says in found[0]
    assert found[0].startswith("ar: ")


def test_title_too_long(folder: Path) -> None:
    """A step's title is read at a glance: 60 characters."""
    path = catalog_path(LANGUAGES["fr"], folder, "steps")
    old, new = "Déclaration en douane (DUM)", "Déclaration en douane (DUM), à faire par vous ou par un transitaire"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert problems(folder) == ["fr: step_dum has 67 characters, 60 fit"]


def test_new_id_is_missed_in_all_four(tmp_path: Path) -> None:
    """An id nobody has translated is found before it is said."""
    path = tmp_path / "messages.yml"
    path.write_text(MESSAGES_FILE.read_text(encoding="utf-8") + '\n  utter_new: {note: "New"}\n', encoding="utf-8")
    assert problems(domains={"maalem": path}) == [f"{code}: utter_new is missing" for code in LANGUAGES]


def test_entries_tell_where_a_text_is_shown() -> None:
    """The long text of a pair never goes by SMS; the short one goes nowhere else; the rest goes everywhere."""
    shown = {(entry.message_id, entry.sms): entry.surfaces for entry in entries() if entry.language == "ary"}
    assert shown["utter_consent", False] == (Surface.WHATSAPP, Surface.TELEGRAM)
    assert shown["utter_consent", True] == (Surface.SMS,)
    assert shown["utter_menu", False] == (Surface.SMS, Surface.WHATSAPP, Surface.TELEGRAM)


def test_entries_are_complete_and_filled_in() -> None:
    """Every message in every form, with its choices, and no brace left."""
    found = list(entries())
    assert {(entry.message_id, entry.language) for entry in found} == {
        (message_id, language)
        for path in DOMAINS.values()
        for message_id in load_messages(path)
        for language in LANGUAGES
    }
    assert not any("{" in entry.text for entry in found)
    resume = next(entry for entry in found if entry.message_id == "utter_resume_ask" and entry.language == "fr")
    assert resume.choices == ("Continuer", "Recommencer", "Quitter")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3lach 9bel 15 avril? Téléphone: 0612345678", "ary-Latn"),
        ("رقم الطلب: M4821-7K، فالسيت rna.gov.ma", "ary"),
        ("Où êtes-vous ? À 10:30 : ça va, https://rna.gov.ma", "fr"),
        ("Valider", "ary"),
    ],
)
def test_good_writing_is_left_alone(text: str, language: str) -> None:
    """Numbers, codes, addresses and accents where they belong are no faults."""
    assert not list(faults(text, language, sms=False))


@pytest.mark.parametrize(
    ("label", "word"), [("J'accepte", "j'accepte"), ("نعم، صحيح", "نعم"), ("Menu 🏠", "menu"), ("❓", "")]
)
def test_first_word(label: str, word: str) -> None:
    """Signs and punctuation are no part of the word people tell choices apart by."""
    assert first_word(label) == word
