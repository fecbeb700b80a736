"""What install() promises to a process."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import rasa.telemetry

from bot.engine.rasa_compat import install
from bot.engine.rasa_compat.environment import known_warnings_ignored

ROOT = Path(__file__).resolve().parents[3]


def python(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, warnings as errors, telemetry as the machine has it."""
    environment = {name: value for name, value in os.environ.items() if name != "RASA_TELEMETRY_ENABLED"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_telemetry_is_off() -> None:
    """Rasa asks before it sends anything, and the answer is no."""
    install()
    assert os.environ["RASA_TELEMETRY_ENABLED"] == "false"
    assert not rasa.telemetry.is_telemetry_enabled()


def test_a_second_install_changes_nothing() -> None:
    """Every entry point may call it."""
    before = list(sys.meta_path)
    install()
    assert sys.meta_path == before


def test_rasa_imports_without_a_warning() -> None:
    """In a fresh process with warnings as errors, engine, training and command line import in silence."""
    ended = python(
        "from bot.engine.rasa_compat import install; install(); import os\n"
        "import bot.engine.rasa_compat.processor, rasa.__main__, rasa.model_training\n"
        "assert os.environ['RASA_TELEMETRY_ENABLED'] == 'false'"
    )
    assert (ended.returncode, ended.stderr, ended.stdout) == (0, "", "")


def test_too_late_is_said() -> None:
    """Once Rasa is imported, TensorFlow and telemetry have been decided."""
    ended = python(
        "import sys, types; sys.modules['rasa'] = types.ModuleType('rasa')\n"
        "from bot.engine.rasa_compat import install; install()"
    )
    assert "must run before Rasa is first imported" in ended.stderr


@pytest.mark.parametrize(
    ("message", "category", "module"),
    [
        ("pkg_resources is deprecated as an API", UserWarning, "channels.gateway"),
        ("another thing", UserWarning, "apscheduler"),
        ("'a' deprecated - use 'b'", DeprecationWarning, "sqlalchemy"),
        ("Slot auto-fill has been removed in 3.0", UserWarning, "bot.nlu.intents"),
    ],
)
def test_other_warnings_stay_errors(message: str, category: type[Warning], module: str) -> None:
    """Only the known sentences from the known modules are ignored."""
    with known_warnings_ignored(), pytest.raises(category):
        warnings.warn_explicit(message, category, "file.py", 1, module=module)


def test_a_known_warning_is_ignored() -> None:
    """And nothing is left of it afterwards."""
    before = list(warnings.filters)
    with known_warnings_ignored():
        warnings.warn_explicit("pkg_resources is deprecated as an API", UserWarning, "f.py", 1, module="apscheduler")
    assert list(warnings.filters) == before
