"""A file that a person sent, as its provider gave it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as its provider gave it.

    Attributes:
        content: All of it.
        mime_type: What the provider calls it, if it does.
    """

    content: bytes
    mime_type: str | None = None
