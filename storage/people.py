"""People: their identities on channels, their language, their consent, what is kept of them and its erasure.

A person has identities (channel + opaque address); a phone number is an attribute that may be absent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from conversation import PersonKey
from storage import media
from storage.database import insert_into
from storage.tables import (
    consent,
    conversation,
    erasure,
    identity,
    inbox,
    journey,
    message,
    person,
    suppression,
)


def ensure(connection: sa.Connection, key: PersonKey, *, now: datetime, display_name: str | None = None) -> int:
    """The conversation of this identity; a person nobody has seen yet is written down.

    Returns:
        The conversation's id.
    """
    find = sa.select(identity.c.conversation_id).where(
        identity.c.channel == key.channel, identity.c.address == key.address
    )
    found: int | None = connection.execute(find).scalar()
    if found is not None:
        return found
    person_id = connection.execute(
        person.insert().values(created_at=now, language_chosen=False).returning(person.c.id)
    ).scalar_one()
    conversation_id: int = connection.execute(
        conversation.insert()
        .values(person_id=person_id, channel=key.channel, tracker={}, menus=[], unclear_count=0, created_at=now)
        .returning(conversation.c.id)
    ).scalar_one()
    mine = connection.execute(
        insert_into(connection, identity)
        .values(
            person_id=person_id,
            conversation_id=conversation_id,
            channel=key.channel,
            address=key.address,
            display_name=display_name,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["channel", "address"])
        .returning(identity.c.conversation_id)
    ).scalar()
    if mine is not None:
        return conversation_id
    connection.execute(person.delete().where(person.c.id == person_id))  # another process was first
    theirs: int = connection.execute(find).scalar_one()
    return theirs


def set_language(connection: sa.Connection, person_id: int, language: str, *, chosen: bool) -> None:
    """Remember the language; `chosen` when the person said so, which no guess overrules."""
    connection.execute(
        person.update().where(person.c.id == person_id).values(language=language, language_chosen=chosen)
    )


def set_phone(connection: sa.Connection, person_id: int, phone: str | None) -> None:
    """Remember the phone number (E.164)."""
    connection.execute(person.update().where(person.c.id == person_id).values(phone=phone))


def record_consent(
    connection: sa.Connection,
    person_id: int,
    *,
    version: str,
    accepted: bool,
    channel: str,
    language: str,
    text: str,
    now: datetime,
) -> None:
    """Keep the answer to the consent question: version, time, channel, language, very words (law 09-08)."""
    connection.execute(
        consent.insert().values(
            person_id=person_id,
            version=version,
            answer="accepted" if accepted else "refused",
            channel=channel,
            language=language,
            text=text,
            at=now,
        )
    )


def latest_consent(connection: sa.Connection, person_id: int) -> tuple[str, bool, datetime] | None:
    """(version, accepted, when) of the last answer, or nothing."""
    row = connection.execute(
        sa.select(consent.c.version, consent.c.answer, consent.c.at)
        .where(consent.c.person_id == person_id)
        .order_by(consent.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.version, row.answer == "accepted", row.at)


def counts(connection: sa.Connection, person_id: int) -> dict[str, int]:
    """How many messages and journeys are kept of a person."""
    conversations = sa.select(conversation.c.id).where(conversation.c.person_id == person_id)
    return {
        "messages": connection.execute(
            sa.select(sa.func.count()).select_from(message).where(message.c.conversation_id.in_(conversations))
        ).scalar_one(),
        "journeys": connection.execute(
            sa.select(sa.func.count()).select_from(journey).where(journey.c.person_id == person_id)
        ).scalar_one(),
    }


def erase(connection: sa.Connection, person_id: int, *, now: datetime, turn_inbox_ids: tuple[int, ...] = ()) -> None:
    """Erase a person everywhere: registration, messages, files, understanding, menus, requests, identities, consent.

    What stays is one row that says when and how many rows went, with nothing that tells whose.

    Args:
        connection: The turn's transaction.
        person_id: Whom.
        now: The present.
        turn_inbox_ids: Rows of the running turn: they are erased too; other waiting ones are a new beginning.
    """
    gone = counts(connection, person_id)
    keys = connection.execute(
        sa.select(identity.c.channel, identity.c.address).where(identity.c.person_id == person_id)
    ).all()
    for key in keys:
        # The provider's message id stays, or a redelivered message would be answered again; the address goes.
        connection.execute(
            inbox.update()
            .where(
                inbox.c.channel == key.channel,
                inbox.c.address == key.address,
                sa.or_(inbox.c.state != "waiting", inbox.c.id.in_(turn_inbox_ids)),
            )
            .values(address="", body={}, turn_id=None)
        )
    media.doom(connection, person_id, now=now)
    connection.execute(person.delete().where(person.c.id == person_id))  # every other table follows by ON DELETE
    connection.execute(erasure.insert().values(messages=gone["messages"], journeys=gone["journeys"], at=now))


def of_conversation(connection: sa.Connection, conversation_id: int) -> dict[str, Any]:
    """Everything a turn needs to know of a conversation and its person, in one look-up."""
    row = connection.execute(_facts, {"conversation_id": conversation_id}).mappings().one()
    return dict(row)


_facts = (
    sa.select(
        conversation.c.id.label("conversation_id"),
        conversation.c.channel,
        conversation.c.tracker,
        conversation.c.menus,
        conversation.c.unclear_count,
        conversation.c.last_inbound_at,
        person.c.id.label("person_id"),
        person.c.language,
        person.c.language_chosen,
        person.c.phone,
        identity.c.address,
        sa.exists()
        .where(
            suppression.c.person_id == person.c.id,
            suppression.c.channel == conversation.c.channel,
            suppression.c.reason == sa.literal("blocked", literal_execute=True),
            suppression.c.lifted_at.is_(None),
        )
        .label("blocked"),
    )
    .select_from(
        conversation.join(person, person.c.id == conversation.c.person_id).join(
            identity, identity.c.conversation_id == conversation.c.id
        )
    )
    .where(conversation.c.id == sa.bindparam("conversation_id"))
    .order_by(identity.c.id.desc())
    .limit(1)
)
