"""A person's own list: which steps their answers call for, and which question would still change that.

A step is a set of answers it admits for each question that it depends on. The sets of different questions are
independent, so "can this question still change the list?" has an exact answer without trying anything out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from knowledge.export.models import Agreement, Channel, Group, LegalForm, Phase, Question, Step, When
from knowledge.models import Family, Trade

ELSEWHERE: Final = "ZZ"
"""Any country we have no rules for; ISO 3166-1 leaves this code to its users."""
Answer = str | bool
UNSURE: Final[Mapping[Question, Answer]] = MappingProxyType(
    {
        Question.DESTINATION: ELSEWHERE,
        Question.FOOD: True,
        Question.WIRED: True,
        Question.OLD: True,
        Question.ARGAN_OIL: True,
        Question.UNPAID: False,
        Question.LEGAL_FORM: LegalForm.NONE,
    }
)
"""What "I do not know" counts as: the answer that leaves no duty out. The craft and the way of sending must be told."""
_ORDER: Final = {question: place for place, question in enumerate(Question)}
_YES_NO: Final = (Question.FOOD, Question.WIRED, Question.OLD, Question.ARGAN_OIL, Question.UNPAID)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person has told; nothing where they were not asked yet.

    Attributes:
        craft: Id of a family or trade.
        channel: Way of sending.
        destination: ISO 3166-1 alpha-2 code, or EU; a country we do not know is as good as `ELSEWHERE`.
        food: As `Question` tells, and so on.
        legal_form: As what they sell.
        region: Code of the region they work in. Never asked for the list; it decides what staff must look at.
    """

    craft: str | None = None
    channel: Channel | None = None
    destination: str | None = None
    food: bool | None = None
    wired: bool | None = None
    old: bool | None = None
    argan_oil: bool | None = None
    unpaid: bool | None = None
    legal_form: LegalForm | None = None
    region: str | None = None

    def tell(self, question: Question, answer: Answer) -> Answers:
        """The same with one answer more, or another one."""
        change: dict[str, Any] = {question.value: answer}
        return replace(self, **change)


@dataclass(frozen=True, slots=True)
class Item:
    """A step in somebody's list.

    Attributes:
        number: Its place in the list, from 1.
        step: What it is.
        handoff: Whether staff must answer it for this person.
    """

    number: int
    step: Step
    handoff: bool


@dataclass(frozen=True, slots=True)
class Checklist:
    """Somebody's list, in the order things are done."""

    items: tuple[Item, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the steps, in order."""
        return tuple(item.step.id for item in self.items)

    @property
    def phases(self) -> dict[Phase, tuple[Item, ...]]:
        """The items by phase, in order; phases without any are left out."""
        return {phase: tuple(items) for phase, items in groupby(self.items, key=lambda item: item.step.phase)}


@dataclass(frozen=True, slots=True)
class Changes:
    """What another answer did to a list: items of the new list, and of the old one where they are gone."""

    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    kept: tuple[Item, ...]


def changed(before: Checklist, after: Checklist) -> Changes:
    """Compare two lists by their steps."""
    old, new = set(before.ids), set(after.ids)
    return Changes(
        added=tuple(item for item in after.items if item.step.id not in old),
        removed=tuple(item for item in before.items if item.step.id not in new),
        kept=tuple(item for item in after.items if item.step.id in old),
    )


class Export:
    """Everything known about exporting, and the lists made of it.

    Args:
        steps: In the order they are done.
        agreements: Trade agreements.
        groups: Countries with the same rules.
        crafts: Families with their trades.
        countries: Codes of the destinations people are asked for.

    Attributes:
        steps: As given.
        agreements: As given.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        agreements: Sequence[Agreement] = (),
        groups: Sequence[Group] = (),
        *,
        crafts: Sequence[Family],
        countries: Iterable[str],
    ) -> None:
        self.steps = tuple(steps)
        self.agreements = tuple(agreements)
        self._groups = {group.id: group.members for group in groups}
        self._crafts: dict[str, Family | Trade] = {
            **{family.id: family for family in crafts},
            **{trade.id: trade for family in crafts for trade in family.trades},
        }
        self._options: dict[Question, tuple[Answer, ...]] = {
            Question.CRAFT: tuple(self._crafts),
            Question.CHANNEL: tuple(Channel),
            Question.DESTINATION: (*countries, ELSEWHERE),
            **dict.fromkeys(_YES_NO, (True, False)),
            Question.LEGAL_FORM: tuple(LegalForm),
        }
        self._admitted = {step.id: self._of(step.when) for step in self.steps}

    def step(self, step_id: str) -> Step:
        """One step.

        Raises:
            KeyError: No such step.
        """
        return {step.id: step for step in self.steps}[step_id]

    def options(self, question: Question) -> tuple[Answer, ...]:
        """Every answer a question can have."""
        return self._options[question]

    def admitted(self, step_id: str) -> Mapping[Question, frozenset[Answer]]:
        """The answers that call for a step, for each question it depends on; an empty set: for nobody.

        Raises:
            KeyError: No such step.
        """
        return self._admitted[step_id]

    def agreements_with(self, country: str) -> list[Agreement]:
        """Agreements a country is a partner of, by its code."""
        return [one for one in self.agreements if country in self.members(one.partners)]

    def members(self, countries: Iterable[str]) -> frozenset[str]:
        """Codes of the countries that codes and ids of groups stand for."""
        return frozenset(code for one in countries for code in self._groups.get(one, (one,)))

    def next_question(self, answers: Answers) -> Question | None:
        """The question to ask next: the first whose answer can still change the list.

        Returns:
            Nothing where the list is settled.

        Raises:
            KeyError: An answer is none of its question's.
        """
        told = self._told(answers)
        wanted = {
            question
            for admitted in self._admitted.values()
            if all(told[question] in allowed for question, allowed in admitted.items() if question in told)
            for question in admitted
            if question not in told
        }
        return min(wanted, key=lambda question: _ORDER[question], default=None)

    def checklist(self, answers: Answers) -> Checklist:
        """The steps that the answers call for, in order; what depends on an answer not given yet is left out.

        Raises:
            KeyError: An answer is none of its question's.
        """
        told = self._told(answers)
        steps = [
            step
            for step in self.steps
            if all(told.get(question) in allowed for question, allowed in self._admitted[step.id].items())
        ]
        return Checklist(
            tuple(
                Item(number, step, handoff=step.handoff or _goes_to_staff(step, answers))
                for number, step in enumerate(steps, start=1)
            )
        )

    def _told(self, answers: Answers) -> dict[Question, Answer]:
        told: dict[Question, Answer] = {}
        for question, options in self._options.items():
            answer = getattr(answers, question.value)
            if answer is None:
                continue
            if question is Question.DESTINATION and answer not in options:
                answer = ELSEWHERE
            if answer not in options:
                raise KeyError(f"{question}: {answer}")
            told[question] = answer
        return told

    def _of(self, when: When) -> dict[Question, frozenset[Answer]]:
        """Write a condition as sets of answers; a question whose every answer will do is left out."""
        crafts = (
            craft.id
            for craft in self._crafts.values()
            if (not when.crafts or _covered(craft, when.crafts))
            and not _covered(craft, when.except_crafts)
            and (not when.flags or set(when.flags) & set(craft.flags))
        )
        sets: dict[Question, frozenset[Answer]] = {
            Question.CRAFT: frozenset(crafts),
            Question.CHANNEL: frozenset(when.channels or Channel),
            Question.DESTINATION: self.members(when.destinations) or frozenset(self._options[Question.DESTINATION]),
            Question.LEGAL_FORM: frozenset(when.legal_forms or LegalForm),
        }
        for question in _YES_NO:
            wanted = getattr(when, question.value)
            sets[question] = frozenset((True, False) if wanted is None else (wanted,))
        return {question: sets[question] for question in Question if sets[question] < set(self._options[question])}


def _covered(craft: Family | Trade, named: Sequence[str]) -> bool:
    """Whether a craft is named, or its family is."""
    return craft.id in named or (isinstance(craft, Trade) and craft.family in named)


def _goes_to_staff(step: Step, answers: Answers) -> bool:
    return answers.legal_form in step.handoff_if.legal_forms or answers.region in step.handoff_if.regions
