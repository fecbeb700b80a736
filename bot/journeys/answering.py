"""Questions: the short answer first, "more" for the detail, the source with its date, a person where unsure."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot.journeys.model import Pick, Say, Understood
from knowledge import Knowledge
from knowledge.answers import DETAIL, SHORT, Asked
from knowledge.models import Fact, Topic

MORE: Final = "more"
SOURCE: Final = "source"
_COMMA: Final = {"ary": "، ", "ar": "، "}


def asked(understood: Understood, knowledge: Knowledge) -> Asked:
    """What of a message decides on the answer."""
    crafts = (knowledge.crafts.entry(code) for code in understood.entities.get("craft", ()))
    return Asked(
        text=understood.text,
        destinations=frozenset(understood.entities.get("destination", ())),
        families=frozenset(getattr(craft, "family", craft.id) for craft in crafts),
        channels=frozenset(understood.entities.get("export_channel", ())),
        legal_forms=frozenset(understood.entities.get("legal_form", ())),
    )


def about(topic_id: str, part: str) -> str:
    """What a choice answers that asks for a part of a topic: good under an old menu too."""
    return f"{topic_id}:{part}"


def wanted(answer: object, knowledge: Knowledge) -> tuple[Topic, str] | None:
    """The topic and the part that a picked choice asks for; nothing for what is none."""
    topic_id, _, part = str(answer).partition(":")
    topic = knowledge.answers.topic(topic_id)
    return (topic, part) if topic else None


def answer(
    topic: Topic, part: str, intent: str, knowledge: Knowledge, *, on: date, language: str, inside: bool
) -> tuple[Say, ...]:
    """What to say.

    Args:
        topic: What was asked about.
        part: `more`, `source` or nothing: the short answer.
        intent: By which it was asked: choices lead back to it.
        knowledge: The facts.
        on: Today: what is due for review is said to be unconfirmed.
        language: Of the talk, for names.
        inside: A journey is open: its own choices follow, so none stand here.
    """
    if part == SOURCE:
        says = _source(topic, knowledge, language)
    else:
        message_id = (DETAIL if part == MORE and topic.more else SHORT).format(topic.id)
        says = _with_standing(message_id, knowledge, on)
    picks = () if inside else _picks(topic, part, intent)
    return (*says[:-1], Say(says[-1].message_id, says[-1].values, picks=picks))


def _with_standing(message_id: str, knowledge: Knowledge, on: date) -> list[Say]:
    standing = knowledge.standing(message_id, on)
    says = [Say(message_id, picks=())]
    if standing.to_confirm:
        says.append(Say("utter_to_confirm", picks=()))
    if standing.as_of is not None:
        says.append(Say("utter_as_of", {"date": {"date": standing.as_of.isoformat()}}, picks=()))
    return says


def _source(topic: Topic, knowledge: Knowledge, language: str) -> list[Say]:
    facts = [knowledge.facts[one] for one in dict.fromkeys((*topic.facts, *topic.more))]
    stated = [fact for fact in facts if fact.publisher]
    says = []
    if stated:
        names = dict.fromkeys(str(knowledge.publisher(fact, language)) for fact in stated)
        sources = _COMMA.get(language, ", ").join(names)
        says.append(Say("utter_source", {"sources": sources, "date": _oldest(stated)}, picks=()))
    if len(stated) < len(facts):
        missing = [fact for fact in facts if not fact.publisher]
        says.append(Say("utter_source_missing", {"date": _oldest(missing)}, picks=()))
    return says


def _oldest(facts: list[Fact]) -> dict[str, str]:
    return {"date": min(fact.checked for fact in facts).isoformat()}


def _picks(topic: Topic, part: str, intent: str) -> tuple[Pick, ...]:
    parts = [(SOURCE, "label_source")] if part == MORE or not topic.more else []
    if not part and topic.more:
        parts = [(MORE, "label_detail"), (SOURCE, "label_source")]
    if part == SOURCE:
        parts = [(MORE, "label_detail")] if topic.more else []
    return (
        *(Pick(label=label, intent=f'{intent}{{"answer": "{about(topic.id, one)}"}}') for one, label in parts),
        Pick(label="label_person", intent=f'ask_human{{"answer": "{topic.id}"}}'),
    )
