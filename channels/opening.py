"""The ways out that the settings switch on, each with its connection, its shape and its pace."""

from __future__ import annotations

from contextlib import AsyncExitStack

from channels.pacing import pace_of
from channels.simulator.adapter import CHANNELS as SIMULATED
from channels.simulator.adapter import SimulatorAdapter
from channels.sms.adapter import SmsAdapter
from channels.sms.render import render as render_sms
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.render import render as render_telegram
from channels.ways_out import Channel
from runtime.settings import Settings
from storage.files import Files


async def open_ways(settings: Settings, stack: AsyncExitStack, files: Files) -> dict[str, Channel]:
    """Open what is switched on; `stack` closes it.

    Returns:
        By channel name; the simulator's are always there.
    """
    ways = dict.fromkeys(SIMULATED, Channel(SimulatorAdapter(), lambda outbound: [outbound]))
    if settings.telegram_mode != "off" and settings.telegram_token is not None:
        telegram = TelegramAdapter(settings.telegram_token, settings.telegram_base_url, files=files)
        pace = pace_of(settings, "telegram")
        ways["telegram"] = Channel(await stack.enter_async_context(telegram), render_telegram, pace)
    if settings.sms_gateway != "off":
        sms = await stack.enter_async_context(SmsAdapter.of(settings))
        ways["sms"] = Channel(sms, render_sms, pace_of(settings, "sms"))
    return ways
