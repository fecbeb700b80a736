"""The worker: a turn happens whole or not at all, a failing message is tried, counted and at last set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.actions.context import current
from bot.engine.worker import RETRY_S, Worker
from runtime.clock import FixedClock
from storage import staff, tables
from tests.engine.waiting import MAX_ATTEMPTS, broken, row, say, table, texts


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
    assert "waiting.py:" in written
    for word in ("own words", "khadija", "212600000001"):
        assert word not in written
