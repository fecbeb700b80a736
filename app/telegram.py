"""`maalem telegram webhook …`: tells Telegram where to send what people write, or asks where it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.surroundings import CannotStart
from channels.errors import SendFailed
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.health import webhook_address
from channels.telegram.payloads import ALLOWED_UPDATES
from runtime.settings import Settings


async def set_webhook(settings: Settings) -> str:
    """Have Telegram send updates to this bot's public address, say what it is, and show its commands.

    Raises:
        CannotStart: A setting is missing, or Telegram refuses.
    """
    address = webhook_address(settings)
    if address is None:
        raise CannotStart("Telegram needs an address to call: MAALEM_PUBLIC_URL=https://…")
    if settings.telegram_secret is None:
        raise CannotStart("The secret is compulsory: MAALEM_TELEGRAM_SECRET=… (letters, digits, _ and -)")
    async with _adapter(settings) as adapter:
        await adapter.set_webhook(address, settings.telegram_secret.get_secret_value())
        await adapter.introduce()
    return f"Telegram now calls {address}"


async def delete_webhook(settings: Settings) -> str:
    """Have Telegram keep updates until they are fetched (long polling).

    Raises:
        CannotStart: As `set_webhook`.
    """
    async with _adapter(settings) as adapter:
        await adapter.delete_webhook()
    return "Telegram calls no address any more: MAALEM_TELEGRAM_MODE=polling fetches updates"


async def webhook_info(settings: Settings) -> str:
    """Ask Telegram which address it calls, how many updates wait, and what went wrong last.

    Raises:
        CannotStart: As `set_webhook`.
    """
    async with _adapter(settings) as adapter:
        info = await adapter.webhook_info()
    lines = [f"address  {info.url or 'none'}", f"waiting  {info.pending_update_count}"]
    if info.last_error_date is not None:
        lines.append(f"failure  {info.last_error_date:%Y-%m-%d %H:%M} UTC: {info.last_error_message}")
    ours = webhook_address(settings)
    if settings.telegram_mode == "webhook" and (info.url or None) != ours and ours is not None:
        lines.append(f"expected {ours}: ./maalem telegram webhook set")
    if settings.telegram_mode == "polling" and info.url:
        lines.append("polling fetches nothing while an address is set: ./maalem telegram webhook delete")
    if missing := sorted(set(ALLOWED_UPDATES) - set(info.allowed_updates or ALLOWED_UPDATES)):
        lines.append(f"not sent {', '.join(missing)}: ./maalem telegram webhook set")
    return "\n".join(lines)


@asynccontextmanager
async def _adapter(settings: Settings) -> AsyncIterator[TelegramAdapter]:
    if settings.telegram_token is None:
        raise CannotStart("There is no token: MAALEM_TELEGRAM_TOKEN=… (from @BotFather)")
    try:
        async with TelegramAdapter(settings.telegram_token, settings.telegram_base_url) as adapter:
            yield adapter
    except SendFailed as failure:
        raise CannotStart(f"Telegram did not do it: {failure}") from None
