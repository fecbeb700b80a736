"""The fast rule policy predicts what Rasa's predicts, for conversations of every shape."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    LoopInterrupted,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.rasa_compat.environment import known_warnings_ignored
from bot.engine.rasa_compat.policy import FastRulePolicy
from bot.engine.rasa_compat.processor import StrictProcessor


@pytest.fixture(scope="module")
def policies(model_path: Path) -> tuple[RulePolicy, FastRulePolicy]:
    """Rasa's policy and ours, from the same model."""
    with tempfile.TemporaryDirectory() as folder, known_warnings_ignored():
        storage, metadata = LocalModelStorage.from_model_archive(Path(folder), model_path)
        schema = metadata.predict_schema
        node = next(node for node in schema.nodes.values() if node.uses is RulePolicy)
        context = ExecutionContext(schema, metadata.model_id)
        stock, fast = (
            kind.load({**kind.get_default_config(), **node.config}, storage, node.resource, context)
            for kind in (RulePolicy, FastRulePolicy)
        )
    return stock, fast


def random_events(rng: random.Random, processor: StrictProcessor) -> list[Event]:
    """Events as they may follow each other, with some that may not."""
    domain = processor.domain
    intents = [*domain.intents, None]
    events: list[Event] = [ActionExecuted("action_listen")]
    if rng.random() < 0.5:  # in the form
        events += [ActionExecuted("enroll_form"), ActiveLoop("enroll_form"), ActionExecuted("action_listen")]
    for _ in range(rng.randrange(12)):
        text = rng.choice(["leather", "whichprice", None])
        events.append(UserUttered(text, {"name": rng.choice(intents), "confidence": 1.0}))
        if rng.random() < 0.8:
            events.append(DefinePrevUserUtteredFeaturization(use_text_for_featurization=False))
        if rng.random() < 0.4:
            events.append(ActionExecutionRejected("enroll_form"))
        for _ in range(rng.randrange(4)):
            events.append(
                rng.choice(
                    [
                        ActionExecuted("enroll_form"),
                        ActionExecuted(rng.choice(domain.action_names_or_texts)),
                        ActiveLoop("enroll_form"),
                        ActiveLoop(None),
                        ActionExecutionRejected("enroll_form"),
                        SlotSet("mood", rng.choice([True, False, None])),
                        SlotSet("craft", rng.choice(["wood", None])),
                        LoopInterrupted(is_interrupted=True),
                        BotUttered("hello"),
                        *([UserUtteranceReverted(), Restarted()] if rng.random() < 0.1 else []),
                    ]
                )
            )
        if rng.random() < 0.8:
            events.append(ActionExecuted("action_listen"))
    return events[: rng.randrange(1, len(events) + 1)]


def seen(prediction: Any) -> dict[str, Any]:
    """Everything a prediction says."""
    return {**vars(prediction), "events": [event.as_dict() | {"timestamp": 0} for event in prediction.events]}


@pytest.mark.parametrize("seed", range(40))
def test_predictions_are_rasas(
    policies: tuple[RulePolicy, FastRulePolicy], processor: StrictProcessor, seed: int
) -> None:
    """Same probabilities, events, flags and policy name, for random conversations with and without a form."""
    stock, fast = policies
    rng = random.Random(seed)
    for _ in range(10):
        tracker = DialogueStateTracker.from_events("1", random_events(rng, processor), processor.domain.slots)
        expected = seen(stock.predict_action_probabilities(tracker, processor.domain))
        assert seen(fast.predict_action_probabilities(tracker, processor.domain)) == expected


def test_the_random_conversations_reach_rules(
    policies: tuple[RulePolicy, FastRulePolicy], processor: StrictProcessor
) -> None:
    """The comparison is worth something: rules, the form, the fallback and coming back to the form all occur."""
    _, fast = policies
    reached = set()
    for seed in range(400):
        events = random_events(random.Random(seed), processor)
        tracker = DialogueStateTracker.from_events("1", events, processor.domain.slots)
        prediction = fast.predict_action_probabilities(tracker, processor.domain)
        reached.add(processor.domain.action_names_or_texts[prediction.max_confidence_index])
        reached |= {type(event).__name__ for event in prediction.events}
    assert reached >= {
        *("action_answer", "action_misbehave", "enroll_form", "action_listen", "action_default_fallback"),
        *("utter_again", "utter_happy", "utter_sad", "utter_stopped", "action_submit", "LoopInterrupted"),
    }


def test_the_model_is_trained_with_rasas_and_run_with_ours(processor: StrictProcessor) -> None:
    """config.yml keeps naming RulePolicy."""
    nodes = processor.graph_runner._nodes.values()
    assert FastRulePolicy in {node._component_class for node in nodes}
    assert RulePolicy in {node.uses for node in processor.model_metadata.predict_schema.nodes.values()}
