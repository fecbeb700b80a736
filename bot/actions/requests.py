"""What was filed: where it stands, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.context import TurnContext, current
from bot.actions.saying import inside, understood, utter
from bot.journeys.model import Pick, Say, Understood
from knowledge.reference import Reference, ReferenceTypo, read_reference
from storage import journeys
from storage.journeys import Journey


class ActionEnrollStatus(Action):
    """Says where a registration stands, by reference or by person."""

    def name(self) -> str:
        """As in the domain."""
        return "action_enroll_status"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Somebody else's reference tells its state and dates only, nothing of the person."""
        del domain
        context = current()
        said = status(context, understood(tracker))
        utter(dispatcher, replace(said, picks=()) if inside(tracker) else said)
        return []


class ActionEnrollWithdraw(Action):
    """Takes a registration back, after asking."""

    def name(self) -> str:
        """As in the domain."""
        return "action_enroll_withdraw"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """First the question; the answer comes back as a choice of it."""
        del domain
        context = current()
        found = journeys.open_of(context.connection, context.person_id)
        answer = understood(tracker).answer
        if found is None:
            utter(dispatcher, Say("utter_withdraw_none", picks=() if inside(tracker) else None))
        elif answer == "yes":
            journeys.set_state(context.connection, found, journeys.WITHDRAWN, channel=context.channel, now=context.now)
            utter(dispatcher, Say("utter_withdrawn", {"reference": found.reference}))
        elif answer == "no":
            utter(dispatcher, Say("utter_withdraw_kept"))
        else:
            context.asked = True
            utter(dispatcher, Say("utter_withdraw_ask", {"reference": found.reference}))
        return []


def status(context: TurnContext, message: Understood) -> Say:
    """What to say of a registration: the one whose reference was given, else the person's own."""
    given = read_reference(message.text) if message.text else None
    if isinstance(given, ReferenceTypo):
        return Say("utter_reference_typo", {"reference": given.code})
    if isinstance(given, Reference):
        found = journeys.by_reference(context.connection, given.code)
        return _shown(found) if found else Say("utter_reference_unknown", {"reference": given.code})
    elsewhere = message.first("reference")
    if elsewhere:  # the code of another office is none of ours
        return Say("utter_reference_unknown", {"reference": elsewhere})
    own = journeys.latest_of(context.connection, context.person_id)
    return _shown(own) if own else Say("utter_status_none")


def _shown(found: Journey) -> Say:
    return Say(
        "utter_status",
        {
            "reference": found.reference,
            "state": {"id": f"state_{found.state}", "values": {}},
            "date": {"date": found.created_at.isoformat()},
            "changed": {"date": found.updated_at.isoformat()},
        },
        picks=(Pick(label="label_menu", intent="menu"), Pick(label="label_person", intent="ask_human")),
    )


ACTIONS: Final = (ActionEnrollStatus, ActionEnrollWithdraw)
