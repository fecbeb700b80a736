"""How Telegram's calls go, as /metrics shows it."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Final

import pytest
from prometheus_client import CollectorRegistry

from channels.telegram.adapter import TelegramAdapter
from channels.telegram.health import Health
from runtime.clock import FixedClock
from runtime.settings import Settings, load_settings
from storage import migrate
from tests.channels.incoming import serving
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram
from tests.updates import SECRET, text_update

OURS: Final = "https://bot.example.org/webhooks/telegram"


@pytest.fixture
def settings(tmp_path: Path, telegram: FakeTelegram) -> Settings:
    """A bot with a webhook."""
    return load_settings(
        home=tmp_path,
        public_url="https://bot.example.org",
        telegram_mode="webhook",
        telegram_token=TOKEN,
        telegram_secret=SECRET,
        telegram_base_url=telegram.url,
    )


def figures(registry: CollectorRegistry) -> tuple[float | None, ...]:
    names = ("pending_updates", "webhook_ours", "last_error_timestamp_seconds")
    return tuple(registry.get_sample_value(f"maalem_telegram_{name}") for name in names)


async def test_what_telegram_says_is_shown(
    settings: Settings, telegram: FakeTelegram, adapter: TelegramAdapter, capsys: pytest.CaptureFixture[str]
) -> None:
    """Waiting updates, whether it calls us, when it last failed; a failure is logged once, not each minute."""
    registry = CollectorRegistry()
    health = Health(registry, settings)
    await adapter.set_webhook(OURS, SECRET)
    telegram.push(text_update(1, 7, "x"), text_update(2, 7, "y"))
    await health.look(adapter)
    assert figures(registry) == (2, 1, 0)
    telegram.webhook_error = (1_795_424_400, "Wrong response from the webhook: 503 Service Unavailable")
    await health.look(adapter)
    await health.look(adapter)
    assert figures(registry) == (2, 1, 1_795_424_400)
    assert capsys.readouterr().out.count("telegram_calls_fail") == 1


@pytest.mark.parametrize("address", ["", "https://other.example.org/hook"])
async def test_calls_that_go_elsewhere_are_noticed(
    settings: Settings,
    telegram: FakeTelegram,
    adapter: TelegramAdapter,
    capsys: pytest.CaptureFixture[str],
    address: str,
) -> None:
    """Nobody has set the webhook, or somebody else has."""
    registry = CollectorRegistry()
    telegram.webhook = {"url": address}
    await Health(registry, settings).look(adapter)
    assert figures(registry) == (0, 0, 0)
    assert "telegram_calls_elsewhere" in capsys.readouterr().out


async def test_what_is_not_known_is_not_shown(
    settings: Settings, telegram: FakeTelegram, adapter: TelegramAdapter
) -> None:
    """Telegram is away: yesterday's figures would say that all is well."""
    registry = CollectorRegistry()
    health = Health(registry, settings)
    await adapter.set_webhook(OURS, SECRET)
    await health.look(adapter)
    telegram.queue(Answer("getWebhookInfo", 500))
    await health.look(adapter)
    assert all(value is not None and math.isnan(value) for value in figures(registry))


async def test_the_gateway_asks_and_shows(settings: Settings, telegram: FakeTelegram, clock: FixedClock) -> None:
    """From its start on, in the metrics of the process."""
    migrate.upgrade(settings.database_url)
    telegram.webhook = {"url": OURS}
    async with serving(settings, clock) as client:
        for _ in range(500):
            scraped = (await client.get("/metrics")).text
            if "maalem_telegram_webhook_ours 1.0" in scraped:
                break
            await asyncio.sleep(0.01)
        else:
            pytest.fail("not asked within five seconds")
    assert "maalem_telegram_pending_updates 0.0" in scraped
    assert 'maalem_media_rows{state="stored"} 0.0' in scraped


def test_without_a_webhook_there_is_nothing_to_show(tmp_path: Path) -> None:
    """A laptop polls."""
    registry = CollectorRegistry()
    Health(registry, load_settings(home=tmp_path, telegram_mode="polling", telegram_token=TOKEN))
    assert figures(registry) == (None, None, None)
