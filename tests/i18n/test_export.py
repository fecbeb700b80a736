"""Upkeep of the catalogs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from i18n.catalog import Catalogs, catalog_path, read_catalog
from i18n.export import TO_REVIEW, update, write_pot
from i18n.languages import LANGUAGES
from i18n.messages import DOMAINS, MESSAGES_FILE, load_messages

MORE = '\n  utter_new: {note: "A new thing: {n}", values: [n], sms: true}\n'


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    """The list of ids with one more and one less."""
    path = tmp_path / "messages.yml"
    text = MESSAGES_FILE.read_text(encoding="utf-8")
    gone = '  utter_empty: {note: "The message reached us empty. Write it again."}\n'
    assert text.count(gone) == 1
    path.write_text(text.replace(gone, "") + MORE, encoding="utf-8")
    return path


def test_committed_catalogs_are_in_step(folder: Path) -> None:
    """Running the update on what is committed changes nothing: no date, no order, no wrapping."""
    assert update(folder) == []


def test_update_brings_in_and_takes_out(folder: Path, messages: Path) -> None:
    """New ids come in empty, in both contexts; old ones go; texts stay."""
    before = Catalogs.load(folder)
    assert update(folder, {"maalem": messages}) == list(LANGUAGES)
    for code, language in LANGUAGES.items():
        catalog = read_catalog(language, folder)
        assert not catalog.get("utter_new").string
        assert not catalog.get("utter_new", "sms").string
        assert catalog.get("utter_empty") is None
        after = Catalogs.load(folder)
        assert after.texts[code] == {key: text for key, text in before.texts[code].items() if key[0] != "utter_empty"}
        assert catalog.plural_forms == language.plural_forms


def test_update_twice_changes_nothing_more(folder: Path, messages: Path) -> None:
    """It settles at once."""
    update(folder, {"maalem": messages})
    assert update(folder, {"maalem": messages}) == []


@pytest.mark.parametrize(
    ("code", "comments"), [("ary", [TO_REVIEW]), ("ary-Latn", [TO_REVIEW]), ("ar", []), ("fr", [])]
)
def test_new_darija_waits_for_a_native_speaker(folder: Path, messages: Path, code: str, comments: list[str]) -> None:
    """Darija nobody has read aloud is marked, Arabic and French are not."""
    update(folder, {"maalem": messages})
    assert read_catalog(LANGUAGES[code], folder).get("utter_new").user_comments == comments


def test_review_stays(folder: Path, replace: Callable[[str, str, str], None], messages: Path) -> None:
    """What a reviewer wrote at an entry is kept, and the note is refreshed beside it."""
    replace("ary", f'# {TO_REVIEW}\n#. No\nmsgid "label_no"', '# reviewed\n#. Old note\nmsgid "label_no"')
    update(folder, {"maalem": messages})
    entry = read_catalog(LANGUAGES["ary"], folder).get("label_no")
    assert entry.user_comments == ["reviewed"]
    assert entry.auto_comments == ["No"]
    assert entry.string == "لا"


def test_update_makes_catalogs_that_are_not_there(tmp_path: Path) -> None:
    """Four empty catalogs with our plural rules come out of nothing, ready for a translator's tool."""
    update(tmp_path)
    for language in LANGUAGES.values():
        assert "i18n/steps.yml" in catalog_path(language, tmp_path, "steps").read_text(encoding="utf-8")
        text = catalog_path(language, tmp_path).read_text(encoding="utf-8")
        assert f'"Plural-Forms: {language.plural_forms}\\n"' in text
        assert f'"Language: {language.folder}\\n"' in text
        assert f"msgstr[{language.plurals - 1}]" in text
        assert f"msgstr[{language.plurals}]" not in text


def test_entry_that_becomes_plural_keeps_its_text(tmp_path: Path, folder: Path) -> None:
    """The text so far stands as the first form, the others wait."""
    text = MESSAGES_FILE.read_text(encoding="utf-8")
    old = "values: [n]}\n  utter_resume_ask"
    assert text.count(old) == 1
    path = tmp_path / "messages.yml"
    path.write_text(text.replace(old, "values: [n], plural: true}\n  utter_resume_ask"), encoding="utf-8")
    update(folder, {"maalem": path})
    entry = read_catalog(LANGUAGES["fr"], folder).get("utter_number_out_of_range")
    assert entry.string == ("Écrivez un numéro de 1 à {n}.", "")


def test_template_holds_every_id_and_note(tmp_path: Path) -> None:
    """Translators' tools get ids, notes, values and choices, and no text."""
    path = tmp_path / "maalem.pot"
    write_pot(path)
    with path.open("rb") as file:
        made = read_po(file)
    wanted = load_messages()
    assert {entry.id[0] if entry.pluralizable else entry.id for entry in made if entry.id} == set(wanted)
    assert made.get("utter_resume_ask").auto_comments == [
        wanted["utter_resume_ask"].note,
        "values: {done}, {total}",
        "choices: label_go_on, label_start_over, label_leave",
    ]
    assert not any(entry.string for entry in made if entry.id and not entry.pluralizable)


@pytest.mark.parametrize("domain", DOMAINS)
def test_template_of_each_domain(tmp_path: Path, domain: str) -> None:
    """Each list of ids has a template of its own."""
    path = tmp_path / f"{domain}.pot"
    write_pot(path, domain)
    with path.open("rb") as file:
        made = read_po(file)
    ids = {entry.id[0] if entry.pluralizable else entry.id for entry in made if entry.id}
    assert ids == set(load_messages(DOMAINS[domain]))


def test_template_twice_is_the_same(tmp_path: Path) -> None:
    """No date of the run in it."""
    write_pot(tmp_path / "a.pot")
    write_pot(tmp_path / "b.pot")
    assert (tmp_path / "a.pot").read_bytes() == (tmp_path / "b.pot").read_bytes()
