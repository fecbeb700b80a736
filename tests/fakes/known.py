"""Every made-up provider: where it listens, and the settings that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.fakes.serving import FakeServer
from tests.fakes.sms_gateway import SECRET, FakeSmsGateway
from tests.fakes.sms_shapes import PASSWORD, SHORT_CODE, USER
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.fakes.twilio import SMS_FROM, WHATSAPP_FROM, FakeTwilio
from tests.fakes.twilio_account import ACCOUNT
from tests.fakes.twilio_account import TOKEN as TWILIO_TOKEN
from tests.fakes.whatsapp import APP_SECRET, NUMBER, VERIFY_TOKEN, FakeWhatsApp
from tests.fakes.whatsapp import TOKEN as WHATSAPP_TOKEN

REPORTS: Final = ("sent", "delivered")


@dataclass(frozen=True)
class Fake:
    """One made-up provider.

    Attributes:
        name: What it is called on the command line.
        port: Where it listens.
        make: Makes it, not yet started, for a port.
        settings: Variable without its prefix → value, once it runs.
        people: Who may write: what stands for "from".
    """

    name: str
    port: int
    make: Callable[[int], FakeServer[Any]]
    settings: Callable[[Any], Mapping[str, str]]
    people: tuple[str, ...] = ("0600000001",)


def _sms(name: str, port: int) -> Fake:
    return Fake(
        name,
        port,
        lambda port: FakeSmsGateway(name, port=port, reports=REPORTS),
        lambda fake: {
            "SMS_GATEWAY": name,
            "SMS_URL": fake.url,
            "SMS_USER": USER,
            "SMS_PASSWORD": PASSWORD,
            "SMS_SENDER": SHORT_CODE,
            "SMS_SECRET": SECRET,
            "SMS_CALLBACK_URL": fake.callback,
        },
    )


FAKES: Final = (
    Fake(
        "telegram",
        8081,
        lambda port: FakeTelegram(port=port),
        lambda fake: {"TELEGRAM_MODE": "polling", "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_BASE_URL": fake.url},
        ("4711",),
    ),
    Fake(
        "whatsapp",
        8082,
        lambda port: FakeWhatsApp(port, reports=REPORTS),
        lambda fake: {
            "WHATSAPP": "1",
            "WHATSAPP_NUMBER_ID": NUMBER,
            "WHATSAPP_TOKEN": WHATSAPP_TOKEN,
            "WHATSAPP_APP_SECRET": APP_SECRET,
            "WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
            "WHATSAPP_BASE_URL": fake.url,
        },
        ("212600000001",),
    ),
    Fake(
        "twilio",
        8085,
        lambda port: FakeTwilio(port, reports=REPORTS),
        lambda fake: {
            "PUBLIC_URL": fake.callback,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "TWILIO_WHATSAPP_FROM": WHATSAPP_FROM,
            "TWILIO_SMS_FROM": SMS_FROM,
            "TWILIO_BASE_URL": fake.url,
        },
        ("whatsapp:+212600000001", "+212600000001"),
    ),
    _sms("kannel", 8083),
    _sms("jasmin", 8084),
)
"""Every made-up provider; a new one is a new entry."""
USUAL: Final = tuple(fake.name for fake in FAKES if fake.name != "jasmin")
"""What runs where nothing is asked for: one for each channel."""
