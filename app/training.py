"""`maalem train`: the model, with the seconds it takes; what Rasa writes goes to a file, and is shown if it fails."""

# ruff: noqa: PLC0415 - Rasa is only loaded when it is trained

from __future__ import annotations

import contextlib
import traceback
from pathlib import Path
from typing import Final

from rich.console import Console

from app.progress import Stopwatch, step
from app.surroundings import CannotStart, folder_problem
from runtime.settings import Settings

LAST_LINES: Final = 12
LINE_CHARS: Final = 200


def train(settings: Settings, console: Console, *, force: bool) -> None:
    """Train unless the newest model fits the data.

    Args:
        settings: Where models stand.
        console: Shows progress.
        force: Train in any case.

    Raises:
        CannotStart: A folder cannot be written, or the training failed.
    """
    for folder, variable in ((settings.home, "MAALEM_HOME"), (settings.model_dir, "MAALEM_MODEL_DIR")):
        problem = folder_problem(folder, variable)
        if problem:
            raise CannotStart(problem)
    clock = Stopwatch()
    told: list[str] = []
    path = settings.home / "train.log"
    with step(console, "Training the model") as progress:

        def report(words: str) -> None:
            told.append(words)
            progress.say(words)

        with path.open("w", encoding="utf-8") as noise:
            try:
                with contextlib.redirect_stdout(noise), contextlib.redirect_stderr(noise):
                    from bot.engine import training

                    training.train(settings, report, force=force)
            except Exception as error:
                traceback.print_exc(file=noise)
                noise.flush()
                raise CannotStart(
                    f"{_last_words(path)}\nThe training failed ({type(error).__name__}). All of its words: {path}"
                ) from error
    console.print(f"{told[-1] if told else 'Trained.'}  ({clock})")


def _last_words(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return "\n".join(line if len(line) <= LINE_CHARS else line[:LINE_CHARS] + "…" for line in lines[-LAST_LINES:])
