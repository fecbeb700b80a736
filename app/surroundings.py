"""Questions to the machine before anything starts: is the port free, can the folder be written, who runs already."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

PID_FILE: Final = "up.pid"
PORTS_TRIED: Final = 50


class CannotStart(Exception):
    """Something about this machine is in the way; the message says what, and a way out."""


def port_problem(host: str, port: int) -> str | None:
    """Say why the gateway cannot listen there and what to type instead; None if it can."""
    error = _bind(host, port)
    if error is None:
        return None
    if error.errno == errno.EADDRINUSE:
        other = free_port(host, port + 1)
        way_out = f"or take another: ./maalem up --port {other}" if other else "or take another with --port"
        return f"Port {port} is busy{_who_has(port)}. Stop that program, {way_out}"
    if error.errno == errno.EACCES:
        return f"Port {port} needs special rights. Take one from 1024 up: ./maalem up --port 8000"
    return f"Cannot listen on {host}: {error.strerror}. For this machine alone: ./maalem up --host 127.0.0.1"


def free_port(host: str, first: int) -> int | None:
    """The first free port from `first` on, None if the next fifty are all taken."""
    last = min(first + PORTS_TRIED, 65536)
    return next((port for port in range(first, last) if _bind(host, port) is None), None)


def _bind(host: str, port: int) -> OSError | None:
    """Try to listen, as the gateway will, and let go at once."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen(1)
    except OSError as error:
        return error
    return None


def _who_has(port: int) -> str:
    try:
        for one in psutil.net_connections(kind="tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr[1] == port and one.pid:
                return f" ({psutil.Process(one.pid).name()}, process {one.pid})"
    except (psutil.Error, OSError):
        return ""  # other people's processes are not shown to everybody
    return ""


def folder_problem(folder: Path, variable: str) -> str | None:
    """Say why files cannot be written in a folder, which is made if need be; None if they can."""
    trial = folder / f".trial-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return f"Cannot write in {folder}: {reason}. Choose a folder of your own: {variable}=~/maalem-data ./maalem up"
    return None


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home folder for one `up`; given back when the block ends, or when the process dies in any way.

    Raises:
        CannotStart: Another `up` holds it.
    """
    with (home / PID_FILE).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            other = file.read().strip() or "unknown"
            raise CannotStart(
                f"Maalem is already up on {home} (process {other}). Stop it with Ctrl-C there or: kill {other}\n"
                "For a second one beside it: MAALEM_HOME=~/maalem-2 ./maalem up --port 8001"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.seek(0)
        file.truncate()
