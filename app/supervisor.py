"""Child processes: started, watched, restarted with growing pauses, stopped cleanly, gone when their parent goes."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
STEADY_AFTER_S: Final = 60.0
"""A child that lived this long and then dies is restarted as if it had never died before, seconds."""
POLL_S: Final = 0.1
PR_SET_PDEATHSIG: Final = 1
"""Asks Linux for a signal when the parent dies. Source: prctl(2), linux/prctl.h."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """A process to keep alive.

    Attributes:
        name: Short and unique, as the logs show it: "worker-1".
        command: Program and arguments.
        environment: Variables set on top of this process's own.
        folder: Where it runs; None: here.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None


@dataclass(slots=True)
class _Child:
    spec: ChildSpec
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    """Deaths in a row, none of them after a steady life."""
    start_at: float = 0.0
    """When it may be started again, on the monotonic clock."""


class Supervisor:
    """Keeps children alive until told to stop. All methods belong to one thread, and that thread must outlive them.

    Args:
        specs: What to run, started in this order, stopped in the reverse one.
        first_pause_s: Pause before the first restart, seconds; doubled each time up to `LONGEST_PAUSE_S`.
        stop_within_s: How long children may take to end after SIGTERM before they are killed, seconds.
    """

    def __init__(
        self, specs: list[ChildSpec], *, first_pause_s: float = FIRST_PAUSE_S, stop_within_s: float = 8.0
    ) -> None:
        self._children = [_Child(spec) for spec in specs]
        self._first_pause_s = first_pause_s
        self._stop_within_s = stop_within_s
        self._tie = _death_tie()

    def start(self) -> None:
        """Start every child.

        Raises:
            OSError: A program cannot be started at all.
        """
        for child in self._children:
            self._start(child)

    def poll(self) -> list[str]:
        """Restart what has ended and whose pause is over.

        Returns:
            Names of the children found dead in this call.
        """
        now = time.monotonic()
        died = []
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                died.append(child.spec.name)
                self._note_death(child, child.process.returncode, now)
            if child.process is None and now >= child.start_at:
                self._start(child)
                log.warning("process_restarted", process=child.spec.name, failures=child.failures)
        return died

    def run(self, stop: threading.Event, each_round: Callable[[], None] | None = None) -> None:
        """Watch until `stop` is set. Does not stop the children: `stop` does."""
        while not stop.wait(POLL_S):
            self.poll()
            if each_round is not None:
                each_round()

    def failures(self, name: str) -> int:
        """How often in a row a child has died young."""
        return next(child.failures for child in self._children if child.spec.name == name)

    def pid(self, name: str) -> int | None:
        """Process id of a child, None while it is not running."""
        process = next(child.process for child in self._children if child.spec.name == name)
        return process.pid if process is not None and process.poll() is None else None

    def stop(self) -> list[str]:
        """Ask every child to end, in reverse order, and kill those that do not within `stop_within_s`.

        Returns:
            Names of the children that had to be killed.
        """
        living = [child for child in reversed(self._children) if child.process is not None]
        for child in living:
            _signal(child, signal.SIGTERM)
        end = time.monotonic() + self._stop_within_s
        killed = []
        for child in living:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                killed.append(child.spec.name)
                log.warning("process_killed", process=child.spec.name)
                _signal(child, signal.SIGKILL)
                child.process.wait()
            child.process = None
        return killed

    def _start(self, child: _Child) -> None:
        child.process = subprocess.Popen(
            child.spec.command,
            env={**os.environ, **child.spec.environment},
            cwd=child.spec.folder,
            stdin=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C reaches us alone; we pass it on once, as SIGTERM
            preexec_fn=self._tie,  # noqa: PLW1509 - one system call, prepared beforehand, in a process of few threads
        )
        child.started_at = time.monotonic()

    def _note_death(self, child: _Child, exit_code: int, now: float) -> None:
        steady = now - child.started_at >= STEADY_AFTER_S
        child.failures = 1 if steady else child.failures + 1
        pause_s = min(LONGEST_PAUSE_S, self._first_pause_s * 2 ** min(child.failures - 1, 10))
        pause_s *= random.uniform(0.9, 1.1)  # noqa: S311 - only keeps many children from starting all at once
        child.process = None
        child.start_at = now + pause_s
        log.error("process_ended", process=child.spec.name, exit_code=exit_code, restart_in_s=round(pause_s, 2))


def _signal(child: _Child, number: signal.Signals) -> None:
    if child.process is not None and child.process.poll() is None:
        child.process.send_signal(number)


def _death_tie() -> Callable[[], None] | None:
    """Give what a child runs before its program so that it gets SIGTERM when this process dies; None off Linux.

    Everything is looked up here: between fork and exec only the system call itself is made.
    """
    if sys.platform != "linux":
        return None
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # the parent died before the call
            os._exit(1)

    return tie
