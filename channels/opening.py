"""The ways out that the settings switch on, each with its connection, its shape and its pace."""

from __future__ import annotations

from contextlib import AsyncExitStack

from channels.meter import Meter
from channels.pacing import pace_of
from channels.simulator.adapter import CHANNELS as SIMULATED
from channels.simulator.adapter import SimulatorAdapter
from channels.sms.adapter import SmsAdapter
from channels.sms.render import render as render_sms
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.render import render as render_telegram
from channels.twilio.errors import meaning_of_report as twilio_meaning
from channels.twilio.payloads import SMS as TWILIO_SMS
from channels.twilio.payloads import WHATSAPP as TWILIO_WHATSAPP
from channels.twilio.payloads import TwilioPayload
from channels.twilio.render import render as render_twilio
from channels.twilio.render import render_template as render_twilio_template
from channels.twilio.ways_out import adapter_of as twilio_adapter
from channels.ways_out import Channel
from channels.whatsapp.errors import meaning as whatsapp_meaning
from channels.whatsapp.messages import CHANNEL as WHATSAPP
from channels.whatsapp.render import render as render_whatsapp
from channels.whatsapp.render import render_template as render_whatsapp_template
from channels.whatsapp.routes import adapter_of as whatsapp_adapter
from channels.whatsapp.window import needs_template
from conversation import Outbound
from runtime.clock import SystemClock
from runtime.settings import Settings
from storage.database import Database
from storage.files import Files


async def open_ways(settings: Settings, stack: AsyncExitStack, files: Files, database: Database) -> dict[str, Channel]:
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
    if (whatsapp := whatsapp_adapter(settings, files.read)) is not None:
        cap, number = settings.whatsapp_monthly_cap, settings.whatsapp_number_id or ""
        ways[WHATSAPP] = Channel(
            await stack.enter_async_context(whatsapp),
            render_whatsapp,
            pace_of(settings, WHATSAPP),
            needs_template=needs_template,
            render_template=render_whatsapp_template,
            meaning=whatsapp_meaning,
            withholds=None if cap is None else Meter(database, SystemClock(), WHATSAPP, number, cap).withholds,
        )
    if (twilio := twilio_adapter(settings, TWILIO_WHATSAPP, database)) is not None:
        ways[TWILIO_WHATSAPP] = Channel(
            await stack.enter_async_context(twilio),
            render_twilio,
            pace_of(settings, TWILIO_WHATSAPP),
            needs_template=needs_template,
            render_template=_by_twilio,
            meaning=twilio_meaning,
        )
    if (twilio := twilio_adapter(settings, TWILIO_SMS, database)) is not None:
        pace = pace_of(settings, TWILIO_SMS)
        ways[TWILIO_SMS] = Channel(await stack.enter_async_context(twilio), render_sms, pace, meaning=twilio_meaning)
    return ways


def _by_twilio(outbound: Outbound) -> list[TwilioPayload]:
    return [render_twilio_template(outbound.template, outbound.language)] if outbound.template else []
