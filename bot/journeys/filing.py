"""Between the answers of a talk and what is filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.journeys.model import SKIPPED, Answers
from bot.journeys.questions import QUESTIONS


@dataclass(frozen=True, slots=True)
class Filed:
    """A registration that already stands."""

    reference: str
    answers: Mapping[str, Any]


def to_file(answers: Answers) -> dict[str, Any]:
    """The answers as they are filed: without what only the talk needed."""
    kept = [question.slot for question in QUESTIONS if question.slot != "consent"]
    filed = {
        slot: answers[slot] for slot in (*kept, "years", "craft_typed") if answers.get(slot) not in (None, SKIPPED)
    }
    return {**filed, "consent": "accept"}


def from_file(filed: Filed) -> dict[str, Any]:
    """The slots to change what was filed: what was passed over then stays passed over, and is not asked again."""
    slots = {**filed.answers, "edit_of": filed.reference}
    for question in QUESTIONS:
        if question.skip and slots.get(question.slot) is None and question.needed(slots):
            slots |= question.skip
    return slots
