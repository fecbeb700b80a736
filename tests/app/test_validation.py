"""`maalem validate`: a table of what was checked, and every problem in a line."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest
from rich.console import Console

from app import validation
from app.validation import Outcome, validate
from conversation import Surface
from i18n.check import Entry

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


@pytest.mark.parametrize("check", [validation.catalogs, validation.channels, validation.sms, validation.facts])
def test_our_own_texts_and_facts_are_well(check: Callable[[], Outcome]) -> None:
    """What is in the project passes."""
    assert check().problems == []
