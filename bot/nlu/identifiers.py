"""What a person gives by number or by a closed word: telephone, ICE, reference, language, yes or no."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.answers import find_languages, find_yes_no
from bot.nlu.entities import add_entities, entity
from darija.numbers import find_numbers
from darija.text import ascii_digits
from knowledge.identifiers import read_ice, read_nia, read_phone
from knowledge.reference import read_reference

NAME: Final = "Identifiers"

_INVISIBLE: Final = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_DIGIT_RUN: Final = re.compile(rf"[+(]?\d(?:[\s().\-/\u00a0{_INVISIBLE}]{{0,3}}\d)*")
_REFERENCE: Final = re.compile(
    rf"(?<![^\W\d_])[mMم][\s\-.{_INVISIBLE}]{{0,3}}\d(?:[\s.\-/{_INVISIBLE}]{{0,2}}\d){{7}}(?!\d)"
)
_REFERENCE_ALONE: Final = re.compile(r"\s*\d(?:[\s.\-/]{0,2}\d){7}\s*")
_NIA: Final = re.compile(
    r"(?:\b(?:rna|nia)\b|السجل|سجل)[^\d\n]{0,25}?(?P<nia>\b[A-Za-z]{0,4}[-/]?\d[\dA-Za-z/-]{2,24})", re.IGNORECASE
)
_PHONE_DIGITS: Final = range(9, 16)
_ICE_DIGITS: Final = 15


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Identifiers(GraphComponent):
    """Adds entities `phone` (E.164), `ice`, `nia`, `reference`, `number`, `language` and `yes_no`.

    A register number is taken only where the register is named: alone, it looks like anything. A reference that was
    mistyped is given as typed, for whoever answers to say so.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Identifiers:
        """Make the component; it learns nothing."""
        del config, model_storage, resource, execution_context
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is given to each message."""
        return add_entities(messages, find_identifiers)


def find_identifiers(text: str) -> Iterator[dict[str, Any]]:
    """Find everything this component names, in Rasa's shape.

    Args:
        text: Any string; cost grows with its length.

    Yields:
        Entities, in no order that matters.
    """
    digits = ascii_digits(text)
    taken: list[tuple[int, int]] = []
    for found in (*_references(text, digits), *_register_numbers(text, digits), *_long_numbers(text, digits)):
        if not any(found["start"] < end and start < found["end"] for start, end in taken):
            taken.append((found["start"], found["end"]))
            yield found
    for number in find_numbers(_without(digits, taken)):
        yield entity("number", str(number), text, start=0, end=len(text), extractor=NAME)
    for language in find_languages(text):
        yield entity("language", language.value, text, start=language.start, end=language.end, extractor=NAME)
    for answer in find_yes_no(text):
        yield entity("yes_no", answer.value, text, start=answer.start, end=answer.end, extractor=NAME)


def _references(text: str, digits: str) -> Iterator[dict[str, Any]]:
    whole = _REFERENCE_ALONE.fullmatch(digits)
    for found in [whole] if whole else _REFERENCE.finditer(digits):
        read = read_reference(found[0])
        if read is not None:
            yield entity("reference", read.code, text, start=found.start(), end=found.end(), extractor=NAME)


def _register_numbers(text: str, digits: str) -> Iterator[dict[str, Any]]:
    for found in _NIA.finditer(digits):
        number = read_nia(found["nia"])
        if number:
            yield entity("nia", number, text, start=found.start("nia"), end=found.end("nia"), extractor=NAME)


def _long_numbers(text: str, digits: str) -> Iterator[dict[str, Any]]:
    for found in _DIGIT_RUN.finditer(digits):
        length = sum(character.isdecimal() for character in found[0])
        start, end = found.span()
        if length == _ICE_DIGITS and found[0][0] != "+" and (ice := read_ice(found[0])) is not None:
            yield entity("ice", ice.digits, text, start=start, end=end, extractor=NAME)
        elif length in _PHONE_DIGITS and (phone := read_phone(found[0])) is not None:
            yield entity("phone", phone.e164, text, start=start, end=end, extractor=NAME)


def _without(text: str, taken: list[tuple[int, int]]) -> str:
    """Put spaces where something was found already, so that no part of it counts as a number."""
    for start, end in taken:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
