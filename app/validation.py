"""`maalem validate`: sentences, facts and training data, checked against each other and against the channels."""

# ruff: noqa: PLC0415 - each check loads what it checks, and a broken one does not hide the others

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from app.progress import Stopwatch, step

if TYPE_CHECKING:
    from conversation import Outbound
    from i18n.check import Entry

CHEAP_LANGUAGES: Final = ("fr", "ary-Latn")
"""Written in letters of which an SMS carries 160."""
ONE_SEGMENT_SHARE: Final = 0.95
"""Share of their messages, usual choices included, that must be one segment."""


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


def facts() -> Outcome:
    """Every fact: with its source, its confidence and its dates."""
    import knowledge

    knowledge.load()
    return Outcome("places, crafts, tracks, destinations", [])


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
