"""What waits for a person of the team: a wish to talk, a question, a complaint, a voice note, a message that failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.tables import staff_request


def ask(
    connection: sa.Connection,
    *,
    person_id: int,
    conversation_id: int,
    kind: str,
    details: dict[str, Any],
    now: datetime,
) -> None:
    """Put something before the team."""
    connection.execute(
        staff_request.insert().values(
            person_id=person_id,
            conversation_id=conversation_id,
            kind=kind,
            details=details,
            state="open",
            created_at=now,
        )
    )


def add_file(
    connection: sa.Connection, conversation_id: int, kind: str, media_id: int | None, *, now: datetime
) -> bool:
    """Put a file with those that came in the same turn: an album is one thing to look at.

    Returns:
        Whether there was such a request.
    """
    found = connection.execute(
        sa.select(staff_request.c.id, staff_request.c.details)
        .where(
            staff_request.c.conversation_id == conversation_id,
            staff_request.c.kind == kind,
            staff_request.c.state == "open",
            staff_request.c.created_at == now,
        )
        .limit(1)
    ).first()
    if found is None:
        return False
    details = {**found.details, "media_ids": [*found.details.get("media_ids", []), media_id]}
    connection.execute(staff_request.update().where(staff_request.c.id == found.id).values(details=details))
    return True


def is_open(connection: sa.Connection, conversation_id: int, kind: str, *, topic: str | None = None) -> bool:
    """Whether the team already has such a request of this conversation, about the same topic where one is named."""
    found = connection.execute(
        sa.select(staff_request.c.details).where(
            staff_request.c.conversation_id == conversation_id,
            staff_request.c.kind == kind,
            staff_request.c.state == "open",
        )
    ).scalars()
    return any(topic is None or details.get("topic") == topic for details in found)


def waiting(connection: sa.Connection, *, most: int = 100) -> list[tuple[int, str, dict[str, Any], datetime]]:
    """(conversation, kind, details, since) of what is open, oldest first."""
    rows = connection.execute(
        sa.select(staff_request).where(staff_request.c.state == "open").order_by(staff_request.c.id).limit(most)
    ).all()
    return [(row.conversation_id, row.kind, row.details, row.created_at) for row in rows]
