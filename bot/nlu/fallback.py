"""Not being sure: better to ask "did you mean …?" than to do the wrong thing."""

from __future__ import annotations

from typing import Any, Final

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.intents import KNOWN

FALLBACK: Final = "nlu_fallback"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Fallback(IntentClassifier, GraphComponent):
    """Puts `nlu_fallback` first where the likeliest intent is not likely enough; the guesses stay behind it.

    Its confidence is what the best guess lacks to certainty.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Limits, all 0…1, below which nothing is taken for understood.

        `threshold`: confidence of the best guess. `gap`: how far it must be ahead of the second. `known`: share of the
        text's n-grams that training has seen.
        """
        return {"threshold": 0.35, "gap": 0.05, "known": 0.25}

    def __init__(self, config: dict[str, Any]) -> None:
        self.limits: dict[str, float] = {**self.get_default_config(), **config}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Fallback:
        """Make the component; it learns nothing."""
        del model_storage, resource, execution_context
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Put the fallback before guesses that are too weak."""
        for message in messages:
            ranking: list[dict[str, Any]] = message.get("intent_ranking") or []
            if self.doubt(ranking, message.get(KNOWN, 1.0)) is None:
                continue
            best = ranking[0]["confidence"] if ranking else 0.0
            unsure = {"name": FALLBACK, "confidence": 1.0 - best}
            message.set("intent", unsure, add_to_output=True)
            message.set("intent_ranking", [unsure, *ranking], add_to_output=True)
        return messages

    def doubt(self, ranking: list[dict[str, Any]], known: float) -> str | None:
        """Why the best guess is not to be believed, by the name of the limit it is under; None if it is.

        Args:
            ranking: Guesses, likeliest first.
            known: Share (0…1) of the text's n-grams that training has seen.
        """
        first, second = (ranking[place]["confidence"] if len(ranking) > place else 0.0 for place in (0, 1))
        under = {
            "known": known < self.limits["known"],
            "threshold": not ranking or first < self.limits["threshold"],
            "gap": first - second < self.limits["gap"],
        }
        return next((name for name, is_under in under.items() if is_under), None)
