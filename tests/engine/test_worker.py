"""The worker: a turn happens whole or not at all, a failing message is tried, counted and at last set aside."""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.fits import fits
from bot.actions.context import current
from bot.engine import worker as worker_module
from bot.engine.loading import load_engine
from bot.engine.turn import Engine
from bot.engine.worker import RETRY_S, Worker
from conversation import Inbound, InboundKind, PersonKey
from runtime.clock import FixedClock, SystemClock
from runtime.settings import load_settings
from runtime.wakeup import Wakeups
from storage import channel_state, inbox, migrate, outbox, staff, tables
from storage.database import Database

MAX_ATTEMPTS = 3
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def engine(trained_model: Path) -> Engine:
    """Rasa with the trained model, loaded once."""
    engine = load_engine(load_settings(), fits, trained_model)
    engine._rng = random.Random(7)
    return engine


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database."""
    url = f"sqlite:///{tmp_path / 'maalem.db'}"
    migrate.upgrade(url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """The worker's event loop."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def make(engine: Engine, database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[Callable[..., Worker]]:
    """Make a worker."""
    wakeups = Wakeups(tmp_path)

    def made(name: str = "worker-1", **more: Any) -> Worker:
        return Worker(**{
            "name": name,
            "database": database,
            "engine": engine,
            "wakeups": wakeups,
            "clock": clock,
            "lease_s": 20,
            "turn_timeout_s": 5,
            "max_attempts": MAX_ATTEMPTS,
            **more,
        })

    yield made
    wakeups.close()


@pytest.fixture
def worker(make: Callable[..., Worker]) -> Worker:
    """A worker."""
    return make()


@pytest.fixture
def replace(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[..., Any]], None]:
    """Put something else in the place of a registered action, until the test ends."""
    endpoint: Any = engine._processor.action_endpoint

    def put(name: str, run: Callable[..., Any]) -> None:
        assert name in endpoint._executor.actions
        monkeypatch.setitem(endpoint._executor.actions, name, run)

    return put


def say(worker: Worker, text: str, *, address: str = "+212600000001", wait_s: float = 0) -> int:
    """Let a message come in; its row."""
    at = worker.clock.now()
    person = PersonKey("simulator-whatsapp", address)
    inbound = Inbound(person, f"m{next(_numbers)}", InboundKind.TEXT, at, text)
    with worker.database.begin() as connection:
        inbox.store(connection, [inbound], received_at=at, wait_s=wait_s)
        found = inbox.find(connection, person, inbound.message_id)
    assert found is not None
    return found[0]


def row(worker: Worker, inbox_id: int) -> Any:
    with worker.database.read() as connection:
        return connection.execute(sa.select(tables.inbox).where(tables.inbox.c.id == inbox_id)).one()


def table(worker: Worker, which: sa.Table) -> list[Any]:
    with worker.database.read() as connection:
        return list(connection.execute(sa.select(which).order_by(*which.primary_key.columns)).all())


def texts(worker: Worker) -> list[str]:
    """What was answered, oldest first."""
    return [one.body["text"] for one in table(worker, tables.outbox)]


def broken(*_arguments: Any) -> list[Any]:
    raise ZeroDivisionError("the person's own words")


def serve(worker: Worker, runner: asyncio.Runner, clock: FixedClock, *, times: int) -> None:
    """So many attempts, each at its time."""
    for attempt in range(times):
        assert worker.once(runner)
        clock.advance(RETRY_S[min(attempt, len(RETRY_S) - 1)])


def test_a_turn_leaves_everything_in_its_place(worker: Worker, runner: asyncio.Runner) -> None:
    """Answer queued, message closed and emptied, log and events written, the person free for any worker."""
    inbox_id = say(worker, "Bonjour")
    assert worker.once(runner)
    closed = row(worker, inbox_id)
    (turn,), (answer,), (talk,) = (table(worker, one) for one in (tables.turn, tables.outbox, tables.conversation))
    assert (closed.state, closed.body, closed.turn_id, closed.attempts) == ("done", {}, turn.id, 1)
    assert (answer.state, answer.turn_id, answer.address) == ("queued", turn.id, "+212600000001")
    assert turn.actions == ["action_greet"]
    assert [one.direction for one in table(worker, tables.message)] == ["in", "out"]
    assert (talk.lease_owner, talk.lease_until) == (None, None)


def test_without_messages_there_is_nothing_to_do(worker: Worker, runner: asyncio.Runner) -> None:
    """And nothing is written."""
    assert not worker.once(runner)
    assert table(worker, tables.conversation) == []


def test_a_burst_is_one_turn_in_order(worker: Worker, runner: asyncio.Runner, clock: FixedClock) -> None:
    """Several short messages wait for each other and get one answer, to all of them."""
    ids = [say(worker, text, wait_s=0.8) for text in ("Bonjour", "je veux", "m'inscrire au programme")]
    assert not worker.once(runner)
    clock.advance(0.8)
    assert worker.once(runner)
    (turn,) = table(worker, tables.turn)
    assert {row(worker, one).turn_id for one in ids} == {turn.id}
    assert [one["inbox_id"] for one in turn.understanding] == ids
    assert len(texts(worker)) == 1
    assert not worker.once(runner)


def test_people_are_served_in_the_order_they_came(worker: Worker, runner: asyncio.Runner) -> None:
    """The one who has waited longest is next."""
    for number in range(4):
        say(worker, "Bonjour", address=f"+21260000000{number}")
    while worker.once(runner):
        pass
    assert [one.address[-1] for one in table(worker, tables.outbox)] == ["0", "1", "2", "3"]


def test_a_failed_turn_leaves_nothing_but_its_attempt(
    worker: Worker, runner: asyncio.Runner, clock: FixedClock, replace: Callable[..., None]
) -> None:
    """What its actions wrote is gone; the message waits whole, for one second; the person is free."""

    def writes_then_breaks(*_arguments: Any) -> list[Any]:
        context = current()
        staff.ask(
            context.connection,
            person_id=context.person_id,
            conversation_id=context.conversation_id,
            kind="person",
            details={},
            now=context.now,
        )
        raise KeyError("x")

    replace("action_greet", writes_then_breaks)
    inbox_id = say(worker, "Bonjour")
    assert worker.once(runner)
    waiting, (talk,) = row(worker, inbox_id), table(worker, tables.conversation)
    assert (waiting.state, waiting.attempts, waiting.body["text"]) == ("waiting", 1, "Bonjour")
    assert (waiting.not_before - clock.now()).total_seconds() == RETRY_S[0]
    assert (talk.lease_owner, talk.tracker, talk.menus, talk.last_inbound_at) == (None, {}, [], None)
    for empty in (tables.turn, tables.outbox, tables.message, tables.staff_request):
        assert table(worker, empty) == []


def test_the_next_attempt_comes_at_its_time(
    worker: Worker, runner: asyncio.Runner, clock: FixedClock, replace: Callable[..., None]
) -> None:
    """Pauses grow: nothing happens before they are over."""
    replace("action_greet", broken)
    inbox_id = say(worker, "Bonjour")
    for attempt, pause in enumerate(RETRY_S[:MAX_ATTEMPTS], start=1):
        assert worker.once(runner)
        assert row(worker, inbox_id).attempts == attempt
        clock.advance(pause - 0.01)
        assert not worker.once(runner)
        clock.advance(0.01)


def test_what_works_at_the_second_attempt_is_answered_once(
    worker: Worker,
    runner: asyncio.Runner,
    clock: FixedClock,
    replace: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A passing trouble is not noticed, but for a second of waiting."""
    inbox_id = say(worker, "Bonjour")
    replace("action_greet", broken)
    assert worker.once(runner)
    monkeypatch.undo()
    clock.advance(RETRY_S[0])
    assert worker.once(runner)
    assert not worker.once(runner)
    assert (row(worker, inbox_id).state, row(worker, inbox_id).attempts) == ("done", 2)
    assert len(texts(worker)) == len(table(worker, tables.turn)) == 1
    assert table(worker, tables.staff_request) == []


def test_after_three_failures_the_message_is_set_aside(
    worker: Worker, runner: asyncio.Runner, clock: FixedClock, replace: Callable[..., None]
) -> None:
    """The person gets an apology, the team gets the message with its words, and nobody tries again."""
    replace("action_greet", broken)
    inbox_id = say(worker, "Bonjour")
    serve(worker, runner, clock, times=MAX_ATTEMPTS)
    assert texts(worker) == []
    assert worker.once(runner)
    aside, (answer,) = row(worker, inbox_id), table(worker, tables.outbox)
    (asked,) = table(worker, tables.staff_request)
    assert (aside.state, aside.body["text"]) == ("set_aside", "Bonjour")
    assert (answer.state, answer.turn_id) == ("queued", aside.turn_id)
    assert "شي حد" in answer.body["text"]
    assert (asked.kind, asked.details, asked.state) == ("failed_message", {"inbox_ids": [inbox_id]}, "open")
    clock.advance(3600)
    assert not worker.once(runner)
    assert [one.text for one in table(worker, tables.message)] == ["Bonjour", answer.body["text"]]


def test_the_apology_comes_in_the_persons_language(
    worker: Worker, runner: asyncio.Runner, clock: FixedClock, replace: Callable[..., None]
) -> None:
    """What was learnt before the failure is not forgotten with it."""
    say(worker, "je veux m'inscrire au programme")
    assert worker.once(runner)
    replace("validate_enroll_form", broken)
    say(worker, "J'accepte")
    serve(worker, runner, clock, times=MAX_ATTEMPTS + 1)
    assert "Désolés" in texts(worker)[-1]


def test_after_an_apology_the_talk_goes_on_where_it_was(
    worker: Worker,
    runner: asyncio.Runner,
    clock: FixedClock,
    replace: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The failed message cost neither the place in the form nor the menu."""
    say(worker, "je veux m'inscrire au programme")
    assert worker.once(runner)
    replace("validate_enroll_form", broken)
    say(worker, "J'accepte")
    serve(worker, runner, clock, times=MAX_ATTEMPTS + 1)
    monkeypatch.undo()
    say(worker, "J'accepte")
    assert worker.once(runner)
    (consent,) = table(worker, tables.consent)
    assert consent.answer == "accepted"


def test_the_message_behind_a_failing_one_is_answered_after_it(
    worker: Worker, runner: asyncio.Runner, clock: FixedClock, replace: Callable[..., None]
) -> None:
    """It waits for the pauses of the one before, is not counted with it, and then has its answer."""
    replace("action_greet", broken)
    bad = say(worker, "Bonjour")
    assert worker.once(runner)
    good = say(worker, "je veux m'inscrire au programme")
    assert not worker.once(runner)
    for pause in RETRY_S[: MAX_ATTEMPTS - 1]:
        clock.advance(pause)
        assert worker.once(runner)
    clock.advance(RETRY_S[-1])
    while worker.once(runner):
        pass
    assert (row(worker, bad).state, row(worker, good).state) == ("set_aside", "done")
    assert row(worker, good).attempts == 1
    assert len(texts(worker)) == 2


def test_one_that_fails_in_a_burst_does_not_take_the_others_along(
    worker: Worker, runner: asyncio.Runner, clock: FixedClock, replace: Callable[..., None]
) -> None:
    """After the failure of all together each is tried alone: the innocent are answered, one is set aside."""
    replace("action_media", broken)
    ids = [say(worker, text) for text in ("Bonjour", "🙂", "je veux m'inscrire au programme")]
    for _ in range(12):
        if not worker.once(runner):
            clock.advance(RETRY_S[-1])
    assert [row(worker, one).state for one in ids] == ["done", "set_aside", "done"]
    (asked,) = table(worker, tables.staff_request)
    assert asked.details == {"inbox_ids": [ids[1]]}
    assert len(texts(worker)) == 3


def test_one_persons_trouble_is_nobody_elses(
    worker: Worker, runner: asyncio.Runner, replace: Callable[..., None]
) -> None:
    """While one waits for another attempt with more behind, the next person is served at once."""
    replace("action_greet", broken)
    say(worker, "Bonjour")
    assert worker.once(runner)
    say(worker, "Bonjour")
    other = say(worker, "je veux m'inscrire au programme", address="+212600000002")
    assert worker.once(runner)
    assert row(worker, other).state == "done"


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
    serve(worker, runner, clock, times=0)
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


def test_a_person_whose_record_is_broken_holds_up_nobody(
    worker: Worker, runner: asyncio.Runner, clock: FixedClock
) -> None:
    """Where even the apology fails it is tried again later, and everybody else is served."""
    say(worker, "Bonjour")
    assert worker.once(runner)
    with worker.database.begin() as connection:
        connection.execute(tables.conversation.update().values(menus=[{"no": "menu"}]))
    broken_one = say(worker, "Bonjour")
    for number in range(6):
        assert worker.once(runner)
        other = say(worker, "Bonjour", address=f"+21261000000{number}")
        assert worker.once(runner)
        assert row(worker, other).state == "done"
        clock.advance(RETRY_S[-1])
    assert row(worker, broken_one).state == "waiting"
    with worker.database.begin() as connection:
        connection.execute(tables.conversation.update().values(menus=[]))
    assert worker.once(runner)
    assert row(worker, broken_one).state == "set_aside"


def test_logs_of_a_failure_say_where_and_not_what(
    worker: Worker, runner: asyncio.Runner, replace: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """An error's own words may quote a person: its type and place are enough."""
    replace("action_greet", broken)
    say(worker, "Bonjour chère khadija")
    assert worker.once(runner)
    written = "".join(capsys.readouterr())
    assert "turn_failed" in written
    assert "ZeroDivisionError" in written
    assert "test_worker.py:" in written
    for word in ("own words", "khadija", "212600000001"):
        assert word not in written


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
        _until(lambda: len(texts(worker)) == 1)
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
        _until(lambda: len(texts(worker)) == 1)
        stop.set()
    assert "worker_paused" in "".join(capsys.readouterr())


def test_two_workers_never_answer_one_message_twice(make: Callable[..., Worker], tmp_path: Path) -> None:
    """Side by side on thirty people: every message has one turn, nobody waits."""
    workers = [make(name, clock=SystemClock()) for name in ("worker-1", "worker-2")]
    ids = [say(workers[0], text, address=f"+2126{number:08}") for number in range(15) for text in ("Bonjour", "merci")]
    with working(workers[0], tmp_path) as first, working(workers[1], tmp_path) as second:
        _until(lambda: all(row(workers[0], one).state == "done" for one in ids))
        first.set()
        second.set()
    understood = [one["inbox_id"] for turn in table(workers[0], tables.turn) for one in turn.understanding]
    assert sorted(understood) == ids
    with workers[0].database.read() as connection:
        assert outbox.counts(connection) == {"queued": len(table(workers[0], tables.turn))}


class working:  # noqa: N801 - reads as a sentence
    """A worker at work in a thread of its own; gives the event that ends it."""

    def __init__(self, worker: Worker, home: Path) -> None:
        self._listener = Wakeups(home).listen("inbox")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=worker.work, args=(self._stop, self._listener))

    def __enter__(self) -> threading.Event:
        self._thread.start()
        return self._stop

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._listener.close()


def _until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came about")
