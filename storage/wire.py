"""Inbound and Outbound as JSON, for the rows they wait in."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from conversation import Inbound, Outbound


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in dataclasses.fields(kind))


def dump(value: Inbound | Outbound) -> dict[str, Any]:
    """Plain JSON of a message; fields that hold their default are left out."""
    kind: type = type(value)
    return {name: _plain(item) for name, default in _fields(kind) if (item := getattr(value, name)) != default}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = ((name, getattr(value, name)) for name, _ in _fields(type(value)))
        return {name: _plain(part) for name, part in parts if part is not None}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def storable(text: str) -> str:
    """A text without the characters no database takes: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def load_inbound(body: dict[str, Any]) -> Inbound:
    """The message again.

    Raises:
        pydantic.ValidationError: The row holds something else.
    """
    inbound: Inbound = _adapter(Inbound).validate_python(body)
    return inbound


def load_outbound(body: dict[str, Any]) -> Outbound:
    """The answer again.

    Raises:
        pydantic.ValidationError: The row holds something else.
    """
    outbound: Outbound = _adapter(Outbound).validate_python(body)
    return outbound
