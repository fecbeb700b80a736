"""The outbox: in order, at least once, forward only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from conversation import Choice, Delivery, DeliveryState, Outbound, PersonKey
from storage import conversations, deliveries, outbox, people, sends, tables
from storage.database import Database
from storage.outbox import Envelope

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def a_conversation(database: Database, address: str = "1") -> int:
    with database.begin() as connection:
        return people.ensure(connection, PersonKey("telegram", address), now=NOW)


def put(database: Database, conversation_id: int, text: str, *, address: str = "1", **more: object) -> int:
    with database.begin() as connection:
        return outbox.add(
            connection,
            Outbound(text, "ary", (Choice("نعم", "tok", "1"),)),
            conversation_id=conversation_id,
            channel="telegram",
            address=address,
            turn_id=None,
            now=NOW,
            **more,  # type: ignore[arg-type] # the test names real parameters
        )


def claim(database: Database, owner: str = "s", now: datetime = NOW) -> list[Envelope]:
    with database.begin() as connection:
        return outbox.claim(connection, owner=owner, channel="telegram", now=now)


def recover(connection: sa.Connection, owner: str, now: datetime) -> int:
    return sends.recover(connection, sends.left_behind(owner=owner, before=now - timedelta(seconds=50)), now=now)


def state_of(database: Database, outbox_id: int) -> str:
    with database.read() as connection:
        return str(
            connection.execute(sa.select(tables.outbox.c.state).where(tables.outbox.c.id == outbox_id)).scalar_one()
        )


def test_one_persons_answers_leave_in_order(database: Database) -> None:
    """The second answer waits until the first is settled; another person's does not."""
    mine, other = a_conversation(database), a_conversation(database, "2")
    first, second, third = put(database, mine, "1"), put(database, mine, "2"), put(database, other, "3", address="2")
    assert [one.outbox_id for one in claim(database)] == [first, third]
    assert claim(database) == []
    with database.begin() as connection:
        sends.sent(connection, first, provider_message_id="p1", now=NOW)
    assert [one.outbox_id for one in claim(database)] == [second]


def test_an_answer_comes_back_as_it_went_in(database: Database) -> None:
    """Words and choices survive the row."""
    put(database, a_conversation(database), "سلام\n👋")
    (envelope,) = claim(database)
    assert envelope.outbound == Outbound("سلام\n👋", "ary", (Choice("نعم", "tok", "1"),))


def test_an_answer_for_later_waits(database: Database) -> None:
    """`not_before` holds an answer back, and the sender knows until when."""
    later = NOW + timedelta(days=1)
    put(database, a_conversation(database), "reminder", not_before=later)
    assert claim(database) == []
    with database.read() as connection:
        assert outbox.next_due(connection, "telegram", now=NOW) == later
    assert len(claim(database, now=later)) == 1


def test_what_was_being_sent_in_a_crash_is_counted_as_unanswered(database: Database) -> None:
    """A restarted sender takes up its own at once, another's only when it is old."""
    put(database, a_conversation(database), "1")
    put(database, a_conversation(database, "2"), "held, but the provider was not called yet", address="2")
    held, _ = claim(database, "died")
    with database.begin() as connection:
        sends.begin(connection, held, parts=1)
        assert recover(connection, "other", NOW) == 0
        assert recover(connection, "died", NOW) == 1
    again, other = claim(database, "died")
    assert (again.unanswered, other.unanswered) == (1, 0)
    with database.begin() as connection:
        late = NOW + timedelta(seconds=51)
        assert recover(connection, "other", late) == 0
    assert len(claim(database, now=late)) == 2


def test_a_failed_send_is_tried_again_later(database: Database) -> None:
    """A retry keeps the attempts, the reason and its time."""
    put(database, a_conversation(database), "1")
    (held,) = claim(database)
    with database.begin() as connection:
        assert sends.begin(connection, held, parts=1) is None
        at = NOW + timedelta(seconds=2)
        sends.retry(connection, held, owner="s", at=at, code="timeout", ambiguous=True, now=NOW)
    assert claim(database) == []
    (again,) = claim(database, now=at)
    assert (again.attempts, again.unanswered) == (2, 1)


@pytest.mark.parametrize(
    ("reports", "final"),
    [
        (["delivered", "sent"], "delivered"),
        (["read", "delivered"], "read"),
        (["failed", "delivered"], "delivered"),
        (["delivered", "failed"], "delivered"),
        (["failed"], "failed"),
    ],
)
def test_states_only_move_forward(database: Database, reports: list[str], final: str) -> None:
    """Reports that come late or out of order never take a state back, and all of them are kept."""
    row = put(database, a_conversation(database), "1")
    claim(database)
    with database.begin() as connection:
        sends.sent(connection, row, provider_message_id="p1", now=NOW)
        for state in reports:
            assert deliveries.deliver(connection, Delivery("telegram", "p1", DeliveryState(state), NOW))
        assert not deliveries.deliver(connection, Delivery("telegram", "nobody's", DeliveryState.READ, NOW))
    assert state_of(database, row) == final


def test_the_last_words_to_someone_erased_leave_nothing_behind(database: Database) -> None:
    """Once the goodbye is sent, the nameless shell that carried it is gone too, unless the person wrote again."""
    for wrote_again in (False, True):
        conversation_id = a_conversation(database)
        row = put(database, conversation_id, "erased", erase_after=True)
        if wrote_again:
            with database.begin() as connection:
                conversations.log(
                    connection,
                    [
                        {
                            "conversation_id": conversation_id,
                            "turn_id": None,
                            "direction": "in",
                            "kind": "text",
                            "text": "سلام",
                            "details": {},
                            "language": None,
                            "inbox_id": None,
                            "outbox_id": None,
                            "created_at": NOW,
                        }
                    ],
                )
        claim(database)
        with database.begin() as connection:
            sends.sent(connection, row, provider_message_id="p", now=NOW)
        with database.read() as connection:
            left = connection.execute(tables.identity.select()).all()
            assert bool(left) is wrote_again
            assert not connection.execute(tables.outbox.select()).all()
