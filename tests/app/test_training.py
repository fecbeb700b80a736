"""`maalem train` around the training itself: what is said, and where the noise goes."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from app.surroundings import CannotStart
from app.training import train
from bot.engine import training
from runtime.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", model_dir=tmp_path / "models")


def _run(settings: Settings, *, force: bool = False) -> str:
    out = io.StringIO()
    train(settings, Console(file=out, width=200), force=force)
    return out.getvalue()


def test_what_rasa_writes_goes_to_a_file(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person reads the last line of the report and the seconds; the rest stands in train.log."""

    def noisy(_settings: Settings, report: Callable[[str], None], **options: Any) -> Path:
        print("Epochs: 100%")  # noqa: T201 - as Rasa does
        print("a warning", file=sys.stderr)  # noqa: T201 - as above
        report(f"Model ready, forced: {options['force']}")
        return Path("model.tar.gz")

    monkeypatch.setattr(training, "train", noisy)
    said = _run(settings, force=True)
    assert "Model ready, forced: True" in said
    assert "Epochs" not in said
    assert (settings.home / "train.log").read_text("utf-8") == "Epochs: 100%\na warning\n"


def test_a_training_that_fails_shows_its_last_words(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is on the screen, bounded; all of it is in the file that is named."""

    def failing(_settings: Settings, _report: Callable[[str], None], **_options: Any) -> Path:
        print("x" * 5000)  # noqa: T201 - as Rasa does
        raise ValueError("two rules contradict each other")

    monkeypatch.setattr(training, "train", failing)
    with pytest.raises(CannotStart, match="two rules contradict each other") as refused:
        _run(settings)
    assert "train.log" in str(refused.value)
    assert len(str(refused.value)) < 3000


@pytest.mark.parametrize(("place", "variable"), [("home", "MAALEM_HOME"), ("model_dir", "MAALEM_MODEL_DIR")])
def test_a_folder_that_cannot_be_written_is_told_first(place: str, variable: str, tmp_path: Path) -> None:
    """Nobody waits a minute to learn that the model cannot be kept."""
    (tmp_path / "file").write_text("", "utf-8")
    folders: dict[str, Any] = {"home": tmp_path / "home", "model_dir": tmp_path / "models"} | {
        place: tmp_path / "file" / "x"
    }
    with pytest.raises(CannotStart, match=variable):
        _run(load_settings(**folders))
