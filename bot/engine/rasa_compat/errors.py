"""What Rasa logs and forgets, as exceptions: each of them fails the whole turn.

Messages name actions, intents and slots, never what a person wrote.
"""


class TurnFailed(Exception):
    """A turn cannot be completed; nothing of it may be kept."""


class ActionFailed(TurnFailed):
    """An action raised, or returned something Rasa would have dropped with a line in the log.

    Attributes:
        action_name: The action that failed. What it raised is the `__cause__`.
    """

    def __init__(self, action_name: str, why: str = "") -> None:
        super().__init__(f"Action {action_name!r} failed{f': {why}' if why else ''}.")
        self.action_name = action_name


class TooManyActions(TurnFailed):
    """More actions were predicted for one message than allowed: two rules call each other."""


class UnknownAction(TurnFailed):
    """An event asked for a follow-up action that the domain does not have."""


class ResponseMissing(TurnFailed):
    """A response was to be uttered for which there are no words."""


class BadPayload(TurnFailed):
    """A payload is not of the form `/intent{"entity": "value"}`, or names what the domain does not have."""
