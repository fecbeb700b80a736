"""The shapes a journey thinks in: what was understood, what a question made of it, what follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from knowledge import Knowledge

SKIPPED: Final = "-"
"""Stands in a slot whose question the person passed over."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice as a journey offers it: what it says and what it answers.

    Attributes:
        answer: Value handed back to the question when it is picked.
        label: Message id of the label, or nothing where `text` stands.
        text: The words themselves, already in the person's language (names of places, crafts).
        description: One more line where the surface has room.
        intent: Instead of an answer: what the person wants when picking it.
    """

    answer: Any = None
    label: str | None = None
    text: str | None = None
    description: str | None = None
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """A message to utter: an id of the catalogs with its values, and what may be picked under it."""

    message_id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    picks: tuple[Pick, ...] | None = None
    """Nothing: the message's usual choices. Empty: none."""
    ask_phone: bool = False
    ask_location: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """One message as the journey sees it.

    Attributes:
        text: As typed, trimmed; empty for a tap.
        intent: Name, "" if none.
        confidence: Of the intent, 0…1.
        answer: What a tapped or typed choice answers; nothing for free text.
        entities: Found values by name, in the order found.
        language: Language of the talk, for labels of places and crafts.
        offered: How many choices stood under the last message: what a bare number may mean.
        away_h: Hours since the person last wrote.
    """

    text: str
    intent: str
    confidence: float
    answer: Any
    entities: Mapping[str, tuple[Any, ...]]
    language: str
    offered: int = 0
    away_h: float = 0

    def first(self, entity: str) -> Any:
        """The first value found for an entity, or nothing."""
        values = self.entities.get(entity, ())
        return values[0] if values else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question makes of a message.

    Attributes:
        status: `answer`, `unclear` (meant for this question but unreadable) or `other` (not meant for it).
        values: Slots to set when it is an answer (or to remember while it is unclear).
        says: What to tell: why it was unclear, or what follows from the answer.
        ask_again: Whether the question itself is put again after `says` (not when `says` is itself the question).
    """

    status: str
    values: Mapping[str, Any] = field(default_factory=dict)
    says: tuple[Say, ...] = ()
    ask_again: bool = False


def answered(says: tuple[Say, ...] = (), **values: Any) -> Reading:
    """The message answers the question."""
    return Reading("answer", values, says)


def unclear(*says: Say, ask_again: bool = False, **values: Any) -> Reading:
    """The message tries to answer, but cannot be used as it is."""
    return Reading("unclear", values, says, ask_again)


OTHER: Final = Reading("other")
"""The message is not an answer to this question."""

Answers = Mapping[str, Any]
Reader = Callable[[Understood, Answers, Knowledge], Reading]
Asker = Callable[[Answers, Knowledge, str], Say]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a journey.

    Attributes:
        slot: Where the answer stands.
        ask: What to say, given the answers so far and the language.
        strong: Reads what can only be an answer (a tap, a place, a number with fifteen digits).
        weak: Reads anything that may be one, after every other meaning was ruled out.
        needed: Whether to ask it at all, given the answers so far.
        skip: Slots that passing over sets; nothing where the answer is necessary.
        about: Message id of what explains it, for those who answer with a question.
    """

    slot: str
    ask: Asker
    strong: Reader
    weak: Reader
    needed: Callable[[Answers], bool] = lambda _answers: True
    skip: Mapping[str, Any] | None = None
    about: str = "utter_help_in_form"
