"""A person's own data: seeing it and having it erased (law 09-08)."""

from __future__ import annotations

from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, AllSlotsReset, EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.context import current
from bot.actions.saying import inside, understood, utter
from bot.journeys.enrolment import OWN_SLOTS
from bot.journeys.model import Pick, Say
from bot.journeys.summary import lines
from conversation import PersonKey
from storage import journeys, people


class ActionMyData(Action):
    """Reads back what is kept."""

    def name(self) -> str:
        """As in the domain."""
        return "action_my_data"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """The registration line by line, that which was begun and left too; or what else is kept."""
        del domain
        context = current()
        found = journeys.latest_of(context.connection, context.person_id)
        begun = {name: tracker.slots.get(name) for name in OWN_SLOTS}
        kept = lines(found.answers if found else begun, context.knowledge, context.language)
        if inside(tracker):
            known = Say("utter_my_data", {"lines": kept}, picks=()) if kept else Say("utter_my_data_none", picks=())
            utter(dispatcher, known)
        elif not kept:
            utter(dispatcher, Say("utter_my_data_none"))
        elif found:
            utter(dispatcher, Say("utter_my_data", {"lines": kept}))
        else:
            erase = Pick(label="label_erase", intent="delete_my_data")
            utter(dispatcher, Say("utter_my_data", {"lines": kept}, picks=(erase,)))
        return []


class ActionDeleteMyData(Action):
    """Erases everything about the person, after asking."""

    def name(self) -> str:
        """As in the domain."""
        return "action_delete_my_data"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """First the question; the answer comes back as a choice of it."""
        del domain
        context = current()
        answer = understood(tracker).answer
        if answer == "no":
            utter(dispatcher, Say("utter_delete_kept"))
            return []
        if answer != "yes":
            context.asked = True
            utter(dispatcher, Say("utter_delete_ask"))
            return []
        people.erase(context.connection, context.person_id, now=context.now, turn_inbox_ids=context.turn_inbox_ids)
        # A nameless shell to carry the last words; it goes with them (storage.outbox).
        key = PersonKey(context.channel, context.address)
        context.conversation_id = people.ensure(context.connection, key, now=context.now)
        context.person_id = people.of_conversation(context.connection, context.conversation_id)["person_id"]
        context.erased = True
        utter(dispatcher, Say("utter_deleted"))
        return [AllSlotsReset(), ActiveLoop(None)]


ACTIONS: Final = (ActionMyData, ActionDeleteMyData)
