"""Training and checking the model, and knowing whether the one that is there fits the data."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from bot.engine import rasa_compat
from runtime.settings import PROJECT, Settings

SOURCES: Final = ("config.yml", "domain.yml", "data", "knowledge/data", "bot/nlu", "darija", "requirements.lock")
"""What a model is made of: when any of it has changed, the model is stale."""
NO_PART: Final = frozenset({"__pycache__", "measuring"})
"""Folders within them that are no part of a model."""
KEPT_MODELS: Final = 3
LEARNING: Final = "bot.nlu.learnt"
"""The log in which components say how far they are."""


class Freshness(StrEnum):
    """How the newest model stands to the data."""

    MISSING = "missing"
    STALE = "stale"
    FRESH = "fresh"


@dataclass(frozen=True, slots=True)
class ModelState:
    """The newest model, if any."""

    freshness: Freshness
    path: Path | None


class TrainingFailed(Exception):
    """Rasa could not train: its own words say why."""


def fingerprint(project: Path = PROJECT) -> str:
    """A digest of everything a model is made of, 16 hex digits."""
    digest = hashlib.sha256()
    for path in _files(project):
        digest.update(str(path.relative_to(project)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(project: Path) -> Iterator[Path]:
    for source in SOURCES:
        path = project / source
        if path.is_file():
            yield path
        else:
            yield from sorted(found for found in path.rglob("*") if found.is_file() and not NO_PART & set(found.parts))


def model_state(settings: Settings) -> ModelState:
    """Whether there is a model and whether it was made from today's data."""
    newest = newest_model(settings.model_dir)
    if newest is None:
        return ModelState(Freshness.MISSING, None)
    fresh = newest.name.endswith(f"-{fingerprint()}.tar.gz")
    return ModelState(Freshness.FRESH if fresh else Freshness.STALE, newest)


def newest_model(model_dir: Path) -> Path | None:
    """The model trained last, by the time in its name."""
    found = sorted(model_dir.glob("maalem-*.tar.gz"))
    return found[-1] if found else None


def train(settings: Settings, report: Callable[[str], None], *, force: bool = False) -> Path:
    """Train the model unless the newest fits the data already.

    Args:
        settings: Where models stand.
        report: Told what is being done, a line at a time.
        force: Train in any case.

    Returns:
        The model's file.

    Raises:
        TrainingFailed: The data or the configuration cannot be trained from.
        OSError: The folder cannot be written.
    """
    state = model_state(settings)
    if state.freshness is Freshness.FRESH and state.path is not None and not force:
        report("The model fits the data: nothing to train.")
        return state.path
    settings.model_dir.mkdir(parents=True, exist_ok=True)
    report("Reading the training data …")
    rasa_compat.install()
    from rasa.model_training import train as rasa_train  # noqa: PLC0415 - only after install()

    from bot.engine.rasa_compat import patches  # noqa: PLC0415 - as above

    patches.apply()

    name = f"maalem-{datetime.now(UTC):%Y%m%dT%H%M%S}-{fingerprint()}"
    building = settings.model_dir / f".building-{name}"
    try:
        with _told(report):
            result = rasa_train(
                domain=str(PROJECT / "domain.yml"),
                config=str(PROJECT / "config.yml"),
                training_files=[str(PROJECT / "data")],
                output=str(building),
                fixed_model_name=name,
                force_training=True,
            )
        if result.model is None:
            raise TrainingFailed(f"Rasa ended with code {result.code}.")
        finished = settings.model_dir / f"{name}.tar.gz"
        Path(result.model).rename(finished)  # a model stands whole in its place, or not at all
    finally:
        shutil.rmtree(building, ignore_errors=True)
    for old in sorted(settings.model_dir.glob("maalem-*.tar.gz"))[:-KEPT_MODELS]:
        old.unlink()
    report(f"Model ready: {finished.name} ({finished.stat().st_size / 1e6:.1f} MB)")
    return finished


class _Told(logging.Handler):
    """Hands on what is logged, as it is worded."""

    def __init__(self, report: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        self._report(record.getMessage())


@contextmanager
def _told(report: Callable[[str], None]) -> Iterator[None]:
    """Have the report hear, within the block, what the components say while they learn."""
    log, handler = logging.getLogger(LEARNING), _Told(report)
    before = log.level
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


def validate() -> list[str]:
    """What is wrong with domain, rules and training data, in Rasa's words and ours; empty when nothing is."""
    rasa_compat.install()
    from rasa.validator import Validator  # noqa: PLC0415 - only after install()

    from bot.engine.rasa_compat.importer import ReadOnce  # noqa: PLC0415 - as above

    importer = ReadOnce(str(PROJECT / "config.yml"), str(PROJECT / "domain.yml"), [str(PROJECT / "data")])
    validator = Validator.from_importer(importer)
    problems = []
    if not validator.verify_intents(ignore_warnings=True):
        problems.append("Intents of the domain and of the data differ.")
    if not validator.verify_example_repetition_in_intents(ignore_warnings=False):
        problems.append("An example stands under two intents.")
    if not validator.verify_story_structure(ignore_warnings=False):
        problems.append("Two rules contradict each other.")
    if not validator.verify_forms_in_stories_rules():
        problems.append("A rule names a form that the domain does not have.")
    if not validator.verify_actions_in_stories_rules():
        problems.append("A rule names an action that the domain does not have.")
    from bot.actions import all_actions  # noqa: PLC0415 - as above

    written = {action.name() for action in all_actions()}
    named = set(validator.domain.user_actions) | {"action_default_fallback"}
    problems += [f"The domain names {name}, which nobody wrote." for name in sorted(named - written)]
    problems += [f"{name} is written but not in the domain." for name in sorted(written - named)]
    return problems
