"""Starts made-up providers on this machine (`./maalem fakes`) and prints the settings that lead to them."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any, Final

from tests.fakes.sms_gateway import SECRET, FakeSmsGateway
from tests.fakes.sms_shapes import PASSWORD, SHORT_CODE, USER
from tests.fakes.telegram import TOKEN, FakeTelegram

GATEWAY: Final = "http://127.0.0.1:8000"
"""Where `./maalem up` listens."""


@dataclass(frozen=True)
class Fake:
    """One made-up provider.

    Attributes:
        name: What it is called on the command line.
        port: Where it listens.
        make: Makes it, not yet started, for a port.
        settings: Variable without its prefix → value, once it runs.
        steer: How to have somebody write, for the shell.
    """

    name: str
    port: int
    make: Callable[[int], AbstractContextManager[Any]]
    settings: Callable[[Any], Mapping[str, str]]
    steer: Callable[[Any], str]


def _sms(name: str, port: int) -> Fake:
    return Fake(
        name,
        port,
        lambda port: FakeSmsGateway(name, port=port, callback=GATEWAY, reports=True),
        lambda fake: {
            "SMS_GATEWAY": name,
            "SMS_URL": fake.url,
            "SMS_USER": USER,
            "SMS_PASSWORD": PASSWORD,
            "SMS_SENDER": SHORT_CODE,
            "SMS_SECRET": SECRET,
            "SMS_CALLBACK_URL": GATEWAY,
        },
        lambda fake: (
            f"""curl -d '{{"from": "0600000001", "text": "salam"}}' {fake.base_url}/_control/receive
# curl {fake.base_url}/_control/messages"""
        ),
    )


FAKES: Final = (
    Fake(
        "telegram",
        8081,
        lambda port: FakeTelegram(port=port),
        lambda fake: {"TELEGRAM_MODE": "polling", "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_BASE_URL": fake.url},
        lambda fake: (
            f"POST updates to {fake.url}/_control/updates; GET {fake.url}/_control/requests?method=sendMessage"
        ),
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
                lines = [f"# {fake.name}; {fake.steer(running)}"]
                lines += [f"MAALEM_{name}={value}" for name, value in fake.settings(running).items()]
                sys.stdout.write("\n".join(lines) + "\n\n")
        sys.stdout.write("# These lines belong into .env; then ./maalem up. Ctrl-C ends the providers.\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
