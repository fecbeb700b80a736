"""Rasa's own commands keep working through ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.engine.rasa_compat.cli import main

ROOT = Path(__file__).resolve().parents[3]


def rasa(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as `maalem rasa …` does, in a process and a folder of its own."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        f"from bot.engine.rasa_compat.cli import main; sys.exit(main({list(arguments)!r}))"
    )
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copied(project: Path, tmp_path: Path) -> Path:
    """The bot's files, to be spoilt."""
    folder = tmp_path / "bot"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("models", ".rasa"))
    return folder


def test_a_component_of_tensorflow_is_named_when_training(copied: Path) -> None:
    """Whoever configures DIET learns what is missing, and nothing is trained."""
    config = copied / "config.yml"
    config.write_text(config.read_text().replace("KeywordIntentClassifier", "DIETClassifier"))
    ended = rasa(copied, "train", "--force")
    assert ended.returncode != 0
    assert "DIETClassifier needs TensorFlow" in ended.stdout + ended.stderr
    assert not list(copied.glob("models/*"))


def test_data_is_validated(copied: Path) -> None:
    """`data validate` reads everything and finds no fault."""
    ended = rasa(copied, "data", "validate")
    assert ended.returncode == 0, ended.stderr


def test_an_unknown_command_fails(capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status and the words are Rasa's, and the caller's arguments are left alone."""
    before = sys.argv
    assert main(["dance"]) == 2
    assert sys.argv is before
    assert "invalid choice: 'dance'" in capsys.readouterr().err
