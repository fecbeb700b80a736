"""Run custom actions in this process instead of asking an action server over HTTP.

The executor gets the very dictionary that would be sent, unserialised; actions written for a server run unchanged.
Where `ActionExecutor` logs and goes on (an action unknown to it, an event that is none), this raises.
"""

from __future__ import annotations

from typing import Any

import rasa_sdk.interfaces
from rasa.core.actions.action import ActionExecutionRejection
from rasa.core.actions.constants import SELECTIVE_DOMAIN
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import Tracker
from rasa_sdk.utils import call_potential_coroutine

from bot.engine.rasa_compat.errors import ActionFailed


class InProcess(EndpointConfig):
    """An action endpoint that is no endpoint.

    Attributes:
        domain: What actions get as `domain`: built once when the model is loaded and the same object for all, not
            serialised anew for every call. Actions must not change it.

    Args:
        executor: Knows the actions.
    """

    def __init__(self, executor: ActionExecutor) -> None:
        super().__init__(url="in-process", **{SELECTIVE_DOMAIN: True})
        self._executor = executor
        self.domain: dict[str, Any] = {}

    async def request(self, *args: Any, json: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Run the action named in `json["next_action"]`.

        Args:
            args: Not used: HTTP method and path.
            json: As `RemoteAction` makes it.
            kwargs: Not used: what matters to HTTP only.

        Returns:
            `events` and `responses`, as an action server answers.

        Raises:
            ActionFailed: The action is not registered, raised, or returned what is no event.
            rasa.core.actions.action.ActionExecutionRejection: The action refused to run, so that rules may answer.
        """
        del args, kwargs
        name: str = json["next_action"]
        action = self._executor.actions.get(name)
        if action is None:
            raise ActionFailed(name, "it is not registered with the executor")
        dispatcher = CollectingDispatcher()
        try:
            events = await call_potential_coroutine(action(dispatcher, Tracker.from_dict(json["tracker"]), self.domain))
        except rasa_sdk.interfaces.ActionExecutionRejection as refused:
            raise ActionExecutionRejection(refused.action_name, refused.message) from refused
        except Exception as error:
            raise ActionFailed(name) from error
        return {"events": _checked(name, events), "responses": dispatcher.messages}


def _checked(name: str, events: Any) -> list[dict[str, Any]]:
    if events is None:
        return []
    if not isinstance(events, list) or not all(isinstance(event, dict) and event.get("event") for event in events):
        raise ActionFailed(name, "it returned something that is no list of rasa_sdk events")
    return events
