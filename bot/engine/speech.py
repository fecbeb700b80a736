"""Rasa's two ends that speak: ids in place of sentences, and a collector in place of a channel."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.trackers import DialogueStateTracker


class MessageIds(NaturalLanguageGenerator):
    """Says message ids; the words are found when the turn is composed (bot/responses)."""

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any]:
        """The id and what came with it."""
        del tracker, output_channel
        return {"custom": {"id": utter_action, "said": kwargs.get("said") or {}}}


class Collector(OutputChannel):
    """Keeps what a turn says, in order."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """As Rasa's events note it."""
        return "maalem"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Called by Rasa for each message."""
        del recipient_id
        custom = message.get("custom")
        if not custom:
            raise ValueError("Something was said that is no message id.")
        self.said.append(custom)
