"""Processes that die at a chosen commit: started once, loaded once, then forked for every life.

    python tests/acceptance/lives.py worker|sender|gateway

Reads one JSON line for each life from standard input and forks a child that runs the real process:

    {"env": {"MAALEM_HOME": …}, "when": "before"|"after"|"never", "commit": 3}

It dies as by a power switch right before or right after its n-th commit, counted from 1, or never. Answers with two
JSON lines: {"pid": 123} at once, {"exit": 9} when the child has ended. The end of standard input ends everything.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa

from app import processes
from runtime.settings import load_settings
from storage.database import Database

DIED = 9
"""Exit code of a child that died where it was told to."""
ANSWER_S = 3.0
"""How long a sender waits here for a provider's answer, seconds."""
NAMES = {"worker": "worker-1", "sender": "sender-1", "gateway": "gateway"}
Begin = Callable[[Database], AbstractContextManager[sa.Connection]]


class Death:
    """Waits for the n-th commit of the process.

    Args:
        when: "before" or "after" that commit; "never".
        commit: Which, counted from 1 over every connection and thread.
    """

    def __init__(self, when: str, commit: int) -> None:
        self._when = when
        self._left = commit

    def at(self, begin: Begin) -> Begin:
        """A way to begin a transaction that may not survive its end."""

        @contextmanager
        def mortal(database: Database) -> Iterator[sa.Connection]:
            with begin(database) as connection:
                yield connection
                self._left -= 1
                last = self._left == 0
                if last and self._when == "before":
                    os._exit(DIED)
            if last and self._when == "after":
                os._exit(DIED)

        return mortal


def load(kind: str) -> Callable[[], None]:
    """Import and load what the process needs; give what runs it under today's environment."""
    name = NAMES[kind]
    if kind == "worker":
        from bot.engine import rasa_compat  # noqa: PLC0415 - each kind loads its own parts

        rasa_compat.install(lean=True)
        from app.fits import fits  # noqa: PLC0415
        from bot.engine import worker  # noqa: PLC0415
        from bot.engine.loading import load_engine  # noqa: PLC0415

        engine = load_engine(load_settings(), fits)
        worker.load_engine = lambda *_arguments: engine  # type: ignore[attr-defined] # imported there by name
        return lambda: processes.run_worker(load_settings(), name)
    if kind == "sender":
        hurry()
        return lambda: processes.run_sender(load_settings(), name)
    import channels.gateway  # noqa: F401, PLC0415

    return lambda: processes.run_gateway(load_settings(), name)


def hurry() -> None:
    """Make what a provider's trouble costs a sender short: else a test of many troubles would last for minutes.

    To wait for an answer, to rest after five failures, and to look for a probe that died with its sender.
    """
    from channels import breaker, opening, sender  # noqa: PLC0415
    from channels.whatsapp import routes  # noqa: PLC0415

    breaker.FIRST_PAUSE_S = 1.0  # type: ignore[misc] # final but for this program
    sender.PROBE_S = 2 * ANSWER_S  # type: ignore[attr-defined] # imported there by name
    opening.TelegramAdapter = partial(opening.TelegramAdapter, timeout_s=ANSWER_S)  # type: ignore[attr-defined,assignment] # as above
    routes.WhatsAppAdapter = partial(routes.WhatsAppAdapter, timeout_s=ANSWER_S)  # type: ignore[attr-defined,assignment] # as above


def live(run: Callable[[], None], life: dict[str, Any]) -> None:
    """A child's whole life; does not return."""
    code = 1
    try:
        os.environ.update(life["env"])
        death = Death(life["when"], life["commit"])
        Database.begin = death.at(Database.begin)  # type: ignore[method-assign,assignment] # what this program is for
        Database.begin_light = death.at(Database.begin_light)  # type: ignore[method-assign,assignment] # as above
        run()
        code = 0
    except BaseException:  # noqa: BLE001 - a fork must never go on as its parent
        traceback.print_exc()
    finally:
        os._exit(code)


def main() -> None:
    """One life after the other."""
    run = load(sys.argv[1])
    say(ready=True)
    for line in iter(sys.stdin.readline, ""):
        life = json.loads(line)
        pid = os.fork()
        if pid == 0:
            live(run, life)
        say(pid=pid)
        handle = os.pidfd_open(pid)
        while not select.select([handle], [], [], 0.05)[0]:
            if select.select([sys.stdin], [], [], 0)[0]:  # nobody writes during a life: the test has ended
                os.kill(pid, signal.SIGKILL)
        os.close(handle)
        say(exit=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def say(**what: Any) -> None:
    """One line to the test."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
