"""People, addresses and clients that tests of Twilio make up."""

from __future__ import annotations

from pydantic import SecretStr

from channels.twilio.adapter import SidOf
from channels.twilio.client import TwilioClient
from tests.fakes.twilio import FakeTwilio
from tests.fakes.twilio_account import ACCOUNT, TOKEN

PUBLIC = "https://bot.example.org"
PERSON = "+212600000000"


def a_client(twilio: FakeTwilio, *, timeout_s: float = 2, token: str = TOKEN) -> TwilioClient:
    return TwilioClient(ACCOUNT, SecretStr(token), twilio.url, timeout_s)


def known_sids(twilio: FakeTwilio) -> SidOf:
    """What our database would know of the account's templates."""

    def look_up(name: str) -> str | None:
        return next((sid for sid, one in twilio.state.contents.items() if one["friendly_name"] == name), None)

    return look_up
