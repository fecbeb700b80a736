"""The three functions and the one mapping of Rasa that are changed in place: nothing lets us hand in our own.

Everything else is done by subclassing. To undo one, take its line out of `apply`.
"""

from __future__ import annotations

import functools
from typing import Any

import rasa.utils.common
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import DEFAULT_ACTION_MAPPINGS
from rasa.shared.core.constants import USER_INTENT_BACK
from rasa.shared.core.events import Event

from bot.engine.rasa_compat.errors import ActionFailed
from bot.engine.rasa_compat.no_tensorflow import answers_for
from bot.engine.rasa_compat.results import ResultSchema


@functools.cache
def apply() -> None:
    """Make the changes; a second call changes nothing."""
    Event.resolve_by_type = staticmethod(_remembering(Event.resolve_by_type))
    RemoteAction._validate_action_result = _checking(ResultSchema())  # noqa: SLF001 - Rasa has no other door
    # The intent `back` means the question before, and is answered by rules; Rasa would take the last message back.
    DEFAULT_ACTION_MAPPINGS.pop(USER_INTENT_BACK, None)
    rasa.utils.common.find_unavailable_packages = _seeing_absence(rasa.utils.common.find_unavailable_packages)


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


def _seeing_absence(find: Any) -> Any:
    """Tell Rasa's check of a configuration that TensorFlow is missing: it then names the component that needs it."""

    def find_unavailable_packages(package_names: list[str]) -> set[str]:
        missing: set[str] = find(package_names)
        return missing | {name for name in package_names if answers_for(name.partition(".")[0])}

    return find_unavailable_packages
