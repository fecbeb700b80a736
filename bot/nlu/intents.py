"""The intent classifier: what a person wants, whatever form they write in."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.fitting import STRENGTH
from bot.nlu.learnt import Learnt
from bot.nlu.views import Views, folded

KNOWN: Final = "text_known"
"""Message property: share (0…1) of the text's n-grams that were seen in training; read by `Fallback`."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FoldedIntentClassifier(Learnt, IntentClassifier):
    """Logistic regression over phonetic and skeleton n-grams; sets `intent` and `intent_ranking` as Rasa's own do.

    A text none of whose n-grams was ever seen gets every intent at confidence 0.
    """

    @staticmethod
    def analyser(text: str) -> Views:
        """Look at sounds and consonants."""
        return folded(text)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`strength`: C of the regression. `rarest`: examples a term must occur in. `ranking_length`: intents given."""
        return {"strength": STRENGTH, "rarest": 1, "ranking_length": 10}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the intent examples.

        Raises:
            TooFewClassesError: The data has fewer than two intents.
        """
        examples = [one for one in training_data.intent_examples if one.get("text")]
        return self.learn([one.get("text") for one in examples], [one.get("intent") for one in examples])

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of each message."""
        for message in messages:
            ranking, known = self._rank(message.get("text") or "")
            message.set(KNOWN, known)
            message.set("intent", ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _rank(self, text: str) -> tuple[list[dict[str, Any]], float]:
        model = self._model
        if model is None:
            return [], 0.0
        chances, known = model.probabilities(text)
        if not known:
            chances = np.zeros_like(chances)
        best = np.argsort(-chances, kind="stable")[: self._config["ranking_length"]]
        return [{"name": model.classes[place], "confidence": float(chances[place])} for place in best], known
