"""The inbox: nothing lost, nothing twice, one person at a time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from conversation import Inbound, InboundKind, Location, PersonKey
from storage import inbox, people
from storage.database import Database

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def a_message(number: int, *, address: str = "1", text: str = "سلام") -> Inbound:
    return Inbound(PersonKey("telegram", address), f"m{number}-{address}", InboundKind.TEXT, NOW, text=text)


def put(database: Database, *messages: Inbound, wait_s: float = 0) -> int:
    with database.begin() as connection:
        return inbox.store(connection, messages, received_at=NOW, wait_s=wait_s)


def claim(database: Database, owner: str = "a", now: datetime = NOW, lease_s: float = 20) -> inbox.Claim | None:
    with database.begin_light() as connection:
        return inbox.claim(connection, owner=owner, now=now, lease_s=lease_s)


def test_a_repeated_message_is_kept_once(database: Database) -> None:
    """A provider that delivers twice, in one request or in two, leaves one row."""
    assert put(database, a_message(1), a_message(1), a_message(2)) == 2
    assert put(database, a_message(1), a_message(3)) == 1
    with database.read() as connection:
        assert inbox.depth(connection) == {"waiting": 3, "set_aside": 0}


def test_a_message_comes_back_as_it_went_in(database: Database) -> None:
    """Script, emoji, place and time survive the row; characters that no database takes are left out."""
    sent = Inbound(
        PersonKey("simulator-sms", "x"),
        "m",
        InboundKind.LOCATION,
        NOW,
        text="سلام 👋\nok\x00\ud800",
        location=Location(33.83, -4.83),
    )
    put(database, sent)
    found = claim(database)
    assert found is not None
    with database.begin() as connection:
        (waiting,) = inbox.take(connection, found, owner="a")
    assert waiting.inbound.text == "سلام 👋\nok"
    assert waiting.inbound.location == sent.location
    assert waiting.inbound.sent_at == NOW


def test_a_burst_is_taken_whole_and_in_order(database: Database) -> None:
    """All waiting messages of a person are one claim, in the order of arrival, even those still in their quiet time."""
    put(database, a_message(1))
    put(database, a_message(2), wait_s=5)
    found = claim(database)
    assert found is not None
    with database.begin() as connection:
        taken = inbox.take(connection, found, owner="a")
    assert [one.inbound.message_id for one in taken] == ["m1-1", "m2-1"]


def test_a_burst_waits_its_quiet_time(database: Database) -> None:
    """A message is not taken before its quiet time is over, and the worker knows when that is."""
    put(database, a_message(1), wait_s=0.8)
    assert claim(database) is None
    with database.read() as connection:
        assert inbox.next_due(connection) == NOW + timedelta(seconds=0.8)
    assert claim(database, now=NOW + timedelta(seconds=1)) is not None


def test_one_worker_at_a_time_serves_a_person(database: Database) -> None:
    """A second worker passes a leased person by and takes the next; an expired lease is free again."""
    put(database, a_message(1), a_message(1, address="2"), a_message(2))
    first = claim(database, "a")
    second = claim(database, "b")
    assert first is not None
    assert second is not None
    assert first.conversation_id != second.conversation_id
    assert claim(database, "c") is None
    again = claim(database, "c", NOW + timedelta(seconds=21))
    assert again is not None
    assert again.conversation_id == first.conversation_id
    assert again.attempts == 2


def test_a_restarted_worker_takes_over_its_own_lease(database: Database) -> None:
    """The same name need not wait for its own lease to end."""
    put(database, a_message(1))
    assert claim(database, "a") is not None
    again = claim(database, "a")
    assert again is not None
    assert again.attempts == 2


def test_after_a_failure_only_the_first_message_is_tried(database: Database) -> None:
    """A message that breaks its turn does not take innocent ones with it when it is set aside."""
    put(database, a_message(1), a_message(2))
    assert claim(database) is not None
    again = claim(database)
    assert again is not None
    assert len(again.inbox_ids) == 1


def test_a_lost_lease_gives_nothing_to_take(database: Database) -> None:
    """A worker that was too slow finds that another one has its person."""
    put(database, a_message(1))
    slow = claim(database, "slow")
    assert slow is not None
    assert claim(database, "quick", NOW + timedelta(seconds=30)) is not None
    with database.begin() as connection:
        assert inbox.take(connection, slow, owner="slow") == []


def test_a_closed_message_is_not_taken_again(database: Database) -> None:
    """Closing is part of the turn; its words no longer stand in the inbox."""
    put(database, a_message(1))
    found = claim(database)
    assert found is not None
    with database.begin() as connection:
        inbox.close(connection, found.inbox_ids, turn_id=None)
        inbox.release(connection, found, retry_at=NOW)
    assert claim(database) is None
    assert put(database, a_message(1)) == 0


def test_old_closed_rows_are_forgotten(database: Database) -> None:
    """Only closed rows past their time go; what waits stays however old."""
    put(database, a_message(1), a_message(2))
    found = claim(database)
    assert found is not None
    with database.begin() as connection:
        inbox.close(connection, found.inbox_ids[:1], turn_id=None)
        assert inbox.purge(connection, before=NOW) == 0
        assert inbox.purge(connection, before=NOW + timedelta(days=1)) == 1
        assert inbox.depth(connection)["waiting"] == 1


def test_workers_in_a_race_never_share_a_person(database: Database) -> None:
    """Four workers, forty people, two messages each: every message is served exactly once."""
    put(database, *(a_message(number, address=str(who)) for who in range(40) for number in (1, 2)))
    served: list[int] = []
    problems: list[BaseException] = []

    def work(name: str) -> None:
        try:
            while (found := claim(database, name)) is not None:
                with database.begin() as connection:
                    taken = inbox.take(connection, found, owner=name)
                    inbox.close(connection, [one.inbox_id for one in taken], turn_id=None)
                    inbox.release(connection, found, retry_at=NOW)
                served.extend(one.inbox_id for one in taken)
        except BaseException as error:  # noqa: BLE001 - the main thread reports it
            problems.append(error)

    threads = [threading.Thread(target=work, args=(f"w{index}",)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems
    while (found := claim(database, "last")) is not None:  # whoever lost a race came back empty-handed once
        with database.begin() as connection:
            taken = inbox.take(connection, found, owner="last")
            inbox.close(connection, [one.inbox_id for one in taken], turn_id=None)
        served.extend(one.inbox_id for one in taken)
    assert len(served) == len(set(served)) == 80


@pytest.mark.parametrize("times", [1, 2])
def test_an_identity_is_written_down_once(database: Database, times: int) -> None:
    """The same address is the same conversation, the same address elsewhere is not."""
    with database.begin() as connection:
        ids = {people.ensure(connection, PersonKey("telegram", "7"), now=NOW) for _ in range(times)}
        other = people.ensure(connection, PersonKey("simulator-telegram", "7"), now=NOW)
    assert len(ids) == 1
    assert other not in ids
