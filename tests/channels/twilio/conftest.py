"""What tests of Twilio share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from channels.twilio import templates
from channels.twilio.adapter import TwilioAdapter
from channels.twilio.client import TwilioClient
from channels.twilio.payloads import SMS, WHATSAPP
from runtime.settings import Settings, load_settings
from storage import migrate
from tests.channels.twilio.made_up import PUBLIC, a_client, known_sids
from tests.fakes.twilio import SMS_FROM, WHATSAPP_FROM, FakeTwilio
from tests.fakes.twilio_account import ACCOUNT, TOKEN


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    """Twilio; at the end nothing unexpected may have been asked of it."""
    with FakeTwilio() as fake:
        yield fake
        assert fake.failures == []


@pytest.fixture
async def whatsapp(twilio: FakeTwilio) -> AsyncIterator[TwilioAdapter]:
    """WhatsApp, with every generic template made."""
    for content in templates.generic().values():
        sid = twilio.state.new_sid("HX")
        twilio.state.contents[sid] = {**content, "sid": sid}
    async with TwilioAdapter(a_client(twilio), WHATSAPP, WHATSAPP_FROM, PUBLIC, sid_of=known_sids(twilio)) as opened:
        yield opened


@pytest.fixture
async def sms(twilio: FakeTwilio) -> AsyncIterator[TwilioAdapter]:
    """SMS from a number."""
    async with TwilioAdapter(a_client(twilio), SMS, SMS_FROM, PUBLIC, validity_s=3600) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, twilio: FakeTwilio) -> Settings:
    """A gateway for both channels, on a database of this version; it looks for what was missed only when asked."""
    settings = load_settings(
        home=tmp_path,
        public_url=PUBLIC,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_whatsapp_from=WHATSAPP_FROM,
        twilio_sms_from=SMS_FROM,
        twilio_base_url=twilio.url,
        twilio_reconcile_every_min=0,
        webhook_max_bytes=100_000,
    )
    migrate.upgrade(settings.database_url)
    return settings


@pytest.fixture
async def client(twilio: FakeTwilio) -> AsyncIterator[TwilioClient]:
    """The API alone."""
    async with a_client(twilio) as opened:
        yield opened
