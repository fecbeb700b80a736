"""Entities as Rasa writes them, and what a message says beside its text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final

from rasa.shared.nlu.training_data.message import Message

from bot.nlu.views import READ_AT_MOST
from runtime.clock import day_in_morocco

TODAY: Final = "today"
"""Key of the message's metadata under which whoever runs a turn hands in its day, as ISO 8601."""


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


def beginning(message: Message) -> str:
    """The part of a message's text that is looked at."""
    return str(message.get("text") or "")[:READ_AT_MOST]


def today_of(message: Message) -> date:
    """The day of a message: its turn's, or that of the machine's clock in Morocco where no turn runs."""
    told = (message.get("metadata") or {}).get(TODAY)
    return date.fromisoformat(told) if told else day_in_morocco(datetime.now(UTC))


def add_entities(message: Message, found: Iterable[dict[str, Any]]) -> None:
    """Add what was found in a message to what others found in it before."""
    message.set("entities", [*(message.get("entities") or []), *found], add_to_output=True)
