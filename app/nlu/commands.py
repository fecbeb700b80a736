"""The commands of `maalem nlu`: what each takes, and which part does it."""

# ruff: noqa: PLC0415 - each command loads its own parts only, and Rasa last

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from runtime.settings import load_settings

if TYPE_CHECKING:
    from bot.nlu.measuring.pipeline import Pipeline

nlu_app = typer.Typer(help="How well messages are understood, and why.", no_args_is_help=True)

FOLDS: Final = 5


def _to_be_written(path: Path | None) -> Path | None:
    """Refuse at once what could not be written minutes later."""
    if path is not None and not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.absolute().parent}")
    return path


WRITTEN: Final = {"dir_okay": False, "writable": True, "callback": _to_be_written}
READ: Final = {"exists": True, "readable": True}
Model = Annotated[
    Path | None,
    typer.Option("--model", help="A model, instead of the newest in MAALEM_MODEL_DIR.", dir_okay=False, **READ),
]


def _console(*, stderr: bool = False) -> Console:
    return Console(highlight=False, soft_wrap=True, stderr=stderr)


def _pipeline(model: Path | None) -> Pipeline:
    from app.nlu.loading import load_pipeline, newest_model

    console = _console(stderr=True)
    return load_pipeline(model or newest_model(load_settings(), console), console)


@nlu_app.command()
def evaluate(
    file: Annotated[Path | None, typer.Option(help="Labelled examples to score a model on.", **READ)] = None,
    model: Model = None,
    folds: Annotated[int | None, typer.Option(min=2, max=100, help="Folds of the cross-validation.")] = None,
    worst: Annotated[int, typer.Option(min=0, help="How many of the most confident mistakes to show.")] = 20,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write every figure there.", **WRITTEN)] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw the confusion matrix there: PNG, SVG or PDF.", **WRITTEN)
    ] = None,
) -> None:
    """Score on data/nlu by cross-validation; with --file, score a trained model on other examples."""
    from app.nlu.evaluation import evaluate as run
    from app.nlu.evaluation import show
    from app.nlu.picture import FORMATS, draw

    if picture is not None and picture.suffix.lower() not in FORMATS:
        raise typer.BadParameter(f"a name that ends in {', '.join(FORMATS)}", param_hint="--picture")
    if file is None and model is not None:
        raise typer.BadParameter("cross-validation trains its own models: give --file as well", param_hint="--model")
    if file is not None and folds is not None:
        raise typer.BadParameter("with --file nothing is trained: leave it out", param_hint="--folds")
    report = run(load_settings(), _console(stderr=True), file=file, model=model, folds=folds or FOLDS, worst=worst)
    show(report, _console())
    if json_out is not None:
        json_out.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    if picture is not None:
        draw(report["confusion"]["intents"], report["confusion"]["counts"], picture)


@nlu_app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="A model, or what evaluate --json wrote.", dir_okay=False, **READ)],
    second: Annotated[Path, typer.Argument(help="Another one.", dir_okay=False, **READ)],
    file: Annotated[Path | None, typer.Option(help="Labelled examples; needed for models.", **READ)] = None,
) -> None:
    """Say whether one of two models understands better, and whether that may be chance."""
    from app.nlu.comparison import compare as run

    run(first, second, file, _console(), _console(stderr=True))


@nlu_app.command()
def parse(
    text: Annotated[list[str] | None, typer.Argument(help="The message; without it, every line that is typed.")] = None,
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each message.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Show what a message means: form, intents, entities."""
    from app.nlu.telling import tell

    pipeline = _pipeline(model)
    console = _console()
    typed = typer.get_text_stream("stdin", "utf-8", "replace")
    if not text and typed.isatty():
        _console(stderr=True).print("One message a line; Ctrl-D ends.")
    for message in [" ".join(text)] if text else (line.rstrip("\r\n") for line in typed):
        parsed = pipeline.parse(message)
        if as_json:
            typer.echo(json.dumps(parsed, ensure_ascii=False))
        else:
            tell(parsed, console)


@nlu_app.command()
def explain(
    text: Annotated[list[str], typer.Argument(help="The message.")],
    intent: Annotated[str | None, typer.Option(help="Why, or why not, this intent; else the likeliest.")] = None,
    model: Model = None,
    top: Annotated[int, typer.Option(min=1, help="How many n-grams to show.")] = 20,
) -> None:
    """Show which n-grams of a message decided, and what gate and fallback did."""
    from app.nlu.telling import tell_why

    tell_why(_pipeline(model), " ".join(text), intent, top, _console())


@nlu_app.command()
def benchmark(
    train: Annotated[Path, typer.Option(help="Examples to learn from, of any intents.", **READ)],
    test: Annotated[Path, typer.Option(help="Examples to score on.", **READ)],
    shots: Annotated[int | None, typer.Option(min=1, help="Draw so many of each intent in each form.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="How many draws.")] = None,
) -> None:
    """Train the pipeline on examples of any domain, score it on others; the figures as JSON."""
    from app.nlu.benchmark import benchmark as run

    if seeds is not None and shots is None:
        raise typer.BadParameter("draws differ only with --shots", param_hint="--seeds")
    typer.echo(json.dumps(run(_console(stderr=True), train, test, shots, seeds or 1), ensure_ascii=False, indent=1))
