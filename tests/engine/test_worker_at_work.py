"""The worker over time: it sleeps and wakes, loses and takes over, and two do not meet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.engine import worker as worker_module
from bot.engine.worker import RETRY_S, Worker
from runtime.clock import FixedClock, SystemClock
from storage import channel_state, inbox, outbox, tables
from tests.engine.waiting import MAX_ATTEMPTS, row, say, table, texts, until, working


def test_a_turn_without_end_is_ended(
    make: Callable[..., Worker], runner: asyncio.Runner, clock: FixedClock, replace: Callable[..., None]
) -> None:
    """Its time over it counts as failed, the database is free, and the next person is served."""

    async def never_ends(*_arguments: Any) -> list[Any]:
        await asyncio.sleep(60)
        return []

    worker = make(turn_timeout_s=0.2)
    replace("action_greet", never_ends)
    stuck = say(worker, "Bonjour")
    other = say(worker, "je veux m'inscrire au programme", address="+212600000002")
    started = time.monotonic()
    assert worker.once(runner)
    assert time.monotonic() - started < 2
    assert (row(worker, stuck).state, row(worker, stuck).attempts) == ("waiting", 1)
    assert worker.once(runner)
    assert row(worker, other).state == "done"
    clock.advance(RETRY_S[0])
    assert worker.once(runner)
    assert row(worker, stuck).attempts == 2


def test_a_worker_that_lost_its_lease_does_nothing(
    make: Callable[..., Worker], runner: asyncio.Runner, clock: FixedClock
) -> None:
    """Too slow between claim and turn, it finds another's name on the person and lets go."""
    slow, quick = make("slow"), make("quick")
    inbox_id = say(slow, "Bonjour")
    with slow.database.begin_light() as connection:
        claim = inbox.claim(connection, owner="slow", now=clock.now(), lease_s=20)
    assert claim is not None
    assert not quick.once(runner)
    clock.advance(20.1)
    with quick.database.begin_light() as connection:
        assert inbox.claim(connection, owner="quick", now=clock.now(), lease_s=20) is not None
    assert runner.run(slow._turn(claim)) == ("-", 0)
    assert (row(slow, inbox_id).state, texts(slow)) == ("waiting", [])
    assert quick.once(runner)
    assert runner.run(slow._turn(claim)) == ("-", 0)
    assert len(texts(slow)) == len(table(slow, tables.turn)) == 1


def test_what_a_killed_worker_held_is_its_own_again_at_once(
    make: Callable[..., Worker], runner: asyncio.Runner, clock: FixedClock
) -> None:
    """Restarted under the same name it need not wait for its old lease; the attempt it died in was counted."""
    inbox_id = say(make(), "Bonjour")
    with make().database.begin_light() as connection:
        inbox.claim(connection, owner="worker-1", now=clock.now(), lease_s=20)
    assert make().once(runner)
    assert (row(make(), inbox_id).state, row(make(), inbox_id).attempts) == ("done", 2)


def test_a_message_that_kills_its_worker_is_set_aside(worker: Worker, runner: asyncio.Runner) -> None:
    """Three deaths are three attempts: the fourth worker apologises instead of dying."""
    inbox_id = say(worker, "Bonjour")
    for _ in range(MAX_ATTEMPTS):
        with worker.database.begin_light() as connection:
            assert inbox.claim(connection, owner=worker.name, now=worker.clock.now(), lease_s=20) is not None
    assert worker.once(runner)
    assert row(worker, inbox_id).state == "set_aside"
    assert len(texts(worker)) == 1


def test_a_worker_says_that_it_is_alive(worker: Worker, clock: FixedClock) -> None:
    """Once counts for half a minute, under its name."""
    worker.give_sign()
    worker.give_sign()
    with worker.database.read() as connection:
        assert channel_state.workers_alive(connection, now=clock.now(), within_s=30) == 1
        clock.advance(31)
        assert channel_state.workers_alive(connection, now=clock.now(), within_s=30) == 0


def test_work_answers_when_woken_and_ends_when_told(make: Callable[..., Worker], tmp_path: Path) -> None:
    """Between messages it sleeps; a wake-up is answered at once; the end is not waited for."""
    worker = make(clock=SystemClock())
    with working(worker, tmp_path) as stop:
        time.sleep(0.2)  # it is asleep
        started = time.monotonic()
        say(worker, "Bonjour")
        worker.wakeups.publish("inbox")
        until(lambda: len(texts(worker)) == 1)
        assert time.monotonic() - started < 0.9  # sooner than by looking every second
        stop.set()


def test_work_outlives_a_database_that_is_away(
    make: Callable[..., Worker],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It says so, waits, and serves what came meanwhile."""
    monkeypatch.setattr(worker_module, "ERROR_PAUSE_S", 0.05)
    worker = make(clock=SystemClock())
    with worker.database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE conversation RENAME TO elsewhere")
    with working(worker, tmp_path) as stop:
        say(worker, "Bonjour")
        time.sleep(0.3)
        with worker.database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO conversation")
        until(lambda: len(texts(worker)) == 1)
        stop.set()
    assert "worker_paused" in "".join(capsys.readouterr())


def test_two_workers_never_answer_one_message_twice(make: Callable[..., Worker], tmp_path: Path) -> None:
    """Side by side on thirty people: every message has one turn, nobody waits."""
    workers = [make(name, clock=SystemClock()) for name in ("worker-1", "worker-2")]
    ids = [say(workers[0], text, address=f"+2126{number:08}") for number in range(15) for text in ("Bonjour", "merci")]
    with working(workers[0], tmp_path) as first, working(workers[1], tmp_path) as second:
        until(lambda: all(row(workers[0], one).state == "done" for one in ids))
        first.set()
        second.set()
    understood = [one["inbox_id"] for turn in table(workers[0], tables.turn) for one in turn.understanding]
    assert sorted(understood) == ids
    with workers[0].database.read() as connection:
        assert outbox.counts(connection) == {"queued": len(table(workers[0], tables.turn))}
