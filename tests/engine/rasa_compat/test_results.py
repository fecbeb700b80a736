"""The check of action answers agrees with jsonschema on Rasa's schema."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction
from rasa_sdk import events

from bot.engine.rasa_compat.results import ResultSchema

RIGHT: list[dict[str, Any]] = [
    {},
    {"events": [], "responses": []},
    {"events": [events.SlotSet("craft", "x"), events.SlotSet("craft", {"a": [1]})], "responses": [{"text": "x"}]},
    {"events": [events.ActiveLoop("f"), events.FollowupAction("a"), events.ActionExecutionRejected("a")]},
    {"events": [events.Restarted(), events.ConversationPaused(), events.AllSlotsReset(), events.SessionStarted()]},
    {"events": [{"event": "bot", "anything": 1}, {"event": "user", "text": None}]},
    {"events": [events.UserUttered("x", {"intent": {"name": "a"}, "entities": []})], "unknown": 1},
]
WRONG: list[Any] = [
    [],
    None,
    {"events": {}},
    {"events": [1]},
    {"events": [{}]},
    {"events": [{"event": 1}]},
    {"events": [{"event": "nothing"}]},
    {"events": [{"event": "slot", "name": 1, "value": "x"}]},
    {"events": [{"event": "slot", "value": "x"}]},
    {"events": [{"event": "action", "name": 5}]},
    {"events": [events.SlotSet("craft", 1), {"event": "user", "text": 5}]},
    {"events": [{"event": "slot", "name": "x", "value": 1, "timestamp": "now"}]},
    {"responses": {}},
    {"responses": ["text"]},
]


@pytest.mark.parametrize("result", [*RIGHT, *WRONG], ids=str)
def test_the_verdict_is_jsonschemas(result: Any) -> None:
    """Right and wrong are what Rasa's own validation says."""
    try:
        jsonschema.validate(result, RemoteAction.action_response_format_spec())
        right = True
    except jsonschema.ValidationError:
        right = False
    assert (ResultSchema().error(result) is None) is right is (result in RIGHT)


def test_an_error_names_the_place_and_not_the_value() -> None:
    """A wrong value may be a person's words."""
    error = ResultSchema().error({"events": [{"event": "user", "text": ["my own words"]}]})
    assert error == "$.events[0].text (type)"
