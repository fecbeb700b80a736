"""Entities as Rasa writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rasa.shared.nlu.training_data.message import Message

from bot.nlu.views import READ_AT_MOST


def entity(name: str, value: str, text: str, *, start: int, end: int, extractor: str, confidence: float = 1.0) -> Any:
    """Describe something found, in Rasa's shape.

    Args:
        name: As in the domain.
        value: What it stands for.
        text: The message.
        start: First character, counted in `text`.
        end: The character after the last.
        extractor: Who found it.
        confidence: 0…1.
    """
    return {
        "entity": name,
        "value": value,
        "start": start,
        "end": end,
        "text": text[start:end],
        "extractor": extractor,
        "confidence_entity": confidence,
    }


def add_entities(messages: list[Message], find: Callable[[str], Iterable[dict[str, Any]]]) -> list[Message]:
    """Add to each message what `find` finds in the beginning of its text, after what others found before."""
    for message in messages:
        found = list(find((message.get("text") or "")[:READ_AT_MOST]))
        message.set("entities", [*(message.get("entities") or []), *found], add_to_output=True)
    return messages
