"""`maalem fakes`: made-up providers, to try the bot by hand without an account anywhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from app.surroundings import CannotStart
from runtime.settings import PROJECT


def run_fakes(arguments: Sequence[str]) -> NoReturn:
    """Become the providers of the tests, until Ctrl-C: nothing of theirs is imported here.

    Args:
        arguments: For `tests/fakes/__main__.py`.

    Raises:
        CannotStart: This copy of the project came without its tests.
    """
    if not (PROJECT / "tests" / "fakes" / "__main__.py").is_file():
        raise CannotStart("The made-up providers are part of the tests, and these are not here.")
    os.chdir(PROJECT)
    os.execv(sys.executable, (sys.executable, "-m", "tests.fakes", *arguments))  # noqa: S606 - a program of our own
