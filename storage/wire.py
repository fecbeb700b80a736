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


def dump(value: Inbound | Outbound) -> dict[str, Any]:
    """Plain JSON of a message; fields that hold their default are left out."""
    return {
        field.name: _plain(getattr(value, field.name))
        for field in dataclasses.fields(value)
        if getattr(value, field.name) != field.default
    }


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {key: _plain(item) for key, item in dataclasses.asdict(value).items() if item is not None}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return storable(value) if isinstance(value, str) else value


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
