"""`maalem test`: every check there is, in the order that finds faults soonest. Nothing leaves the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

from app.progress import Stopwatch, step
from runtime.settings import PROJECT

PYTHON: Final = sys.executable
WHOLLY_TESTED: Final = (
    "channels/*/parse.py,channels/*/reading.py,channels/*/render.py,channels/*/payloads.py,channels/whatsapp/messages.py,"
    "channels/sms/alphabet.py,channels/sms/segments.py,darija/*,knowledge/*"
)
"""Files whose every branch must be run by a test."""
OFFLINE: Final = {"RASA_TELEMETRY_ENABLED": "false", "DO_NOT_TRACK": "1", "NO_PROXY": "127.0.0.1,localhost"}
QUICK_CHECKS: Final = (
    ("ruff check", (PYTHON, "-m", "ruff", "check", ".")),
    ("ruff format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    ("mypy", (PYTHON, "-m", "mypy")),
    (
        "imports",
        (PYTHON, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo"),
    ),
    ("validate", (PYTHON, "-m", "app", "validate")),
    ("train", (PYTHON, "-m", "app", "train")),  # once, before several test processes want the model
)
PYTEST: Final = (PYTHON, "-m", "pytest")
PURE: Final = ("tests/darija", "tests/knowledge", "tests/channels")
"""Tests that must run every branch of what they test: measured, in every process they start (pyproject.toml)."""
PROCESSES: Final = ("-n", str(max(2, min(4, os.cpu_count() or 2))), "--dist", "loadfile")
MEASURED: Final = (PYTHON, "-m", "coverage", "run", "-m", "pytest", *PROCESSES, *PURE)
SIDE_BY_SIDE: Final = (*PYTEST, *PROCESSES, "tests", *(f"--ignore={folder}" for folder in PURE))
AFRESH: Final = (PYTHON, "-m", "coverage", "erase")
TOGETHER: Final = (PYTHON, "-m", "coverage", "combine", "--quiet")
PROMISE: Final = (
    PYTHON,
    "-m",
    "coverage",
    "report",
    f"--include={WHOLLY_TESTED}",
    "--fail-under=100",
    "--skip-covered",
)


@dataclass(frozen=True, slots=True)
class Result:
    """How one check ended."""

    name: str
    passed: bool
    seconds: float


def check_everything(console: Console) -> bool:
    """Run the quick checks, the tests and the coverage promise, all of them even when one fails.

    Returns:
        Whether everything passed.
    """
    results = [_quiet(console, name, command) for name, command in QUICK_CHECKS]
    results.append(_quiet(console, "coverage, afresh", AFRESH))
    results.append(_loud(console, "pytest, measured", MEASURED))
    results.append(_quiet(console, "coverage, put together", TOGETHER))
    results.append(_quiet(console, "coverage", PROMISE))
    results.append(_loud(console, "pytest", SIDE_BY_SIDE))
    _summary(console, results)
    return all(result.passed for result in results)


def check_some(console: Console, arguments: list[str]) -> bool:
    """Run pytest alone, with arguments of its own.

    Returns:
        Whether it passed.
    """
    return _loud(console, "pytest", (*PYTEST, *arguments)).passed


def _quiet(console: Console, name: str, command: tuple[str, ...]) -> Result:
    """Run a check whose words are only worth reading when it fails."""
    clock = Stopwatch()
    with step(console, name):
        done = subprocess.run(
            command,
            cwd=PROJECT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    passed = done.returncode == 0
    if not passed:
        console.print((done.stdout + done.stderr).rstrip(), markup=False, highlight=False)
    console.print(f"{_sign(passed=passed)} {name}  ({clock})")
    return Result(name, passed, clock.seconds)


def _loud(console: Console, name: str, command: tuple[str, ...]) -> Result:
    """Run a check that shows its own progress."""
    clock = Stopwatch()
    console.print(f"{name} …")
    code = subprocess.run(command, cwd=PROJECT, env=_environment(), stdin=subprocess.DEVNULL, check=False).returncode
    console.print(f"{_sign(passed=code == 0)} {name}  ({clock})")
    return Result(name, code == 0, clock.seconds)


def _environment() -> dict[str, str]:
    return {**os.environ, **OFFLINE}


def _sign(*, passed: bool) -> str:
    return "[green]✓[/]" if passed else "[red]✗[/]"


def _summary(console: Console, results: list[Result]) -> None:
    table = Table("check", "", "seconds", box=None)
    for result in results:
        table.add_row(result.name, _sign(passed=result.passed), f"{result.seconds:.1f}")
    console.print(table)
    failed = [result.name for result in results if not result.passed]
    console.print(f"[red]Failed: {', '.join(failed)}[/]" if failed else "[green]Everything passed.[/]")
