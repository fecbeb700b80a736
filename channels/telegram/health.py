"""How Telegram's calls go, as Telegram sees it: watched for /metrics, so that a webhook that fails is noticed."""

from __future__ import annotations

import asyncio
import math
from datetime import datetime
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Gauge

from channels.errors import SendFailed
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.payloads import PATH
from runtime.settings import Settings

LOOK_EVERY_S: Final = 60.0


def webhook_address(settings: Settings) -> str | None:
    """Where Telegram should call; nothing without a public address."""
    return None if settings.public_url is None else settings.public_url + PATH


class Health:
    """What `getWebhookInfo` says (https://core.telegram.org/bots/api#webhookinfo).

    Args:
        registry: Where the figures are shown.
        settings: Whether there is a webhook, and where it should be.
    """

    def __init__(self, registry: CollectorRegistry, settings: Settings) -> None:
        self._address = webhook_address(settings)
        self._failed_at: datetime | None = None
        self._log = structlog.get_logger()
        if settings.telegram_mode != "webhook":
            return
        self._pending = Gauge("maalem_telegram_pending_updates", "Updates that wait at Telegram", registry=registry)
        self._ours = Gauge(
            "maalem_telegram_webhook_ours", "1 where Telegram calls this bot, 0 where it does not", registry=registry
        )
        self._error = Gauge(
            "maalem_telegram_last_error_timestamp_seconds", "When a call last failed; 0: never", registry=registry
        )
        self._unknown()

    async def watch(self, adapter: TelegramAdapter) -> None:
        """Look again and again."""
        while True:
            await self.look(adapter)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self, adapter: TelegramAdapter) -> None:
        """Ask once. Where Telegram does not answer the figures are NaN: old ones would hide it."""
        try:
            info = await adapter.webhook_info()
        except SendFailed as failure:
            self._unknown()
            self._log.warning("telegram_unasked", code=str(failure.code))
            return
        ours = bool(info.url) and info.url == (self._address or info.url)
        self._pending.set(info.pending_update_count)
        self._ours.set(ours)
        self._error.set(info.last_error_date.timestamp() if info.last_error_date else 0)
        if not ours:
            self._log.warning("telegram_calls_elsewhere")
        if info.last_error_date is not None and info.last_error_date != self._failed_at:
            self._failed_at = info.last_error_date
            self._log.warning(
                "telegram_calls_fail", at=info.last_error_date.isoformat(), reason=info.last_error_message
            )

    def _unknown(self) -> None:
        for gauge in (self._pending, self._ours, self._error):
            gauge.set(math.nan)
