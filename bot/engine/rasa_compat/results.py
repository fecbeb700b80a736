"""Check what an action answers against Rasa's own schema, compiled once.

`RemoteAction._validate_action_result` calls `jsonschema.validate`, which checks the schema itself before it checks the
answer: 85 % of a stock turn. What remains is an event tried against the shapes of 23 kinds of event, though its name
says which one it must be; here it is tried against that one alone.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from rasa.core.actions.action import RemoteAction


class ResultSchema:
    """Rasa's schema of an action's answer, taken apart into validators that are built once.

    Raises:
        ValueError: Rasa's schema is not made as in 3.6.21: kinds of events told apart by a constant name.
    """

    def __init__(self) -> None:
        spec = RemoteAction.action_response_format_spec()
        event = dict(spec["properties"]["events"]["items"])
        kinds: list[dict[str, Any]] = event.pop("oneOf")
        self._kinds = {
            kind["properties"]["event"]["const"]: Draft202012Validator(kind)
            for kind in kinds
            if "const" in kind["properties"].get("event", {})
        }
        if len(self._kinds) != len(kinds):
            raise ValueError("Two kinds of Rasa's events are not told apart by their name.")
        properties = {**spec["properties"], "events": {**spec["properties"]["events"], "items": event}}
        self._whole = Draft202012Validator({**spec, "properties": properties})

    def error(self, result: Any) -> str | None:
        """Where an answer is wrong.

        Args:
            result: What an action server, or ours in process, gave: JSON values.

        Returns:
            Path and broken rule, such as `$.events[0].name (type)`; nothing if the answer is right. Values are left
            out: they may be a person's words.
        """
        for error in self._whole.iter_errors(result):
            return _place("$", error)
        for position, event in enumerate(result.get("events", ())):
            kind = self._kinds.get(event["event"])
            if kind is None:
                return f"$.events[{position}].event (unknown)"
            for error in kind.iter_errors(event):
                return _place(f"$.events[{position}]", error)
        return None


def _place(root: str, error: ValidationError) -> str:
    return f"{root}{str(error.json_path).removeprefix('$')} ({error.validator})"
