"""A person's list: the golden cases, every combination, and questions that are asked only where they matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import load
from knowledge.export import (
    ELSEWHERE,
    UNSURE,
    Answers,
    Channel,
    Checklist,
    LegalForm,
    Phase,
    Question,
    changed,
)

EXPORT = load().export
CRAFTS = load().crafts
GOLDEN = yaml.safe_load((Path(__file__).parents[1] / "cases" / "export" / "golden.yml").read_text("utf-8"))
YES_NO = (Question.FOOD, Question.WIRED, Question.OLD, Question.ARGAN_OIL, Question.UNPAID)
SENT = [channel for channel in Channel if channel is not Channel.HAND_CARRIED_BY_BUYER]
ORIGINS = {step.id for step in EXPORT.steps if step.phase is Phase.ORIGIN}
RULES = {"eu_gpsr", "us_duty", "uk_rules", "ca_rules", "ae_rules", "sa_rules", "jp_rules", "tr_rules", "other_rules"}


def classes(question: Question) -> list[Any]:
    """One answer for each set of answers that no step tells apart."""
    alike: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for option in EXPORT.options(question):
        alike[
            tuple(
                step.id
                for step in EXPORT.steps
                if option in EXPORT.admitted(step.id).get(question, frozenset(EXPORT.options(question)))
            )
        ].append(option)
    return [members[0] for members in alike.values()]


REPRESENTATIVES = {
    **{question: list(EXPORT.options(question)) for question in Question},
    Question.CRAFT: classes(Question.CRAFT),
    Question.DESTINATION: classes(Question.DESTINATION),
}


def interviews(answers: Answers = Answers()) -> Iterator[Answers]:  # noqa: B008 - frozen
    """Every way an interview can go, to its end."""
    question = EXPORT.next_question(answers)
    if question is None:
        yield answers
        return
    for option in REPRESENTATIVES[question]:
        yield from interviews(answers.tell(question, option))


complete = st.fixed_dictionaries({question.value: st.sampled_from(EXPORT.options(question)) for question in Question})
partial = st.fixed_dictionaries(
    {question.value: st.none() | st.sampled_from(EXPORT.options(question)) for question in Question}
)


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_golden_case(case: dict[str, Any]) -> None:
    """What must be in a list is, what must not is not; and the craft has the flags the case speaks of."""
    told = case["input"]
    assert set(told["flags"]) <= set(CRAFTS.entry(told["craft"]).flags)
    answers = Answers(
        craft=told["craft"],
        channel=Channel(told["channel"]),
        destination=told["destination"],
        food="food_contact" in told["flags"],
        wired="electrical" in told["flags"],
        old=False,
        unpaid=False,
        legal_form=LegalForm(told["legal_form"]),
    )
    assert EXPORT.next_question(answers) is None
    ids = set(EXPORT.checklist(answers).ids)
    assert set(case["must_have"]) <= ids
    assert not ids & set(case["must_not_have"])


def test_every_interview_ends_in_a_valid_list() -> None:
    """Every craft, way of sending, country, legal form and yes or no: a list in order, without contradiction.

    Crafts and countries that no step tells apart are walked once.
    """
    seen = 0
    for answers in interviews():
        seen += 1
        checklist = EXPORT.checklist(answers)
        ids = checklist.ids
        assert_valid(checklist, answers)
        goods_sent = answers.craft != "service_crafts" and answers.channel in SENT
        assert len(ORIGINS & set(ids)) == goods_sent, answers
        assert len(RULES & set(ids)) == goods_sent, answers
    assert seen > 10_000


def assert_valid(checklist: Checklist, answers: Answers) -> None:
    ids = checklist.ids
    assert ids[0] == "rna_register", answers
    assert len(ids) == len(set(ids)), answers
    assert [item.number for item in checklist.items] == list(range(1, len(ids) + 1)), answers
    phases = [list(Phase).index(item.step.phase) for item in checklist.items]
    assert phases == sorted(phases), answers
    for item in checklist.items:
        assert not set(item.step.excludes) & set(ids), (item.step.id, answers)


@pytest.mark.parametrize("question", [Question.CRAFT, Question.DESTINATION])
def test_answers_of_a_class_make_the_same_list(question: Question) -> None:
    """Walking one of each class is walking all of them: every answer has a representative with the same lists."""
    told = Answers("wood", Channel.POST, "DE", food=True, wired=True, old=True, unpaid=False, legal_form=LegalForm.NONE)
    of_classes = {EXPORT.checklist(told.tell(question, one)).ids for one in REPRESENTATIVES[question]}
    for option in EXPORT.options(question):
        assert EXPORT.checklist(told.tell(question, option)).ids in of_classes


@given(complete)
@settings(max_examples=300, deadline=None)
def test_what_is_not_asked_cannot_change_the_list(everything: dict[str, Any]) -> None:
    """Who is interviewed gets the list of who told everything at once."""
    told = Answers()
    while (question := EXPORT.next_question(told)) is not None:
        assert getattr(told, question.value) is None
        told = told.tell(question, everything[question.value])
    assert EXPORT.checklist(told) == EXPORT.checklist(Answers(**everything))


@given(partial.filter(lambda told: told["craft"] is not None and told["channel"] is not None))
@settings(max_examples=40, deadline=None)
def test_a_question_is_asked_exactly_where_it_can_change_the_list(told: dict[str, Any]) -> None:
    """Trying out all that is still open shows the same: what can change the list is asked, the first of it first."""
    open_ones = [question for question in Question if told[question.value] is None]
    lists = {
        chosen: EXPORT.checklist(
            Answers(**{**told, **{q.value: one for q, one in zip(open_ones, chosen, strict=True)}})
        )
        for chosen in product(*(REPRESENTATIVES[question] for question in open_ones))
    }
    matters = []
    for place, question in enumerate(open_ones):
        by_the_rest = defaultdict(set)
        for chosen, checklist in lists.items():
            by_the_rest[chosen[:place] + chosen[place + 1 :]].add(checklist.ids)
        if any(len(different) > 1 for different in by_the_rest.values()):
            matters.append(question)
    assert EXPORT.next_question(Answers(**told)) == (matters[0] if matters else None)


@given(partial)
@settings(max_examples=200, deadline=None)
def test_any_answers_make_a_list_of_what_is_sure(told: dict[str, Any]) -> None:
    """A list of half the answers is in order, always the same, and part of every list that can come of it."""
    answers = Answers(**told)
    checklist = EXPORT.checklist(answers)
    assert checklist == EXPORT.checklist(answers)
    assert_valid(checklist, answers)
    question = EXPORT.next_question(answers)
    for option in EXPORT.options(question) if question else ():
        more = EXPORT.checklist(answers.tell(question, option)) if question else checklist
        assert set(checklist.ids) <= set(more.ids)


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        (Answers(), Question.CRAFT),
        (Answers(craft="service_crafts"), Question.LEGAL_FORM),
        (Answers(craft="plaster"), Question.CHANNEL),
        (Answers(craft="plaster", channel=Channel.HAND_CARRIED_BY_BUYER), Question.LEGAL_FORM),
        (Answers(craft="wood", channel=Channel.HAND_CARRIED_BY_BUYER), Question.OLD),
        (Answers(craft="poterie_culinaire", channel=Channel.POST), Question.DESTINATION),
        (Answers(craft="poterie_culinaire", channel=Channel.POST, destination="ES"), Question.FOOD),
        (Answers(craft="poterie_culinaire", channel=Channel.POST, destination="TR"), Question.UNPAID),
        (Answers(craft="lanternes", channel=Channel.FAIR_TEMPORARY, destination="FR"), Question.WIRED),
        (Answers(craft="theiere", channel=Channel.FAIR_TEMPORARY, destination="CN"), Question.LEGAL_FORM),
        (Answers(craft="glass_candles_cosmetic", channel=Channel.POST, destination="CN"), Question.ARGAN_OIL),
        (Answers("plaster", Channel.POST, "CN", unpaid=True, legal_form=LegalForm.NONE), None),
    ],
)
def test_next_question(told: Answers, asked: Question | None) -> None:
    """Food is asked of food ware where there are rules for it, the wire of lamps, nothing of who needs no answer."""
    assert EXPORT.next_question(told) is asked


def test_who_does_not_know_has_no_duty_left_out() -> None:
    """What counts for "I do not know" brings more steps; only the unpaid shipment counts as paid."""
    for question in (*YES_NO, Question.LEGAL_FORM, Question.DESTINATION):
        assert UNSURE[question] in EXPORT.options(question)
    sure = Answers("wood", Channel.POST, "US", old=False, unpaid=False, legal_form=LegalForm.NONE)
    unsure = replace(sure, old=bool(UNSURE[Question.OLD]))
    assert [item.step.id for item in changed(EXPORT.checklist(sure), EXPORT.checklist(unsure)).added] == [
        "heritage_check"
    ]


def test_another_answer_shows_what_changed() -> None:
    """From freight to the post: what comes, what goes, what stays, in the order of the lists."""
    freight = Answers(
        "pottery_ceramics",
        Channel.COMMERCIAL_FREIGHT,
        "FR",
        food=True,
        unpaid=False,
        legal_form=LegalForm.COMPANY,
    )
    before, after = EXPORT.checklist(freight), EXPORT.checklist(replace(freight, channel=Channel.POST))
    changes = changed(before, after)
    assert [item.step.id for item in changes.added] == [
        "post_export", "eu_low_value", "online_payment", "online_marketplace",
    ]  # fmt: skip
    assert [item.step.id for item in changes.removed] == [
        "rc_or_customs_code", "craft_exporters_register", "portnet_badr", "packaging_ispm15",
        "craft_export_certificate", "dum",
    ]  # fmt: skip
    assert {*(item.step.id for item in changes.added), *(item.step.id for item in changes.kept)} == set(after.ids)
    assert changed(after, after).added == changed(after, after).removed == ()


def test_a_country_nobody_knows_is_elsewhere() -> None:
    """A destination without rules gives a list that says so, and hands it over."""
    told = Answers("leather", Channel.POST, "ZW", unpaid=False, legal_form=LegalForm.COMPANY)
    checklist = EXPORT.checklist(told)
    assert checklist == EXPORT.checklist(replace(told, destination=ELSEWHERE))
    handed = {item.step.id for item in checklist.items if item.handoff}
    assert {"origin_elsewhere", "other_rules"} <= handed


@pytest.mark.parametrize(
    "told", [Answers(craft="flying"), Answers(channel="pigeon"), Answers(legal_form="club")]  # type: ignore[arg-type]
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(told: Answers) -> None:
    """What no list of answers holds is a mistake of the caller."""
    with pytest.raises(KeyError):
        EXPORT.checklist(told)
    with pytest.raises(KeyError):
        EXPORT.next_question(told)


@pytest.mark.parametrize(
    ("change", "step", "handoff"),
    [
        ({}, "origin_eu", False),
        ({"region": "MA-11"}, "origin_eu", True),
        ({"region": "MA-01"}, "origin_eu", False),
        ({}, "rc_or_customs_code", False),
        ({"legal_form": LegalForm.AUTO_ENTREPRENEUR}, "rc_or_customs_code", True),
        ({}, "eu_animal_products", True),
    ],
)
def test_some_steps_go_to_staff_for_some_people(change: dict[str, Any], step: str, handoff: bool) -> None:  # noqa: FBT001
    """Goods of the Sahara, and who has no trade register: the same list, another hand-over."""
    told = Answers(
        "carpets_weaving", Channel.EXPRESS_COURIER, "FR", old=False, unpaid=False, legal_form=LegalForm.COMPANY
    )
    checklist = EXPORT.checklist(replace(told, **change))
    assert [item.handoff for item in checklist.items if item.step.id == step] == [handoff]


def test_a_list_is_shown_phase_by_phase() -> None:
    """Phases come in order, without empty ones, and hold every item once."""
    checklist = EXPORT.checklist(Answers(craft="service_crafts", legal_form=LegalForm.NONE))
    assert {phase: [item.step.id for item in items] for phase, items in checklist.phases.items()} == {
        Phase.IDENTITY: ["rna_register", "legal_form"],
        Phase.PAYMENT: ["service_payment"],
    }


def test_agreements_of_a_country() -> None:
    """A country's agreements are found by its code, in groups too; one without any has none."""
    assert [one.id for one in EXPORT.agreements_with("AE")] == ["agreement_arab", "agreement_uae"]
    assert [one.id for one in EXPORT.agreements_with("DE")] == ["agreement_eu"]
    assert EXPORT.agreements_with("CN") == []
