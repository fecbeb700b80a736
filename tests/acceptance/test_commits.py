"""Death right before and right after every commit: what was committed stays, what was not has not happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import httpx
import pytest

from channels.telegram.render import MAX_TEXT_UNITS
from conversation import Inbound, InboundKind, Outbound, PersonKey
from runtime.clock import SystemClock
from storage import inbox, outbox, people, tables
from storage.database import Database
from tests.acceptance.conftest import PATIENCE_S, Lives, rows
from tests.fakes.telegram import FakeTelegram
from tests.updates import HEADERS, text_update

PERSON: Final = PersonKey("telegram", "4711")
WORKER_COMMITS: Final = {1: "sign of life", 2: "claim", 3: "turn", 4: "next claim"}
SENDER_COMMITS: Final = {
    1: "recovery",
    2: "housekeeping",
    3: "claim",
    4: "page 0 begun",
    5: "page 0 noted",
    6: "page 1 begun",
    7: "page 1 noted",
    8: "page 2 begun",
    9: "sent",
}
CALLED: Final = {(4, "after"), (5, "before"), (6, "after"), (7, "before"), (8, "after"), (9, "before")}
"""Deaths that leave it open whether the provider has the page."""
PAGES: Final = ("Page 0", "Page 1", "Page 2")


def say(database: Database, message_id: str, text: str) -> None:
    """Have a message waiting, as the gateway leaves it."""
    now = SystemClock().now()
    with database.begin() as connection:
        inbox.store(connection, [Inbound(PERSON, message_id, InboundKind.TEXT, now, text)], received_at=now)


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"not within {PATIENCE_S:.0f} s: {what}"
        time.sleep(0.02)


def answered(lives: Lives, environment: dict[str, str], database: Database) -> None:
    """Let a healthy worker answer what waits."""
    pid = lives.begin(environment)
    until(lambda: all(row.state != "waiting" for row in rows(database, tables.inbox)), "answers")
    lives.stop(pid, environment)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("commit", list(WORKER_COMMITS), ids=list(WORKER_COMMITS.values()))
def test_a_worker_that_dies_at_a_commit_loses_and_repeats_nothing(
    worker_lives: Lives, environment: dict[str, str], database: Database, when: str, commit: int
) -> None:
    """A turn is there whole or not at all; its successor does what is missing, and that once."""
    say(database, "1", "je veux m'inscrire au programme")
    answered(worker_lives, environment, database)
    say(database, "2", "J'accepte")
    worker_lives.begin(environment, when, commit)
    assert worker_lives.died()

    done = commit > 3 or (commit == 3 and when == "after")
    marks = {len(rows(database, table)) for table in (tables.turn, tables.outbox)}
    assert marks == {2 if done else 1}
    assert len(rows(database, tables.consent)) == int(done)
    assert rows(database, tables.inbox)[-1].state == ("done" if done else "waiting")

    answered(worker_lives, environment, database)
    first, second = rows(database, tables.turn)
    (consent,) = rows(database, tables.consent)
    (talk,) = rows(database, tables.conversation)
    assert [one["inbox_id"] for turn in (first, second) for one in turn.understanding] == [1, 2]
    assert [row.turn_id for row in rows(database, tables.outbox)] == [first.id, second.id]
    assert consent.answer == "accepted"
    assert talk.tracker["slots"]["consent"] == "accept"
    assert talk.tracker["slots"]["requested_slot"] == "track"
    assert talk.lease_owner is None
    attempts = rows(database, tables.inbox)[-1].attempts
    counted = (commit, when) in {(2, "after"), (3, "before")}
    assert attempts == 1 + counted
    kinds = [(row.direction, row.turn_id) for row in rows(database, tables.message)]
    assert kinds == [("in", first.id), ("out", first.id), ("in", second.id), ("out", second.id)]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("commit", list(SENDER_COMMITS), ids=list(SENDER_COMMITS.values()))
def test_a_sender_that_dies_at_a_commit_shows_nothing_twice_but_what_got_no_answer(
    sender_lives: Lives,
    environment: dict[str, str],
    database: Database,
    telegram: FakeTelegram,
    when: str,
    commit: int,
) -> None:
    """A long answer goes on where it stopped: only the page whose note was lost may come again, and it is counted."""
    text = "\n\n".join(page + " " + "é" * (MAX_TEXT_UNITS - 20) for page in PAGES)
    now = SystemClock().now()
    with database.begin() as connection:
        conversation_id = people.ensure(connection, PERSON, now=now)
        for answer in (text, "and then"):
            outbox.add(
                connection,
                Outbound(answer, "fr"),
                conversation_id=conversation_id,
                channel=PERSON.channel,
                address=PERSON.address,
                turn_id=None,
                now=now,
            )
    sender_lives.begin(environment, when, commit)
    assert sender_lives.died()
    pid = sender_lives.begin(environment)
    until(lambda: all(row.state == "sent" for row in rows(database, tables.outbox)), "both sent")
    sender_lives.stop(pid, environment)

    shown = [message["text"][:6] for message in telegram.messages(PERSON.address)]
    twice = {(5, "before"): "Page 0", (7, "before"): "Page 1", (9, "before"): "Page 2"}.get((commit, when))
    expected = [page for page in PAGES for _ in range(2 if page == twice else 1)]
    assert shown == [*expected, "and th"]
    first, second = rows(database, tables.outbox)
    assert (first.unanswered, second.unanswered) == (int((commit, when) in CALLED), 0)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_gateway_that_dies_at_its_commit_has_acknowledged_nothing(
    gateway_lives: Lives, environment: dict[str, str], database: Database, when: str
) -> None:
    """Telegram hears no 200, so it comes again: one row, whether the first had been kept or not."""
    url = f"http://127.0.0.1:{environment['MAALEM_PORT']}"
    update = text_update(1, 4711, "سلام")

    def post() -> int:
        return httpx.post(f"{url}/webhooks/telegram", json=update, headers=HEADERS, timeout=10).status_code

    def alive() -> bool:
        try:
            return httpx.get(f"{url}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    gateway_lives.begin(environment, when, 1)
    until(alive, "the gateway")
    with pytest.raises(httpx.TransportError):
        post()
    assert gateway_lives.died()
    assert len(rows(database, tables.inbox)) == int(when == "after")

    pid = gateway_lives.begin(environment)
    until(alive, "the gateway")
    assert [post(), post()] == [200, 200]
    (row,) = rows(database, tables.inbox)
    assert (row.state, row.body["text"]) == ("waiting", "سلام")
    gateway_lives.stop(pid, environment)
