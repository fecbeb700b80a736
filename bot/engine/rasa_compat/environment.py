"""Make Rasa importable: no telemetry, no TensorFlow, and its import warnings kept from becoming errors.

Nothing here imports Rasa, so that it can run first.
"""

import os
import sys
import types
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any, Final

from bot.engine.rasa_compat.left_out import leave_out, leave_out_no_more
from bot.engine.rasa_compat.no_tensorflow import answer_for_tensorflow

#: Packages during whose import KNOWN_WARNINGS are ignored.
QUIET_ROOTS: Final = frozenset({"rasa", "rasa_sdk"})

#: (message, category, module) of what Rasa's old requirements say on current libraries; regular expressions matched
#: from the start, as the `warnings` module does. Seen with Rasa 3.6.21 and requirements.lock of 2026-11-23.
KNOWN_WARNINGS: Final[tuple[tuple[str, type[Warning], str], ...]] = (
    # Rasa needs packaging < 22 (LegacyVersion), which calls pyparsing by its old names.
    (r"'\w+' deprecated - use '\w+'", DeprecationWarning, r"packaging\.(markers|requirements)$"),
    # Rasa's SQL tracker store and training cache, neither of which the engine uses.
    (
        r"The ``declarative_base\(\)`` function is now available",
        Warning,
        r"rasa\.(core\.tracker_store|engine\.caching)$",
    ),
    # Rasa needs apscheduler < 3.11 and setuptools < 81.
    (r"pkg_resources is deprecated as an API", UserWarning, r"(apscheduler|rasa\.[\w.]+)$"),
    # pykwalify < 1.9, with which Rasa checks a domain.
    (r"the load_module\(\) method is deprecated", DeprecationWarning, r"(importlib\._bootstrap|_frozen_importlib)$"),
    # Rasa's command line, on Python 3.11.
    (r"Nesting argument groups is deprecated", DeprecationWarning, r"rasa\.cli\."),
    # Said by Rasa itself whenever a domain is read, whatever is in it.
    (r"Slot auto-fill has been removed in 3\.0", UserWarning, r"rasa\.shared\.core\.slot_mappings$"),
)


class InstalledTooLateError(RuntimeError):
    """Rasa was imported before `install()`: it has looked for TensorFlow and telemetry already."""


@contextmanager
def known_warnings_ignored() -> Iterator[None]:
    """Ignore exactly KNOWN_WARNINGS within the block; all other warnings keep their filters.

    For what Rasa says when it reads a domain or trains; its imports are quiet after `install()`.
    """
    with warnings.catch_warnings():
        for message, category, module in KNOWN_WARNINGS:
            warnings.filterwarnings("ignore", message, category, module)
        yield


class QuietFinder(MetaPathFinder):
    """Have the modules of QUIET_ROOTS executed with KNOWN_WARNINGS ignored.

    Rasa is imported from many places (our code, its command line, tests with warnings as errors); filters put in place
    once would be lost at the first `warnings.catch_warnings()` around any of them.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find Rasa's modules where they are; leave every other module to the finders after this one."""
        if fullname.partition(".")[0] not in QUIET_ROOTS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            _quieten(spec.loader)
        return spec


def _quieten(loader: Any) -> None:
    execute = loader.exec_module

    def exec_module(module: types.ModuleType) -> None:
        with known_warnings_ignored():
            execute(module)

    loader.exec_module = exec_module  # loaders are made anew for each module: this one serves no other


def install(*, lean: bool = False) -> None:
    """Prepare this process for Rasa; a second call changes nothing but what later imports leave out.

    Sets `RASA_TELEMETRY_ENABLED=false` (its error reporting breaks with a current sentry-sdk, and nothing about
    people may leave the machine), answers for TensorFlow and quietens KNOWN_WARNINGS while Rasa is imported.

    Args:
        lean: Also leave out what running turns never needs (`left_out.py`). Not for training or Rasa's commands.

    Raises:
        InstalledTooLateError: Rasa was imported before the first call.
    """
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    if not any(isinstance(finder, QuietFinder) for finder in sys.meta_path):
        if "rasa" in sys.modules:
            raise InstalledTooLateError("bot.engine.rasa_compat.install() must run before Rasa is first imported.")
        answer_for_tensorflow()
        sys.meta_path.insert(0, QuietFinder())
    if lean:
        leave_out()
    else:
        leave_out_no_more()
