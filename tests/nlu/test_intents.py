"""The intent classifier and the fallback, trained and loaded through Rasa."""

from __future__ import annotations

import time
from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.fallback import FALLBACK, Fallback
from bot.nlu.fitting import TooFewClassesError
from bot.nlu.intents import FoldedIntentClassifier


@pytest.fixture(scope="module")
def classifier(session_bench: Any, training_data: Any) -> Any:
    """Trained on the small set and loaded from storage."""
    return session_bench.train(FoldedIntentClassifier, training_data, rarest=1)


def understand(component: Any, text: str | None) -> Message:
    """One message through one component."""
    message: Message = component.process([Message({"text": text} if text is not None else {})])[0]
    return message


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("bghit ntsjel", "enroll"),
        ("بغيت نتسجل عافاكم", "enroll"),
        ("je veux m inscrire svp", "enroll"),
        ("slam 3likom", "greet"),
        ("Bonjourrrr", "greet"),
        ("0655555555", "inform"),
        ("kankhdem f fes", "inform"),
    ],
)
def test_the_wish_is_found_in_every_form(classifier: Any, text: str, intent: str) -> None:
    """What was learnt in one script is understood in the other."""
    assert understand(classifier, text).get("intent")["name"] == intent


def test_the_ranking_has_rasas_shape(classifier: Any) -> None:
    """Every intent with its probability, likeliest first, the first being the intent; both go to the output."""
    message = understand(classifier, "salam")
    ranking = message.get("intent_ranking")
    assert message.get("intent") == ranking[0]
    assert {entry["name"] for entry in ranking} == {"greet", "enroll", "inform"}
    confidences = [entry["confidence"] for entry in ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1, abs=1e-5)
    assert {"intent", "intent_ranking"} <= message.output_properties
    assert "text_known" not in message.output_properties


@pytest.mark.parametrize("text", [None, "", "   ", "🙂👍", "你好吗", "\x00"])
def test_nothing_known_is_nothing_believed(classifier: Any, text: str | None) -> None:
    """A text without anything ever seen gets every intent at 0, and then the fallback."""
    message = understand(classifier, text)
    assert {entry["confidence"] for entry in message.get("intent_ranking")} == {0.0}
    fallen = Fallback({}).process([message])[0]
    assert fallen.get("intent") == {"name": FALLBACK, "confidence": 1.0}


def test_an_untrained_classifier_gives_nothing(bench: Any) -> None:
    """Without training there is no intent, and no failure."""
    message = understand(bench.create(FoldedIntentClassifier), "salam")
    assert message.get("intent") == {"name": None, "confidence": 0.0}
    assert message.get("intent_ranking") == []


def test_a_model_without_classifier_does_not_load(bench: Any) -> None:
    """A missing part of a model stops the start instead of answering nonsense."""
    with pytest.raises(ValueError, match="component"):
        bench.load(FoldedIntentClassifier)


def test_one_intent_cannot_be_trained(bench: Any) -> None:
    """Data with a single intent is refused by name of the problem."""
    data = TrainingData([Message({"text": "salam", "intent": "greet"})])
    with pytest.raises(TooFewClassesError):
        bench.train(FoldedIntentClassifier, data)


def test_the_ranking_can_be_shorter(bench: Any, training_data: Any) -> None:
    """`ranking_length` says how many intents are given."""
    classifier = bench.train(FoldedIntentClassifier, training_data, rarest=1, ranking_length=2)
    assert len(understand(classifier, "salam").get("intent_ranking")) == 2


def test_a_hundred_thousand_characters_cost_little(classifier: Any) -> None:
    """Cost is bounded by the first thousand characters."""
    begun = time.process_time()
    understand(classifier, "bghit ntsjel " * 8000)
    assert time.process_time() - begun < 0.5


def test_a_fallback_is_made_by_rasa(bench: Any, classifier: Any) -> None:
    """It needs no training, and its limits stand in config.yml."""
    message = bench.create(Fallback, threshold=1.0).process([understand(classifier, "salam monsieur bghit")])[0]
    assert [entry["name"] for entry in message.get("intent_ranking")][:2] == [FALLBACK, "greet"]
    assert FoldedIntentClassifier.required_packages() == ["sklearn", "scipy"]


@pytest.mark.parametrize(
    ("confidences", "known", "sure"),
    [
        ([0.9, 0.05], 1.0, True),
        ([0.35, 0.1], 1.0, True),
        ([0.34, 0.1], 1.0, False),
        ([0.5, 0.46], 1.0, False),
        ([0.9, 0.05], 0.1, False),
        ([0.9], 1.0, True),
        ([], 1.0, False),
    ],
)
def test_weak_guesses_fall_back(confidences: list[float], known: float, sure: bool) -> None:  # noqa: FBT001 - a table's column
    """Too unlikely, too close to the second or too strange: the fallback comes first, the guesses stay behind it."""
    ranking = [{"name": f"i{place}", "confidence": chance} for place, chance in enumerate(confidences)]
    intent = ranking[0] if ranking else {"name": None, "confidence": 0.0}
    message = Message({"text": "x", "intent": intent, "intent_ranking": list(ranking), "text_known": known})
    fallen = Fallback({"threshold": 0.35, "gap": 0.05, "known": 0.25}).process([message])[0]
    if sure:
        assert fallen.get("intent") == ranking[0]
        assert fallen.get("intent_ranking") == ranking
    else:
        assert fallen.get("intent")["name"] == FALLBACK
        assert fallen.get("intent")["confidence"] == 1 - (confidences[0] if confidences else 0)
        assert fallen.get("intent_ranking") == [fallen.get("intent"), *ranking]
