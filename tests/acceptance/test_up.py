"""`maalem up`, as a person at a terminal lives it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import psutil
import pytest

from runtime.settings import PROJECT
from tests.acceptance.conftest import free_port

READY_WITHIN_S: Final = 45
"""Twelve on a quiet machine of two cores; this one may be busy with other tests."""
ENDS_WITHIN_S: Final = 10


class Up:
    """`maalem up` in the background, its words in a file."""

    def __init__(self, home: Path, port: int, words: Path) -> None:
        self.port = port
        self._words = words
        environment = os.environ | {"MAALEM_HOME": str(home), "MAALEM_BURST_WAIT_S": "0", "COLUMNS": "200"}
        with words.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", "up", "--port", str(port)],
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        """Everything it wrote, logs included."""
        return self._words.read_text("utf-8")

    def children(self) -> list[psutil.Process]:
        """The processes it keeps alive."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, kind: str) -> psutil.Process:
        """The one of a kind."""
        (found,) = [one for one in self.children() if kind in one.cmdline()]
        return found

    def ready(self) -> bool:
        """Whether it told its address."""
        assert self.process.poll() is None, self.said
        return f"answers at http://127.0.0.1:{self.port}" in self.said

    def ask(self, text: str) -> dict[str, Any]:
        """Send a message through the simulator's API; the answer."""
        message = {"channel": "sms", "sender": "+212612345678", "text": text}
        url = f"http://127.0.0.1:{self.port}/simulator/messages"
        answer: dict[str, Any] = httpx.post(url, json=message, timeout=30).raise_for_status().json()
        return answer


Start = Callable[..., Up]


@pytest.fixture
def start(tmp_path: Path, trained_model: Path) -> Iterator[Start]:
    """Run `maalem up`, each ended with its children when the test is over."""
    assert trained_model.is_file()
    begun: list[Up] = []

    def run(home: Path | None = None, port: int | None = None) -> Up:
        up = Up(home or tmp_path / "home", port or free_port(), tmp_path / f"up-{len(begun)}.log")
        begun.append(up)
        return up

    yield run
    for up in begun:
        if up.process.poll() is None:
            living = up.children()
            up.process.kill()  # the children hear of it and end
            up.process.wait()
            _, stubborn = psutil.wait_procs(living, timeout=5)
            for one in stubborn:
                one.kill()


def until(true: Callable[[], bool], within_s: float, what: str) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, f"not within {within_s:.0f} s: {what}"
        time.sleep(0.05)


def test_up_from_an_empty_folder_to_an_answer_and_back(start: Start, tmp_path: Path) -> None:
    """It makes its folder, tells its address, answers, replaces a killed worker, and Ctrl-C ends all of it.

    Meanwhile a second one on the same folder says who is there, and one on the same port who has it.
    """
    up = start()
    until(up.ready, READY_WITHIN_S, "the address")
    ready = httpx.get(f"http://127.0.0.1:{up.port}/readyz").json()
    assert ready == {"status": "ready", "database": "current", "workers": 1}
    (reply,) = up.ask("bghit ntsejel")["replies"]
    assert reply["encoding"] == "GSM-7"
    assert "<html" in httpx.get(f"http://127.0.0.1:{up.port}/").text

    same_home, same_port = start(), start(tmp_path / "other", up.port)
    assert same_home.process.wait(READY_WITHIN_S) == 1
    assert re.search(rf"already up .*process {up.process.pid}", same_home.said)
    assert "Traceback" not in same_home.said
    assert same_port.process.wait(READY_WITHIN_S) == 1
    assert f"Port {up.port} is busy" in same_port.said
    assert not (tmp_path / "other" / "maalem.db").exists()

    killed = up.child("worker")
    killed.send_signal(signal.SIGKILL)
    until(lambda: "process_restarted" in up.said, 10, "another worker")
    assert up.ask("mochkil")["replies"]
    assert up.child("worker").pid != killed.pid

    children = up.children()
    assert len(children) == 3
    started = time.monotonic()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(ENDS_WITHIN_S) == 0
    assert time.monotonic() - started < ENDS_WITHIN_S
    assert not [one for one in children if one.is_running()]
    assert "Stopped." in up.said
    assert "Traceback" not in up.said
    assert "process_killed" not in up.said
    for word in ("bghit", "mochkil", "212612345678"):
        assert word not in up.said


def test_a_port_somebody_else_has_is_told_at_once(start: Start) -> None:
    """The message names the port and a free one; nothing is started."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        up = start(port=int(holder.getsockname()[1]))
        assert up.process.wait(READY_WITHIN_S) == 1
    assert re.search(rf"Port {up.port} is busy.* or take another: ./maalem up --port \d+", up.said)
    assert "Traceback" not in up.said


def test_children_do_not_outlive_an_up_that_is_killed(start: Start) -> None:
    """SIGKILL to `up` itself leaves nothing behind that would answer from an old version."""
    up = start()
    until(lambda: len(up.children()) == 3, READY_WITHIN_S, "three processes")
    children = up.children()
    up.process.kill()
    up.process.wait()
    _, living = psutil.wait_procs(children, timeout=ENDS_WITHIN_S)
    assert living == []
