"""Starts made-up providers on this machine (`./maalem fakes`) and prints the settings that lead to them."""

from __future__ import annotations

import argparse
import sys
import threading
from contextlib import ExitStack

from tests.fakes.known import FAKES, USUAL


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
