"""The whole pipeline on the project's own data: sentences nobody trained on, in every form and for every intent.

`guard.jsonl` is for measuring only: where it finds a weakness, the data gets other sentences, never these.
"""

from __future__ import annotations

import json
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

from bot.engine.rasa_compat.runner import SequentialRunner
from bot.nlu.fallback import FALLBACK
from bot.nlu.intents import OUT_OF_SCOPE
from bot.nlu.measuring import scoring

PROJECT: Final = Path(__file__).resolve().parent.parent.parent
FORMS: Final = ("ary", "ary-Latn", "ar", "fr")
ALL_FORMS: Final = (*FORMS, "mixed")
F1_AT_LEAST: Final = 0.90
ACCEPTED_AT_LEAST: Final = 0.95
FOREIGN_AT_LEAST: Final = 0.90
FORM_TOLD_AT_LEAST: Final = 0.90
GUARD: Final[list[dict[str, str]]] = [
    json.loads(line) for line in Path(__file__).with_name("guard.jsonl").read_text(encoding="utf-8").splitlines()
]
TWO_WISHES: Final[list[dict[str, Any]]] = [
    json.loads(line) for line in Path(__file__).with_name("wishes.jsonl").read_text(encoding="utf-8").splitlines()
]
TWO_TOLD_AT_LEAST: Final = 0.85
TWO_MISTAKEN_AT_MOST: Final = 0.005


class Pipeline:
    """The trained model as stock Rasa would run it, the handler of payloads included."""

    def __init__(self, model: Path) -> None:
        self._metadata: ModelMetadata
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Rasa warns of every domain whose slots it does not fill itself
            self._metadata, self._runner = load_predict_graph_runner(
                Path(folder), model, LocalModelStorage, SequentialRunner
            )

    def parse(self, text: str) -> dict[str, Any]:
        """Everything the pipeline puts out on a text."""
        target = self._metadata.nlu_target
        tracker = DialogueStateTracker.from_events("guard", [])
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: tracker}
        parsed: dict[str, Any] = self._runner.run(inputs=inputs, targets=[target])[target][0].as_dict(True)  # noqa: FBT003
        return parsed


@pytest.fixture(scope="module")
def pipeline(trained_model: Path) -> Pipeline:
    """Loaded once."""
    return Pipeline(trained_model)


@pytest.fixture(scope="module")
def understood(pipeline: Pipeline) -> list[dict[str, Any]]:
    """What the pipeline makes of each guard sentence."""
    return [pipeline.parse(row["text"]) for row in GUARD]


def best_guess(parsed: dict[str, Any]) -> str:
    """The likeliest intent, whether or not it was likely enough."""
    return next(str(entry["name"]) for entry in parsed["intent_ranking"] if entry["name"] != FALLBACK)


def sentences_of_data() -> Iterator[str]:
    """Every training sentence."""
    for file in sorted((PROJECT / "data" / "nlu").glob("*.yml")):
        for example in RasaYAMLReader().reads(file.read_text(encoding="utf-8")).training_examples:
            yield example.get("text").casefold()


@pytest.mark.parametrize("form", ALL_FORMS)
def test_every_form_is_understood(understood: list[dict[str, Any]], form: str) -> None:
    """Macro F1 over all intents stays above the limit in each form by itself."""
    pairs = [
        (row["intent"], best_guess(parsed))
        for row, parsed in zip(GUARD, understood, strict=True)
        if row["form"] == form
    ]
    wrong = [pair for pair in pairs if pair[0] != pair[1]]
    assert scoring.f1([one for one, _ in pairs], [other for _, other in pairs]).macro >= F1_AT_LEAST, wrong


def test_good_sentences_are_not_sent_back(understood: list[dict[str, Any]]) -> None:
    """Hardly any good sentence is answered with "did you mean" or taken for a foreign one."""
    accepted = [
        parsed["intent"]["name"] not in {FALLBACK, OUT_OF_SCOPE}
        for row, parsed in zip(GUARD, understood, strict=True)
        if row["intent"] != OUT_OF_SCOPE
    ]
    assert sum(accepted) / len(accepted) >= ACCEPTED_AT_LEAST


def test_foreign_sentences_are_known_as_such(understood: list[dict[str, Any]]) -> None:
    """Nine of ten messages that are not for us are told so, or asked about."""
    refused = [
        parsed["intent"]["name"] in {FALLBACK, OUT_OF_SCOPE}
        for row, parsed in zip(GUARD, understood, strict=True)
        if row["intent"] == OUT_OF_SCOPE
    ]
    assert sum(refused) / len(refused) >= FOREIGN_AT_LEAST


def test_the_form_is_told(understood: list[dict[str, Any]]) -> None:
    """The language of three words or more is told in nine of ten."""
    told = [
        row["form"] == parsed["language"]["form"]
        for row, parsed in zip(GUARD, understood, strict=True)
        if row["form"] in FORMS and len(row["text"].split()) > 2
    ]
    assert sum(told) / len(told) >= FORM_TOLD_AT_LEAST


def test_two_wishes_are_told(pipeline: Pipeline) -> None:
    """Of messages with two wishes most are told apart; of those with one hardly any is taken for two."""
    told = [
        [one["intent"] for one in pipeline.parse(message["text"])["wishes"]] == message["intents"]
        for message in TWO_WISHES
    ]
    assert sum(told) / len(told) >= TWO_TOLD_AT_LEAST


def test_one_wish_is_not_taken_for_two(understood: list[dict[str, Any]]) -> None:
    """One in two hundred at most."""
    mistaken = [row["text"] for row, parsed in zip(GUARD, understood, strict=True) if parsed["wishes"]]
    assert len(mistaken) / len(GUARD) <= TWO_MISTAKEN_AT_MOST, mistaken


def test_the_guard_covers_every_intent_and_form() -> None:
    """Sentences for each intent in each form: no score hides a gap."""
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for row in GUARD:
        counted[row["intent"], row["form"]] += 1
    written = {path.stem for path in (PROJECT / "data" / "nlu").glob("*.yml")}
    assert set(counted) >= {(intent, form) for intent in written for form in FORMS}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:pkg_resources")
def test_no_guard_sentence_is_trained_on() -> None:
    """A sentence found in the data measures nothing."""
    assert not {row["text"].casefold() for row in GUARD} & set(sentences_of_data())


def test_a_payload_is_read_by_rasa_and_not_by_us(pipeline: Pipeline) -> None:
    """What stock Rasa reads as a payload comes out as it was sent."""
    parsed = pipeline.parse('/inform{"craft": "leather"}')
    assert parsed["intent"] == {"name": "inform", "confidence": 1.0}
    assert [(found["entity"], found["value"]) for found in parsed["entities"]] == [("craft", "leather")]


@pytest.mark.parametrize("text", ["", " ", "🙂", "你好", "\u200f", "؟؟؟"])
def test_what_says_nothing_falls_back(pipeline: Pipeline, text: str) -> None:
    """No letter, or none of ours: the fallback, no entity, no language."""
    parsed = pipeline.parse(text)
    assert parsed["intent"]["name"] == FALLBACK
    assert parsed["entities"] == []
    assert parsed["language"] == {"form": None, "confidence": 0.0, "mixed": False}


def test_understanding_is_quick(pipeline: Pipeline) -> None:
    """Half of all sentences take under ten milliseconds of processor time, and a very long one under a second."""
    spent = []
    for row in GUARD:
        begun = time.process_time()
        pipeline.parse(row["text"])
        spent.append(time.process_time() - begun)
    assert sorted(spent)[len(spent) // 2] < 0.010
    begun = time.process_time()
    pipeline.parse("bghit ntsjel f lbarnamaj " * 4000)
    assert time.process_time() - begun < 1
