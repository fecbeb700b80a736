"""The intent classifier: what a person wants, whatever form they write in, or that it is nothing of ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.fitting import STRENGTH, Fitted
from bot.nlu.learnt import Learnt
from bot.nlu.linear import Floats
from bot.nlu.views import MEANING, READ_AT_MOST
from bot.nlu.wishes import two_wishes

KNOWN: Final = "text_known"
"""Message property: share (0…1) of the text's n-grams that were seen in training; read by `Fallback`."""
WISHES: Final = "wishes"
"""Message property: two wishes with `text`, `intent` and `confidence`, or none."""
OUT_OF_SCOPE: Final = "out_of_scope"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FoldedIntentClassifier(Learnt, IntentClassifier):
    """A linear classifier over sounds, consonants and concepts; sets `intent` and `intent_ranking` as Rasa's own do.

    Confidences are calibrated on examples held out in training. `out_of_scope` is put first not only where it is the
    likeliest, but from the probability on that sends back `refused` of the good messages held out: foreign messages are
    of endless kinds, and no class of examples is ever as likely as the few wishes we know. A text none of whose n-grams
    was ever seen gets every intent at confidence 0.
    """

    look = MEANING
    learns = "what people mean"

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What can be set in config.yml.

        `strength`: C of the support vector machine, above 0. `rarest`: examples a term must occur in, from many on.
        `refused`: share (0…1) of good messages that may be taken for foreign ones. `ranking_length`: intents given.
        """
        return {"strength": STRENGTH, "rarest": 2, "refused": 0.03, "ranking_length": 10}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the intent examples.

        Raises:
            TooFewClassesError: The data has fewer than two intents.
        """
        found = ((str(one.get("intent")), one.get("text")) for one in training_data.intent_examples)
        examples = sorted((intent, text) for intent, text in found if text)  # whatever order they came in
        labels, texts = [intent for intent, _ in examples], [text for _, text in examples]
        fitted = self.learn(texts, labels)
        return self.store(replace(fitted.model, gate=gate(fitted, labels, refused=self._config["refused"])))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of each message, and `wishes` where it holds two."""
        for message in messages:
            text = (message.get("text") or "")[:READ_AT_MOST]
            ranking, known = self.rank(text)
            message.set(WISHES, two_wishes(text, self.rank), add_to_output=True)
            message.set(KNOWN, known)
            message.set("intent", ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def rank(self, text: str) -> tuple[list[dict[str, Any]], float]:
        """The likeliest intents of a text with their confidences, and how much of the text is known (0…1)."""
        model = self._model
        if model is None:
            return [], 0.0
        chances, known = model.probabilities(text)
        if not known:
            chances = np.zeros_like(chances)
        order = list(np.argsort(-chances, kind="stable"))
        if OUT_OF_SCOPE in model.classes:
            foreign = model.classes.index(OUT_OF_SCOPE)
            if chances[foreign] >= model.gate and order[0] != foreign:
                chances = _raised(chances, foreign)
                order.remove(foreign)
                order.insert(0, foreign)
        best = order[: self._config["ranking_length"]]
        return [{"name": model.classes[place], "confidence": float(chances[place])} for place in best], known


def _raised(chances: Floats, place: int) -> Floats:
    """Probabilities with one raised to the level of the highest, together 1 again: the gate is what decided."""
    raised: Floats = chances.copy()
    raised[place] = chances.max()
    raised /= raised.sum()
    return raised


def gate(fitted: Fitted, labels: list[str], *, refused: float) -> float:
    """From which probability of `out_of_scope` on a message is taken for foreign.

    Args:
        fitted: With probabilities of held-out examples.
        labels: Of all examples.
        refused: Share (0…1) of good messages that may be taken for foreign ones.

    Returns:
        0…1; 1 (only the likeliest counts) where there is no such intent or nothing was held out.
    """
    classes = fitted.model.classes
    good = np.asarray([labels[place] != OUT_OF_SCOPE for place in fitted.held_out], bool)
    if OUT_OF_SCOPE not in classes or not good.any():
        return 1.0
    return float(np.quantile(fitted.tried[good, classes.index(OUT_OF_SCOPE)], 1 - refused))
