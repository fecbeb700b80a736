"""`maalem nlu evaluate`: every figure on how well messages are understood."""

# ruff: noqa: PLC0415 - what needs Rasa is imported after the loading has installed it

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.nlu.loading import load_examples, load_pipeline, newest_model
from app.progress import bar
from runtime.settings import PROJECT, Settings

DATA: Final = PROJECT / "data" / "nlu"
SHOWN: Final = 15
"""Pairs most confused, and weakest intents, that are shown; all of them are in the JSON and in the picture."""


def evaluate(
    settings: Settings, console: Console, *, file: Path | None, model: Path | None, folds: int, worst: int
) -> dict[str, Any]:
    """Score a model on a file, or the method on the project's data.

    Args:
        settings: Where models stand.
        console: Shows progress.
        file: Labelled examples; None for a cross-validation on data/nlu.
        model: With a file: another model than the newest.
        folds: Of the cross-validation, 2 or more.
        worst: How many mistakes to list.

    Returns:
        As `bot.nlu.measuring.judging`, with `file`, `model` and `folds`.

    Raises:
        CannotStart: No model was ever trained.
        typer.BadParameter: Examples or model cannot be used.
    """
    if file is not None:
        model = model or newest_model(settings, console)
    pipeline = load_pipeline(model, console) if model else None
    examples = load_examples(file or DATA, console)
    from bot.nlu.fitting import NothingToLearnError
    from bot.nlu.measuring import judging

    if pipeline is not None:
        with bar(console, "Scoring", len(examples)) as advance:
            judged = judging.judge_all(pipeline, examples, advance)
    else:
        with bar(console, f"Training and scoring, {folds} folds", folds * len(examples)) as advance:
            try:
                judged = judging.cross_validate(examples, folds, advance)
            except NothingToLearnError as error:
                raise typer.BadParameter(f"{DATA}: nothing to learn: {error}") from error
    source = {"file": str(file or DATA), "model": model.name if model else None, "folds": None if file else folds}
    return source | judging.figures(judged, worst)


def show(report: dict[str, Any], console: Console) -> None:
    """Print what a person reads of a report."""
    scores = [
        (form, str(one["examples"]), str(one["labels"]), _share(one["macro"]), _share(one["micro"]))
        for form, one in report["f1"].items()
    ]
    _show_rows(console, "Intents", ("form", "examples", "intents", "macro F1", "micro F1"), scores)
    console.print(f"\nCalibration error: {report['calibration_error']:.3f}")
    _show_foreign(report["out_of_scope"], console)
    _show_entities(report["entities"], console)
    weakest = sorted(report["intents"].items(), key=lambda one: one[1])[:SHOWN]
    _show_rows(console, "Weakest intents", ("intent", "F1"), [(name, _share(score)) for name, score in weakest])
    confused = [(expected, given, str(count)) for expected, given, count in report["confused"][:SHOWN]]
    _show_rows(console, "Most confused", ("expected", "given", "times"), confused)
    worst = [
        (f"{one['confidence']:.2f}", one["form"] or "", one["intent"], one["guess"], one["text"])
        for one in report["worst"]
    ]
    _show_rows(console, "Most confident mistakes", ("confidence", "form", "expected", "given", "text"), worst)


def _show_rows(console: Console, title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if not rows:
        return
    table = Table(box=None, title=f"\n{title}", title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")  # a name cut short is no name
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # what people write is no markup
    console.print(table)


def _show_foreign(report: dict[str, Any] | None, console: Console) -> None:
    if report is None:
        console.print("Out of scope: no such example, so nothing to say.")
        return
    rows = [
        (words, str(one["there"]), _share(one["precision"]), _share(one["recall"]), _share(one["good"]))
        for words, one in (("refused", report["refused"]), ("refused or asked back", report["refused_or_asked"]))
    ]
    _show_rows(console, "Out of scope", ("", "foreign", "precision", "recall", "of good ones"), rows)


def _show_entities(report: dict[str, Any] | None, console: Console) -> None:
    if report is None:
        console.print("\nEntities: none are labelled, so nothing to say.")
        return
    rows = [
        (name, str(one["there"]), _share(one["precision"]), _share(one["recall"]), _share(one["f1"]))
        for name, one in report.items()
    ]
    _show_rows(console, "Entities", ("entity", "labelled", "precision", "recall", "F1"), rows)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
