"""Files people sent, as rows: fetched by one at a time, never outliving their person or their time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from conversation import Attachment, AttachmentKind, PersonKey
from storage import media, people
from storage.database import Database
from storage.media import Wanted
from storage.tables import doomed_file
from storage.tables import media as table

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
LEASE = timedelta(minutes=3)
PHOTO = Attachment(AttachmentKind.PHOTO, "ref-1", "image/jpeg", 100, sha256="AB" * 32, name="صورة.jpg")


def a_person(connection: sa.Connection, address: str = "7") -> int:
    conversation_id = people.ensure(connection, PersonKey("telegram", address), now=NOW)
    person_id: int = people.of_conversation(connection, conversation_id)["person_id"]
    return person_id


def sent(connection: sa.Connection, person_id: int, attachment: Attachment = PHOTO) -> int:
    media_id = media.expect(connection, attachment, person_id=person_id, inbox_id=5, channel="telegram", now=NOW)
    assert media_id is not None
    return media_id


def claim(connection: sa.Connection, now: datetime = NOW) -> list[Wanted]:
    return media.claim(connection, channels=["telegram"], now=now, lease=LEASE, most=2)


def store(connection: sa.Connection, wanted: Wanted, expires_at: datetime = LATER) -> bool:
    return media.stored(connection, wanted, mime="image/jpeg", size=3, sha256="0" * 64, expires_at=expires_at)


def doomed(connection: sa.Connection) -> list[str]:
    return list(connection.execute(sa.select(doomed_file.c.key)).scalars())


def test_a_file_waits_is_fetched_and_is_there(database: Database) -> None:
    """From the message to the stored file; what the provider needs is forgotten then."""
    with database.begin() as connection:
        media_id = sent(connection, a_person(connection))
        assert media.is_due(connection, channels=["telegram"], now=NOW)
        assert not media.is_due(connection, channels=["whatsapp"], now=NOW)
        (wanted,) = claim(connection)
        assert (wanted.media_id, wanted.provider_ref, wanted.attempts) == (media_id, "ref-1", 1)
        assert (wanted.mime, wanted.size, wanted.sha256) == ("image/jpeg", 100, "ab" * 32)
        assert not media.is_due(connection, channels=["telegram"], now=NOW)
        assert store(connection, wanted)
        row = media.one(connection, media_id)
    assert row is not None
    assert (row["state"], row["key"], row["provider_ref"], row["size"]) == ("stored", wanted.key, "", 3)
    assert row["conversation_id"] is not None
    with database.read() as connection:
        assert media.counts(connection) == {"waiting": 0, "stored": 1, "refused": 0, "gone": 0}
        assert [one["id"] for one in media.listed(connection, state="stored")] == [media_id]
        assert media.listed(connection, state="waiting") == []
        assert media.one(connection, media_id + 1) is None


@pytest.mark.parametrize(
    "attachment", [Attachment(AttachmentKind.STICKER, "ref"), Attachment(AttachmentKind.PHOTO, "")]
)
def test_what_cannot_or_need_not_be_fetched_is_not_expected(database: Database, attachment: Attachment) -> None:
    """A sticker says nothing; a file without a reference cannot be asked for."""
    with database.begin() as connection:
        person_id = a_person(connection)
        assert (
            media.expect(connection, attachment, person_id=person_id, inbox_id=5, channel="telegram", now=NOW) is None
        )


def test_whatever_a_telephone_states_can_be_stored(database: Database) -> None:
    """Far too long, with characters no database takes."""
    odd = Attachment(AttachmentKind.DOCUMENT, "r\0ef", "x" * 500, 2**40, sha256="z" * 500, name="\ud83d\0" + "é" * 900)
    with database.begin() as connection:
        media_id = sent(connection, a_person(connection), odd)
        row = media.one(connection, media_id)
    assert row is not None
    assert (row["provider_ref"], row["name"]) == ("ref", "é" * 255)


def test_one_process_at_a_time_fetches_and_a_dead_one_is_replaced(database: Database) -> None:
    """Within the lease nobody else takes it; after it the next attempt has the same key and counts."""
    with database.begin() as connection:
        sent(connection, a_person(connection))
        (first,) = claim(connection)
        assert claim(connection) == []
        (second,) = claim(connection, NOW + LEASE)
    assert (second.key, second.attempts) == (first.key, 2)
    with database.begin() as connection:
        assert not store(connection, first)
        assert not media.later(connection, first, at=NOW, reason="x")
        assert store(connection, second)
        media.abandon(connection, first, now=NOW)  # too late: the file is the second's now
        assert doomed(connection) == []


def test_no_more_are_taken_than_asked_oldest_first(database: Database) -> None:
    """A crowd of photos does not fill the memory."""
    with database.begin() as connection:
        person_id = a_person(connection)
        ids = [sent(connection, person_id) for _ in range(3)]
        assert [one.media_id for one in claim(connection)] == ids[:2]
        assert [one.media_id for one in claim(connection)] == ids[2:]


def test_a_failed_fetch_waits_and_a_hopeless_one_ends(database: Database) -> None:
    """The reason stands beside it; what was begun under its key is swept away."""
    with database.begin() as connection:
        media_id = sent(connection, a_person(connection))
        (wanted,) = claim(connection)
        assert media.later(connection, wanted, at=LATER, reason="unreachable")
        assert claim(connection, LATER - timedelta(seconds=1)) == []
        (wanted,) = claim(connection, LATER)
        assert media.given_up(connection, wanted, state=media.REFUSED, reason="too_large", now=NOW)
        row = media.one(connection, media_id)
        assert doomed(connection) == [wanted.key]
    assert row is not None
    assert (row["state"], row["reason"], row["key"], row["provider_ref"]) == ("refused", "too_large", None, "")


def test_erasing_a_person_dooms_their_files_and_no_others(database: Database) -> None:
    """Stored ones at once; one that is being written when its writer must be done; rows go with the person."""
    with database.begin() as connection:
        one, other = a_person(connection), a_person(connection, "8")
        sent(connection, one)
        (kept,) = claim(connection)
        store(connection, kept)
        sent(connection, one)
        (begun,) = claim(connection)
        sent(connection, one)  # nobody has begun with it: nothing to delete
        sent(connection, other)
        people.erase(connection, one, now=NOW)
        assert media.doomed(connection, now=NOW) == [kept.key]
        assert set(media.doomed(connection, now=NOW + LEASE)) == {kept.key, begun.key}
        assert connection.execute(sa.select(table.c.person_id)).scalars().all() == [other]
        assert not store(connection, begun)
        media.abandon(connection, begun, now=NOW)
        media.abandon(connection, begun, now=NOW)
        media.deleted(connection, [kept.key, begun.key])
        assert doomed(connection) == []
        media.abandon(connection, begun, now=NOW)  # written after all, long after its lease
        assert doomed(connection) == [begun.key]


def test_files_have_their_time(database: Database) -> None:
    """Stored ones end on their day, never fetched ones after some; both are told, and their names go."""
    with database.begin() as connection:
        person_id = a_person(connection)
        stored_id, waiting_id = sent(connection, person_id), sent(connection, person_id)
        kept, begun = claim(connection)
        store(connection, kept)
        before = LATER - timedelta(seconds=1)
        assert media.expire(connection, now=before, waiting_since=NOW) == 0
        assert media.expire(connection, now=LATER, waiting_since=LATER) == 2
        assert media.expire(connection, now=LATER, waiting_since=LATER) == 0
        assert set(doomed(connection)) == {kept.key, begun.key}
        ended = {row["id"]: (row["state"], row["reason"], row["key"]) for row in media.listed(connection)}
    assert ended == {stored_id: ("gone", "expired", None), waiting_id: ("gone", "never_came", None)}
