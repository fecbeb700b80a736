"""Our own list of those who want no messages: per person and channel, with when and how, and never rewritten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from conversation import PersonKey, Purpose
from storage import people, suppressions
from storage.database import Database
from storage.suppressions import Reason, forbids
from storage.tables import identity, suppression

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def a_person(database: Database) -> int:
    with database.begin() as connection:
        people.ensure(connection, PersonKey("sms", "+212600000000"), now=NOW)
        found: int = connection.execute(sa.select(identity.c.person_id)).scalar_one()
        return found


def test_a_stop_holds_on_its_channel_until_it_is_lifted(database: Database) -> None:
    """Said twice it stands once, with its first time; lifted it is history; said again it is a new line."""
    person_id = a_person(database)
    with database.begin() as connection:
        for now in (NOW, LATER):
            suppressions.suppress(connection, person_id, "sms", Reason.SAID_STOP, how="message", now=now)
        assert suppressions.standing(connection, person_id, "sms") == {Reason.SAID_STOP}
        assert suppressions.standing(connection, person_id, "telegram") == set()
        assert suppressions.lift(connection, person_id, "sms", now=LATER)
        assert not suppressions.lift(connection, person_id, "sms", now=LATER)
        assert suppressions.standing(connection, person_id, "sms") == set()
        suppressions.suppress(connection, person_id, "sms", Reason.SAID_STOP, how="message", now=LATER)
        lines = connection.execute(sa.select(suppression).order_by(suppression.c.id)).all()
    assert [(line.at, line.lifted_at) for line in lines] == [(NOW, LATER), (LATER, None)]


def test_one_reason_may_end_and_another_stand(database: Database) -> None:
    """Who writes again has unblocked us, and still wants no reminders."""
    person_id = a_person(database)
    key = PersonKey("sms", "+212600000000")
    with database.begin() as connection:
        suppressions.suppress_key(connection, key, Reason.BLOCKED, how="x" * 60, now=NOW)
        suppressions.suppress_key(connection, key, Reason.SAID_STOP, how="message", now=NOW)
        suppressions.suppress_key(connection, PersonKey("sms", "nobody"), Reason.BLOCKED, how="x", now=NOW)
        suppressions.lift_key(connection, PersonKey("sms", "nobody"), now=NOW)
        suppressions.lift_key(connection, key, now=LATER, reasons=(Reason.BLOCKED,))
        assert suppressions.standing(connection, person_id, "sms") == {Reason.SAID_STOP}


@pytest.mark.parametrize(
    ("reasons", "answer", "reminder"),
    [
        (set(), None, None),
        ({Reason.SAID_STOP}, None, Reason.SAID_STOP),
        ({Reason.PROVIDER}, None, Reason.PROVIDER),
        ({Reason.PROVIDER, Reason.SAID_STOP}, None, Reason.SAID_STOP),
        ({Reason.BLOCKED, Reason.SAID_STOP}, Reason.BLOCKED, Reason.BLOCKED),
    ],
)
def test_what_a_reason_forbids(reasons: set[Reason], answer: Reason | None, reminder: Reason | None) -> None:
    """An answer is not what anybody stops; to a block nothing gets through."""
    assert forbids(frozenset(reasons), Purpose.ANSWER) == answer
    assert forbids(frozenset(reasons), Purpose.REMINDER) == reminder
    assert forbids(frozenset(reasons), Purpose.CAMPAIGN) == reminder


def test_who_is_erased_is_off_the_list(database: Database) -> None:
    """Nothing is left that tells whose it was."""
    person_id = a_person(database)
    with database.begin() as connection:
        suppressions.suppress(connection, person_id, "sms", Reason.SAID_STOP, how="message", now=NOW)
        people.erase(connection, person_id, now=LATER)
        assert connection.execute(sa.select(suppression)).all() == []
