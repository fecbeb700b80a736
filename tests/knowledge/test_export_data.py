"""The steps as data: what is refused, and what the project's own files promise."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from knowledge import KnowledgeError, load
from knowledge.export import Agreement, Export, Phase, Statement, Step
from knowledge.export.checking import problems
from knowledge.export.models import Group, When
from knowledge.loading import DATA, read_folder
from knowledge.models import Confidence

EXPORT = load().export
DATES: dict[str, Any] = {"checked": date(2026, 11, 23), "review_by": date(2027, 11, 23)}
HEAD: dict[str, Any] = {**DATES, "source": "https://example.org", "confidence": "high", "basis": "seen"}
STEP: dict[str, Any] = {
    **HEAD,
    "id": "one",
    "phase": "prepare",
    "who": ["artisan"],
    "facts": [{**HEAD, "statement": "A statement of some length."}],
}


def step(**change: Any) -> Step:
    return Step.model_validate({**STEP, **change})


def export(*steps: Step, agreements: tuple[Agreement, ...] = (), groups: tuple[Group, ...] = ()) -> Export:
    every_phase = [step(id=f"some_{phase}", phase=phase) for phase in Phase]
    ordered = sorted([*every_phase, *steps], key=lambda one: list(Phase).index(one.phase))
    return Export(ordered, agreements, groups, crafts=load().crafts.families(), countries=["FR", "US"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": ""}, "source"),
        ({"source": "a book"}, "gives no address"),
        ({"basis": None}, "needs a basis"),
        ({"confidence": "not_found"}, "needs a basis"),
        ({"confidence": "low"}, "needs `handoff: true`"),
        ({"confidence": "not_found", "basis": None}, "needs `handoff: true`"),
        ({"review_by": date(2026, 11, 23)}, "later than checked"),
        ({"who": []}, "who"),
        ({"who": ["uncle"]}, "who"),
        ({"facts": []}, "facts"),
        ({"cost": "low"}, "low confidence"),
        ({"delay": "low"}, "low confidence"),
        ({"phase": "later"}, "phase"),
        ({"when": {"channels": ["pigeon"]}}, "channels"),
        ({"when": {"destinations": ["france"]}, "colour": "blue"}, "colour"),
        ({"when": {"destinations": ["Fr"]}}, "destinations"),
        ({"when": {"weather": True}}, "weather"),
        ({"limits": [{"of": "flat", "substance": "lead", "value": "0.8 µg"}]}, "value"),
        ({"handoff_if": {"regions": ["Souss"]}}, "regions"),
    ],
)
def test_a_step_that_cannot_be_is_refused(change: dict[str, Any], reason: str) -> None:
    """No source, no basis, weak and not handed over, unknown words: each is named."""
    with pytest.raises(ValidationError, match=reason):
        step(**change)


def test_a_weak_step_is_handed_over_and_never_confirmed() -> None:
    """What is low stays in the list, for staff; what is sure is confirmed until its day of review."""
    weak = step(confidence="low", handoff=True)
    assert weak.weak
    assert not weak.confirmed(date(2026, 12, 1))
    assert step().confirmed(date(2027, 11, 22))
    assert not step().confirmed(date(2027, 11, 23))


def test_messages_of_a_step() -> None:
    """Ids of all its words: cost and delay only where they are told."""
    one = step(
        where=["customs"],
        papers=["invoice"],
        papers_to_confirm=["eur1"],
        cost="medium",
        more=True,
        limits=[{"of": "flat", "substance": "lead", "value": "0.8 mg/dm2"}],
    )
    assert one.messages() == (
        "step_one", "step_one_why", "step_one_more", "step_one_cost", "phase_prepare", "who_artisan", "place_customs",
        "paper_invoice", "paper_eur1", "limit_flat", "substance_lead",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("prepare.yml", "crafts: [tannerie]", "crafts: [tanning]", "raw_hides: crafts: unknown tanning"),
        ("prepare.yml", "except_crafts: [luth_guembri, corne_os]", "except_crafts: [drum]", "unknown drum"),
        ("prepare.yml", "flags: [plant_fibre]", "flags: [fibre]", "phyto_plant_fibre: flags: unknown fibre"),
        ("origin.yml", "destinations: [GB]", "destinations: [UK]", "origin_uk: destinations: unknown UK"),
        ("origin.yml", "destinations: [arab]", "destinations: [arabs]", "unknown arabs"),
        ("formalities.yml", "excludes: [post_export,", "excludes: [pigeon_post,", "dum: excludes: unknown pigeon_post"),
        ("markets.yml", "members: [CH, ", "members: [LI, ", "groups: unknown LI"),
        ("markets.yml", "partners: [GB]", "partners: [UK]", "partners: unknown UK"),
        ("markets.yml", "step: origin_uk", "step: origin_gb", "step: unknown origin_gb"),
        ("markets.yml", "agreements:\n", "treaties:\n", "agreements missing"),
        ("payment.yml", "id: online_payment", "id: repatriation", "repatriation stands twice"),
        ("identity.yml", "phase: identity\n", "", "phase missing"),
        ("payment.yml", "      confidence: not_found\n", "      confidence: low\n", "needs a basis"),
        ("product_us.yml", "  review_by: 2027-11-23\n", "", "review_by"),
    ],
)
def test_files_that_contradict_themselves_are_refused(
    tmp_path: Path, name: str, old: str, new: str, reason: str
) -> None:
    """Ids that lead nowhere, parts that are missing and steps that stand twice stop the start."""
    folder = Path(shutil.copytree(DATA, tmp_path / "data"))
    path = folder / "export" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(KnowledgeError, match=reason):
        read_folder(folder)


def test_our_own_steps_hold_together() -> None:
    """Nothing to mend: reachable, in order, without contradiction."""
    assert problems(EXPORT) == []
    assert problems(export()) == []


def test_steps_out_of_order_are_found() -> None:
    """A phase that comes back after a later one, and a phase nobody filled."""
    late = Export(
        [step(id="paid", phase="payment"), step(id="packed")], crafts=load().crafts.families(), countries=["FR"]
    )
    found = problems(late)
    assert "packed (prepare) stands after paid (payment)" in found
    assert "origin has no step" in found


@pytest.mark.parametrize(
    ("when", "question"),
    [
        ({"crafts": ["wood"], "flags": ["textile"]}, "craft"),
        ({"crafts": ["babouche"], "except_crafts": ["leather"]}, "craft"),
    ],
)
def test_a_step_for_nobody_is_found(when: dict[str, Any], question: str) -> None:
    """A condition that no craft fulfils is a slip, not a rule."""
    assert problems(export(step(when=when))) == [f"one is for nobody: no {question} will do"]


@pytest.mark.parametrize(
    ("mine", "other", "meet"),
    [
        ({}, {}, True),
        ({"destinations": ["FR"]}, {"destinations": ["US"]}, False),
        ({"destinations": ["FR", "US"]}, {"destinations": ["US"]}, True),
        ({"destinations": ["FR"]}, {"channels": ["post"]}, True),
        ({"unpaid": True}, {"unpaid": False}, False),
        ({"flags": ["wood"]}, {"crafts": ["pottery_ceramics"]}, False),
        ({"flags": ["wood"]}, {"crafts": ["music_other"]}, True),
    ],
)
def test_a_contradiction_is_found(mine: dict[str, Any], other: dict[str, Any], meet: bool) -> None:  # noqa: FBT001
    """Two steps that exclude each other must have a question that keeps them apart."""
    found = problems(export(step(when=mine, excludes=["two"]), step(id="two", when=other)))
    assert found == (["one excludes two, but answers call for both"] if meet else [])


def test_an_agreement_nobody_is_told_of_is_found() -> None:
    """Its step must be for all partners, and name its proofs."""
    group = Group(id="both", members=("FR", "US"), source="ISO 3166-1", confidence=Confidence.HIGH, **DATES)
    agreement = Agreement.model_validate(
        {**HEAD, "id": "deal", "partners": ["both"], "proofs": ["eur1"], "step": "one"}
    )
    one = step(phase="origin", when={"destinations": ["FR"]})
    assert problems(export(one, agreements=(agreement,), groups=(group,))) == [
        "deal: one is not for US",
        "deal: one does not name the proof eur1",
    ]


def test_one_step_by_its_id() -> None:
    """A step is found by id, an unknown one is an error."""
    assert EXPORT.step("dum").phase is Phase.FORMALITIES
    with pytest.raises(KeyError):
        EXPORT.step("teleport")


def test_a_condition_without_parts_admits_everybody() -> None:
    """Nothing given, nothing asked."""
    everybody = export(step(when=When().model_dump()))
    assert everybody.admitted("one") == {}


def test_facts_take_what_their_step_says_unless_they_say_otherwise() -> None:
    """Source, confidence and dates are handed down; what was not found rests on nothing."""
    register = EXPORT.step("craft_exporters_register")
    by_confidence = {fact.confidence: fact for fact in register.facts}
    assert by_confidence[Confidence.HIGH].source == register.source
    assert by_confidence[Confidence.HIGH].review_by == register.review_by
    assert by_confidence[Confidence.NOT_FOUND].basis is None
    assert isinstance(by_confidence[Confidence.MEDIUM], Statement)


def test_what_changes_fast_is_looked_at_soon() -> None:
    """Duties of the United States, wood in Europe and small parcels are reviewed within a few months."""
    assert {one.id for one in EXPORT.steps if one.volatile} >= {
        "us_duty", "us_232_wood", "us_deminimis", "eu_eudr", "eu_low_value", "repatriation", "portnet_badr",
    }  # fmt: skip
    for one in ("us_duty", "us_232_wood", "us_deminimis", "eu_eudr", "eu_low_value"):
        assert EXPORT.step(one).review_by <= date(2027, 3, 1)


@pytest.mark.parametrize(
    ("step_id", "not_said"),
    [("origin_eu", "eur_med"), ("repatriation", "2024"), ("origin_us", "BH")],
)
def test_corrections_of_the_second_research_stand(step_id: str, not_said: str) -> None:
    """EUR-MED is no proof for the EU any more, the instruction is that of 2026, the indicator is MA."""
    one = EXPORT.step(step_id)
    assert not_said not in one.papers
    assert not any(not_said in fact.statement for fact in one.facts)


def test_a_weak_step_never_tells_cost_or_delay() -> None:
    """Figures stand only beside what is sure."""
    assert [one.id for one in EXPORT.steps if one.cost is not Confidence.NOT_FOUND] == ["portnet_badr"]
    assert [one.id for one in EXPORT.steps if one.delay is not Confidence.NOT_FOUND] == [
        "repatriation", "service_payment",
    ]  # fmt: skip
