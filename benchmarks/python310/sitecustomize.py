"""Three names of Python 3.11 that `knowledge` and `darija` use, for stock Rasa's own Python 3.10.

Python imports a module of this name by itself when its folder stands on PYTHONPATH. Nothing of Rasa is touched.
"""

# ruff: noqa: B010, UP042 - assignments that a type checker would rightly refuse; written for an older Python

from __future__ import annotations

import datetime as dt
import enum
import typing

import typing_extensions


class StrEnum(str, enum.Enum):
    """As in Python 3.11, as far as it is used: a member is its text."""

    __str__ = str.__str__


setattr(enum, "StrEnum", StrEnum)
setattr(typing, "Self", typing_extensions.Self)
setattr(dt, "UTC", dt.UTC)
