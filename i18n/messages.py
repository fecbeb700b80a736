"""What the bot can say: every message id with its note, its values, its usual choices (messages.yml, steps.yml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import yaml

MESSAGES_FILE: Final = Path(__file__).with_name("messages.yml")
STEPS_FILE: Final = MESSAGES_FILE.with_name("steps.yml")
DOMAINS: Final[Mapping[str, Path]] = MappingProxyType({"maalem": MESSAGES_FILE, "steps": STEPS_FILE})
"""gettext domain to its list of ids: what is said in a talk, and the words of the export steps."""
Kind = Literal["label", "word", "title", "message"]
_SECTIONS: Final[Mapping[str, Kind]] = {"labels": "label", "words": "word", "titles": "title", "messages": "message"}
_NOT_EVERYWHERE: Final = frozenset({"titles"})
_KEYS: Final = frozenset({"note", "values", "plural", "sms", "choices"})


class MessagesUnreadable(ValueError):
    """A list of ids does not have the shape its first lines describe."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing the bot can say.

    Attributes:
        id: Its name in code, stories and catalogs.
        kind: A label on a choice, a word in a summary, the title of a step, or a message.
        note: What it says and when, in English, for translators.
        values: Names that stand in braces in the text.
        plural: Whether the text changes with its first value, a count.
        sms: Whether a shorter text for SMS stands beside the long one.
        choices: Ids of the labels usually shown under it.
    """

    id: str
    kind: Kind
    note: str
    values: tuple[str, ...] = ()
    plural: bool = False
    sms: bool = False
    choices: tuple[str, ...] = ()


def load_messages(path: Path = MESSAGES_FILE) -> dict[str, Message]:
    """Read every message id of a list, in the order of the file.

    Raises:
        MessagesUnreadable: A section or key is unknown, a note is missing, an id stands twice, a choice is no label,
            or a plural has no value to count by.
    """
    sections = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(sections, dict) or set(sections) | _NOT_EVERYWHERE != set(_SECTIONS):
        raise MessagesUnreadable(f"{path.name}: sections must be {', '.join(_SECTIONS)}")
    found: dict[str, Message] = {}
    for section, fields_of in sections.items():
        kind = _SECTIONS[section]
        for message_id, fields in fields_of.items():
            if message_id in found:
                raise MessagesUnreadable(f"{path.name}: {message_id} stands twice")
            found[message_id] = _message(message_id, kind, fields)
    for message in found.values():
        for label in message.choices:
            if label not in found or found[label].kind != "label":
                raise MessagesUnreadable(f"{path.name}: {message.id} offers {label}, which is no label")
    return found


def usual_choices(path: Path = MESSAGES_FILE) -> dict[str, tuple[str, ...]]:
    """Message id to the ids of the labels usually shown under it; ids without any are left out.

    Raises:
        MessagesUnreadable: As `load_messages`.
    """
    return {message.id: message.choices for message in load_messages(path).values() if message.choices}


def _message(message_id: str, kind: Kind, fields: Any) -> Message:
    if not isinstance(fields, dict) or not fields.get("note"):
        raise MessagesUnreadable(f"{message_id} has no note")
    unknown = sorted(set(fields) - _KEYS)
    if unknown:
        raise MessagesUnreadable(f"{message_id}: unknown key {', '.join(unknown)}")
    message = Message(
        id=message_id,
        kind=kind,
        note=" ".join(str(fields["note"]).split()),
        values=tuple(fields.get("values", ())),
        plural=bool(fields.get("plural", False)),
        sms=bool(fields.get("sms", False)),
        choices=tuple(fields.get("choices", ())),
    )
    if message.plural and not message.values:
        raise MessagesUnreadable(f"{message_id} has plural forms but no value to count by")
    return message
