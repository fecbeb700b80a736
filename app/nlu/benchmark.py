"""`maalem nlu benchmark`: the method on data of others."""

# ruff: noqa: PLC0415 - what needs Rasa is imported after the loading has installed it

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from app.nlu.loading import load_examples
from app.progress import bar


def benchmark(noise: Console, train: Path, test: Path, shots: int | None, seeds: int) -> dict[str, Any]:
    """Train and score.

    Args:
        noise: For progress and warnings.
        train: Examples to learn from.
        test: Examples to score on.
        shots: As `bot.nlu.measuring.judging.benchmark`.
        seeds: As above.

    Raises:
        typer.BadParameter: Examples that cannot be read, or learnt from.
    """
    learnt, tried = load_examples(train, noise, lenient=True), load_examples(test, noise, lenient=True)
    from bot.nlu.fitting import NothingToLearnError
    from bot.nlu.measuring import judging
    from bot.nlu.measuring.examples import draw

    unknown = judging.unknown_intents(learnt, tried)
    if unknown:
        noise.print(f"Not in {train.name}, so counted as misses: {', '.join(unknown)}", style="yellow", markup=False)
    total = seeds * (len(draw(learnt, shots, 0)) + len(tried))
    with bar(noise, "Training and scoring", total) as advance:
        try:
            return judging.benchmark(learnt, tried, shots=shots, seeds=seeds, advance=advance)
        except NothingToLearnError as error:
            raise typer.BadParameter(f"{train}: nothing to learn: {error}") from error
