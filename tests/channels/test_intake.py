"""The intake: one writer for many requests, each answered once its own message is on disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from channels import intake as intake_module
from channels.intake import Intake, IntakeClosed
from conversation import Delivery, DeliveryState, Inbound, InboundKind, Outbound, PersonKey
from runtime.clock import FixedClock
from runtime.wakeup import Wakeups
from storage import database as database_module
from storage import migrate, outbox, people, sends, tables
from storage.database import Database

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A fresh database that gives up after a second of waiting for another writer."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 1_000)
    url = f"sqlite:///{tmp_path / 'maalem.db'}"
    migrate.upgrade(url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
async def intake(database: Database, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Intake]:
    """A running intake; closed at the end if the test did not."""
    wakeups = Wakeups(tmp_path)
    intake = Intake(database, wakeups, clock)
    intake.start()
    yield intake
    if not intake._closed:
        await asyncio.to_thread(intake.close)
    wakeups.close()


def commits(database: Database) -> list[sa.Connection]:
    """A list that grows with every durable commit from now on."""
    made: list[sa.Connection] = []
    sa.event.listen(database._durable, "commit", made.append)
    return made


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Another process writes meanwhile."""
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        with other._durable.connect() as connection, connection.begin() as transaction:
            yield
            transaction.rollback()
    finally:
        other.close()


def said(number: int, *, address: str = "7") -> Inbound:
    return Inbound(PersonKey("telegram", address), str(number), InboundKind.TEXT, AT, text=f"text {number}")


def kept(database: Database) -> list[str]:
    with database.read() as connection:
        found = connection.execute(sa.select(tables.inbox.c.provider_message_id).order_by(tables.inbox.c.id)).scalars()
        return list(found)


async def _waiting(count: int, intake: Intake) -> None:
    """Until so many requests are queued behind the one being written."""
    for _ in range(200):
        if intake._queue.qsize() >= count:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the requests did not queue")


async def test_requests_that_come_meanwhile_share_a_commit(intake: Intake, database: Database) -> None:
    """While one commit waits for the disk two hundred more gather, and all of them go into the next."""
    made = commits(database)
    with locked(database):
        first = asyncio.create_task(intake.take([said(0)]))
        await asyncio.sleep(0.05)
        others = [asyncio.create_task(intake.take([said(number)])) for number in range(1, 201)]
        await _waiting(200, intake)
    new = await asyncio.gather(first, *others)
    assert new == [1] * 201
    assert len(made) == 2
    assert kept(database) == [str(number) for number in range(201)]


async def test_a_commit_holds_no_more_than_its_share(
    intake: Intake, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait, a commit takes at most its number: the first of them are answered sooner."""
    monkeypatch.setattr(intake_module, "MOST_TOGETHER", 10)
    made = commits(database)
    with locked(database):
        first = asyncio.create_task(intake.take([said(0)]))
        await asyncio.sleep(0.05)
        others = [asyncio.create_task(intake.take([said(number)])) for number in range(1, 26)]
        await _waiting(25, intake)
    await asyncio.gather(first, *others)
    assert len(made) == 4
    assert len(kept(database)) == 26


async def test_each_request_hears_what_was_new_of_its_own(intake: Intake, database: Database) -> None:
    """A repetition is counted as none, also inside one commit; several messages of a request are kept in order."""
    with locked(database):
        requests = [
            asyncio.create_task(intake.take([said(1)])),
            asyncio.create_task(intake.take([said(1), said(2), said(3)])),
            asyncio.create_task(intake.take([])),
            asyncio.create_task(intake.take([said(3)])),
        ]
        await asyncio.sleep(0.05)
    assert await asyncio.gather(*requests) == [1, 2, 0, 0]
    assert kept(database) == ["1", "2", "3"]


async def test_an_error_of_the_database_reaches_every_request(intake: Intake, database: Database) -> None:
    """Nobody is left waiting and nobody hears that it was kept; afterwards it goes on."""
    with locked(database):
        requests = [asyncio.create_task(intake.take([said(number)])) for number in range(5)]
        results = await asyncio.gather(*requests, return_exceptions=True)
    assert [type(result) for result in results] == [OperationalError] * 5
    assert kept(database) == []
    assert await intake.take([said(1)]) == 1


async def test_one_that_cannot_be_stored_costs_the_others_nothing(intake: Intake, database: Database) -> None:
    """What fails by its own content fails alone."""
    with locked(database):
        first = asyncio.create_task(intake.take([said(0)]))
        await asyncio.sleep(0.05)
        good = asyncio.create_task(intake.take([said(1)]))
        bad = asyncio.create_task(intake.take([said(2, address="half \ud83d")]))
        last = asyncio.create_task(intake.take([said(3)]))
        await _waiting(3, intake)
    results = await asyncio.gather(first, good, bad, last, return_exceptions=True)
    assert [results[0], results[1], results[3]] == [1, 1, 1]
    assert isinstance(results[2], Exception)
    assert kept(database) == ["0", "1", "3"]


async def test_closing_writes_what_came_in(intake: Intake, database: Database) -> None:
    """Whoever was let in before the end is answered truthfully."""
    with locked(database):
        requests = [asyncio.create_task(intake.take([said(number)])) for number in range(20)]
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(asyncio.to_thread(intake.close))
        await asyncio.sleep(0.05)
        assert not closing.done()
    await closing
    assert await asyncio.gather(*requests) == [1] * 20
    assert len(kept(database)) == 20


async def test_after_closing_nothing_is_taken(intake: Intake, database: Database) -> None:
    """A late request is refused at once instead of waiting for ever."""
    await asyncio.to_thread(intake.close)
    with pytest.raises(IntakeClosed):
        await asyncio.wait_for(intake.take([said(1)]), 1)
    assert kept(database) == []


async def test_closing_among_requests_loses_none(database: Database, tmp_path: Path, clock: FixedClock) -> None:
    """Requests that race with the end are either kept or refused: none waits for ever."""
    for attempt in range(20):
        wakeups = Wakeups(tmp_path)
        intake = Intake(database, wakeups, clock)
        intake.start()
        requests = [asyncio.create_task(intake.take([said(attempt * 100 + number)])) for number in range(20)]
        closer = threading.Thread(target=intake.close)
        closer.start()
        results = await asyncio.wait_for(asyncio.gather(*requests, return_exceptions=True), 5)
        await asyncio.to_thread(closer.join)
        wakeups.close()
        assert all(result == 1 or isinstance(result, IntakeClosed) for result in results)
        assert sum(result == 1 for result in results) == len(
            [one for one in kept(database) if int(one) // 100 == attempt]
        )


async def test_a_client_that_has_gone_leaves_the_others_alone(intake: Intake, database: Database) -> None:
    """Its message was let in and is kept; those that share its commit are answered."""
    with locked(database):
        requests = [asyncio.create_task(intake.take([said(number)])) for number in range(5)]
        await asyncio.sleep(0.05)
        requests[2].cancel()
        await asyncio.sleep(0)
    results = await asyncio.gather(*requests, return_exceptions=True)
    assert [result for result in results if result == 1] == [1] * 4
    assert isinstance(results[2], asyncio.CancelledError)
    assert await intake.take([said(9)]) == 1
    assert kept(database) == ["0", "1", "2", "3", "4", "9"]


async def test_whoever_listens_is_woken_after_the_commit(
    intake: Intake, database: Database, tmp_path: Path, clock: FixedClock
) -> None:
    """The wake-up comes when the row can be seen, and none comes for a failure."""
    del clock
    wakeups = Wakeups(tmp_path)
    with wakeups.listen("inbox") as listener:
        await intake.take([said(1)])
        assert await listener.wait_async(1)
        with locked(database), pytest.raises(OperationalError):
            await intake.take([said(2)])
        assert not await listener.wait_async(0.05)
    wakeups.close()


async def test_reports_and_messages_come_together(intake: Intake, database: Database, clock: FixedClock) -> None:
    """A provider's status report moves its answer forward in the same commit; a strange one is let go."""
    with database.begin() as connection:
        conversation_id = people.ensure(connection, PersonKey("telegram", "7"), now=AT)
        outbox_id = outbox.add(
            connection,
            Outbound("x", "fr"),
            conversation_id=conversation_id,
            channel="telegram",
            address="7",
            turn_id=None,
            now=AT,
        )
        sends.sent(connection, outbox_id, provider_message_id="p1", now=AT)
    reports = [Delivery("telegram", name, DeliveryState.READ, clock.now()) for name in ("p1", "nobody's")]
    assert await intake.take([reports[0], said(1), reports[1]]) == 1
    with database.read() as connection:
        assert outbox.counts(connection) == {"read": 1}
