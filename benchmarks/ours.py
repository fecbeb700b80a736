"""The worker's side of a run: turns in one process, asked for in lines of JSON on standard input.

    python -m benchmarks.ours MODEL      settings in MAALEM_… as always

A line {"conversations": [{"sender", "texts"}, …], "profile": FILE or null} is answered by a line with the seconds of
each turn. For each message a row is committed to the inbox, as the gateway does, and then `Worker.once` does what it
does in production: claim, turn, commit. Conversations run side by side: everyone's first message, then
everyone's second.
"""

from __future__ import annotations

import asyncio
import cProfile
import itertools
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from app import processes
from app.fits import fits
from benchmarks.script import CHANNEL
from bot.engine import rasa_compat
from conversation import Inbound, InboundKind, PersonKey
from runtime.clock import SystemClock
from runtime.settings import load_settings
from runtime.wakeup import Wakeups
from storage import inbox
from storage.database import Database


class Side:
    """A worker and the inbox in front of it."""

    def __init__(self, model: Path) -> None:
        rasa_compat.install(lean=True)  # as the worker process does, before anything imports Rasa
        from bot.engine import worker  # noqa: PLC0415 - imports Rasa

        settings = processes.prepare(load_settings(), "worker-1")
        self.database = Database(settings.database_url)
        self.clock = SystemClock()
        wakeups = Wakeups(settings.home, None)
        self.worker = worker.ready(
            settings, fits, name="worker-1", database=self.database, wakeups=wakeups, model=model
        )
        self._numbers = itertools.count(1)

    def talk(self, conversations: list[dict[str, Any]], runner: asyncio.Runner) -> dict[str, Any]:
        """Answer every message.

        Returns:
            `seconds` of each turn from the message's arrival to the commit of its answer, and `inbox_seconds`, the part
            of each that went into the inbox's own commit; both conversation by conversation.
        """
        seconds: list[list[float]] = [[] for _ in conversations]
        inbox_seconds: list[list[float]] = [[] for _ in conversations]
        for turn in range(max(len(one["texts"]) for one in conversations)):
            for index, one in enumerate(conversations):
                if turn < len(one["texts"]):
                    started = time.perf_counter()
                    self._arrive(one["sender"], one["texts"][turn])
                    kept = time.perf_counter()
                    if not self.worker.once(runner):
                        raise RuntimeError("A message that arrived was not found.")
                    seconds[index].append(time.perf_counter() - started)
                    inbox_seconds[index].append(kept - started)
        return {"seconds": seconds, "inbox_seconds": inbox_seconds}

    def _arrive(self, sender: str, text: str) -> None:
        now = self.clock.now()
        message = Inbound(PersonKey(CHANNEL, sender), f"m{next(self._numbers)}", InboundKind.TEXT, now, text=text)
        with self.database.begin() as connection:
            inbox.store(connection, [message], received_at=now)


def main(model: Path) -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # logs go where the process's errors go; the answers keep the pipe
    side = Side(model)
    answers.write("{}\n")
    answers.flush()
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            asked = json.loads(line)
            profile = cProfile.Profile() if asked.get("profile") else None
            if profile is not None:
                profile.enable()
            told = side.talk(asked["conversations"], runner)
            if profile is not None:
                profile.disable()
                profile.dump_stats(asked["profile"])
            answers.write(json.dumps(told) + "\n")
            answers.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
