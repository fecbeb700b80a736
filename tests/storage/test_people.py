"""People and what they filed: found again, changed with history, erased everywhere."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from conversation import Inbound, InboundKind, Outbound, PersonKey
from storage import channel_state, conversations, inbox, journeys, outbox, people, staff
from storage.database import Database
from storage.tables import metadata

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = PersonKey("telegram", "secret-address-42")


def a_person(connection: sa.Connection) -> tuple[int, int]:
    conversation_id = people.ensure(connection, KEY, now=NOW, display_name="Prénom")
    return people.of_conversation(connection, conversation_id)["person_id"], conversation_id


def file(connection: sa.Connection, person_id: int, reference: str = "M12345674") -> int | None:
    answers = {"person_name": "Prénom Nom", "place": {"province": "MA-SEF", "region": "MA-03"}, "craft": "leather"}
    return journeys.submit(
        connection,
        person_id=person_id,
        kind=journeys.ENROLMENT,
        reference=reference,
        answers=answers,
        channel="telegram",
        now=NOW,
    )


def test_a_request_is_found_by_person_and_by_reference(database: Database) -> None:
    """Both ways lead to the same answers, and the columns staff search by are filled."""
    with database.begin() as connection:
        person_id, _ = a_person(connection)
        file(connection, person_id)
        found = journeys.open_of(connection, person_id)
        assert found == journeys.by_reference(connection, "M12345674")
        assert found is not None
        assert found.answers["craft"] == "leather"
        row = connection.execute(sa.text("SELECT region, craft FROM journey")).one()
        assert tuple(row) == ("MA-03", "leather")


def test_a_reference_is_never_given_twice(database: Database) -> None:
    """The second of two equal references is refused, and the transaction goes on."""
    with database.begin() as connection:
        person_id, _ = a_person(connection)
        assert file(connection, person_id) is not None
        assert file(connection, person_id) is None
        assert file(connection, person_id, "M00000000") is not None


def test_a_change_keeps_what_was(database: Database) -> None:
    """The history holds the old value, the request the new one; withdrawing closes it."""
    with database.begin() as connection:
        person_id, _ = a_person(connection)
        file(connection, person_id)
        found = journeys.open_of(connection, person_id)
        assert found is not None
        journeys.change(connection, found, answers={**found.answers, "craft": "wood"}, channel="telegram", now=NOW)
        changed = journeys.open_of(connection, person_id)
        assert changed is not None
        assert changed.answers["craft"] == "wood"
        journeys.set_state(connection, changed, journeys.WITHDRAWN, channel="telegram", now=NOW)
        assert journeys.open_of(connection, person_id) is None
        assert journeys.latest_of(connection, person_id) is not None
        events = [(event, details) for event, details, _ in journeys.history(connection, found.journey_id)]
    assert [event for event, _ in events] == ["submitted", "changed", "withdrawn"]
    assert events[1][1] == {"before": {"craft": "leather"}}


def test_consent_keeps_version_words_and_time(database: Database) -> None:
    """The last answer counts and the earlier ones stay."""
    with database.begin() as connection:
        person_id, _ = a_person(connection)
        assert people.latest_consent(connection, person_id) is None
        for version, accepted in (("1", False), ("2", True)):
            people.record_consent(
                connection,
                person_id,
                version=version,
                accepted=accepted,
                channel="telegram",
                language="ary",
                text="واش كتوافقو؟",
                now=NOW,
            )
        assert people.latest_consent(connection, person_id) == ("2", True, NOW)


def test_erasing_leaves_no_trace_of_the_person(database: Database) -> None:
    """No table holds the address, the name, a message or an answer afterwards; a count and a date remain."""
    with database.begin() as connection:
        inbox.store(connection, [Inbound(KEY, "m1", InboundKind.TEXT, NOW, text="my secret words")], received_at=NOW)
        person_id, conversation_id = a_person(connection)
        file(connection, person_id)
        turn_id = conversations.record_turn(
            connection, conversation_id, understanding=[], actions=[], events=[{"text": "my secret words"}], now=NOW
        )
        outbox.add(
            connection,
            Outbound("Prénom Nom", "fr"),
            conversation_id=conversation_id,
            channel=KEY.channel,
            address=KEY.address,
            turn_id=turn_id,
            now=NOW,
        )
        staff.ask(connection, person_id=person_id, conversation_id=conversation_id, kind="person", details={}, now=NOW)
        (row,) = connection.execute(sa.text("SELECT id FROM inbox")).all()
        inbox.close(connection, [row.id], turn_id=turn_id)
        people.erase(connection, person_id, now=NOW, turn_inbox_ids=(row.id,))
    with database.read() as connection:
        everything = {
            table.name: [str(tuple(row)) for row in connection.execute(table.select())]
            for table in metadata.sorted_tables
        }
    text = str(everything)
    for trace in ("secret", "Prénom", "M12345674", "MA-SEF"):
        assert trace not in text
    assert len(everything["erasure"]) == 1
    assert len(everything["inbox"]) == 1  # the provider's id alone, so that a repeat is known


def test_workers_are_seen_while_they_give_a_sign(database: Database) -> None:
    """A sign of life counts for a while; small facts are found again and replaced."""
    with database.begin() as connection:
        channel_state.put(connection, "worker.1", "ready", now=NOW)
        channel_state.put(connection, "telegram.offset", "5", now=NOW)
        channel_state.put(connection, "telegram.offset", "6", now=NOW)
        assert channel_state.get(connection, "telegram.offset") == "6"
        assert channel_state.get(connection, "nothing") is None
        assert channel_state.workers_alive(connection, now=NOW, within_s=30) == 1
