"""Words for responses, or an error: Rasa logs a response without words and says nothing."""

from __future__ import annotations

from typing import Any, Final

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.rasa_compat.errors import ResponseMissing

#: What Rasa's own actions say only where a bot has words for it.
OPTIONAL: Final = frozenset({"utter_default", "utter_ask_rephrase", "utter_restart"})


class NeverSilent(NaturalLanguageGenerator):
    """Passes everything to another generator, and raises where that one has nothing to say.

    Args:
        inner: The generator that has the words.
    """

    def __init__(self, inner: NaturalLanguageGenerator) -> None:
        self._inner = inner

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Generate a response.

        Args:
            utter_action: Its name.
            tracker: The conversation.
            output_channel: The channel's name.
            kwargs: Values for the response.

        Raises:
            ResponseMissing: There are no words, and the response is none of OPTIONAL.
        """
        said: dict[str, Any] | None = await self._inner.generate(utter_action, tracker, output_channel, **kwargs)
        if not said and utter_action not in OPTIONAL:
            raise ResponseMissing(f"There are no words for {utter_action!r}.")
        return said
