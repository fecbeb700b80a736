"""The form of writing: Darija in Arabic or Latin letters, standard Arabic, French."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.fitting import STRENGTH
from bot.nlu.learnt import Learnt
from bot.nlu.views import READ_AT_MOST, WRITING
from darija.forms import Form, written_form
from darija.script import Script, count_letters, script_of

ARABIC_LETTERS: Final = ("ary", "ar")
LATIN_LETTERS: Final = ("ary-Latn", "fr")
ARABIC_SHARE: Final = 1 / 3
"""Share of words in Arabic letters from which a mixed text is by somebody who writes those: French nouns in Latin
letters inside Darija or Arabic are the normal case, Arabic words inside French are not."""
LETTERS_AT_LEAST: Final = 3
"""Fewer letters ("ok", "ah") belong to every form."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FormIdentifier(Learnt):
    """Sets the message property `language`: {"form": …, "confidence": 0…1, "mixed": …}.

    `form` is one of `ary`, `ary-Latn`, `ar`, `fr`, or nothing. `mixed` says that two forms share the message, by rule
    (`darija.forms`); `form` is then the one to answer in.

    It learns from the `metadata: {form: …}` of the sections of data/nlu. Darija and standard Arabic in two words are
    often truly open: the confidence says so, and whoever replies smooths it over the talk.
    """

    look = WRITING
    learns = "how people write"

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`strength`: C of the regression. `rarest`: examples a term must occur in to be kept."""
        return {"strength": STRENGTH, "rarest": 2}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples whose section names its form.

        Raises:
            TooFewClassesError: The data names fewer than two forms.
        """
        named = [(one.get("text"), form_of(one)) for one in training_data.intent_examples]
        examples = sorted((text, form) for text, form in named if text and form in (*ARABIC_LETTERS, *LATIN_LETTERS))
        return self.store(self.learn([text for text, _ in examples], [form for _, form in examples]).model)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the language of each message."""
        for message in messages:
            text = (message.get("text") or "")[:READ_AT_MOST]
            mixed = written_form(text).form is Form.MIXED
            message.set("language", {**self._identify(text), "mixed": mixed}, add_to_output=True)
        return messages

    def _identify(self, text: str) -> dict[str, Any]:
        if self._model is None or sum(count_letters(text)) < LETTERS_AT_LEAST:
            return {"form": None, "confidence": 0.0}
        open_forms = _open_forms(text)
        chances, known = self._model.probabilities(text)
        places = [place for place, form in enumerate(self._model.classes) if form in open_forms]
        if not places or not known:
            return {"form": None, "confidence": 0.0}
        best = places[int(np.argmax(chances[places]))]
        return {"form": self._model.classes[best], "confidence": float(chances[best] / chances[places].sum())}


def _open_forms(text: str) -> tuple[str, ...]:
    """The forms that the letters of a text leave open; it has some of either script."""
    scripts = [script_of(word) for word in text.split()]
    arabic = sum(script in {Script.ARABIC, Script.MIXED} for script in scripts)
    latin = scripts.count(Script.LATIN)
    return ARABIC_LETTERS if arabic >= ARABIC_SHARE * (arabic + latin) else LATIN_LETTERS


def form_of(example: Message) -> str | None:
    """The form a training example's section names, as Rasa's reader hands it on; None when it names none."""
    section = (example.get("metadata") or {}).get("intent")
    form = section.get("form") if isinstance(section, dict) else None
    return form if isinstance(form, str) else None
