"""What every test stands on: a clean environment, a fixed clock, and no network but loopback."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import structlog

from bot.engine import rasa_compat, training
from bot.engine.rasa_compat.environment import known_warnings_ignored
from runtime.clock import FixedClock
from runtime.settings import load_settings

pytest_plugins = ["tests.databases"]
rasa_compat.install()  # before any test module imports Rasa

PROJECT: Final = Path(__file__).resolve().parent.parent
WATCHED: Final = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0}
"""Audit event → where the address stands among its arguments."""
CLEARED: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class NetworkRefusedError(RuntimeError):
    """A test wanted to leave this machine. Not an OSError: nothing may take it for a weak network."""


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in {"", "localhost", "localhost.localdomain"}:
        return True  # None and "" are this machine
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _is_numeric(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _guard(event: str, args: tuple[Any, ...]) -> None:
    position = WATCHED.get(event)
    if position is None:
        return
    address = args[position]
    host = address[0] if isinstance(address, tuple) else address
    # A bare string is the path of a Unix socket, which never leaves the machine.
    # Asked for an address of figures, getaddrinfo reads it here; a name would be asked of another machine.
    leaves = not _is_numeric(host) if event == "socket.getaddrinfo" else isinstance(address, tuple)
    if leaves and not _is_here(host):
        raise NetworkRefusedError(f"a test wanted to reach {host!r}: only 127.0.0.1 is allowed (tests/fakes/)")


def pytest_configure() -> None:
    """Close the network before any test module is imported; an audit hook cannot be taken off again."""
    sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine or of a `.env` reaches a test, nor a process it starts."""
    for name in list(os.environ):
        if name.upper().startswith("MAALEM_") or name in CLEARED:
            monkeypatch.delenv(name)
    monkeypatch.setenv("MAALEM_ENV_FILE", os.devnull)
    monkeypatch.setenv("RASA_TELEMETRY_ENABLED", "false")


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """What a command set up for its logs ends with its test."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at 09:00 UTC on 2026-11-23 until the test moves it."""
    return FixedClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The model of this version's data: the one already trained if it fits, else trained now."""
    done = subprocess.run(
        [sys.executable, "-m", "app", "train"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    model = training.newest_model(load_settings({}).model_dir)
    assert done.returncode == 0, done.stdout + done.stderr
    assert model is not None
    return model


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rasa's archive of the project's own pipeline, trained on the very small set of tests/nlu."""
    rasa_compat.install()  # all of Rasa again, where a test before needed less
    from rasa.model_training import train_nlu  # noqa: PLC0415 - after install()

    folder = tmp_path_factory.mktemp("tiny")
    with known_warnings_ignored():
        made = train_nlu(
            str(PROJECT / "config.yml"),
            str(PROJECT / "tests/nlu/tiny.yml"),
            str(folder),
            fixed_model_name="maalem-tiny",
        )
    assert made is not None
    return Path(made)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis server of its own on a Unix socket, stopped at the end of the session."""
    folder = tmp_path_factory.mktemp("redis")
    path = folder / "r.sock"
    server = subprocess.Popen(
        [
            *(Path(sys.executable).with_name("redis-server"), "--port", "0", "--unixsocket", path),
            *("--save", "", "--appendonly", "no", "--daemonize", "no"),
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(500):
            if path.exists():
                break
            if server.poll() is not None:
                pytest.fail("redis-server did not start")
            try:
                server.wait(0.01)
            except subprocess.TimeoutExpired:
                continue
        yield f"unix://{path}"
    finally:
        server.terminate()
        server.wait(10)
