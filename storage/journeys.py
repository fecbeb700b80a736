"""What people have undertaken: enrolments with their states, answers and history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from storage.tables import journey, journey_event

ENROLMENT: Final = "enrolment"
OPEN_STATES: Final = ("submitted", "in_review", "needs_answer", "accepted")
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Journey:
    """One undertaking of a person."""

    journey_id: int
    person_id: int
    kind: str
    state: str
    reference: str
    answers: dict[str, Any]
    created_at: datetime
    updated_at: datetime


def submit(
    connection: sa.Connection,
    *,
    person_id: int,
    kind: str,
    reference: str,
    answers: dict[str, Any],
    channel: str,
    now: datetime,
) -> int | None:
    """File a new request.

    Returns:
        Its id, or nothing if the reference is taken: draw another.
    """
    with connection.begin_nested() as attempt:
        try:
            journey_id: int = connection.execute(
                journey.insert()
                .values(
                    person_id=person_id,
                    kind=kind,
                    state="submitted",
                    reference=reference,
                    created_at=now,
                    **_searchable(answers),
                    updated_at=now,
                )
                .returning(journey.c.id)
            ).scalar_one()
        except sa.exc.IntegrityError:
            attempt.rollback()
            return None
    _event(connection, journey_id, "submitted", details={"answers": answers}, channel=channel, now=now)
    return journey_id


def change(connection: sa.Connection, found: Journey, *, answers: dict[str, Any], channel: str, now: datetime) -> None:
    """Replace the answers; the history keeps what they were."""
    before = {key: value for key, value in found.answers.items() if answers.get(key) != value}
    connection.execute(
        journey.update().where(journey.c.id == found.journey_id).values(updated_at=now, **_searchable(answers))
    )
    _event(connection, found.journey_id, "changed", details={"before": before}, channel=channel, now=now)


def set_state(connection: sa.Connection, found: Journey, state: str, *, channel: str | None, now: datetime) -> None:
    """Move a request to another state and write it into its history."""
    connection.execute(journey.update().where(journey.c.id == found.journey_id).values(state=state, updated_at=now))
    _event(connection, found.journey_id, state, details={"from": found.state}, channel=channel, now=now)


def open_of(connection: sa.Connection, person_id: int, kind: str = ENROLMENT) -> Journey | None:
    """The person's request that still stands, the newest if there are several."""
    return _one(
        connection,
        journey.c.person_id == person_id,
        journey.c.kind == kind,
        journey.c.state.in_(OPEN_STATES),
    )


def latest_of(connection: sa.Connection, person_id: int, kind: str = ENROLMENT) -> Journey | None:
    """The person's newest request in any state."""
    return _one(connection, journey.c.person_id == person_id, journey.c.kind == kind)


def by_reference(connection: sa.Connection, reference: str) -> Journey | None:
    """The request with this reference number."""
    return _one(connection, journey.c.reference == reference)


def history(connection: sa.Connection, journey_id: int) -> list[tuple[str, dict[str, Any], datetime]]:
    """(event, details, when) of a request, oldest first."""
    rows = connection.execute(
        sa.select(journey_event).where(journey_event.c.journey_id == journey_id).order_by(journey_event.c.id)
    ).all()
    return [(row.event, row.details, row.at) for row in rows]


def _one(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> Journey | None:
    row = connection.execute(sa.select(journey).where(*conditions).order_by(journey.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    return Journey(
        row.id, row.person_id, row.kind, row.state, row.reference, row.answers, row.created_at, row.updated_at
    )


def _searchable(answers: dict[str, Any]) -> dict[str, Any]:
    place = answers.get("place") or {}
    return {
        "answers": answers,
        "region": place.get("region"),
        "craft": answers.get("craft"),
        "track": answers.get("track"),
    }


def _event(
    connection: sa.Connection,
    journey_id: int,
    event: str,
    *,
    details: dict[str, Any],
    channel: str | None,
    now: datetime,
) -> None:
    connection.execute(
        journey_event.insert().values(journey_id=journey_id, event=event, details=details, channel=channel, at=now)
    )
