"""Three names of Python 3.11 that `knowledge` and `darija` use, for stock Rasa's own Python 3.10.

Python imports a module of this name by itself when its folder stands on PYTHONPATH. Nothing of Rasa is touched.
"""

from __future__ import annotations

import datetime
import enum
import sys
import typing

if sys.version_info < (3, 11):
    import typing_extensions

    class StrEnum(str, enum.Enum):
        """As in Python 3.11, as far as it is used: a member is its text."""

        __str__ = str.__str__

    setattr(enum, "StrEnum", StrEnum)  # noqa: B010 - a plain assignment is refused by type checkers, rightly
    setattr(typing, "Self", typing_extensions.Self)  # noqa: B010 - as above
    setattr(datetime, "UTC", datetime.timezone.utc)  # noqa: B010, UP017 - as above; this is what UTC is made of
