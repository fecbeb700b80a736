"""The Content templates by which buttons and lists go: generic ones, every word of them a variable. Pure.

Twilio has no button without a template, even inside the window (channel facts 2.4); none of these needs an approval,
which is for templates that open a talk. A template is never changed: its name holds a mark of its shape, and another
shape is another template, so that what is being sent by an older process still finds its own.

Source: https://www.twilio.com/docs/content/twilio-quick-reply and https://www.twilio.com/docs/content/twiliolist-picker,
read 2026-11-23.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any, Final

MAX_BUTTONS: Final = 3
"""Quick replies of one message that WhatsApp has not approved."""
MAX_ROWS: Final = 10
"""Rows of a list."""
NAME_START: Final = "maalem_"
"""Begins the name of every template of ours, these and the approved ones."""
_LANGUAGE: Final = "ar"
"""Twilio wants one; without approval it changes nothing, and the words come in four."""
_MARK_CHARS: Final = 8


@cache
def buttons(count: int) -> str:
    """Name of the template of a text with so many quick replies, 1 to `MAX_BUTTONS`.

    Its variables: text; then title and token of each button.
    """
    return _named(f"buttons_{count}", _buttons(count))


@cache
def rows(count: int, *, described: bool) -> str:
    """Name of the template of a text with a list of so many rows, 1 to `MAX_ROWS`.

    Its variables: text, opening button; then title, token and, where `described`, description of each row.
    """
    return _named(f"list_{count}_described" if described else f"list_{count}", _rows(count, described=described))


def approved(name: str, language: str) -> str:
    """Name under which a template that WhatsApp approves is kept in our account, one for each language."""
    return f"{NAME_START}{name}_{language}"


def generic() -> dict[str, dict[str, Any]]:
    """Every template that must be there: its name → the JSON that creates it."""
    shapes = {buttons(count): _buttons(count) for count in range(1, MAX_BUTTONS + 1)}
    for described in (False, True):
        shapes |= {
            rows(count, described=described): _rows(count, described=described) for count in range(1, MAX_ROWS + 1)
        }
    return {
        name: {
            "friendly_name": name,
            "language": _LANGUAGE,
            # What stands in for a variable that is not given; ours are always given, and empty ones are refused.
            "variables": {str(number): f"text {number}" for number in range(1, _places(shape) + 1)},
            "types": shape,
        }
        for name, shape in shapes.items()
    }


def _buttons(count: int) -> dict[str, Any]:
    actions = [
        {"type": "QUICK_REPLY", "title": f"{{{{{number}}}}}", "id": f"{{{{{number + 1}}}}}"}
        for number in range(2, 2 + 2 * count, 2)
    ]
    return {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}}


def _rows(count: int, *, described: bool) -> dict[str, Any]:
    names = ("item", "id", "description") if described else ("item", "id")
    step = len(names)
    items = [
        {name: f"{{{{{first + place}}}}}" for place, name in enumerate(names)}
        for first in range(3, 3 + step * count, step)
    ]
    return {"twilio/list-picker": {"body": "{{1}}", "button": "{{2}}", "items": items}}


def _places(shape: dict[str, Any]) -> int:
    return json.dumps(shape).count("{{")


def _named(kind: str, shape: dict[str, Any]) -> str:
    mark = hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:_MARK_CHARS]
    return f"{NAME_START}{kind}_{mark}"
