"""Rasa's own commands with everything of this package in place: `maalem rasa train`, `maalem rasa data validate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bot.engine.rasa_compat.environment import install, known_warnings_ignored


def main(argv: Sequence[str]) -> int:
    """Run a command of Rasa's.

    Args:
        argv: What follows `rasa`, such as `["data", "validate"]`.

    Returns:
        The exit status: 0 if the command succeeded.
    """
    install()
    from rasa.__main__ import main as rasa_main  # noqa: PLC0415 - only after install()

    from bot.engine.rasa_compat import patches  # noqa: PLC0415 - imports Rasa

    patches.apply()
    before = sys.argv
    sys.argv = ["rasa", *argv]
    try:
        with known_warnings_ignored():
            rasa_main()
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)  # noqa: T201 - as the interpreter does with a text
        return 1
    finally:
        sys.argv = before
    return 0
