"""What stock Rasa runs in: an environment of its own, made once in var/bench.

Python 3.10, `rasa==3.6.21` with everything it pins, and then what the bot's own pipeline components import
(COMPONENTS_NEED). Where there is no Python 3.10 or the packages cannot be had, the same commands run in our environment
with nothing of `rasa_compat` but the import hook for TensorFlow, and with Rasa's tracker store in memory, since its SQL
tracker store cannot be opened with SQLAlchemy 2; the report says which it was.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from runtime.settings import PROJECT

RASA: Final = "rasa==3.6.21"
COMPONENTS_NEED: Final = ("pydantic>=2.12", "rapidfuzz", "phonenumbers", "python-stdnum")
"""What bot/nlu, knowledge and darija import beyond what Rasa brings. Rasa pins pydantic 1 and never imports it."""
PYTHON_310: Final = Path(__file__).with_name("python310")
SHOWN_PACKAGES: Final = ("rasa", "rasa-sdk", "tensorflow", "sqlalchemy", "sanic", "numpy")
RUN_RASA: Final = (
    "from rasa.core.policies.rule_policy import DEFAULT_ACTION_MAPPINGS as defaults; defaults.pop('back'); "
    "from rasa.__main__ import main; main()"
)
"""Rasa's command line. The intent `back` is the bot's own and not Rasa's, else its rules contradict Rasa's; speed has
nothing to do with it."""
IN_OURS: Final = f"from bot.engine.rasa_compat import install; install(); {RUN_RASA}"


@dataclass(frozen=True, slots=True)
class Environment:
    """What stock Rasa runs in.

    Attributes:
        command: What stands before Rasa's arguments.
        path: For PYTHONPATH.
        own: Whether it is Rasa's own environment; else ours, without our changes to Rasa.
        about: For the report.
    """

    command: tuple[str, ...]
    path: str
    own: bool
    about: dict[str, Any]


def find_environment(folder: Path) -> Environment:
    """Rasa's own environment, made if need be (minutes); ours where it cannot be made.

    Args:
        folder: Where environments are kept from run to run.
    """
    here = folder / "rasa-3.6.21-python3.10"
    try:
        _make(here)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"Rasa's own environment cannot be made ({error}); stock Rasa runs in ours.", file=sys.stderr)
        return Environment(
            command=(sys.executable, "-c", IN_OURS),
            path=str(PROJECT),
            own=False,
            about={
                "environment": "ours, without our changes to Rasa but for the import hook for TensorFlow",
                "tracker_store": "in memory (SQLTrackerStore cannot be opened with SQLAlchemy 2)",
            },
        )
    asked = subprocess.run(
        [here / "bin/python", "-c", _VERSIONS, *SHOWN_PACKAGES], check=True, capture_output=True, text=True
    )
    return Environment(
        command=(str(here / "bin/python"), "-c", RUN_RASA),
        path=f"{PYTHON_310}{os.pathsep}{PROJECT}",
        own=True,
        about={
            "environment": f"its own: {RASA} as it is published, with TensorFlow",
            "tracker_store": "SQLTrackerStore on a SQLite file",
            **json.loads(asked.stdout),
        },
    )


_VERSIONS: Final = """
import importlib.metadata as m, json, platform, sys
print(json.dumps({"python": platform.python_version(), "versions": {n: m.version(n) for n in sys.argv[1:]}}))
"""


def _make(here: Path) -> None:
    finished = here / "finished"
    if finished.exists():
        return
    python = next(_pythons(), None)
    if python is None:
        raise FileNotFoundError("there is no Python 3.10")
    print(f"Making an environment with {RASA} on Python 3.10, once; this takes minutes …", file=sys.stderr)
    shutil.rmtree(here, ignore_errors=True)
    pip: list[str | Path] = [here / "bin/python", "-m", "pip", "--no-input", "install"]
    commands: list[list[str | Path]] = [[python, "-m", "venv", here], [*pip, RASA], [*pip, *COMPONENTS_NEED]]
    for command in commands:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    finished.touch()


def _pythons() -> Iterator[str]:
    """Interpreters that say they are 3.10: on the path, and where pyenv keeps them."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which("python3.10"), *map(str, sorted(root.glob("versions/3.10.*/bin/python")))]
    for candidate in filter(None, candidates):
        asked = subprocess.run(
            [candidate, "-c", "import sys; print(sys.version_info[:2] == (3, 10))"],
            check=False,
            capture_output=True,
            text=True,
        )
        if asked.stdout.strip() == "True":
            yield candidate
