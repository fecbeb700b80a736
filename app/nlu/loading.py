"""Models and examples for the commands, with a sentence where one cannot be had."""

# ruff: noqa: PLC0415 - Rasa is loaded when it is needed, and only after install()

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from app.progress import step
from app.surroundings import CannotStart
from bot.engine import rasa_compat
from runtime.settings import Settings

if TYPE_CHECKING:
    from bot.nlu.measuring.examples import Example
    from bot.nlu.measuring.pipeline import Pipeline


def newest_model(settings: Settings, console: Console) -> Path:
    """The model trained last; says so where it does not fit the data any more.

    Raises:
        CannotStart: No model was ever trained.
    """
    from bot.engine.training import Freshness, model_state

    state = model_state(settings)
    if state.path is None:
        raise CannotStart("There is no model yet. Train one: ./maalem train")
    if state.freshness is Freshness.STALE:
        console.print("The newest model was trained on other data or with other code: ./maalem train", style="yellow")
    return state.path


def load_pipeline(model: Path, console: Console) -> Pipeline:
    """Read a model.

    Raises:
        typer.BadParameter: The file is no model of this version.
    """
    rasa_compat.install(lean=True)
    with step(console, f"Loading {model.name}"):
        from bot.nlu.measuring.pipeline import NotAModel, Pipeline

        try:
            return Pipeline.load(model)
        except NotAModel as error:
            raise typer.BadParameter(f"{error}. Train one: ./maalem train") from error


def load_examples(path: Path, console: Console, *, lenient: bool = False) -> list[Example]:
    """Read labelled examples.

    Args:
        path: As `bot.nlu.measuring.examples.read_examples`.
        console: For progress and warnings.
        lenient: Pass over lines that are no examples, and say so: data of others has its gaps.

    Raises:
        typer.BadParameter: What is wrong, with file and line.
    """
    rasa_compat.install(lean=True)
    problems: list[str] = []
    with step(console, f"Reading {path.name}"):
        from bot.nlu.measuring.examples import BadExamples, read_examples

        try:
            found = read_examples(path, problems.append if lenient else None)
        except BadExamples as error:
            raise typer.BadParameter(str(error)) from error
    if problems:
        console.print(f"Lines passed over: {len(problems)}. The first: {problems[0]}", style="yellow", markup=False)
    return found
