"""Understanding alone, without a conversation: what POST /nlu/parse answers with. Loads the model when first asked."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from rasa_sdk.executor import ActionExecutor

from bot.engine import rasa_compat
from bot.engine.loading import ModelMissing
from bot.engine.training import newest_model
from runtime.settings import Settings


class Understanding:
    """Parses texts with the newest model. Safe to call from several tasks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._processor: Any = None

    async def parse(self, text: str) -> dict[str, Any]:
        """What a text means.

        Returns:
            intent, intent_ranking, entities, language.

        Raises:
            ModelMissing: No model was ever trained.
        """
        return await asyncio.to_thread(self._parse, text)

    def _parse(self, text: str) -> dict[str, Any]:
        with self._lock:
            if self._processor is None:
                self._processor = self._load()
            parsed: dict[str, Any] = asyncio.run(self._processor.parse(text))
        return {name: parsed.get(name) for name in ("intent", "intent_ranking", "entities", "language")}

    def _load(self) -> Any:
        path = newest_model(self._settings.model_dir)
        if path is None:
            raise ModelMissing("There is no model. Run: maalem train")
        rasa_compat.install(lean=True)
        from bot.engine.rasa_compat.processor import load  # noqa: PLC0415 - Rasa only after install()

        return load(path, ActionExecutor())
