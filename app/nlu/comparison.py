"""`maalem nlu compare`: which of two models understands better, with what may be chance."""

# ruff: noqa: PLC0415 - what needs Rasa is imported after the loading has installed it

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console
from rich.table import Table

from app.nlu.loading import load_examples, load_pipeline
from app.progress import bar
from bot.nlu.measuring.scoring import ALL, Difference, by_form, difference

_KEYS: Final = ("text", "intent", "form")

Predictions = list[dict[str, Any]]


def compare(first: Path, second: Path, file: Path | None, console: Console, noise: Console) -> None:
    """Print a table by form and a sentence.

    Args:
        first: A model, or the JSON of an evaluation.
        second: Another one.
        file: Labelled examples, for models; evaluations hold theirs.
        console: For the result.
        noise: For progress.

    Raises:
        typer.BadParameter: Something is missing, or the two were tried on different examples.
    """
    one, other = (_predictions(path, file, noise) for path in (first, second))
    if [[row[key] for key in _KEYS] for row in one] != [[row[key] for key in _KEYS] for row in other]:
        raise typer.BadParameter("the two were scored on different examples")
    table = Table("form", "examples", "first", "second", "difference", "95 % interval", "", box=None)
    differences: dict[str, Difference] = {}
    groups = by_form([row["form"] for row in one])
    with bar(noise, "Drawing", len(groups)) as advance:
        for form, places in groups.items():
            expected, given, changed = (
                [rows[place][key] for place in places]
                for rows, key in ((one, "intent"), (one, "guess"), (other, "guess"))
            )
            found = differences[form] = difference(expected, given, changed)
            advance(1)
            table.add_row(
                form,
                str(len(places)),
                f"{found.first:.3f}",
                f"{found.second:.3f}",
                f"{found.second - found.first:+.3f}",
                f"{found.low:+.3f} to {found.high:+.3f}",
                "may be chance" if found.may_be_chance else "",
            )
    console.print(table)
    console.print(_verdict(differences[ALL]))


def _predictions(path: Path, file: Path | None, noise: Console) -> Predictions:
    """What an evaluation predicted, or what a model predicts on a file."""
    if path.suffix != ".json":
        if file is None:
            raise typer.BadParameter("models need labelled examples to be compared on", param_hint="--file")
        pipeline, examples = load_pipeline(path, noise), load_examples(file, noise)
        from bot.nlu.measuring.judging import judge_all, prediction

        with bar(noise, f"Scoring {path.name}", len(examples)) as advance:
            return [prediction(judged) for judged in judge_all(pipeline, examples, advance)]
    try:
        rows: Predictions = json.loads(path.read_text(encoding="utf-8"))["predictions"]
        if not rows or not all(isinstance(row[key], str) for row in rows for key in ("text", "intent", "guess")):
            raise TypeError  # noqa: TRY301 - all that is wrong with the file is told alike
        return [{**row, "form": row.get("form")} for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise typer.BadParameter(f"{path}: not what `nlu evaluate --json` writes") from error


def _verdict(found: Difference) -> str:
    gain = found.second - found.first
    limits = f"95 % interval {found.low * 100:+.1f} to {found.high * 100:+.1f}"
    if found.may_be_chance:
        return f"The difference of {gain * 100:+.1f} points of macro F1 ({limits}) may be chance."
    better = "second" if gain > 0 else "first"
    return f"The {better} understands better by {abs(gain) * 100:.1f} points of macro F1 ({limits}): more than chance."
