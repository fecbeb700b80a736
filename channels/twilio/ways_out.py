"""Twilio's adapters as the settings ask for them, and where templates' sids are remembered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from channels.twilio.adapter import SidOf, TwilioAdapter
from channels.twilio.client import TwilioClient
from channels.twilio.payloads import SMS, WHATSAPP
from runtime.settings import Settings
from storage import channel_state
from storage.database import Database

_STATE: Final = "twilio.content."
MOST_NAME: Final = 45
"""Characters of a template's name that can be remembered."""


def sender_of(settings: Settings, channel: str) -> str | None:
    """What a channel sends from; nothing where it is off."""
    return {WHATSAPP: settings.twilio_whatsapp_from, SMS: settings.twilio_sms_from}[channel]


def client_of(settings: Settings) -> TwilioClient | None:
    """Twilio with our account; nothing where there is none."""
    if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
        return None
    return TwilioClient(settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_base_url)


def adapter_of(settings: Settings, channel: str, database: Database | None = None) -> TwilioAdapter | None:
    """A channel's adapter, with templates where a database is given; nothing where the channel is off."""
    client, sender = client_of(settings), sender_of(settings, channel)
    if client is None or sender is None or settings.public_url is None:
        return None
    return TwilioAdapter(
        client,
        channel,
        sender,
        settings.public_url,
        sid_of=sid_of(database, client.account_sid) if database else lambda _name: None,
        validity_s=settings.reply_expires_s,
    )


def sid_of(database: Database, account_sid: str) -> SidOf:
    """Where an adapter finds templates: what the database remembers of this account."""

    def look_up(name: str) -> str | None:
        with database.read() as connection:
            kept = channel_state.get(connection, _STATE + name)
        account, _, sid = (kept or "").partition("/")
        return sid if account == account_sid and sid else None

    return look_up


def remember(connection: sa.Connection, account_sid: str, sids: Mapping[str, str], *, now: datetime) -> None:
    """Keep the sids of an account's templates."""
    for name, sid in sids.items():
        channel_state.put(connection, _STATE + name, f"{account_sid}/{sid}", now=now)
