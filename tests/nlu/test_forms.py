"""The form of writing, learnt from what the training sections say of themselves."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.forms import FormIdentifier, form_of


@pytest.fixture(scope="module")
def identifier(session_bench: Any, training_data: Any) -> Any:
    """Trained on the small set and loaded from storage."""
    return session_bench.train(FormIdentifier, training_data, rarest=1)


def language(component: Any, text: str) -> dict[str, Any]:
    """The property as it stands in the output."""
    message = component.process([Message({"text": text})])[0]
    assert "language" in message.output_properties
    found: dict[str, Any] = message.get("language")
    return found


def test_rasas_reader_keeps_the_form_of_a_section(training_data: Any) -> None:
    """`metadata: {form: …}` beside an intent reaches every example of that section."""
    forms = [form_of(example) for example in training_data.intent_examples]
    assert None not in forms
    assert set(forms) == {"ary", "ary-Latn", "ar", "fr"}


@pytest.mark.parametrize("metadata", [None, {}, {"intent": "x"}, {"intent": {"form": 3}}, {"example": {"form": "fr"}}])
def test_other_metadata_names_no_form(metadata: Any) -> None:
    """Examples without the mark are left out, whatever else their metadata says."""
    assert form_of(Message({"text": "x", "metadata": metadata})) is None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("كيفاش نتسجل معاكم", "ary"),
        ("kifach ntsjel", "ary-Latn"),
        ("je veux faire mon inscription", "fr"),
        ("أريد أن أسجل في مدينة", "ar"),
        ("بغيت inscription", "ary"),
        ("كيفاش ندير auto entrepreneur معاكم", "ary"),
        ("je veux m'inscrire à البرنامج svp", "fr"),
    ],
)
def test_the_form_is_told(identifier: Any, text: str, form: str) -> None:
    """Letters decide between scripts, words between the languages of a script."""
    found = language(identifier, text)
    assert found["form"] == form
    assert 0.5 <= found["confidence"] <= 1


@pytest.mark.parametrize("text", ["", "ok", "12", "0612345678", "🙂", "ah", "你好吗", "Привет"])
def test_what_belongs_to_every_form_names_none(identifier: Any, text: str) -> None:
    """Too few letters, or letters of no form of ours: nothing is claimed."""
    assert language(identifier, text) == {"form": None, "confidence": 0.0, "mixed": False}


def test_arabic_letters_are_never_french(identifier: Any) -> None:
    """A French word in Arabic letters stays with the forms of its letters."""
    assert language(identifier, "بونجور مسيو")["form"] in {"ary", "ar"}


def test_letters_whose_forms_were_never_learnt_name_none(bench: Any, training_data: Any) -> None:
    """With examples in Arabic letters only, nothing is said of a text in Latin ones."""
    arabic = training_data.filter_training_examples(lambda example: form_of(example) in {"ary", "ar"})
    identifier = bench.train(FormIdentifier, arabic, rarest=1)
    assert language(identifier, "bonjour monsieur") == {"form": None, "confidence": 0.0, "mixed": False}


def test_an_untrained_identifier_claims_nothing(bench: Any) -> None:
    """Without training there is no language, and no failure."""
    assert language(bench.create(FormIdentifier), "bonjour monsieur") == {
        "form": None,
        "confidence": 0.0,
        "mixed": False,
    }
