"""Texts by message id and language."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from i18n.catalog import Catalogs, MissingValue, UnknownMessage
from i18n.languages import LANGUAGES
from i18n.messages import DOMAINS, load_messages


@pytest.fixture(scope="module")
def catalogs() -> Catalogs:
    """The real ones."""
    return Catalogs.load()


@pytest.mark.parametrize(("language", "text"), [("ary", "لا"), ("ary-Latn", "Non"), ("ar", "لا"), ("fr", "Non")])
def test_text_in_each_form(catalogs: Catalogs, language: str, text: str) -> None:
    """Each form has its own text."""
    assert catalogs.text("label_no", language) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_stand_in_the_text(catalogs: Catalogs, language: str) -> None:
    """What is in braces is filled in, as it is: braces a person typed mean nothing."""
    said = catalogs.text("utter_place_unknown", language, text="{lines} {0} %s")
    assert "{lines} {0} %s" in said


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("ary", 1, "عام واحد"),
        ("ary", 2, "عامين"),
        ("ary", 3, "3 سنين"),
        ("ary", 10, "10 سنين"),
        ("ary", 11, "11 عام"),
        ("ary", 0, "0 عام"),
        ("ary-Latn", 2, "3amin"),
        ("ary-Latn", 5, "5 snin"),
        ("ary-Latn", 20, "20 3am"),
        ("ar", 0, "أقل من سنة"),
        ("ar", 1, "سنة واحدة"),
        ("ar", 2, "سنتان"),
        ("ar", 7, "7 سنوات"),
        ("ar", 11, "11 سنة"),
        ("ar", 100, "100 سنة"),
        ("fr", 0, "0 an"),
        ("fr", 1, "1 an"),
        ("fr", 2, "2 ans"),
    ],
)
def test_plural_forms(catalogs: Catalogs, language: str, count: int, text: str) -> None:
    """A count takes the form that people say."""
    assert catalogs.text("value_years", language, n=count) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_sms_takes_the_shorter_text(catalogs: Catalogs, language: str) -> None:
    """Where a text for SMS stands beside the long one, SMS gets it."""
    assert len(catalogs.text("utter_consent", language, sms=True)) < len(catalogs.text("utter_consent", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sms_falls_back_to_the_only_text(catalogs: Catalogs, language: str) -> None:
    """Where there is one text, SMS gets that."""
    assert catalogs.text("utter_menu", language, sms=True) == catalogs.text("utter_menu", language)


@pytest.mark.parametrize(("message_id", "language"), [("utter_nothing_of_this_name", "fr"), ("utter_menu", "es")])
def test_unknown_message(catalogs: Catalogs, message_id: str, language: str) -> None:
    """An id or language nobody has written is an error that names both."""
    with pytest.raises(UnknownMessage, match=f"{message_id} has no text in {language}"):
        catalogs.text(message_id, language)


def test_empty_text_counts_as_unknown(folder: Path, replace: Callable[[str, str, str], None]) -> None:
    """Nobody is ever sent an empty bubble because a translation is still to come."""
    replace("fr", 'msgstr "Dans quelle langue parlons-nous ?"', 'msgstr ""')
    with pytest.raises(UnknownMessage, match="utter_choose_language"):
        Catalogs.load(folder).text("utter_choose_language", "fr")


@pytest.mark.parametrize(
    ("message_id", "name"), [("utter_enrolled", "reference"), ("value_years", "n"), ("utter_resume_ask", "done")]
)
def test_missing_value_is_named(catalogs: Catalogs, message_id: str, name: str) -> None:
    """Whoever forgot a value reads which one, of which message."""
    with pytest.raises(MissingValue, match=rf"{message_id} needs a value for \{{{name}\}}"):
        catalogs.text(message_id, "fr")


def test_every_id_has_a_text_in_each_form(catalogs: Catalogs) -> None:
    """No id of any list is without words."""
    for path in DOMAINS.values():
        for message in load_messages(path).values():
            values: dict[str, Any] = dict.fromkeys(message.values, 3)
            assert all(catalogs.text(message.id, language, **values) for language in LANGUAGES)


def test_loading_is_quick() -> None:
    """All of them are read in less than 0.3 s of processor time."""
    before = time.process_time()
    Catalogs.load()
    assert time.process_time() - before < 0.3


def test_no_id_stands_in_two_domains() -> None:
    """An id has one text, wherever it is asked for."""
    ids = [message_id for path in DOMAINS.values() for message_id in load_messages(path)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_missing_catalog_is_not_hidden(folder: Path, domain: str) -> None:
    """A process does not start with three languages, or with half the words of one."""
    (folder / "ar" / "LC_MESSAGES" / f"{domain}.po").unlink()
    with pytest.raises(FileNotFoundError):
        Catalogs.load(folder)
