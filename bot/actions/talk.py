"""The talk around every journey: greeting, language, a person of the team, what was not understood."""

from __future__ import annotations

from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.context import TurnContext, current
from bot.actions.requests import status
from bot.actions.saying import understood, utter
from bot.journeys.answering import wanted
from bot.journeys.model import Pick, Say
from bot.journeys.summary import fields_to_change
from i18n.languages import LANGUAGES
from storage import journeys, people, staff, suppressions
from storage.suppressions import Reason

ANSWERS: Final = {
    "goodbye": "utter_goodbye",
    "thanks": "utter_thanks",
    "help": "utter_help",
    "menu": "utter_menu",
    "bot_identity": "utter_bot_identity",
    "out_of_scope": "utter_out_of_scope",
    "affirm": "utter_affirm_nothing",
    "deny": "utter_affirm_nothing",
    "back": "utter_nothing_to_go_back",
    "cancel": "utter_nothing_to_cancel",
    "correct": "utter_nothing_pending",
    "skip": "utter_nothing_pending",
}
"""Intents that are answered by saying one thing."""
MEDIA: Final = {
    "voice": "utter_voice_received",
    "audio": "utter_voice_received",
    "photo": "utter_photo_received",
    "sticker": "utter_sticker_received",
}


class ActionAnswer(Action):
    """Answers small talk with one message."""

    def name(self) -> str:
        """As in the domain."""
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """The message that belongs to the intent; inside a journey without choices of its own."""
        del domain
        intent = understood(tracker).intent
        inside = bool(tracker.active_loop.get("name"))
        filed = None if inside or intent != "correct" else _filed(current())
        if filed is not None:  # "my town is wrong", said after the reference: what was filed is meant
            picks = tuple(
                Pick(label=f"field_{slot}", intent=f'enroll_edit{{"answer": "{slot}"}}')
                for slot in fields_to_change(filed.answers)
            )
            utter(dispatcher, Say("utter_edit_which", picks=picks))
        else:
            utter(dispatcher, Say(ANSWERS[intent], picks=() if inside else None))
        return []


class ActionNotYet(Action):
    """A wish that is understood and that nobody has taught the bot to fulfil: said so, and a person offered."""

    def name(self) -> str:
        """As in the domain."""
        return "action_not_yet"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Names the wish in the person's own words for it; inside a journey without choices of its own."""
        del domain
        message = understood(tracker)
        if message.intent == "request_status" and message.first("reference"):
            utter(dispatcher, status(current(), message))
            return []
        topic = {"id": f"label_intent_{message.intent}"}
        inside = bool(tracker.active_loop.get("name"))
        utter(dispatcher, Say("utter_not_yet", {"topic": topic}, picks=() if inside else None))
        return []


class ActionMessages(Action):
    """Writes no more of its own accord, or does again; what the person writes is answered either way."""

    def name(self) -> str:
        """As in the domain."""
        return "action_messages"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Puts the person on the list for this channel, or takes them off it, and says how to change it."""
        del domain
        context = current()
        stopped = understood(tracker).intent == "stop_messages"
        whose = context.connection, context.person_id, context.channel
        if stopped:
            suppressions.suppress(*whose, Reason.SAID_STOP, how="message", now=context.now)
        else:
            suppressions.lift(*whose, now=context.now)
        inside = bool(tracker.active_loop.get("name"))
        message_id = "utter_messages_stopped" if stopped else "utter_messages_resumed"
        utter(dispatcher, Say(message_id, picks=() if inside else None))
        return []


class ActionGreet(Action):
    """Greets, and offers what can be done."""

    def name(self) -> str:
        """As in the domain."""
        return "action_greet"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """The first time with who we are, later shorter; inside a journey without the menu."""
        del domain
        context = current()
        if tracker.active_loop.get("name"):
            utter(dispatcher, Say("utter_greet_inside"))
        else:
            utter(dispatcher, Say("utter_greet_again" if context.met_before else "utter_greet"))
        return []


class ActionInform(Action):
    """Something was told that nobody asked for: a reference number is looked up, the rest leads to the menu."""

    def name(self) -> str:
        """As in the domain."""
        return "action_inform"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Look at what it was."""
        del domain
        message = understood(tracker)
        if message.first("reference"):
            utter(dispatcher, status(current(), message))
        elif message.first("location"):
            utter(dispatcher, Say("utter_location_unasked"))
        elif message.first("phone") and not message.text:
            utter(dispatcher, Say("utter_contact_unasked"))
        else:
            utter(dispatcher, Say("utter_nothing_pending"))
        return []


class ActionChangeLanguage(Action):
    """Goes on in another language, or asks in which."""

    def name(self) -> str:
        """As in the domain."""
        return "action_change_language"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """The language that was named or picked, else the four by their own names."""
        del domain
        context = current()
        message = understood(tracker)
        asked = message.answer or message.first("language")
        if asked in LANGUAGES:
            people.set_language(context.connection, context.person_id, asked, chosen=True)
            context.language = asked
            inside = bool(tracker.active_loop.get("name"))
            utter(dispatcher, Say("utter_language_changed"))
            if not inside:
                utter(dispatcher, Say("utter_menu"))
            return []
        picks = tuple(
            Pick(text=language.label, intent=f'change_language{{"answer": "{code}"}}')
            for code, language in LANGUAGES.items()
        )
        context.asked = True
        utter(dispatcher, Say("utter_choose_language", picks=picks))
        return []


class ActionAskHuman(Action):
    """Puts the conversation before the team."""

    def name(self) -> str:
        """As in the domain."""
        return "action_ask_human"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Once; asking again is answered, not filed again. A question that was left open is filed with its topic."""
        del domain
        context = current()
        picked = wanted(understood(tracker).answer, context.knowledge)
        kind, topic = ("question", picked[0].id) if picked else ("person", None)
        if staff.is_open(context.connection, context.conversation_id, kind, topic=topic):
            utter(dispatcher, Say("utter_human_already"))
            return []
        _before_staff(context, tracker, kind, topic=topic)
        utter(dispatcher, Say("utter_ask_human"))
        return []


class ActionComplain(Action):
    """Takes a complaint to the team."""

    def name(self) -> str:
        """As in the domain."""
        return "action_complain"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Each complaint is filed."""
        del domain
        _before_staff(current(), tracker, "complaint")
        utter(dispatcher, Say("utter_complain"))
        return []


class ActionCannotRead(Action):
    """Tells someone who cannot read how to go on by voice and numbers, and tells the team."""

    def name(self) -> str:
        """As in the domain."""
        return "action_cannot_read"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Filed once."""
        del domain
        context = current()
        if not staff.is_open(context.connection, context.conversation_id, "cannot_read"):
            _before_staff(context, tracker, "cannot_read")
        utter(dispatcher, Say("utter_cannot_read"))
        return []


class ActionRepeat(Action):
    """Says the last answer again, with its choices."""

    def name(self) -> str:
        """As in the domain."""
        return "action_repeat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Word for word, in the language it was said in."""
        del tracker, domain
        if not current().last_said():
            utter(dispatcher, Say("utter_nothing_to_repeat"))
        else:
            dispatcher.utter_message(response="utter_repeat")
        return []


class ActionMedia(Action):
    """A voice note, a photo or a file: never met with silence, always shown to the team."""

    def name(self) -> str:
        """As in the domain."""
        return "action_media"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Filed with the rows of its files (storage.media); a sticker only gets an answer."""
        del domain
        context = current()
        kind = str(understood(tracker).answer)
        if kind != "sticker":
            _before_staff(context, tracker, "voice" if kind in ("voice", "audio") else "media")
        inside = bool(tracker.active_loop.get("name"))
        if kind != "sticker" or not inside:  # to a smile in the middle, the pending question is answer enough
            utter(dispatcher, Say(MEDIA.get(kind, "utter_file_received"), picks=() if inside else None))
        return []


def _filed(context: TurnContext) -> journeys.Journey | None:
    return journeys.open_of(context.connection, context.person_id)


def _before_staff(context: TurnContext, tracker: Tracker, kind: str, *, topic: str | None = None) -> None:
    details: dict[str, Any] = {
        "during": tracker.active_loop.get("name"),
        "question": tracker.slots.get("requested_slot"),
    }
    if topic is not None:
        details["topic"] = topic
    attachment = context.inbound.attachment
    if attachment is not None:
        if staff.add_file(context.connection, context.conversation_id, kind, context.media_id, now=context.now):
            return
        details |= {"attachment": attachment.kind, "media_ids": [context.media_id]}
    staff.ask(
        context.connection,
        person_id=context.person_id,
        conversation_id=context.conversation_id,
        kind=kind,
        details=details,
        now=context.now,
    )


ACTIONS: Final = (
    ActionAnswer,
    ActionNotYet,
    ActionMessages,
    ActionGreet,
    ActionInform,
    ActionChangeLanguage,
    ActionAskHuman,
    ActionComplain,
    ActionCannotRead,
    ActionRepeat,
    ActionMedia,
)
