"""One person behind several addresses: found by each of them, joined when they turn out to be one, moved whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from conversation import Inbound, InboundKind, Outbound, PersonKey
from storage import inbox, journeys, outbox, people, tables
from storage.database import Database
from storage.tables import consent, conversation, identity, person

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PHONE, USER, NEW_PHONE, NEW_USER = "212600000001", "MA.1000000000000001", "212600000002", "MA.1000000000000002"


def a_message(message_id: str, address: str, *aliases: str, **more: Any) -> Inbound:
    kind = more.pop("kind", InboundKind.TEXT)
    return Inbound(PersonKey("whatsapp", address), message_id, kind, NOW, text="سلام", aliases=aliases, **more)


def arrive(database: Database, *messages: Inbound) -> list[tuple[int, list[str]]]:
    """Keep what came in and serve it all; (conversation, message ids) of each turn."""
    with database.begin() as connection:
        inbox.store(connection, messages, received_at=NOW)
    served: list[tuple[int, list[str]]] = []
    while True:
        with database.begin_light() as connection:
            claim = inbox.claim(connection, owner="a", now=NOW, lease_s=20)
        if claim is None:
            return served
        with database.begin() as connection:
            taken = inbox.take(connection, claim, owner="a")
            inbox.close(connection, [one.inbox_id for one in taken], turn_id=None)
            inbox.release(connection, claim, retry_at=NOW)
        served.append((claim.conversation_id, [one.inbound.message_id for one in taken]))


def addresses(database: Database) -> dict[str, int]:
    """Address → conversation."""
    with database.read() as connection:
        rows = connection.execute(sa.select(identity.c.address, identity.c.conversation_id)).all()
    return {row.address: row.conversation_id for row in rows}


def facts(database: Database, conversation_id: int) -> dict[str, Any]:
    with database.read() as connection:
        return people.of_conversation(connection, conversation_id)


def count(database: Database, table: sa.Table) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def enrol(database: Database, conversation_id: int, reference: str) -> None:
    with database.begin() as connection:
        journeys.submit(
            connection,
            person_id=people.of_conversation(connection, conversation_id)["person_id"],
            kind=journeys.ENROLMENT,
            reference=reference,
            answers={},
            channel="whatsapp",
            now=NOW,
        )


def test_who_loses_the_number_stays_the_same_person(database: Database) -> None:
    """First the number alone, then number and id, then the id alone: one conversation, answered where it began."""
    ((first, _),) = arrive(database, a_message("1", PHONE))
    ((second, _),) = arrive(database, a_message("2", PHONE, USER))
    ((third, _),) = arrive(database, a_message("3", USER))
    assert first == second == third
    assert count(database, person) == 1
    assert facts(database, first)["address"] == PHONE


def test_who_shows_a_number_later_stays_the_same_person(database: Database) -> None:
    """Known by the id, then seen with a new number: found by the alias, and then by the number alone."""
    ((first, _),) = arrive(database, a_message("1", USER))
    ((second, _),) = arrive(database, a_message("2", PHONE, USER))
    ((third, _),) = arrive(database, a_message("3", PHONE))
    assert first == second == third
    assert addresses(database) == {USER: first, PHONE: first}


def test_messages_from_both_addresses_are_one_turn_in_order(database: Database) -> None:
    """A burst in the middle of which the number disappears is still one burst."""
    ((known, _),) = arrive(database, a_message("1", PHONE, USER))
    served = arrive(database, a_message("2", PHONE), a_message("3", USER), a_message("4", PHONE))
    assert served == [(known, ["2", "3", "4"])]


def test_two_who_turn_out_to_be_one_are_joined(database: Database) -> None:
    """What both filed and said is one person's; nothing of the second is left that nobody could ever erase."""
    ((by_phone, _),) = arrive(database, a_message("1", PHONE))
    ((by_id, _),) = arrive(database, a_message("2", USER))
    enrol(database, by_phone, "M1")
    enrol(database, by_id, "M2")
    gone = facts(database, by_id)["person_id"]
    with database.begin() as connection:
        people.set_language(connection, gone, "fr", chosen=True)
        people.set_phone(connection, gone, "+212600000001")
    ((joined, _),) = arrive(database, a_message("3", PHONE, USER))
    assert joined == by_phone
    assert addresses(database) == {PHONE: joined, USER: joined}
    assert count(database, person) == 1
    assert count(database, conversation) == 2
    found = facts(database, joined)
    assert (found["language"], found["phone"]) == ("fr", "+212600000001")
    with database.begin() as connection:
        assert people.counts(connection, found["person_id"])["journeys"] == 2
        people.erase(connection, found["person_id"], now=NOW)
    assert [count(database, table) for table in (person, conversation, identity)] == [0, 0, 0]


def test_joining_keeps_what_the_kept_person_has_said(database: Database) -> None:
    """The language of the conversation that goes on is not overwritten."""
    ((kept, _),) = arrive(database, a_message("1", PHONE))
    ((other, _),) = arrive(database, a_message("2", USER))
    with database.begin() as connection:
        people.set_language(connection, facts(database, kept)["person_id"], "ary", chosen=True)
        people.set_language(connection, facts(database, other)["person_id"], "fr", chosen=True)
    arrive(database, a_message("3", PHONE, USER))
    assert facts(database, kept)["language"] == "ary"


@pytest.mark.parametrize("known", [(PHONE, USER), (PHONE,), (USER,)])
def test_a_new_number_is_the_same_person(database: Database, known: tuple[str, ...]) -> None:
    """Both old addresses are gone, both new ones lead to the conversation, and what waits goes to the new number."""
    ((first, _),) = arrive(database, a_message("1", known[0], *known[1:]))
    with database.begin() as connection:
        outbox_id = outbox.add(
            connection,
            Outbound("…", "fr"),
            conversation_id=first,
            channel="whatsapp",
            address=known[0],
            turn_id=None,
            now=NOW,
        )
    new = {"kind": InboundKind.MOVED, "moved_to": NEW_PHONE}
    arrive(database, a_message("2", PHONE, NEW_USER, **new), a_message("2.user", USER, NEW_USER, **new))
    assert count(database, person) == 1
    ((after, _),) = arrive(database, a_message("3", NEW_USER))
    ((again, _),) = arrive(database, a_message("4", NEW_PHONE, NEW_USER))
    assert len({first, after, again}) == 1
    assert set(addresses(database)) == {NEW_PHONE, NEW_USER}
    with database.read() as connection:
        waiting = connection.execute(sa.select(tables.outbox.c.id, tables.outbox.c.address)).all()
    assert [tuple(one) for one in waiting] == [(outbox_id, NEW_PHONE)]


def test_an_old_number_that_is_given_out_again_is_somebody_else(database: Database) -> None:
    """Whoever has the number next learns nothing of who had it before."""
    ((first, _),) = arrive(database, a_message("1", PHONE, USER))
    arrive(database, a_message("2", PHONE, kind=InboundKind.MOVED, moved_to=NEW_PHONE))
    ((stranger, _),) = arrive(database, a_message("3", PHONE))
    assert stranger != first
    assert count(database, person) == 2


def test_who_wrote_from_the_new_number_before_the_move_was_told_is_joined(database: Database) -> None:
    """The news of a new number may come after the first words from it."""
    ((old, _),) = arrive(database, a_message("1", PHONE))
    ((new, _),) = arrive(database, a_message("2", NEW_PHONE))
    assert old != new
    arrive(database, a_message("3", PHONE, kind=InboundKind.MOVED, moved_to=NEW_PHONE))
    assert addresses(database) == {NEW_PHONE: old}
    assert count(database, person) == 1


def test_joining_lets_go_of_what_may_stand_only_once(database: Database) -> None:
    """A row both have stays once, the rest of the second person's rows are handed over."""
    ((kept, _),) = arrive(database, a_message("1", PHONE))
    ((other, _),) = arrive(database, a_message("2", USER))
    with database.begin() as connection:
        connection.execute(sa.text("CREATE UNIQUE INDEX once ON consent (person_id, version)"))
        for conversation_id, version in ((kept, "1"), (other, "1"), (other, "2")):
            people.record_consent(
                connection,
                people.of_conversation(connection, conversation_id)["person_id"],
                version=version,
                accepted=True,
                channel="whatsapp",
                language="fr",
                text="…",
                now=NOW,
            )
    arrive(database, a_message("3", PHONE, USER))
    with database.read() as connection:
        rows = connection.execute(sa.select(consent.c.person_id, consent.c.version).order_by(consent.c.id)).all()
    mine = facts(database, kept)["person_id"]
    assert [tuple(row) for row in rows] == [(mine, "1"), (mine, "2")]


def test_aliases_of_other_channels_are_other_people(database: Database) -> None:
    """An address means something on its own channel alone."""
    arrive(database, a_message("1", PHONE))
    with database.begin() as connection:
        other = people.ensure(connection, PersonKey("telegram", "7"), now=NOW, aliases=(PHONE,))
    assert addresses(database)[PHONE] != other
    assert count(database, person) == 2
