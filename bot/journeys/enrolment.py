"""The enrolment: from one message to the next question, as a pure function over the answers so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeGuard

from bot.journeys.filing import Filed, from_file
from bot.journeys.hearing import asks_back, asks_if_needed, has_number, named_value, plain_yes_no
from bot.journeys.model import Answers, Pick, Question, Reading, Say, Understood
from bot.journeys.questions import BY_SLOT, QUESTIONS
from bot.journeys.summary import fields_to_change, lines
from bot.journeys.wishes import CONTROLS, INTERRUPTIONS, TRACK_WISHES
from bot.journeys.words import FIELD_WORDS, named
from knowledge import Knowledge
from knowledge.identifiers import looks_like_national_id, read_person_name

CONFIRM: Final = "enroll_confirm"
CHANGE: Final = "enroll_change"
LEAVE: Final = "enroll_leave"
RESUME: Final = "enroll_resume"
SURE: Final = 0.5
"""Confidence from which a message is taken for a wish of its own and not for an answer, 0…1."""
PERSON_SURE: Final = 0.8
"""Confidence from which "somebody" is a person of the team and no part of an answer, 0…1."""
VERY_SURE: Final = 0.9
"""The same where a name is asked, 0…1: Salma, Ali and Iman sound like greetings, goodbyes and menus."""
SENTENCE_WORDS: Final = 4
"""From so many words on, a message that means a question is one, even if it names a place or a craft."""
ASKED_OF_CHOICES: Final = frozenset({"track", "category", "rna", "legal_form", "export"})
"""Questions whose answers are words: "what is a master artisan?" names one without giving it."""
NAMES: Final = ("person_name", "organisation")
TOLD_AHEAD: Final = ("category", "place", "craft")
"""What people tell in one breath with something else; kept, so that it is not asked again."""
CHOICE_DIGITS: Final = 2
"""Digits of a number that may be meant as a choice; more are a number of something."""
UNREAD_BEFORE_PERSON: Final = 2
"""After so many unusable answers to one question a person of the team is offered."""
OWN_SLOTS: Final = (
    *(question.slot for question in QUESTIONS),
    *("years", "place_step", "place_typed", "craft_typed", "ice_typed", "unread", "edit_of"),
)
"""Everything an enrolment remembers; emptied when it has ended."""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from one message.

    Attributes:
        slots: To set (nothing empties a slot).
        requested: Slot of the question now pending, or nothing when the enrolment has ended.
        says: What to utter, in order; the last one carries the question.
        rejected: The message is not for the enrolment: other rules answer it, then the question is put again.
        outcome: `confirmed` or `ended` once it is over.
    """

    slots: Mapping[str, Any] = field(default_factory=dict)
    requested: str | None = None
    says: tuple[Say, ...] = ()
    rejected: bool = False
    outcome: str | None = None


REJECTED: Final = Step(rejected=True)


def begin(
    understood: Understood, answers: Answers, knowledge: Knowledge, *, filed: Filed | None, phone_known: bool
) -> Step:
    """The enrolment opens: a new one, one left earlier, or a change to what was filed."""
    if understood.intent == "enroll_edit":
        if filed is None:
            return Step(says=(Say("utter_edit_none"),), outcome="ended")
        loaded = {**dict.fromkeys(OWN_SLOTS), **from_file(filed), "phone_known": phone_known}
        asked = understood.answer or named(understood.text, FIELD_WORDS)
        if _askable(asked, loaded):
            loaded[asked] = None
            return _ask(asked, loaded, loaded, knowledge, understood.language)
        return Step(loaded, CHANGE, (_which("utter_edit_which", loaded),))
    if filed is not None:
        return Step(says=(Say("utter_already_enrolled", {"reference": filed.reference}),), outcome="ended")
    slots = {"phone_known": phone_known, "unread": None}
    return _ask_next(slots, {**answers, **slots}, knowledge, understood.language)


def again(requested: str | None, answers: Answers, knowledge: Knowledge, language: str) -> Step:
    """Put the pending question once more, after something else was answered in between."""
    return _ask(requested or _next(answers), {}, answers, knowledge, language)


def step(
    understood: Understood, requested: str, answers: Answers, knowledge: Knowledge, *, resume_after_h: float
) -> Step:
    """One message while the enrolment is open.

    Args:
        understood: What came in.
        requested: The pending question.
        answers: Every slot of the enrolment.
        knowledge: Places, crafts, tracks.
        resume_after_h: Hours of silence after which "shall we go on?" is asked first.
    """
    away = understood.away_h >= resume_after_h and understood.answer is None and requested != RESUME
    if away and not _answers(understood, requested, answers, knowledge):
        return _ask(RESUME, {"pending": requested}, answers, knowledge, understood.language)
    if requested in _SPECIAL:
        found = _SPECIAL[requested](understood, answers, knowledge)
        if found is not None:
            return found
        if requested in (LEAVE, RESUME):  # an answer to the question behind it: taken as such
            requested = answers.get("pending") or _next(answers)
        elif requested == CHANGE and _next(answers) != CONFIRM:
            requested = _next(answers)
    return _read(understood, requested, answers, knowledge)


def _answers(understood: Understood, requested: str, answers: Answers, knowledge: Knowledge) -> bool:
    """Whether a message after days is the very answer that was waited for; a bare yes may mean much by then."""
    question = BY_SLOT.get(requested)
    if question is None or plain_yes_no(understood) is not None:
        return False
    return question.strong(understood, answers, knowledge).status == "answer"


def _read(understood: Understood, requested: str, answers: Answers, knowledge: Knowledge) -> Step:
    question = BY_SLOT.get(requested)
    if understood.intent == "ask_human" and understood.confidence >= PERSON_SURE and understood.answer is None:
        return REJECTED  # "chi wahd" also answers "through somebody?"; that is a choice to pick
    meant = understood.intent if understood.confidence >= _sure_from(understood, requested) else ""
    short = len(understood.text.split()) < SENTENCE_WORDS
    if meant == "stop_messages" and short and understood.text:  # "stop svp" among questions is about the questions
        meant = "cancel"
    asks = question is not None and understood.answer is None and asks_back(understood.text)
    tells_track = requested == "track" and meant in TRACK_WISHES  # "I want to take part in fairs" names a track
    if question is not None and (tells_track or meant == "out_of_scope" or short or meant not in INTERRUPTIONS):
        named_only = asks and requested in ASKED_OF_CHOICES and not has_number(understood.text)
        reading = question.strong(understood, answers, knowledge)
        if reading.status != "other" and not named_only:
            return _follow(reading, question, answers, knowledge, understood)
        if reading.status == "answer" and requested == "category":  # "what is a maalem?" is about a choice shown
            return _explain(understood, question, answers, knowledge)
    if question is not None and asks and _explains(understood, meant):
        return _explain(understood, question, answers, knowledge)
    if understood.answer is None and meant in CONTROLS:
        return _control(meant, understood, requested, answers, knowledge)
    if meant in INTERRUPTIONS and not (meant == "out_of_scope" and short and understood.text):
        return REJECTED
    if question is not None and plain_yes_no(understood) is None:
        reading = question.weak(understood, answers, knowledge)
        if reading.status != "other":
            return _follow(reading, question, answers, knowledge, understood)
    return _unread(understood, requested, answers, knowledge)


def _sure_from(understood: Understood, requested: str) -> float:
    """Where a name is asked, what can be a name is one unless it means something else beyond doubt."""
    named_here = requested in NAMES and len(understood.text.split()) < SENTENCE_WORDS
    return VERY_SURE if named_here and read_person_name(understood.text) else SURE


def _explains(understood: Understood, meant: str) -> bool:
    """Whether a question asked back has no answer of its own among the rules, or only a guessed wish."""
    if meant in INTERRUPTIONS:
        return meant == "out_of_scope" or (meant == "bot_identity" and understood.confidence < VERY_SURE)
    return meant not in CONTROLS or meant in ("enroll", "repeat") or understood.confidence < VERY_SURE


def _explain(understood: Understood, question: Question, answers: Answers, knowledge: Knowledge) -> Step:
    about = question.about
    if asks_if_needed(understood.text):
        about = "utter_help_in_form" if question.skip else "utter_cannot_skip"
    return Step({}, question.slot, (Say(about, picks=()), question.ask(answers, knowledge, understood.language)))


def _follow(
    reading: Reading, question: Question, answers: Answers, knowledge: Knowledge, understood: Understood
) -> Step:
    slots = dict(reading.values)
    after = {**answers, **slots}
    if reading.status == "answer":
        if slots.get("consent") == "refuse":
            return Step({**slots, "consent": None}, None, (Say("utter_consent_refused"),), outcome="ended")
        slots["unread"] = None
        slots = {**_ahead(understood, question.slot, after, knowledge), **slots}
        if after.get("category") not in ("cooperative", "company"):
            slots["organisation"] = None
        elif "category" in slots:
            slots["legal_form"] = after["category"]
        following = _ask_next(slots, {**answers, **slots}, knowledge, understood.language)
        return Step(following.slots, following.requested, (*reading.says, *following.says))
    onwards = reading.ask_again and not reading.says  # one list leads to the next: nothing was misread
    count = 0 if onwards else _count(answers, question.slot)
    slots["unread"] = {"slot": question.slot, "n": count}
    says = reading.says
    if reading.ask_again:
        says = (*says, question.ask({**answers, **slots}, knowledge, understood.language))
    return Step(slots, question.slot, _with_person(says, count))


def _unread(understood: Understood, requested: str, answers: Answers, knowledge: Knowledge) -> Step:
    ahead = _ahead(understood, requested, answers, knowledge)
    if ahead:
        return _noted(_ask(requested, ahead, {**answers, **ahead}, knowledge, understood.language))
    plain = plain_yes_no(understood)
    several = understood.offered > 1
    if plain == "deny" and requested in BY_SLOT and not several:
        return _skip(requested, answers, knowledge, understood.language)
    count = _count(answers, requested)
    slots = {"unread": {"slot": requested, "n": count}}
    asked = _ask(requested, slots, {**answers, **slots}, knowledge, understood.language)
    if plain == "affirm" and not several:
        return asked
    if count > UNREAD_BEFORE_PERSON:
        sorry = Say("utter_fallback_person", picks=())
    elif looks_like_national_id(understood.text):
        sorry = Say("utter_no_national_id")
    elif understood.offered > 1 and understood.text.isdigit() and len(understood.text) <= CHOICE_DIGITS:
        sorry = Say("utter_number_out_of_range", {"n": understood.offered}, picks=())
    elif several or requested in ("consent", *ASKED_OF_CHOICES, *_SPECIAL):
        sorry = Say("utter_fallback_choose", picks=())
    else:
        sorry = Say("utter_fallback_plain", picks=())
    return Step(asked.slots, asked.requested, (sorry, *asked.says))


def _ahead(understood: Understood, slot: str, answers: Answers, knowledge: Knowledge) -> dict[str, Any]:
    """What else a longer message told for certain, before it was asked; nothing before the consent or in a name."""
    too_short = len(understood.text.split()) < SENTENCE_WORDS and understood.first("location") is None
    if answers.get("consent") is None or slot in NAMES or too_short or asks_back(understood.text):
        return {}
    found: dict[str, Any] = {}
    for name in TOLD_AHEAD:
        if name != slot and answers.get(name) is None:
            reading = BY_SLOT[name].strong(understood, answers, knowledge)
            found |= reading.values if reading.status == "answer" else {}
    return found


def _noted(step: Step) -> Step:
    return replace(step, says=(Say("utter_noted"), *step.says))


def _count(answers: Answers, slot: str) -> int:
    before = answers.get("unread") or {}
    return int(before.get("n", 0)) + 1 if before.get("slot") == slot else 1


def _with_person(says: tuple[Say, ...], count: int) -> tuple[Say, ...]:
    if count <= UNREAD_BEFORE_PERSON or not says:
        return says
    return (Say("utter_fallback_person", picks=()), *says)


def _control(meant: str, understood: Understood, requested: str, answers: Answers, knowledge: Knowledge) -> Step:
    language = understood.language
    if meant == "back":
        earlier = _before(requested, answers)
        if earlier is None:
            asked = again(requested, answers, knowledge, language)
            return Step(asked.slots, asked.requested, (Say("utter_nothing_to_go_back", picks=()), *asked.says))
        emptied = {earlier: None, "place_step": None, "unread": None}
        return _ask(earlier, emptied, {**answers, **emptied}, knowledge, language)
    if meant == "skip":
        return _skip(requested, answers, knowledge, language)
    if meant in ("correct", "enroll_edit"):
        return _correct(understood, requested, answers, knowledge)
    if meant in ("cancel", "menu"):
        return _ask(LEAVE, {"pending": requested}, answers, knowledge, language)
    asked = again(requested, answers, knowledge, language)
    if meant == "help":
        return Step(asked.slots, asked.requested, (Say("utter_help_in_form"), *asked.says))
    return asked


def _skip(requested: str, answers: Answers, knowledge: Knowledge, language: str) -> Step:
    question = BY_SLOT.get(requested)
    if question is None or question.skip is None:
        asked = again(requested, answers, knowledge, language)
        return Step(asked.slots, asked.requested, (Say("utter_cannot_skip"), *asked.says))
    slots = {**question.skip, "unread": None}
    return _ask_next(slots, {**answers, **slots}, knowledge, language)


def _correct(understood: Understood, requested: str, answers: Answers, knowledge: Knowledge) -> Step:
    asked = named(understood.text, FIELD_WORDS)
    if asked == requested:
        return again(requested, answers, knowledge, understood.language)
    given = fields_to_change(answers)
    if given and _askable(asked, answers) and answers.get(asked) is None:  # not asked yet: asked now
        return _ask(asked, {}, answers, knowledge, understood.language)
    if asked is None and len(given) == 1:
        (asked,) = given
    if asked not in BY_SLOT or answers.get(asked) is None:
        return (
            Step({}, CHANGE, (_which("utter_change_which", answers),))
            if given
            else again(requested, answers, knowledge, understood.language)
        )
    emptied = {asked: None, "place_step": None}
    said = understood
    reading = BY_SLOT[asked].strong(understood, {**answers, **emptied}, knowledge)
    if asked == "person_name":
        said = replace(understood, text=named_value(understood.text, FIELD_WORDS[asked]))
        reading = BY_SLOT[asked].weak(said, answers, knowledge)
    if reading.status == "answer":  # "my town is Fès": the new value stands in the same message
        return _noted(_follow(reading, BY_SLOT[asked], {**answers, **emptied}, knowledge, understood))
    return _ask(asked, emptied, {**answers, **emptied}, knowledge, understood.language)


def _leave(understood: Understood, answers: Answers, knowledge: Knowledge) -> Step | None:
    if understood.answer == "leave" or (understood.answer is None and understood.intent in ("affirm", "cancel")):
        return Step({"pending": None}, None, (Say("utter_cancelled"),), outcome="ended")
    if understood.answer == "go_on" or (understood.answer is None and understood.intent in ("deny", "back")):
        return again(answers.get("pending"), answers, knowledge, understood.language)
    return None


def _resume(understood: Understood, answers: Answers, knowledge: Knowledge) -> Step | None:
    if understood.answer == "start_over":
        emptied = dict.fromkeys(OWN_SLOTS)
        asked = _ask_next(emptied, {**answers, **emptied}, knowledge, understood.language)
        return Step(asked.slots, asked.requested, (Say("utter_started_over"), *asked.says))
    if understood.answer is None and understood.intent == "affirm":
        return again(answers.get("pending"), answers, knowledge, understood.language)
    if understood.answer is None and understood.intent == "deny":  # no to "shall we go on?" is yes to "stop here?"
        understood = replace(understood, intent="cancel")
    return _leave(understood, answers, knowledge)


def _change(understood: Understood, answers: Answers, knowledge: Knowledge) -> Step | None:
    asked = understood.answer if understood.answer in BY_SLOT else named(understood.text, FIELD_WORDS)
    if _askable(asked, answers):
        emptied = {asked: None, "place_step": None, "unread": None}
        return _ask(asked, emptied, {**answers, **emptied}, knowledge, understood.language)
    if understood.answer is None and understood.intent in ("deny", "back"):
        return _ask_next({}, answers, knowledge, understood.language)
    return None


def _confirm(understood: Understood, answers: Answers, knowledge: Knowledge) -> Step | None:
    if understood.answer == "confirm" or (understood.answer is None and understood.intent == "affirm"):
        return Step({}, None, outcome="confirmed")
    if understood.answer == "change" or (understood.answer is None and understood.intent == "deny"):
        return Step({}, CHANGE, (_which("utter_change_which", answers),))
    if understood.answer is None and understood.confidence < SURE and named(understood.text, FIELD_WORDS):
        return _change(understood, answers, knowledge)
    return None


_SPECIAL: Final = {LEAVE: _leave, RESUME: _resume, CHANGE: _change, CONFIRM: _confirm}


def _askable(asked: Any, answers: Answers) -> TypeGuard[str]:
    """Whether a field can be asked on a person's wish; the number the channel gives may be exchanged for another."""
    return asked in BY_SLOT and (asked == "phone" or BY_SLOT[asked].needed(answers))


def _which(message_id: str, answers: Answers) -> Say:
    return Say(message_id, picks=tuple(Pick(slot, label=f"field_{slot}") for slot in fields_to_change(answers)))


def _next(answers: Answers) -> str:
    for question in QUESTIONS:
        if answers.get(question.slot) is None and question.needed(answers):
            return question.slot
    return CONFIRM


def _before(requested: str, answers: Answers) -> str | None:
    earlier = None
    for question in QUESTIONS:
        if question.slot == requested:
            break
        if question.slot != "consent" and question.needed(answers) and answers.get(question.slot) is not None:
            earlier = question.slot
    return earlier


def _ask_next(slots: Mapping[str, Any], answers: Answers, knowledge: Knowledge, language: str) -> Step:
    return _ask(_next(answers), slots, answers, knowledge, language)


def _ask(requested: str, slots: Mapping[str, Any], answers: Answers, knowledge: Knowledge, language: str) -> Step:
    if requested == CONFIRM:
        say = Say("utter_summary", {"lines": lines(answers, knowledge, language)})
    elif requested == CHANGE:
        say = _which("utter_change_which", answers)
    elif requested == LEAVE:
        say = Say("utter_cancel_ask")
    elif requested == RESUME:
        needed = [question for question in QUESTIONS if question.needed(answers)]
        done = sum(answers.get(question.slot) is not None for question in needed)
        say = Say("utter_resume_ask", {"done": done, "total": len(needed)})
    else:
        say = BY_SLOT[requested].ask(answers, knowledge, language)
    return Step(slots, requested, (say,))
