"""Wake-ups: heard by whoever listens, on one machine and through a real Redis; never in the way when lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from runtime import wakeup
from runtime.settings import PROJECT, load_settings
from runtime.wakeup import Wakeups


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_whoever_listens_is_woken(home: Path) -> None:
    """Every listener of the topic hears it, and no listener of another."""
    wakeups = Wakeups(home)
    with wakeups.listen("inbox") as one, wakeups.listen("inbox") as two, wakeups.listen("outbox") as other:
        wakeups.publish("inbox")
        assert one.wait(1)
        assert two.wait(1)
        assert not other.wait(0)
    wakeups.close()


def test_a_wakeup_between_two_waits_counts(home: Path) -> None:
    """Nothing is missed while the listener works; many wake-ups are one."""
    wakeups = Wakeups(home)
    with wakeups.listen("inbox") as listener:
        for _ in range(2000):  # more than any socket's queue holds
            wakeups.publish("inbox")
        assert listener.wait(0)
        assert not listener.wait(0)
    wakeups.close()


def test_waiting_ends_in_time(home: Path) -> None:
    """Without a wake-up the listener goes to look by itself."""
    with Wakeups(home).listen("inbox") as listener:
        start = time.monotonic()
        assert not listener.wait(0.05)
        assert 0.04 < time.monotonic() - start < 2


def test_a_waiter_is_woken_at_once(home: Path) -> None:
    """A wake-up ends a wait that has already begun."""
    wakeups = Wakeups(home)
    with wakeups.listen("inbox") as listener:
        timer = threading.Timer(0.05, lambda: wakeups.publish("inbox"))
        timer.start()
        start = time.monotonic()
        assert listener.wait(10)
        assert time.monotonic() - start < 5
        timer.join()
    wakeups.close()


def test_nobody_listens(home: Path) -> None:
    """Publishing into the void is no error, even where there is no folder."""
    wakeups = Wakeups(home)
    wakeups.publish("inbox")
    with wakeups.listen("outbox"):
        wakeups.publish("inbox")
    wakeups.close()


def test_a_dead_listener_is_ignored_and_its_file_removed(home: Path) -> None:
    """A killed process leaves a socket behind: the next wake-up clears it away and reaches the living."""
    program = "import os,sys;from pathlib import Path;from runtime.wakeup import Wakeups;"
    program += "listener=Wakeups(Path(sys.argv[1])).listen('inbox');os._exit(9)"
    subprocess.run([sys.executable, "-c", program, str(home)], cwd=PROJECT, check=False)
    wakeups = Wakeups(home)
    folder = wakeup._socket_folder(home)
    (dead,) = folder.iterdir()
    with wakeups.listen("inbox") as listener:
        wakeups.publish("inbox")
        assert listener.wait(1)
    wakeups.close()
    assert not dead.exists()
    assert list(folder.iterdir()) == []


def test_other_processes_are_woken(home: Path) -> None:
    """What one process publishes another hears."""
    program = "import sys;from pathlib import Path;from runtime.wakeup import Wakeups;"
    program += "Wakeups(Path(sys.argv[1])).publish('inbox')"
    with Wakeups(home).listen("inbox") as listener:
        subprocess.run([sys.executable, "-c", program, str(home)], cwd=PROJECT, check=True)
        assert listener.wait(1)


def test_a_home_however_deep_works(tmp_path: Path) -> None:
    """A folder too long for a socket's address gets a short one elsewhere, the same for every process."""
    home = tmp_path / ("deep" * 20) / ("deeper" * 20)
    with Wakeups(home).listen("inbox") as listener:
        wakeups = Wakeups(home)
        wakeups.publish("inbox")
        assert listener.wait(1)
        wakeups.close()


def test_two_homes_do_not_hear_each_other(tmp_path: Path) -> None:
    """Two bots on one machine stay apart."""
    here, there = Wakeups(tmp_path / "here"), Wakeups(tmp_path / "there")
    with here.listen("inbox") as listener, there.listen("inbox"):
        there.publish("inbox")
        assert not listener.wait(0)
    there.close()


@pytest.mark.parametrize("topic", ["", "Inbox", "in/box", "../inbox", "in.box", "x" * 40])
def test_a_topic_is_a_short_word(topic: str, home: Path) -> None:
    """A topic stands in a file's name: nothing else gets there."""
    wakeups = Wakeups(home)
    with pytest.raises(ValueError, match="short word"):
        wakeups.publish(topic)
    with pytest.raises(ValueError, match="short word"):
        wakeups.listen(topic)


async def test_waiting_leaves_the_loop_to_others(home: Path) -> None:
    """Other tasks run while one waits; the wake-up comes from one of them."""
    wakeups = Wakeups(home)
    with wakeups.listen("outbox") as listener:
        waiting = asyncio.create_task(listener.wait_async(10))
        await asyncio.sleep(0.01)
        await wakeups.publish_async("outbox")
        assert await waiting
        assert not await listener.wait_async(0.01)
        wakeups.publish("outbox")
        assert await listener.wait_async(0)
    await wakeups.aclose()


async def test_a_wait_can_be_cancelled(home: Path) -> None:
    """A process that stops does not wait to the end; the listener still works afterwards."""
    wakeups = Wakeups(home)
    with wakeups.listen("outbox") as listener:
        waiting = asyncio.create_task(listener.wait_async(10))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        wakeups.publish("outbox")
        assert await listener.wait_async(1)
    wakeups.close()


def _until_subscribed(publisher: Wakeups, listener: wakeup.Listener) -> bool:
    for _ in range(100):
        publisher.publish("inbox")
        if listener.wait(0.1):
            return True
    return False


def test_redis_carries_wakeups_between_machines(tmp_path: Path, redis_url: str) -> None:
    """Two homes, as two machines have, hear each other through Redis."""
    there = Wakeups(tmp_path / "there", redis_url)
    with Wakeups(tmp_path / "here", redis_url).listen("inbox") as listener:
        assert _until_subscribed(there, listener)
        while listener.wait(0.3):
            continue
        there.publish("inbox")
        assert listener.wait(2)
    there.close()


async def test_redis_carries_wakeups_from_a_loop(tmp_path: Path, redis_url: str) -> None:
    """The same from within an event loop, on both sides."""
    there = Wakeups(tmp_path / "there", redis_url)
    with Wakeups(tmp_path / "here", redis_url).listen("outbox") as listener:
        woken = False
        for _ in range(100):
            await there.publish_async("outbox")
            woken = woken or await listener.wait_async(0.1)
            if woken:
                break
        assert woken
    await there.aclose()


async def test_a_lost_redis_is_nobodys_trouble(tmp_path: Path) -> None:
    """Without Redis the machine's own processes still wake each other, and publishing stays quick."""
    nowhere = f"unix://{tmp_path}/gone.sock"
    wakeups = Wakeups(tmp_path / "home", nowhere)
    with wakeups.listen("inbox") as listener:
        start = time.monotonic()
        for _ in range(100):
            wakeups.publish("inbox")
            await wakeups.publish_async("inbox")
        assert time.monotonic() - start < 2
        assert listener.wait(1)
    await wakeups.aclose()


async def test_a_redis_lost_within_a_loop_is_nobodys_trouble(tmp_path: Path) -> None:
    """As above, when the first to notice is in an event loop."""
    wakeups = Wakeups(tmp_path / "home", f"unix://{tmp_path}/gone.sock")
    with wakeups.listen("inbox") as listener:
        await wakeups.publish_async("inbox")
        assert await listener.wait_async(1)
    await wakeups.aclose()


def test_processes_with_the_same_settings_hear_each_other(tmp_path: Path) -> None:
    """Wake-ups made from settings live in their home."""
    settings = load_settings(home=tmp_path)
    with Wakeups.of(settings).listen("inbox") as listener:
        wakeups = Wakeups.of(settings)
        wakeups.publish("inbox")
        assert listener.wait(1)
        wakeups.close()
