"""The enrolment in Rasa: the form's validation, and what happens when it is confirmed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.context import TurnContext, current
from bot.actions.saying import understood, utter
from bot.journeys import enrolment
from bot.journeys.enrolment import Step
from bot.journeys.filing import Filed, to_file
from bot.journeys.model import Say
from conversation import Surface
from knowledge.identifiers import read_phone
from knowledge.reference import new_reference
from storage import journeys, people

FORM: Final = "enroll_form"
REFERENCE_TRIES: Final = 20
NUMBER: Final = re.compile(r"(?:[a-z-]+:)?\+?\d+")
"""An address that is a telephone number, perhaps behind the provider's word for the channel."""


class ValidateEnrollForm(Action):
    """Reads each message of the enrolment and asks what comes next."""

    def name(self) -> str:
        """Rasa calls it whenever the form runs."""
        return "validate_enroll_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """One step of the enrolment; no events when the message is for other rules to answer."""
        del domain
        context = current()
        slots = {name: tracker.slots.get(name) for name in (*enrolment.OWN_SLOTS, "pending", "phone_known")}
        slots["today"] = context.today.isoformat()
        requested = tracker.slots.get("requested_slot")
        if tracker.active_loop.get("name") != FORM or requested is None:
            step = enrolment.begin(
                understood(tracker), slots, context.knowledge, filed=_filed(context), phone_known=_knows_phone(context)
            )
        elif _answered_something_else(tracker):
            step = enrolment.again(requested, slots, context.knowledge, context.language)
            if context.asked:
                step = Step(step.slots, step.requested)
        else:
            message = understood(tracker)
            if message.intent != "inform":  # a choice of another question carries its own intent
                message = replace(message, answer=None)
            step = enrolment.step(message, requested, slots, context.knowledge, resume_after_h=context.resume_after_h)
        if step.rejected:
            return []
        _record_consent(context, step, slots)
        for say in step.says:
            utter(dispatcher, say, question=step.requested)
        return [
            *(SlotSet(name, value) for name, value in step.slots.items()),
            SlotSet("enroll_outcome", step.outcome),
            SlotSet("requested_slot", step.requested),
        ]


class ActionEnrollSubmit(Action):
    """Runs when the enrolment is over: files what was confirmed, or changes what stands."""

    def name(self) -> str:
        """As in the domain."""
        return "action_enroll_submit"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Write the journey with its history, say the reference, and forget what only the talk needed."""
        del domain
        context = current()
        if tracker.slots.get("enroll_outcome") != "confirmed":
            return [SlotSet("enroll_outcome", None)]  # left: the answers stay for the next time
        answers = to_file({name: tracker.slots.get(name) for name in enrolment.OWN_SLOTS})
        phone = answers.get("phone") or context.phone or _address_phone(context)
        if phone:
            answers["phone"] = phone
            people.set_phone(context.connection, context.person_id, phone)
        reference = tracker.slots.get("edit_of")
        found = journeys.by_reference(context.connection, reference) if reference else None
        if found is not None and found.person_id == context.person_id:
            journeys.change(context.connection, found, answers=answers, channel=context.channel, now=context.now)
            utter(dispatcher, Say("utter_enrolled_changed", {"reference": found.reference}))
        else:
            utter(dispatcher, Say("utter_enrolled", {"reference": _file(context, answers)}))
        return [SlotSet(name, None) for name in (*enrolment.OWN_SLOTS, "pending", "enroll_outcome")]


def _file(context: TurnContext, answers: dict[str, Any]) -> str:
    for _ in range(REFERENCE_TRIES):
        reference: str = new_reference(context.rng)
        filed = journeys.submit(
            context.connection,
            person_id=context.person_id,
            kind=journeys.ENROLMENT,
            reference=reference,
            answers=answers,
            channel=context.channel,
            now=context.now,
        )
        if filed is not None:
            return reference
    raise RuntimeError("No free reference number was found.")


def _filed(context: TurnContext) -> Filed | None:
    found = journeys.open_of(context.connection, context.person_id)
    return Filed(found.reference, found.answers) if found else None


def _knows_phone(context: TurnContext) -> bool:
    return bool(context.phone or _address_phone(context))


def _address_phone(context: TurnContext) -> str | None:
    """The number a person writes from, where the channel vouches for it or the address is nothing else.

    An address may be an id with letters (WhatsApp's `MA.1502…`), whose digits are no number.
    """
    if context.surface is Surface.TELEGRAM:
        return None
    found = read_phone(context.inbound.phone or (context.address if NUMBER.fullmatch(context.address) else ""))
    return found.e164 if found and found.kind in ("mobile", "foreign") else None


def _answered_something_else(tracker: Tracker) -> bool:
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event["name"] not in ("action_listen", "action_extract_slots", FORM):
            return True
    return False


def _record_consent(context: TurnContext, step: Step, before: dict[str, Any]) -> None:
    answer = step.slots.get("consent")
    refused = step.outcome == "ended" and any(say.message_id == "utter_consent_refused" for say in step.says)
    if before.get("consent") is None and (answer == "accept" or refused):
        people.record_consent(
            context.connection,
            context.person_id,
            version=context.consent_version,
            accepted=not refused,
            channel=context.channel,
            language=context.language,
            text="\n".join(str(said.get("text", "")) for said in context.last_said()),
            now=context.now,
        )


ACTIONS: Final = (ValidateEnrollForm, ActionEnrollSubmit)
