"""`maalem test`: every check runs, and one failure is enough to fail."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from app import checking

PASSES = (sys.executable, "-S", "-c", "print('all quiet')")
FAILS = (sys.executable, "-S", "-c", "print('what is wrong'); raise SystemExit(1)")


def _said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=100)


def _replace(monkeypatch: pytest.MonkeyPatch, *quick: tuple[str, tuple[str, ...]], pytest_: tuple[str, ...]) -> None:
    monkeypatch.setattr(checking, "QUICK_CHECKS", quick)
    monkeypatch.setattr(checking, "MEASURED", PASSES)
    monkeypatch.setattr(checking, "SIDE_BY_SIDE", pytest_)
    for name in ("AFRESH", "TOGETHER", "PROMISE"):
        monkeypatch.setattr(checking, name, PASSES)


def test_everything_passes(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes says its name and its seconds, and nothing else."""
    _replace(monkeypatch, ("one", PASSES), ("two", PASSES), pytest_=PASSES)
    assert checking.check_everything(console)
    assert "all quiet" not in _said(console)
    assert "Everything passed." in _said(console)


@pytest.mark.parametrize("failing", ["one", "two", "pytest"])
def test_one_failure_is_enough_and_hides_no_other_check(
    failing: str, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All checks run, the failing one is named at the end."""
    commands = {name: FAILS if name == failing else PASSES for name in ("one", "two", "pytest")}
    _replace(monkeypatch, ("one", commands["one"]), ("two", commands["two"]), pytest_=commands["pytest"])
    assert not checking.check_everything(console)
    said = _said(console)
    assert f"Failed: {failing}" in said
    assert said.count("✓") == 2 * 6  # each of the others where it ran and in the summary


def test_a_quiet_check_shows_its_words_when_it_fails(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader sees what is wrong without running it again."""
    _replace(monkeypatch, ("one", FAILS), pytest_=PASSES)
    checking.check_everything(console)
    assert "what is wrong" in _said(console)


def test_arguments_run_pytest_alone(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """`./maalem test tests/x -k y` hands everything on and reports what pytest says."""
    program = "import sys; raise SystemExit(sys.argv[1:] != ['tests/x', '-k', 'y'])"
    monkeypatch.setattr(checking, "PYTEST", (sys.executable, "-S", "-c", program))
    assert checking.check_some(console, ["tests/x", "-k", "y"])
    assert not checking.check_some(console, ["tests/x"])


def test_the_checks_are_those_that_were_promised() -> None:
    """Style, form, types, layers, texts and data: each has its line."""
    assert [name for name, _ in checking.QUICK_CHECKS] == [
        "ruff check",
        "ruff format",
        "mypy",
        "imports",
        "validate",
        "train",
    ]
