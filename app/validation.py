"""`maalem validate`: sentences, facts and training data, checked against each other and against the channels."""

# ruff: noqa: PLC0415 - each check loads what it checks, and a broken one does not hide the others

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from app.progress import Stopwatch, step

if TYPE_CHECKING:
    from conversation import Outbound
    from i18n.catalog import Catalogs
    from i18n.check import Entry
    from knowledge.export import Export

CHEAP_LANGUAGES: Final = ("fr", "ary-Latn")
"""Written in letters of which an SMS carries 160."""
ONE_SEGMENT_SHARE: Final = 0.95
"""Share of their messages, usual choices included, that must be one segment."""
_FIGURE: Final = re.compile(r"(?<!\w)\d+(?:\.\d+)?(?=er\b|\b)")
"""A number in a text, the first of a month included ("1er"); a digit inside a word of Latin Darija is a letter."""
_HEADING: Final = "part_"
"""Ids of i18n/steps.yml that are shown around steps, and named by none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check looked at, and what it found wrong."""

    looked_at: str
    problems: list[str]


def catalogs() -> Outcome:
    """Every message in every language: there, well-formed, in the words we use."""
    from i18n import check

    return Outcome(f"{sum(1 for _ in check.entries())} sentences in 4 forms", check.problems())


def channels() -> Outcome:
    """Every sentence with its choices: shown whole where it may appear."""
    from app.fits import fits
    from i18n import check

    problems, count = [], 0
    for entry in check.entries():
        count += 1
        problems += [
            f"{entry.message_id} ({entry.language}{', sms' if entry.sms else ''}) does not fit {surface}"
            for surface in entry.surfaces
            if not fits(_as_answer(entry), surface)
        ]
    return Outcome(f"{count} sentences on SMS, WhatsApp and Telegram", problems)


def sms() -> Outcome:
    """Every message that may go by SMS in Latin letters: most of them one segment, choices included."""
    from app.fits import in_one_segment
    from conversation import Surface
    from i18n import check

    problems, shares = [], []
    for language in CHEAP_LANGUAGES:
        costs = {
            entry: in_one_segment(_as_answer(entry))
            for entry in check.entries()
            if entry.language == language and entry.message_id.startswith("utter_") and Surface.SMS in entry.surfaces
        }
        share = sum(costs.values()) / len(costs)
        shares.append(f"{share:.1%} of {language}")
        if share < ONE_SEGMENT_SHARE:
            problems += [
                f"{entry.message_id} ({language}) is more than one SMS" for entry, one in costs.items() if not one
            ]
    return Outcome(f"in one segment {', '.join(shares)}", problems)


def facts(on: date | None = None) -> Outcome:
    """Every fact: with its source, its confidence and its dates, and looked at again when it was time.

    Args:
        on: The day to judge the dates by; today if left out.
    """
    import knowledge
    from knowledge.export.checking import problems

    known = knowledge.load()
    overdue = known.overdue(on or datetime.now(UTC).date())
    return Outcome(
        "places, crafts, tracks, destinations, export steps",
        [
            *problems(known.export),
            *(f"{_name_of(entry)} was to be looked at again by {entry.review_by}" for entry in overdue),
        ],
    )


def _name_of(entry: object) -> str:
    names = (getattr(entry, name, None) for name in ("id", "code", "fr", "name", "statement"))
    return str(next(name for name in names if name))


def steps() -> Outcome:
    """Every export step: told in full, with figures that its facts know and that are the same in every language."""
    import knowledge
    from i18n.catalog import Catalogs
    from i18n.messages import STEPS_FILE, load_messages

    export, catalogs = knowledge.load().export, Catalogs.load()
    named = {message for one in export.steps for message in one.messages()}
    written = {message for message in load_messages(STEPS_FILE) if not message.startswith(_HEADING)}
    return Outcome(
        f"{len(export.steps)} steps",
        [
            *(f"{message} is not in {STEPS_FILE.name}" for message in sorted(named - written)),
            *(f"{message} belongs to no step" for message in sorted(written - named)),
            *_figures(export, catalogs, written & named),
        ],
    )


def _figures(export: Export, catalogs: Catalogs, messages: set[str]) -> Iterator[str]:
    told = {
        message: {language: _figures_of(catalogs.text(message, language)) for language in catalogs.texts}
        for message in sorted(messages)
    }
    for message, figures in told.items():
        if len(set(figures.values())) > 1:
            yield f"{message} has other figures from one language to another"
    for one in export.steps:
        known = _figures_of(" ".join(fact.statement for fact in one.facts))
        for message in (message for message in one.messages() if message.startswith("step_") and message in told):
            unknown = frozenset[str]().union(*told[message].values()) - known
            if unknown:
                yield f"{message} says {', '.join(sorted(unknown))}, which no fact of the step does"


def _figures_of(text: str) -> frozenset[str]:
    return frozenset(_FIGURE.findall(re.sub(r"(?<=\d),(?=\d)", ".", text)))


def training_data() -> Outcome:
    """Domain, rules and examples: complete and without contradiction."""
    from bot.engine import training

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        problems = training.validate()
    return Outcome("domain, rules, examples, actions", problems)


def _as_answer(entry: Entry) -> Outbound:
    from conversation import Choice, Outbound

    choices = tuple(
        Choice(label=label, token=str(number), key=str(number)) for number, label in enumerate(entry.choices, start=1)
    )
    return Outbound(text=entry.text, language=entry.language, choices=choices, list_title="…")


CHECKS: tuple[tuple[str, Callable[[], Outcome]], ...] = (
    ("catalogs", catalogs),
    ("channels", channels),
    ("SMS", sms),
    ("facts", facts),
    ("export steps", steps),
    ("training data", training_data),
)


def validate(console: Console, checks: tuple[tuple[str, Callable[[], Outcome]], ...] = CHECKS) -> bool:
    """Run every check and print a table of what was looked at.

    Returns:
        Whether nothing is wrong.
    """
    table = Table("check", "", "looked at", "seconds", box=None)
    problems: list[tuple[str, str]] = []
    for name, check in checks:
        clock = Stopwatch()
        with step(console, f"Checking {name}"):
            try:
                outcome = check()
            except Exception as error:  # noqa: BLE001 - a file that cannot be read is a finding like the others
                outcome = Outcome("could not be read", [f"{type(error).__name__}: {error}"])
        problems += [(name, problem) for problem in outcome.problems]
        sign = "[red]✗[/]" if outcome.problems else "[green]✓[/]"
        table.add_row(name, sign, outcome.looked_at, f"{clock.seconds:.1f}")
    console.print(table)
    for name, problem in problems:
        console.print(f"{name}: {problem}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"[red]{len(problems)} to mend.[/]" if problems else "[green]Nothing to mend.[/]")
    return not problems
