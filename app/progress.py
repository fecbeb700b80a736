"""Showing that something is going on: a turning sign and seconds on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LOOKS_BACK_S: Final = 24 * 3600.0
"""Seconds of which the time left is worked out: all of them, as slow and quick parts take turns."""


class Step:
    """One thing under way."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def say(self, words: str) -> None:
        """Tell what is being done now, in place of what was told before; only on a terminal."""
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], description=words)


@contextmanager
def step(console: Console, words: str) -> Iterator[Step]:
    """Show a step while the block runs, with the seconds it has taken so far."""
    if not console.is_terminal:
        console.print(f"{words} …")
        yield Step(None)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task(words, total=None)
        yield Step(progress)


@contextmanager
def bar(console: Console, words: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how much of something is done and how long the rest will take; gives what is called with each bit done."""
    if not console.is_terminal:
        console.print(f"{words} …")
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, speed_estimate_period=LOOKS_BACK_S) as progress:
        task = progress.add_task(words, total=total)
        yield lambda done: progress.advance(task, done)


class Stopwatch:
    """Counts seconds from when it was made."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s"

    @property
    def seconds(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._start
