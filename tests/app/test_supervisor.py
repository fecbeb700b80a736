"""The supervisor with real child processes: restarted, stopped, never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from app.supervisor import LONGEST_PAUSE_S, ChildSpec, Supervisor
from runtime.settings import PROJECT

SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "open(sys.argv[1], 'w').close(); time.sleep(60)"
)


def _python(name: str, program: str, *arguments: str, **environment: str) -> ChildSpec:
    return ChildSpec(name, (sys.executable, "-S", "-c", program, *arguments), environment)


def _until(condition: Callable[[], object], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def supervise() -> Iterator[Callable[..., Supervisor]]:
    """Makes supervisors, and stops them whatever happens."""
    made: list[Supervisor] = []

    def make(*specs: ChildSpec, first_pause_s: float = 0.02, stop_within_s: float = 5) -> Supervisor:
        made.append(Supervisor(list(specs), first_pause_s=first_pause_s, stop_within_s=stop_within_s))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop()


def test_a_child_that_dies_is_started_again(supervise: Callable[..., Supervisor]) -> None:
    """Killed from outside, a child comes back as a new process under its name."""
    supervisor = supervise(_python("worker-1", SLEEP))
    supervisor.start()
    first = supervisor.pid("worker-1")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert _until(lambda: supervisor.poll() == ["worker-1"])
    assert supervisor.failures("worker-1") == 1
    assert _until(lambda: supervisor.poll() is not None and supervisor.pid("worker-1") not in {None, first})


def test_the_others_are_left_alone(supervise: Callable[..., Supervisor]) -> None:
    """One child's death touches no other."""
    supervisor = supervise(_python("dies", "raise SystemExit(3)"), _python("lives", SLEEP))
    supervisor.start()
    lives = supervisor.pid("lives")
    assert _until(lambda: supervisor.poll() == ["dies"])
    assert supervisor.pid("lives") == lives
    assert supervisor.failures("lives") == 0


def test_pauses_grow_while_a_child_keeps_dying(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    """A child that cannot start does not take the machine: each pause is about twice the one before."""
    program = "import sys, time; open(sys.argv[1], 'a').write(f'{time.time()}\\n'); sys.exit(1)"
    starts = tmp_path / "starts"
    supervisor = supervise(_python("worker-1", program, str(starts)), first_pause_s=0.2)
    supervisor.start()
    assert _until(lambda: supervisor.poll() is not None and supervisor.failures("worker-1") >= 4)
    times = [float(line) for line in starts.read_text("utf-8").split()]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[0] >= 0.18
    assert pauses[2] >= 0.7
    assert LONGEST_PAUSE_S == 30


def test_everything_stops_cleanly(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    """SIGTERM reaches every child, each ends in its own way, and nobody is killed."""
    program = (
        "import signal, sys, time\n"
        "def end(*_): open(sys.argv[1] + '.end', 'w').close(); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); open(sys.argv[1], 'w').close(); time.sleep(60)"
    )
    names = ["one", "two"]
    supervisor = supervise(*(_python(name, program, str(tmp_path / name)) for name in names))
    supervisor.start()
    assert _until(lambda: all((tmp_path / name).exists() for name in names))
    assert supervisor.stop() == []
    assert all((tmp_path / f"{name}.end").exists() for name in names)
    assert supervisor.pid("one") is None


def test_a_child_that_does_not_stop_is_killed(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    """Stopping takes no longer than promised, whatever a child does."""
    ready = tmp_path / "ready"
    supervisor = supervise(_python("stubborn", STUBBORN, str(ready)), stop_within_s=0.3)
    supervisor.start()
    assert _until(ready.exists)
    start = time.monotonic()
    assert supervisor.stop() == ["stubborn"]
    assert time.monotonic() - start < 3


def test_a_child_gets_its_own_environment(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    """What `up` decides travels in variables, on top of those there are."""
    program = "import os, sys; open(sys.argv[1], 'w').write(os.environ['MAALEM_PORT'] + os.environ['PATH'][:1])"
    path = tmp_path / "seen"
    supervisor = supervise(_python("one", program, str(path), MAALEM_PORT="8123"), first_pause_s=60)
    supervisor.start()
    assert _until(lambda: path.exists() and path.read_text("utf-8"))
    assert path.read_text("utf-8") == "8123" + os.environ["PATH"][:1]


def test_a_program_that_is_not_there_is_told_at_once(supervise: Callable[..., Supervisor]) -> None:
    """What can never start is an error, not an endless restart."""
    supervisor = supervise(ChildSpec("nothing", ("/no/such/program",)))
    with pytest.raises(OSError, match="No such file"):
        supervisor.start()


def test_watching_ends_when_told(supervise: Callable[..., Supervisor]) -> None:
    """`run` goes round until the event is set, and calls what it was given each time."""
    supervisor = supervise(_python("one", SLEEP))
    supervisor.start()
    stop = threading.Event()
    rounds: list[int] = []

    def each() -> None:
        rounds.append(1)
        if len(rounds) == 2:
            stop.set()

    supervisor.run(stop, each)
    assert len(rounds) == 2
    assert supervisor.pid("one") is not None


def test_children_die_with_their_parent() -> None:
    """A supervisor that is killed outright leaves no process behind (on Linux, whose kernel sees to it)."""
    program = (
        "import sys, time; from app.supervisor import *\n"
        f"s = Supervisor([ChildSpec('one', (sys.executable, '-S', '-c', {SLEEP!r}))]); s.start()\n"
        "print(s.pid('one'), flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()

    def is_gone() -> bool:
        try:
            return psutil.Process(child).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    assert _until(is_gone)
