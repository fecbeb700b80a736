"""What is in the way is told before anything starts, with a way out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.surroundings import PID_FILE, CannotStart, folder_problem, free_port, only_one, port_problem
from runtime.settings import PROJECT


@pytest.fixture
def busy_port() -> int:
    """A port that somebody listens on while the test runs."""
    holder = socket.create_server(("127.0.0.1", 0))
    _HELD.append(holder)
    return int(holder.getsockname()[1])


_HELD: list[socket.socket] = []


@pytest.fixture(autouse=True)
def let_go() -> object:
    yield
    while _HELD:
        _HELD.pop().close()


def test_a_free_port_is_no_problem() -> None:
    """Nothing is said, and the port stays free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert port_problem("127.0.0.1", port) is None
    assert port_problem("127.0.0.1", port) is None


def test_a_busy_port_is_named_with_who_has_it_and_another(busy_port: int) -> None:
    """The message says which port, which process, and the command that works."""
    problem = port_problem("127.0.0.1", busy_port)
    assert problem is not None
    assert f"Port {busy_port} is busy" in problem
    assert f"process {os.getpid()}" in problem
    other = int(problem.rpartition("--port ")[2])
    assert port_problem("127.0.0.1", other) is None


def test_an_address_of_another_machine_is_refused() -> None:
    """Listening where this machine is not gets its own words."""
    problem = port_problem("192.0.2.1", 8000)
    assert problem is not None
    assert "--host 127.0.0.1" in problem


def test_no_port_beyond_the_last() -> None:
    """Looking for a free port ends with the ports."""
    assert free_port("127.0.0.1", 65536) is None


def test_a_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    """Looking whether one can write leaves nothing behind."""
    folder = tmp_path / "a" / "b"
    assert folder_problem(folder, "MAALEM_HOME") is None
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_with_a_way_out(tmp_path: Path) -> None:
    """The message names the folder and the variable that moves it."""
    (tmp_path / "file").write_text("", "utf-8")
    problem = folder_problem(tmp_path / "file" / "home", "MAALEM_HOME")
    assert problem is not None
    assert str(tmp_path) in problem
    assert "MAALEM_HOME=" in problem


def test_one_home_has_one_up(tmp_path: Path) -> None:
    """A second one is told who holds the home."""
    with only_one(tmp_path):
        assert (tmp_path / PID_FILE).read_text("ascii") == str(os.getpid())
        with pytest.raises(CannotStart, match=f"process {os.getpid()}"), only_one(tmp_path):
            pytest.fail("two at once")
    with only_one(tmp_path):
        pass


def test_a_killed_up_leaves_the_home_free(tmp_path: Path) -> None:
    """A file that a dead process left does not keep anybody out."""
    program = (
        "import os, sys; from pathlib import Path; from app.surroundings import only_one\n"
        "only_one(Path(sys.argv[1])).__enter__(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, check=False)
    assert (tmp_path / PID_FILE).read_text("ascii")
    with only_one(tmp_path):
        pass
