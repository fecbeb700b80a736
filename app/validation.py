"""`maalem validate`: sentences, facts and training data, checked against each other and against the channels."""

# ruff: noqa: PLC0415 - each check loads what it checks, and a broken one does not hide the others

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from app.progress import Stopwatch, step


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
    from conversation import Choice, Outbound
    from i18n import check

    problems, count = [], 0
    for entry in check.entries():
        count += 1
        choices = tuple(
            Choice(label=label, token=str(number), key=str(number))
            for number, label in enumerate(entry.choices, start=1)
        )
        message = Outbound(text=entry.text, language=entry.language, choices=choices, list_title="…")
        problems += [
            f"{entry.message_id} ({entry.language}{', sms' if entry.sms else ''}) does not fit {surface}"
            for surface in entry.surfaces
            if not fits(message, surface)
        ]
    return Outcome(f"{count} sentences on SMS, WhatsApp and Telegram", problems)


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


CHECKS: tuple[tuple[str, Callable[[], Outcome]], ...] = (
    ("catalogs", catalogs),
    ("channels", channels),
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
