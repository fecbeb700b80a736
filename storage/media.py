"""Files people sent: which are still at the provider, which are here, and when each must go.

The life of a row: `waiting` → `stored`, or `refused` (too large, of a type we do not take), or `gone` (the provider has
it no more, its time is over, nobody gave it in days). A row is made in the turn that answers the message; the key is
written down before the file is, so that no crash leaves a file that nobody knows. What must be deleted is first noted
in `doomed_file`, in the transaction that takes the row away: a file cannot outlive its person by a crash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from conversation import Attachment, AttachmentKind
from storage import wire
from storage.files import new_key
from storage.tables import doomed_file, identity, media

WAITING: Final = "waiting"
STORED: Final = "stored"
REFUSED: Final = "refused"
GONE: Final = "gone"
NAME_CHARS: Final = 255


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file somebody has begun to fetch. `attempts` tells this attempt from a later one.

    Attributes:
        mime: As stated, like `size` (bytes) and `sha256` (hexadecimal).
        since: When the message came.
    """

    media_id: int
    channel: str
    provider_ref: str
    kind: AttachmentKind
    mime: str | None
    size: int | None
    sha256: str | None
    key: str
    attempts: int
    since: datetime


def expect(
    connection: sa.Connection, attachment: Attachment, *, person_id: int, inbox_id: int, channel: str, now: datetime
) -> int | None:
    """Note that a file is to be fetched, in the turn that answers its message.

    Returns:
        Id of the row; nothing for a sticker, which says no more than its name.
    """
    if attachment.kind is AttachmentKind.STICKER or not attachment.provider_ref:
        return None
    name = wire.storable(attachment.name or "")[:NAME_CHARS]
    media_id: int = connection.execute(
        media.insert()
        .values(
            person_id=person_id,
            inbox_id=inbox_id,
            channel=channel,
            provider_ref=wire.storable(attachment.provider_ref),
            kind=attachment.kind,
            name=name or None,
            mime=wire.storable(attachment.mime_type or "")[:120] or None,
            size=attachment.size_bytes,
            sha256=(attachment.sha256 or "")[:64].lower() or None,
            state=WAITING,
            attempts=0,
            not_before=now,
            created_at=now,
        )
        .returning(media.c.id)
    ).scalar_one()
    return media_id


def is_due(connection: sa.Connection, *, channels: Sequence[str], now: datetime) -> bool:
    """Whether a file waits that may be fetched now: asked each second, and answered without a write."""
    return connection.execute(sa.select(media.c.id).where(_due(channels, now)).limit(1)).first() is not None


def _due(channels: Sequence[str], now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(media.c.state == sa.text("'waiting'"), media.c.not_before <= now, media.c.channel.in_(channels))


def claim(
    connection: sa.Connection, *, channels: Sequence[str], now: datetime, lease: timedelta, most: int
) -> list[Wanted]:
    """Begin to fetch what waits, oldest first.

    Args:
        connection: A durable transaction.
        channels: Those whose files this process can fetch.
        now: The present.
        lease: For how long nobody else takes them.
        most: At most so many.
    """
    found = connection.execute(
        sa.select(media)
        .where(_due(channels, now))
        .order_by(media.c.not_before, media.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    wanted = [
        Wanted(
            media_id=row.id,
            channel=row.channel,
            provider_ref=row.provider_ref,
            kind=AttachmentKind(row.kind),
            mime=row.mime,
            size=row.size,
            sha256=row.sha256,
            key=row.key or new_key(),
            attempts=row.attempts + 1,
            since=row.created_at,
        )
        for row in found
    ]
    for one in wanted:
        connection.execute(
            media.update()
            .where(media.c.id == one.media_id)
            .values(attempts=one.attempts, not_before=now + lease, key=one.key)
        )
    return wanted


def stored(
    connection: sa.Connection, wanted: Wanted, *, mime: str, size: int, sha256: str, expires_at: datetime
) -> bool:
    """The file is on disk.

    Returns:
        Whether anybody still wants it: false once the person was erased, or another attempt has taken over.
    """
    return _end(
        connection,
        wanted,
        state=STORED,
        mime=mime,
        size=size,
        sha256=sha256,
        expires_at=expires_at,
        provider_ref="",
        reason=None,
    )


def later(connection: sa.Connection, wanted: Wanted, *, at: datetime, reason: str | None) -> bool:
    """Try again at `at`; whether anybody still wants it."""
    return _end(connection, wanted, not_before=at, reason=reason)


def given_up(connection: sa.Connection, wanted: Wanted, *, state: str, reason: str, now: datetime) -> bool:
    """Close what will not be fetched, `refused` or `gone`; whether anybody still wanted it."""
    closed = _end(connection, wanted, state=state, reason=reason, provider_ref="", key=None)
    abandon(connection, wanted, now=now)
    return closed


def abandon(connection: sa.Connection, wanted: Wanted, *, now: datetime) -> None:
    """Have a file deleted that was written for nobody, unless another attempt has kept it."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    if connection.execute(sa.select(media.c.id).where(media.c.key == wanted.key)).first() is None:
        connection.execute(insert(doomed_file).values(key=wanted.key, not_before=now).on_conflict_do_nothing())


def _end(connection: sa.Connection, wanted: Wanted, **values: Any) -> bool:
    mine = (media.c.id == wanted.media_id, media.c.state == WAITING, media.c.attempts == wanted.attempts)
    return connection.execute(media.update().where(*mine).values(**values)).rowcount == 1


def doom(connection: sa.Connection, person_id: int, *, now: datetime) -> None:
    """Have a person's files deleted once this transaction has committed; the rows go with the person's own."""
    _doom(connection, media.c.person_id == person_id, now)


def expire(connection: sa.Connection, *, now: datetime, waiting_since: datetime) -> int:
    """End what has had its time: stored files past their day, and what nobody gave since `waiting_since`.

    Returns:
        How many.
    """
    over, missed = _over(now), _missed(now, waiting_since)
    _doom(connection, over, now)
    ended = connection.execute(media.update().where(over).values(state=GONE, reason="expired", key=None, name=None))
    _doom(connection, missed, now)
    missing = connection.execute(
        media.update().where(missed).values(state=GONE, reason="never_came", key=None, provider_ref="")
    )
    return ended.rowcount + missing.rowcount


def is_over(connection: sa.Connection, *, now: datetime, waiting_since: datetime) -> bool:
    """Whether `expire` would end anything."""
    either = sa.or_(_over(now), _missed(now, waiting_since))
    return connection.execute(sa.select(media.c.id).where(either).limit(1)).first() is not None


def _over(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(media.c.state == STORED, media.c.expires_at <= now)


def _missed(now: datetime, waiting_since: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(media.c.state == WAITING, media.c.created_at < waiting_since, media.c.not_before <= now)


def _doom(connection: sa.Connection, which: sa.ColumnElement[bool], now: datetime) -> None:
    connection.execute(
        doomed_file.insert().from_select(
            ["key", "not_before"],
            sa.select(
                media.c.key,
                # While it waits somebody may be writing it: the file is taken away when they are done.
                sa.case((media.c.state == WAITING, media.c.not_before), else_=sa.literal(now, media.c.not_before.type)),
            ).where(which, media.c.key.is_not(None)),
        )
    )


def doomed(connection: sa.Connection, *, now: datetime, most: int = 100) -> list[str]:
    """Keys of files to delete now."""
    return list(
        connection.execute(sa.select(doomed_file.c.key).where(doomed_file.c.not_before <= now).limit(most)).scalars()
    )


def deleted(connection: sa.Connection, keys: Iterable[str]) -> None:
    """Forget keys whose files are gone."""
    connection.execute(doomed_file.delete().where(doomed_file.c.key.in_(list(keys))))


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many files stand in each state."""
    rows = connection.execute(sa.select(media.c.state, sa.func.count()).group_by(media.c.state)).all()
    return {WAITING: 0, STORED: 0, REFUSED: 0, GONE: 0} | {row[0]: row[1] for row in rows}


def listed(connection: sa.Connection, *, state: str | None = None, most: int = 50) -> list[dict[str, Any]]:
    """The newest files, newest first."""
    query = sa.select(media)
    if state is not None:
        query = query.where(media.c.state == state)
    rows = connection.execute(query.order_by(media.c.id.desc()).limit(most)).mappings().all()
    return [dict(row) for row in rows]


def one(connection: sa.Connection, media_id: int) -> dict[str, Any] | None:
    """A file's row with `conversation_id`, where staff find the talk it belongs to; or nothing."""
    row = (
        connection.execute(
            sa.select(media, identity.c.conversation_id)
            .outerjoin(
                identity, sa.and_(identity.c.person_id == media.c.person_id, identity.c.channel == media.c.channel)
            )
            .where(media.c.id == media_id)
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else dict(row)
