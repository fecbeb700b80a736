"""Names that are looked up: places, crafts, countries, legal forms; and a person's own, where it is introduced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.answers import find_legal_forms
from bot.nlu.entities import add_entities, beginning, entity
from knowledge import Knowledge
from knowledge import load as load_knowledge
from knowledge.crafts import CraftMatch
from knowledge.destinations import DestinationMatch
from knowledge.person_names import find_person_name
from knowledge.places import PlaceMatch

NAME: Final = "Gazetteer"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Gazetteer(GraphComponent):
    """Adds entities `region`, `province` (of a town, too), `craft`, `destination`, `legal_form` and `person_name`.

    It learns nothing: names and their spellings stand in `knowledge/data`.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Gazetteer:
        """Make the component with the project's own facts."""
        del config, model_storage, resource, execution_context
        return cls(load_knowledge())

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is named to each message."""
        for message in messages:
            add_entities(message, self._find(beginning(message)))
        return messages

    def _find(self, text: str) -> Iterator[dict[str, Any]]:
        person = find_person_name(text)
        if person is not None:
            yield entity("person_name", person.name, text, start=person.start, end=person.end, extractor=NAME)
        for name, match in self._looked_up(text):
            if person is None or not (match.start < person.end and person.start < match.end):  # Haddad is a smith, too
                yield entity(
                    name, match.code, text, start=match.start, end=match.end, extractor=NAME, confidence=match.score
                )
        for form in find_legal_forms(text):
            yield entity("legal_form", form.value, text, start=form.start, end=form.end, extractor=NAME)

    def _looked_up(self, text: str) -> Iterator[tuple[str, PlaceMatch | CraftMatch | DestinationMatch]]:
        for place in self._knowledge.places.find(text):
            yield "region" if place.kind == "region" else "province", place
        for craft in self._knowledge.crafts.find(text):
            yield "craft", craft
        for country in self._knowledge.destinations.find(text):
            yield "destination", country
