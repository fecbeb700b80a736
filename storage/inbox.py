"""Messages that have reached us and wait for their turn.

The life of a row: `waiting` → `done`, or `set_aside` after too many attempts. A row is written and committed before the
provider hears 200, and closed in the same transaction that holds everything its turn did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from conversation import Inbound, InboundKind, PersonKey
from storage import conversations, people, wire
from storage.tables import conversation, identity, inbox

WAITING: Final = "waiting"
DONE: Final = "done"
SET_ASIDE: Final = "set_aside"


@dataclass(frozen=True, slots=True)
class Claim:
    """One person's waiting messages, reserved for one worker.

    Attributes:
        conversation_id: Whose messages.
        inbox_ids: In the order of arrival. After a failed attempt only the first: an innocent message must not be set
            aside together with the one that fails.
        attempts: Times the first of them was begun, this one included.
    """

    conversation_id: int
    inbox_ids: tuple[int, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message inside its turn."""

    inbox_id: int
    inbound: Inbound
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """What one request of a provider brought.

    Attributes:
        inbounds: In the order the provider gave them.
        wait_s: Seconds in which a burst of short messages may still grow before it is answered.
    """

    inbounds: Sequence[Inbound]
    wait_s: float = 0


def store_all(connection: sa.Connection, arrivals: Sequence[Arrival], *, received_at: datetime) -> list[int]:
    """Keep what came in, in one statement; a message that is already here, or comes twice, is kept once.

    Args:
        connection: The caller's transaction: acknowledge to the provider only after it has committed.
        arrivals: In the order they came.
        received_at: Now.

    Returns:
        How many messages of each were new.
    """
    rows = [
        {
            "channel": inbound.person.channel,
            "address": inbound.person.address,
            "provider_message_id": inbound.message_id,
            "body": wire.dump(inbound),
            "state": WAITING,
            "attempts": 0,
            "not_before": received_at + timedelta(seconds=arrival.wait_s),
            "received_at": received_at,
        }
        for arrival in arrivals
        for inbound in arrival.inbounds
    ]
    if not rows:
        return [0] * len(arrivals)
    insert = _store_postgresql if connection.dialect.name == "postgresql" else _store_sqlite
    new = {(row.channel, row.provider_message_id) for row in connection.execute(insert, rows)}
    return [sum(_first(inbound, new) for inbound in arrival.inbounds) for arrival in arrivals]


def store(connection: sa.Connection, inbounds: Sequence[Inbound], *, received_at: datetime, wait_s: float = 0) -> int:
    """Keep what one request brought, as `store_all` does; how many messages were new."""
    return store_all(connection, [Arrival(inbounds, wait_s)], received_at=received_at)[0]


def _first(inbound: Inbound, new: set[tuple[str, str]]) -> bool:
    """Whether this is the message that was new, and not a repeat of it that came in the same moment."""
    key = (inbound.person.channel, inbound.message_id)
    if key not in new:
        return False
    new.remove(key)
    return True


# Built once: to build a statement costs more than to run it.
_ONCE: Final = ("channel", "provider_message_id")
_NEW: Final = (inbox.c.channel, inbox.c.provider_message_id)
_store_sqlite = sqlite.insert(inbox).on_conflict_do_nothing(index_elements=_ONCE).returning(*_NEW)
_store_postgresql = postgresql.insert(inbox).on_conflict_do_nothing(index_elements=_ONCE).returning(*_NEW)


LOOKED_AT: Final = 20
"""Waiting messages a worker looks at for one it may have: the first may be in another worker's hands by now."""

# Statements of every turn are built once: to build one costs more than to run it.
_lapsed = sa.or_(
    conversation.c.lease_until.is_(None),
    conversation.c.lease_until < sa.bindparam("now"),
    conversation.c.lease_owner == sa.bindparam("owner"),
)
_free = sa.or_(conversation.c.id.is_(None), _lapsed)
_next_waiting = (
    sa.select(
        inbox.c.id,
        inbox.c.channel,
        inbox.c.address,
        identity.c.conversation_id,
        # Only a person nobody has seen is looked at: twenty bodies need not be read from JSON for one that is.
        sa.case((identity.c.conversation_id.is_(None), inbox.c.body)).label("body"),
    )
    .select_from(
        inbox.outerjoin(
            identity, sa.and_(identity.c.channel == inbox.c.channel, identity.c.address == inbox.c.address)
        ).outerjoin(conversation, conversation.c.id == identity.c.conversation_id)
    )
    .where(inbox.c.state == sa.text("'waiting'"), inbox.c.not_before <= sa.bindparam("now"), _free)
    .order_by(inbox.c.id)
    .limit(LOOKED_AT)
)
_waiting_of = (
    sa.select(inbox.c.id, inbox.c.attempts, inbox.c.not_before)
    .join(identity, sa.and_(identity.c.channel == inbox.c.channel, identity.c.address == inbox.c.address))
    .where(
        inbox.c.state == sa.text("'waiting'"),
        identity.c.conversation_id == sa.bindparam("conversation_id"),
    )
    .order_by(inbox.c.id)
    .limit(sa.bindparam("most"))
)


_of_conversation = conversation.c.id == sa.bindparam("conversation_id")
_of_rows = inbox.c.id.in_(sa.bindparam("inbox_ids", expanding=True))
_lock_if_free = sa.select(conversation.c.id).where(_of_conversation, _lapsed).with_for_update(skip_locked=True)
_lock_if_held = (
    sa.select(conversation.c.id)
    .where(_of_conversation, conversation.c.lease_owner == sa.bindparam("owner"))
    .with_for_update(skip_locked=True)
)
_set_lease = (
    conversation.update()
    .where(_of_conversation)
    .values(lease_owner=sa.bindparam("owner"), lease_until=sa.bindparam("until"))
)
_count_attempt = inbox.update().where(_of_rows).values(attempts=inbox.c.attempts + 1)
_still_waiting = (
    sa.select(inbox.c.id, inbox.c.body, inbox.c.received_at)
    .where(_of_rows, inbox.c.state == WAITING)
    .order_by(inbox.c.id)
)
_close = inbox.update().where(_of_rows).values(state=sa.bindparam("new_state"), turn_id=sa.bindparam("new_turn_id"))
_close_and_empty = _close.values(body={})


def claim(connection: sa.Connection, *, owner: str, now: datetime, lease_s: float, most: int = 20) -> Claim | None:
    """Reserve the person who has waited longest and count the attempt.

    Runs in a transaction of its own, before the turn: a worker that dies in the turn has been counted.

    Args:
        connection: A light transaction (`Database.begin_light`).
        owner: Name of this worker. A lease of the same name is taken over: it is what was left by our own crash.
        now: The present.
        lease_s: Seconds after which another worker may try.
        most: How many of one person's messages are taken at once.

    Returns:
        Nothing when no one waits or everyone who does is being served.
    """
    passed_by: set[int] = set()
    for found in connection.execute(_next_waiting, {"now": now, "owner": owner}).all():
        conversation_id = found.conversation_id
        if conversation_id is None:
            person = PersonKey(found.channel, found.address)
            others = [*found.body.get("aliases", ()), *filter(None, [found.body.get("moved_to")])]
            name = found.body.get("display_name")
            conversation_id = people.ensure(connection, person, now=now, display_name=name, aliases=others)
        if conversation_id in passed_by:
            continue
        if _lease(connection, conversation_id, owner=owner, now=now, lease_s=lease_s):
            claimed = _reserve(connection, conversation_id, most, now)
            if claimed is not None:
                return claimed
        passed_by.add(conversation_id)
    return None


def _lease(connection: sa.Connection, conversation_id: int, *, owner: str, now: datetime, lease_s: float) -> bool:
    whose = {"conversation_id": conversation_id, "owner": owner}
    if connection.execute(_lock_if_free, {**whose, "now": now}).first() is None:
        return False
    connection.execute(_set_lease, {**whose, "until": now + timedelta(seconds=lease_s)})
    return True


def _reserve(connection: sa.Connection, conversation_id: int, most: int, now: datetime) -> Claim | None:
    rows = connection.execute(_waiting_of, {"conversation_id": conversation_id, "most": most}).all()
    tried_before = bool(rows) and rows[0].attempts > 0
    if not rows or (tried_before and rows[0].not_before > now):
        # Another worker has just answered them; or one that failed waits for its next attempt, and the others for it.
        conversations.free(connection, conversation_id)
        return None
    taken = rows[:1] if tried_before else [row for row in rows if row.attempts == 0]
    ids = tuple(row.id for row in taken)
    connection.execute(_count_attempt, {"inbox_ids": ids})
    return Claim(conversation_id=conversation_id, inbox_ids=ids, attempts=rows[0].attempts + 1)


def take(connection: sa.Connection, claim: Claim, *, owner: str) -> list[Waiting]:
    """The claimed messages, inside the turn's transaction; empty if the lease was lost meanwhile.

    On PostgreSQL the conversation's row is locked until the turn ends; on SQLite the whole database is. What the
    messages tell of the person's addresses is kept with the turn: those beside the one written from, and a move.
    """
    held = connection.execute(_lock_if_held, {"conversation_id": claim.conversation_id, "owner": owner}).first()
    if held is None:
        return []
    rows = connection.execute(_still_waiting, {"inbox_ids": claim.inbox_ids}).all()
    waiting = [Waiting(row.id, wire.load_inbound(row.body), row.received_at) for row in rows]
    for one in waiting:
        _learn_addresses(connection, claim.conversation_id, one)
    return waiting


def _learn_addresses(connection: sa.Connection, conversation_id: int, one: Waiting) -> None:
    inbound, channel = one.inbound, one.inbound.person.channel
    if inbound.kind is InboundKind.MOVED and inbound.moved_to is not None:
        addresses = (inbound.moved_to, *inbound.aliases)
        people.move(connection, conversation_id, channel, addresses, now=one.received_at)
    elif inbound.aliases:
        people.link(connection, conversation_id, channel, inbound.aliases, now=one.received_at)


def close(connection: sa.Connection, inbox_ids: Sequence[int], *, turn_id: int | None, state: str = DONE) -> None:
    """End the rows with their turn. Their words now stand in the conversation's log, and there alone."""
    statement = _close_and_empty if state == DONE else _close
    connection.execute(statement, {"inbox_ids": inbox_ids, "new_state": state, "new_turn_id": turn_id})


def release(connection: sa.Connection, claim: Claim, *, retry_at: datetime) -> None:
    """Give a person back after a failed attempt; their messages wait until `retry_at`."""
    conversations.free(connection, claim.conversation_id)
    connection.execute(inbox.update().where(inbox.c.id.in_(claim.inbox_ids)).values(not_before=retry_at))


def next_due(connection: sa.Connection) -> datetime | None:
    """When the earliest waiting message may be taken; nothing if none waits."""
    due: datetime | None = connection.execute(
        sa.select(inbox.c.not_before).where(inbox.c.state == sa.text("'waiting'")).order_by(inbox.c.not_before).limit(1)
    ).scalar()
    return due


def depth(connection: sa.Connection) -> dict[str, int]:
    """How many rows stand in `waiting` and `set_aside`."""
    rows = connection.execute(
        sa.select(inbox.c.state, sa.func.count()).where(inbox.c.state != DONE).group_by(inbox.c.state)
    ).all()
    return {WAITING: 0, SET_ASIDE: 0} | {row[0]: row[1] for row in rows}


def find(connection: sa.Connection, person: PersonKey, message_id: str) -> tuple[int, str, int | None] | None:
    """(id, state, turn id) of one message, or nothing."""
    row = connection.execute(
        sa.select(inbox.c.id, inbox.c.state, inbox.c.turn_id).where(
            inbox.c.channel == person.channel, inbox.c.provider_message_id == message_id
        )
    ).first()
    return None if row is None else (row.id, row.state, row.turn_id)


def purge(connection: sa.Connection, *, before: datetime) -> int:
    """Forget closed rows received before a moment: until then they tell a repeated message from a new one.

    Returns:
        How many went.
    """
    return connection.execute(inbox.delete().where(inbox.c.state == DONE, inbox.c.received_at < before)).rowcount
