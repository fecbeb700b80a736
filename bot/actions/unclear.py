"""What was not understood: offered meanings, messages that cannot be read."""

from __future__ import annotations

from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.context import current
from bot.actions.requests import status
from bot.actions.saying import understood, utter
from bot.journeys.model import Pick, Say
from bot.journeys.wishes import NOT_YET, QUESTIONS

GUESSES: Final = 2
"""Meanings offered when a message was not understood."""
GUESS_AT_LEAST: Final = 0.08
"""Probability below which a guess is not worth showing, 0…1."""
UNCLEAR_BEFORE_PERSON: Final = 2
"""Messages not understood in a row before a person is offered first."""
GUESSABLE: Final = (
    NOT_YET
    | QUESTIONS
    | frozenset(
        {
            "enroll",
            "enroll_status",
            "enroll_edit",
            "enroll_withdraw",
            "my_data",
            "delete_my_data",
            "ask_human",
            "cannot_read",
            "complain",
            "stop_messages",
            "resume_messages",
            "change_language",
            "help",
            "menu",
            "bot_identity",
        }
    )
)
"""Intents with a label that says what they would do."""
UNREADABLE: Final = {
    "too_long": "utter_too_long",
    "not_own": "utter_contact_not_own",
    "old": "utter_old_choice",
    "something_else": "utter_something_else",
}


class ActionUnreadable(Action):
    """A message that cannot be read at all: empty, or far too long."""

    def name(self) -> str:
        """As in the domain."""
        return "action_unreadable"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Says which, and what to do."""
        del domain
        reason = understood(tracker).answer
        utter(dispatcher, Say(UNREADABLE.get(str(reason), "utter_empty")))
        if reason == "old" and not tracker.active_loop.get("name"):
            utter(dispatcher, Say("utter_menu"))
        return []


class ActionFallback(Action):
    """Offers the likeliest meanings; the third time in a row a person of the team."""

    def name(self) -> str:
        """As in the domain; Rasa also runs it when no rule fits."""
        return "action_default_fallback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Two guesses, something else, a person."""
        del domain
        context = current()
        message = understood(tracker)
        if message.first("reference"):
            utter(dispatcher, status(context, message))
            return []
        if context.unclear_count >= UNCLEAR_BEFORE_PERSON:
            utter(dispatcher, Say("utter_fallback_person"))
            return []
        ranking = (tracker.latest_message or {}).get("intent_ranking") or []
        guesses = [
            str(entry["name"])
            for entry in ranking
            if entry["name"] in GUESSABLE and float(entry["confidence"]) >= GUESS_AT_LEAST
        ][:GUESSES]
        if not guesses:
            utter(dispatcher, Say("utter_fallback_plain"))
            return []
        picks = tuple(Pick(label=f"label_intent_{intent}", intent=intent) for intent in guesses)
        other = Pick(label="label_something_else", intent='unreadable{"answer": "something_else"}')
        person = Pick(label="label_person", intent="ask_human")
        utter(dispatcher, Say("utter_fallback", picks=(*picks, other, person)))
        return []


ACTIONS: Final = (ActionUnreadable, ActionFallback)
