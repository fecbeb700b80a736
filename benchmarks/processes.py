"""Processes of a run: started on one core, waited for, measured, and ended by their own id."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil

from runtime.settings import PROJECT

POLL_S: Final = 0.02
STOP_S: Final = 15.0
"""How long a process may take to end itself before it is killed, seconds."""
LAST_LINES: Final = 25


class ProcessFailed(Exception):
    """A process of the run ended by itself or never became ready; its last lines are in the message."""


def cores() -> tuple[int, int]:
    """The core for what is measured, and the core for what measures it: the same where there is only one."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Pinned:
    """A process on one core; a context manager that ends it.

    Args:
        name: For its log file and messages.
        command: Program and arguments.
        core: Where it may run; nothing for everywhere.
        folder: Its log goes here.
        environment: Variables added to this process's.
        cwd: Where it runs.
        pipes: Whether it is spoken to over its standard input and output.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        core: int | None,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        cwd: Path = PROJECT,
        pipes: bool = False,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.started_at = time.perf_counter()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                list(command),
                cwd=cwd,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipes else log,
                stderr=log if pipes else subprocess.STDOUT,
            )
        if core is not None:
            os.sched_setaffinity(self.process.pid, {core})  # threads are started later, and inherit it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait_for(self, url: str, timeout_s: float) -> float:
        """Wait until an address answers 200.

        Returns:
            Seconds since the process was started.

        Raises:
            ProcessFailed: It ended, or did not answer in time.
        """
        while time.perf_counter() - self.started_at < timeout_s:
            self.check()
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address on 127.0.0.1
                    if answer.status == 200:
                        return time.perf_counter() - self.started_at
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(POLL_S)
        raise self._failed(f"did not answer within {timeout_s:.0f} s")

    def finish(self, timeout_s: float) -> float:
        """Wait until it ends by itself with success.

        Returns:
            Seconds since the process was started.

        Raises:
            ProcessFailed: It failed or took too long.
        """
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise self._failed(f"took longer than {timeout_s:.0f} s") from None
        if code:
            raise self._failed(f"ended with {code}")
        return time.perf_counter() - self.started_at

    def check(self) -> None:
        """Raise if it has ended.

        Raises:
            ProcessFailed: It has.
        """
        if self.process.poll() is not None:
            raise self._failed(f"ended with {self.process.returncode}")

    def memory_mb(self) -> float:
        """Resident memory of the process and its children now, MB."""
        process = psutil.Process(self.process.pid)
        return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]) / 1e6

    def cpu_s(self) -> float:
        """Processor time used so far, seconds, children included."""
        process = psutil.Process(self.process.pid)
        return sum(sum(one.cpu_times()[:2]) for one in [process, *process.children(recursive=True)])

    def stop(self) -> None:
        """End it: asked first, killed after STOP_S."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _failed(self, how: str) -> ProcessFailed:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        return ProcessFailed("\n".join([f"{self.name} {how}.", *lines]))
