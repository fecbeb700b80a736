"""Answers to questions, from facts: at any time, in the middle of a journey too."""

from __future__ import annotations

from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.context import current
from bot.actions.saying import inside, understood, utter
from bot.journeys import answering
from bot.journeys.model import Say
from conversation import Surface


class ActionQuestion(Action):
    """Answers a question: short, or what "more" and "source" under an answer ask for."""

    def name(self) -> str:
        """As in the domain."""
        return "action_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """The topic that was picked, else the one that the words, countries and crafts of the message tell."""
        del domain
        context = current()
        message = understood(tracker)
        picked = answering.wanted(message.answer, context.knowledge)
        if message.intent == "privacy_info" and tracker.slots.get("requested_slot") == "consent" and picked is None:
            controller = context.controller or {"id": "controller_unnamed"}  # all of it, before they agree
            utter(dispatcher, Say("utter_consent_details", {"controller": controller}, picks=()))
            return []
        topic, part = picked or (
            context.knowledge.answers.choose(message.intent, answering.asked(message, context.knowledge)),
            "",
        )
        context.topic = (message.intent, topic.id)
        for say in answering.answer(
            topic,
            part,
            message.intent,
            context.knowledge,
            on=context.now.date(),
            language=context.language,
            inside=inside(tracker),
        ):
            utter(dispatcher, say)
        if inside(tracker) and not part and context.surface is not Surface.SMS:
            utter(dispatcher, Say("utter_answer_words", picks=()))
        return []


ACTIONS: Final = (ActionQuestion,)
