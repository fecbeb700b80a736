"""Starts made-up providers on this machine (`./maalem fakes`) and prints the settings that lead to them."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from tests.fakes.serving import GATEWAY, FakeServer
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
            "SMS_CALLBACK_URL": GATEWAY,
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
            "PUBLIC_URL": GATEWAY,
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


def main() -> None:
    """Serve until interrupted."""
    options = argparse.ArgumentParser(prog="maalem fakes", description="Made-up providers on this machine.")
    options.add_argument("names", nargs="*", metavar="NAME", help=", ".join(fake.name for fake in FAKES))
    options.add_argument("--free-ports", action="store_true", help="any free ports, where the usual ones are taken")
    chosen = options.parse_args()
    names = chosen.names or USUAL
    unknown = sorted(set(names) - {fake.name for fake in FAKES})
    if unknown:
        options.error(f"{', '.join(unknown)}: there are {', '.join(fake.name for fake in FAKES)}")
    with ExitStack() as stack:
        for fake in FAKES:
            if fake.name in names:
                running = stack.enter_context(fake.make(0 if chosen.free_ports else fake.port))
                lines = [f"# {fake.name}: what people see: curl {running.origin}/_control/messages"]
                lines += [
                    f"""# curl -d '{{"from": "{one}", "text": "salam"}}' {running.origin}/_control/receive"""
                    for one in fake.people
                ]
                lines += [f"MAALEM_{name}={value}" for name, value in fake.settings(running).items()]
                sys.stdout.write("\n".join(lines) + "\n\n")
        sys.stdout.write("# These lines belong into .env; then ./maalem up. Ctrl-C ends the providers.\n")
        sys.stdout.write("# What can go wrong with them, and how: docs/operations.md, Made-up providers.\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
