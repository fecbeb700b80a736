"""Showing that something is going on: a turning sign and seconds on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


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
