"""Entities of whole messages, in four forms: several in one, none where words only look like one.

`entities.jsonl` is for measuring: a message and every entity it holds, days counted from 25 November 2026. Where one is
missed, the rules change in general, never for its sentence. Four sets, one after another; F1 at first look:

- 320 messages written apart: 0.77
- 153 more, by whoever wrote the rules: 0.94
- 320 written apart: 0.89, or 0.93 with a family and its trade as one answer
- 160 more, written before the rules were mended by the third set, looked at after: 0.95, or 0.97 with five of their
  labels corrected; the rules of before had 0.84

All are at 0.98 or more since: the first looks are what to expect of new messages.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.gazetteer import Gazetteer
from bot.nlu.identifiers import Identifiers
from knowledge import load

TODAY: Final = "2026-11-25"
FORMS: Final = ("ary", "ary-Latn", "ar", "fr")
MIXED: Final = "mixed"
MESSAGES: Final[list[dict[str, Any]]] = [
    json.loads(line) for line in Path(__file__).with_name("entities.jsonl").read_text(encoding="utf-8").splitlines()
]
FAMILY: Final = {trade.id: family.id for family in load().crafts.families() for trade in family.trades}
OVERALL_AT_LEAST: Final = 0.96
SURE_AT_LEAST: Final = 0.98
EACH_AT_LEAST: Final = 0.94
SURE: Final = ("province", "region", "craft", "date", "number")
NEVER_WRONG: Final = ("province", "region", "craft")
"""A wrong place or craft costs an artisan more than one more question."""


class Score:
    """Right, wrong and missed entities.

    Attributes:
        right: How many were found as labelled.
        wrong: What was found and is not there.
        missed: What is there and was not found.
    """

    def __init__(self) -> None:
        self.right = 0
        self.wrong: list[str] = []
        self.missed: list[str] = []

    @property
    def f1(self) -> float:
        """0…1."""
        return 2 * self.right / (2 * self.right + len(self.wrong) + len(self.missed))


@pytest.fixture(scope="module")
def found(session_bench: Any) -> list[set[tuple[str, str]]]:
    """Name and value of all that the two components of the pipeline give out on each message."""
    components = (session_bench.create(Gazetteer), session_bench.create(Identifiers))
    everything = []
    for row in MESSAGES:
        message = Message({"text": row["text"], "metadata": {"today": TODAY}})
        for component in components:
            component.process([message])
        everything.append({(one["entity"], one["value"]) for one in message.get("entities")})
    return everything


def related(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether one is a craft family and the other a trade of it: labels and words say now this, now that."""
    return one[0] == other[0] == "craft" and (FAMILY.get(one[1]) == other[1] or FAMILY.get(other[1]) == one[1])


def judged(want: set[tuple[str, str]], got: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """What was found, a craft of the family wanted, or the family of the craft, under the name it is labelled with."""
    judged = want & got
    for one in sorted(got - want):
        judged.add(next((other for other in sorted(want - got - judged) if related(one, other)), one))
    return judged


def wanted(row: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["entity"], one["value"]) for one in row["entities"]}


def scores(found: list[set[tuple[str, str]]], key: str | None = None) -> dict[str, Score]:
    """By entity, or by a field of the rows."""
    by: dict[str, Score] = defaultdict(Score)
    for row, got in zip(MESSAGES, found, strict=True):
        want = wanted(row)
        got = judged(want, got)  # noqa: PLW2901 - the same, as the labels call it
        for name, value in want | got:
            score = by[row[key] if key else name]
            if (name, value) in want & got:
                score.right += 1
            elif (name, value) in got:
                score.wrong.append(f"{name}={value}: {row['text']}")
            else:
                score.missed.append(f"{name}={value}: {row['text']}")
    return by


def test_the_set_holds_every_form_and_entity() -> None:
    """All forms in equal parts, every entity of the domain that is typed, and messages without any."""
    forms = Counter(row["form"] for row in MESSAGES)
    assert set(forms) == {*FORMS, MIXED}
    assert min(forms[form] for form in FORMS) > 200
    assert {name for row in MESSAGES for name, _ in wanted(row)} == {
        "craft", "region", "province", "destination", "legal_form", "export_channel", "language", "date",
        "person_name", "phone", "ice", "nia", "reference", "number", "yes_no",
    }  # fmt: skip
    assert sum(not row["entities"] for row in MESSAGES) > 80
    assert len({row["text"] for row in MESSAGES}) == len(MESSAGES)


def test_entities_are_found(found: list[set[tuple[str, str]]]) -> None:
    """All in all, in each form, and each kind by itself."""
    by_name = scores(found)
    right = sum(score.right for score in by_name.values())
    off = sum(len(score.wrong) + len(score.missed) for score in by_name.values())
    assert 2 * right / (2 * right + off) >= OVERALL_AT_LEAST
    for form, score in scores(found, "form").items():
        assert score.f1 >= OVERALL_AT_LEAST, (form, score.wrong, score.missed)
    for name, score in by_name.items():
        assert score.f1 >= (SURE_AT_LEAST if name in SURE else EACH_AT_LEAST), (name, score.wrong, score.missed)


def test_no_place_and_no_craft_is_wrong(found: list[set[tuple[str, str]]]) -> None:
    """Nothing is made of axes, given names and everyday words."""
    by_name = scores(found)
    assert [by_name[name].wrong for name in NEVER_WRONG] == [[], [], []]


def test_a_trade_and_its_family_are_one_answer() -> None:
    """Once each: a second trade of the family is wrong, and so is a trade of another."""
    want = {("craft", "leather")}
    assert judged(want, {("craft", "poufs")}) == want
    assert judged({("craft", "poufs")}, want) == {("craft", "poufs")}
    assert judged(want, {("craft", "poufs"), ("craft", "sellerie")}) == want | {("craft", "sellerie")}
    assert judged({("craft", "poufs")}, {("craft", "sellerie")}) == {("craft", "sellerie")}
    assert judged(want, {("craft", "leather"), ("craft", "poufs")}) == want | {("craft", "poufs")}


def test_what_is_found_stands_where_it_says(session_bench: Any) -> None:
    """Offsets lie within the message and cut out what was read; two finds of one kind never overlap."""
    components = (session_bench.create(Gazetteer), session_bench.create(Identifiers))
    for row in MESSAGES:
        message = Message({"text": row["text"]})
        for component in components:
            component.process([message])
        ends: dict[str, int] = {}
        for one in sorted(message.get("entities"), key=lambda one: (one["start"], one["value"])):
            assert row["text"][one["start"] : one["end"]] == one["text"] != ""
            if one["entity"] in {"date", "number", "phone", "ice"}:
                assert one["start"] >= ends.get("figures", 0), row["text"]
                ends["figures"] = one["end"]
