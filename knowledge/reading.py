"""Reading one YAML file into checked entries: what every data file has in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel

INHERITED: Final = ("source", "confidence", "checked", "review_by")
"""What a section hands down to its entries, and a family to its trades."""

E = TypeVar("E", bound=BaseModel)


class KnowledgeError(ValueError):
    """A data file says something that cannot be: the message names the file and what is wrong."""


def read_mapping(folder: Path, name: str, parts: set[str]) -> dict[str, Any]:
    """Read a file.

    Args:
        folder: Where it is.
        name: Its name.
        parts: Keys it must have.

    Raises:
        KnowledgeError: It is no mapping, or lacks a part.
        OSError: It cannot be read.
    """
    with (folder / name).open(encoding="utf-8") as file:
        content = yaml.load(file, Loader=yaml.CSafeLoader)
    if not isinstance(content, dict):
        raise KnowledgeError(f"{name}: not a mapping")
    missing = parts - content.keys()
    if missing:
        raise KnowledgeError(f"{name}: {', '.join(sorted(missing))} missing")
    return content


def section_entries(section: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the entries of a section, each with the source, confidence and dates that stand at its head."""
    head: dict[str, Any] = {name: section[name] for name in INHERITED if name in section}
    for entry in section["entries"]:
        yield {**head, **entry}


def checked_entries(model: type[E], name: str, entries: Iterable[dict[str, Any]]) -> list[E]:
    """Make entries of what was read.

    Raises:
        KnowledgeError: One of them is not as the model says.
    """
    try:
        return [model.model_validate(entry) for entry in entries]
    except ValueError as error:
        raise KnowledgeError(f"{name}: {error}") from error


def unique(name: str, ids: Iterable[str]) -> None:
    """See that no id stands twice.

    Raises:
        KnowledgeError: One does.
    """
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise KnowledgeError(f"{name}: {one} stands twice")
        seen.add(one)


def linked(name: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    """See that what is named exists.

    Raises:
        KnowledgeError: A link leads nowhere.
    """
    missing = sorted(set(wanted) - set(known))
    if missing:
        raise KnowledgeError(f"{name}: unknown {', '.join(missing)}")
