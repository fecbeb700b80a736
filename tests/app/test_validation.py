"""`maalem validate`: a table of what was checked, and every problem in a line."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

import i18n.messages
import knowledge
from app import validation
from app.validation import Outcome, validate
from conversation import Surface
from i18n.catalog import Catalogs
from i18n.check import Entry
from knowledge.export import Export

LONG = "Salam, had lmessage twil bezzaf. " * 20


def _run(*checks: tuple[str, Callable[[], Outcome]]) -> tuple[bool, str]:
    out = io.StringIO()
    return validate(Console(file=out, width=100), checks), out.getvalue()


def test_what_is_well_is_shown_with_what_was_looked_at() -> None:
    """A green run still says how much was looked at."""
    well, said = _run(("facts", lambda: Outcome("12 regions", [])))
    assert well
    assert "12 regions" in said
    assert "Nothing to mend." in said


def test_every_problem_is_listed() -> None:
    """Each problem stands in a line of its own, under the name of its check; a bracket in it stays."""
    well, said = _run(
        ("catalogs", lambda: Outcome("x", ["label_no is [empty]", "label_no is empty"])),
        ("facts", lambda: Outcome("y", [])),
    )
    assert not well
    assert "catalogs: label_no is [empty]" in said
    assert "2 to mend." in said


def test_a_check_that_breaks_is_a_problem_and_the_next_one_runs() -> None:
    """A file that cannot be read does not hide what else is wrong."""

    def broken() -> Outcome:
        raise ValueError("line 3: not YAML")

    well, said = _run(("facts", broken), ("catalogs", lambda: Outcome("848 sentences", [])))
    assert not well
    assert "facts: ValueError: line 3: not YAML" in said
    assert "848 sentences" in said


@pytest.mark.parametrize(
    ("text", "choices", "surfaces", "unfit"),
    [
        ("Salam", ("Iyeh", "Lla"), (Surface.SMS, Surface.WHATSAPP, Surface.TELEGRAM), 0),
        (LONG, (), (Surface.SMS,), 1),
        (LONG, (), (Surface.WHATSAPP, Surface.TELEGRAM), 0),
        ("Salam", ("x" * 30,), (Surface.WHATSAPP,), 1),
        ("Salam", tuple("abcdefghijkl"), (Surface.WHATSAPP, Surface.TELEGRAM), 1),
    ],
)
def test_a_sentence_must_fit_wherever_it_may_appear(
    text: str, choices: tuple[str, ...], surfaces: tuple[Surface, ...], unfit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three SMS, twenty characters on a button, ten rows in a list: what does not fit is named with its surface."""
    entry = Entry("a_message", "ary-Latn", text, sms=False, choices=choices, surfaces=surfaces)
    monkeypatch.setattr(sys.modules["i18n.check"], "entries", lambda: iter([entry]))
    outcome = validation.channels()
    assert len(outcome.problems) == unfit
    assert all("a_message (ary-Latn)" in problem for problem in outcome.problems)


@pytest.mark.parametrize(("dear", "named"), [(0, 0), (5, 0), (6, 12)])
def test_nineteen_of_twenty_messages_are_one_sms(dear: int, named: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred in each language five may cost more; with six, each of them is named. Labels do not count."""
    found = [
        Entry(
            f"utter_{number}",
            language,
            LONG if number < dear else "Salam",
            sms=False,
            choices=(),
            surfaces=(Surface.SMS,),
        )
        for language in ("fr", "ary-Latn")
        for number in range(100)
    ]
    found += [
        Entry(name, language, LONG, sms=False, choices=(), surfaces=surfaces)
        for name, language, surfaces in (
            ("label_x", "fr", (Surface.SMS,)),
            ("utter_chat", "fr", (Surface.TELEGRAM,)),
            ("utter_arabic", "ary", (Surface.SMS,)),
        )
    ]
    monkeypatch.setattr(sys.modules["i18n.check"], "entries", lambda: iter(found))
    outcome = validation.sms()
    assert len(outcome.problems) == named
    assert f"{100 - dear}.0% of fr" in outcome.looked_at


@pytest.mark.parametrize(
    "check",
    [
        validation.catalogs,
        validation.channels,
        validation.sms,
        lambda: validation.facts(date(2026, 11, 25)),
        validation.steps,
    ],
)
def test_our_own_texts_and_facts_are_well(check: Callable[[], Outcome]) -> None:
    """What is in the project passes."""
    assert check().problems == []


def test_what_was_not_looked_at_again_in_time_is_named() -> None:
    """On its day of review a fact, a step and a place are refused, each by its name; the day before, not yet."""
    assert validation.facts(date(2026, 12, 29)).problems == []
    after = validation.facts(date(2028, 1, 1)).problems
    assert "agreement_budget was to be looked at again by 2026-12-31" in after
    assert "us_duty was to be looked at again by 2027-01-31" in after
    assert "MA-01 was to be looked at again by 2027-11-23" in after


def test_a_step_without_words_and_words_without_a_step_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new step, place or paper is not forgotten in the catalogs, and an old one does not stay there."""
    path = tmp_path / "steps.yml"
    text = i18n.messages.STEPS_FILE.read_text("utf-8")
    assert text.count("  step_dum_why:") == 1
    path.write_text(text.replace("  step_dum_why:", "  step_dam_why:"), "utf-8")
    monkeypatch.setattr(i18n.messages, "STEPS_FILE", path)
    assert validation.steps().problems == ["step_dum_why is not in steps.yml", "step_dam_why belongs to no step"]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"fr": "150 jours", "ary-Latn": "150 yom 3la"}, None),
        ({"fr": "10 % ou 12,5 %", "ary-Latn": "10 % wla 12.5 %"}, None),
        ({"fr": "150 jours", "ary-Latn": "90 yom"}, "has other figures from one language to another"),
        ({"fr": "180 jours", "ary-Latn": "180 yom"}, "says 180, which no fact of the step does"),
    ],
)
def test_figures_are_those_of_the_facts_in_every_language(texts: dict[str, str], says: str | None) -> None:
    """A number that a translator got wrong, or that nobody ever read in a source, is found."""
    known = knowledge.load()
    duty = known.export.step("repatriation")
    fact = duty.facts[0].model_copy(update={"statement": "Within 150 days; 10 % or 12.5 %."})
    one = duty.model_copy(update={"facts": (fact,)})
    export = Export([one], crafts=known.crafts.families(), countries=[])
    catalogs = Catalogs({code: {("step_repatriation_delay", None): (text,)} for code, text in texts.items()})
    found = list(validation._figures(export, catalogs, {"step_repatriation_delay"}))
    assert any(says in problem for problem in found) if says else not found


def test_what_is_weak_is_said_to_be_the_teams_to_answer() -> None:
    """The first sentences on a step that nobody has confirmed name the team, in every language."""
    catalogs = Catalogs.load()
    team = {"ary": "الفريق", "ary-Latn": "équipe", "ar": "فريقنا", "fr": "équipe"}
    weak = [step.id for step in knowledge.load().export.steps if step.weak]
    assert len(weak) >= 10
    for step_id in weak:
        for language, word in team.items():
            assert word in catalogs.text(f"step_{step_id}_why", language), (step_id, language)
