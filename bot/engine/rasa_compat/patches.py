"""The four functions and the one mapping of Rasa that are changed in place: nothing lets us hand in our own.

Everything else is done by subclassing. To undo one, take its line out of `apply`.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import DEFAULT_ACTION_MAPPINGS
from rasa.engine import validation
from rasa.engine.exceptions import GraphSchemaValidationException
from rasa.engine.graph import SchemaNode
from rasa.shared.core.constants import USER_INTENT_BACK
from rasa.shared.core.events import Event
from rasa.shared.importers.importer import TrainingDataImporter

from bot.engine.rasa_compat.errors import ActionFailed
from bot.engine.rasa_compat.importer import read_once
from bot.engine.rasa_compat.no_tensorflow import TensorFlowAbsent, answers_for
from bot.engine.rasa_compat.results import ResultSchema


@functools.cache
def apply() -> None:
    """Make the changes; a second call changes nothing."""
    Event.resolve_by_type = staticmethod(_remembering(Event.resolve_by_type))
    RemoteAction._validate_action_result = _checking(ResultSchema())  # noqa: SLF001 - there is no other door
    # The intent `back` means the question before, and is answered by rules; Rasa would take the last message back.
    DEFAULT_ACTION_MAPPINGS.pop(USER_INTENT_BACK, None)
    TrainingDataImporter.load_from_dict = staticmethod(read_once)
    if answers_for("tensorflow"):
        validation._validate_required_packages = _refusing_tensorflow(validation._validate_required_packages)  # noqa: SLF001


def _remembering(resolve: Any) -> Any:
    """Look an event's class up once per name: Rasa walks all subclasses for every event read back."""
    found: dict[str, Any] = {}

    def resolve_by_type(type_name: str, default: Any = None) -> Any:
        if type_name not in found:
            kind = resolve(type_name, default)
            if kind is None or kind is default:
                return kind
            found[type_name] = kind
        return found[type_name]

    return resolve_by_type


def _checking(schema: ResultSchema) -> Any:
    """Check an action's answer with validators built once; an answer that does not fit fails the turn."""

    def validate_action_result(action: RemoteAction, result: Any) -> bool:
        wrong = schema.error(result)
        if wrong:
            raise ActionFailed(action.name(), f"its answer does not fit Rasa's schema at {wrong}")
        return True

    return validate_action_result


def _refusing_tensorflow(validate: Any) -> Any:
    """Have Rasa's check of a configuration name the component that needs TensorFlow, before anything is trained."""

    def validate_required_packages(node: SchemaNode) -> None:
        for kind in node.uses.__mro__:
            module = vars(sys.modules[kind.__module__])
            if any(getattr(value, "__name__", "") == "tensorflow" for value in module.values()):
                component = f"{node.uses.__module__}.{node.uses.__qualname__}"
                absent = TensorFlowAbsent(component)
                raise GraphSchemaValidationException(str(absent)) from absent
        validate(node)

    return validate_required_packages
