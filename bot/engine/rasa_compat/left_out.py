"""Leave out, in a process that only runs turns, the parts of Rasa that a turn never touches.

Rasa's processor imports its fifteen channel connectors, its tracker stores, its evaluation with its plots and its
scheduler, and with them aiogram, slack-sdk, webexteamssdk, python-socketio, prompt-toolkit, pymongo, boto3 and
matplotlib: 3 s of processor time and 78 MB at start (docs/decisions/0002). Only modules of Rasa's own are answered for;
those packages stay as they are for everyone else. `maalem rasa …` and training have all of Rasa. To undo: `install()`
without `lean`.
"""

from __future__ import annotations

import sys
import types
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any, Final

from bot.engine.rasa_compat.absent import Absent, AbsentFinder, AbsentModule

#: Answered for, each with everything below it.
LEFT_OUT: Final = frozenset(
    {
        "rasa.cli.utils",
        "rasa.core.jobs",
        "rasa.core.test",
        "rasa.core.tracker_store",
        "rasa.nlu.test",
        "rasa.utils.plotting",
    }
)

#: A package whose own contents (every connector) are left out, and whose submodules are there when asked for.
CHANNELS: Final = "rasa.core.channels"


class LeftOut(Absent):
    """A part of Rasa was used that this process left out.

    Attributes:
        name: Dotted name of what was used.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, "is left out of a process that runs turns (bot/engine/rasa_compat/left_out.py).")


class _Channels(AbsentModule):
    """`rasa.core.channels` with what its module `channel` defines, and no connector."""

    def __getattr__(self, attribute: str) -> Any:
        if not attribute.startswith("_"):
            found = getattr(import_module(f"{CHANNELS}.channel"), attribute, None)
            if found is not None:
                return found
        return super().__getattr__(attribute)


class _Finder(AbsentFinder):
    def find_spec(self, fullname: str, path: Any, target: types.ModuleType | None = None) -> ModuleSpec | None:
        spec = super().find_spec(fullname, path, target)
        if spec is not None and fullname == CHANNELS:
            real = PathFinder.find_spec(fullname, path)
            spec.submodule_search_locations = real.submodule_search_locations if real else None
        return spec

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return _Channels(spec.name, LeftOut) if spec.name == CHANNELS else super().create_module(spec)


def _is_left_out(module: str) -> bool:
    return module == CHANNELS or module in LEFT_OUT or any(module.startswith(f"{name}.") for name in LEFT_OUT)


def leave_out() -> None:
    """Answer for LEFT_OUT from now on; what was imported before stays. A second call changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(_is_left_out, LeftOut))


def leave_out_no_more() -> None:
    """Let later imports have all of Rasa; what was answered for before stays answered for."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
