"""People: their identities on channels, their language, their consent, what is kept of them and its erasure.

A person has identities (channel + opaque address); a phone number is an attribute that may be absent. One person may
have several on the same channel (WhatsApp: a number and a business-scoped id, channel facts 3.8): all of them lead to
the same conversation, and answers go to the first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

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
    metadata,
    outbox,
    person,
    suppression,
)


def ensure(
    connection: sa.Connection,
    key: PersonKey,
    *,
    now: datetime,
    display_name: str | None = None,
    aliases: Collection[str] = (),
) -> int:
    """The conversation of this identity; a person nobody has seen yet is written down.

    Args:
        connection: The caller's transaction.
        key: Where the person writes from.
        now: The present.
        display_name: As the channel shows it.
        aliases: Other addresses of the same person: known by one of them, the person is not new.

    Returns:
        The conversation's id.
    """
    find = sa.select(identity.c.conversation_id).where(
        identity.c.channel == key.channel, identity.c.address == key.address
    )
    found: int | None = connection.execute(find).scalar()
    if found is None and aliases:
        by_alias = sa.select(identity.c.conversation_id).where(
            identity.c.channel == key.channel, identity.c.address.in_(aliases)
        )
        found = connection.execute(by_alias.order_by(identity.c.id).limit(1)).scalar()
        if found is not None:
            link(connection, found, key.channel, (key.address, *aliases), now=now, display_name=display_name)
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


def link(
    connection: sa.Connection,
    conversation_id: int,
    channel: str,
    addresses: Collection[str],
    *,
    now: datetime,
    display_name: str | None = None,
) -> None:
    """Have all these addresses lead to one conversation.

    Whoever had one of them for a person of their own was the same person all along: everything kept of both is one
    person's from here on. The older conversation's log stays, without an address of its own.
    """
    known = connection.execute(
        sa.select(identity.c.address, identity.c.conversation_id).where(
            identity.c.channel == channel, identity.c.address.in_(addresses)
        )
    ).all()
    for other in sorted({row.conversation_id for row in known} - {conversation_id}):
        _merge(connection, conversation_id, other)
    new = sorted(set(addresses) - {row.address for row in known})
    if not new:
        return
    person_id = _person_of(connection, conversation_id)
    connection.execute(
        insert_into(connection, identity).on_conflict_do_nothing(index_elements=["channel", "address"]),
        [
            {
                "person_id": person_id,
                "conversation_id": conversation_id,
                "channel": channel,
                "address": address,
                "display_name": display_name,
                "created_at": now,
            }
            for address in new
        ],
    )


def move(
    connection: sa.Connection, conversation_id: int, channel: str, addresses: Sequence[str], *, now: datetime
) -> None:
    """The person is now known by these addresses alone: the old number may soon be another person's.

    Args:
        connection: The turn's transaction.
        conversation_id: Whose.
        channel: On which channel.
        addresses: The new ones, at least one; what waits to be sent goes to the first.
        now: The present.
    """
    link(connection, conversation_id, channel, addresses, now=now)
    connection.execute(
        identity.delete().where(
            identity.c.conversation_id == conversation_id,
            identity.c.channel == channel,
            identity.c.address.not_in(addresses),
        )
    )
    connection.execute(
        outbox.update()
        .where(outbox.c.conversation_id == conversation_id, outbox.c.state == "queued", outbox.c.channel == channel)
        .values(address=addresses[0])
    )


def _merge(connection: sa.Connection, kept: int, other: int) -> None:
    """Make one person of two; the kept conversation goes on, the other's addresses lead to it."""
    person_id, gone = _person_of(connection, kept), _person_of(connection, other)
    connection.execute(identity.update().where(identity.c.conversation_id == other).values(conversation_id=kept))
    if person_id == gone:
        return
    known = connection.execute(sa.select(person.c.language, person.c.phone).where(person.c.id == gone)).one()
    connection.execute(
        person.update()
        .where(person.c.id == person_id)
        .values(
            language=sa.func.coalesce(person.c.language, known.language),
            phone=sa.func.coalesce(person.c.phone, known.phone),
        )
    )
    for table in metadata.tables.values():
        for column in table.columns:
            if column.references(person.c.id):
                _hand_over(connection, table, column, gone, person_id)
    connection.execute(person.delete().where(person.c.id == gone))


def _hand_over(connection: sa.Connection, table: sa.Table, column: sa.Column[Any], before: int, after: int) -> None:
    """Give rows to another person; one they have as well, where only one may stand, is let go."""
    for (row_id,) in connection.execute(sa.select(table.c.id).where(column == before)).all():
        try:
            with connection.begin_nested():
                connection.execute(table.update().where(table.c.id == row_id).values({column.name: after}))
        except IntegrityError:
            connection.execute(table.delete().where(table.c.id == row_id))


def _person_of(connection: sa.Connection, conversation_id: int) -> int:
    found: int = connection.execute(
        sa.select(conversation.c.person_id).where(conversation.c.id == conversation_id)
    ).scalar_one()
    return found


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
    .order_by(identity.c.id)
    .limit(1)
)
