"""`maalem media …`: which files people have sent, and a copy of one for the team to look at or listen to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from app.surroundings import CannotStart
from runtime.settings import Settings
from storage import media
from storage.database import Database
from storage.file_types import SUFFIXES
from storage.files import Files

STATES: Final = (media.WAITING, media.STORED, media.REFUSED, media.GONE)
REASONS: Final = {
    "too_large": "larger than MAALEM_MEDIA_MAX_BYTES, or than the provider gives out",
    "unknown_type": "not a type of file that is taken",
    "not_what_it_says": "something else than it was sent as",
    "empty": "nothing in it",
    "expired": "deleted: MAALEM_MEDIA_KEEP_DAYS are over",
    "never_came": "the provider did not give it in days",
    "unexpected": "our own mistake: the log says which (media_unfetchable)",
    "disk": "the home folder could not be written",
}
"""Reason → words; what is not here is a code of channels/errors.py, the provider's own trouble."""


def listing(settings: Settings, *, state: str | None, most: int) -> Table:
    """The newest files; nothing that tells whose they are.

    Raises:
        CannotStart: The database cannot be read.
    """
    with _reading(settings) as connection:
        rows = media.listed(connection, state=state, most=most)
    table = Table("id", "came", "channel", "kind", "type", "bytes", "state", "", box=None)
    for row in rows:
        table.add_row(
            str(row["id"]),
            f"{row['created_at']:%Y-%m-%d %H:%M}",
            row["channel"],
            row["kind"],
            row["mime"] or "",
            "" if row["size"] is None else str(row["size"]),
            row["state"],
            _why(row["reason"]),
        )
    return table


def shown(settings: Settings, media_id: int) -> str:
    """What is known of one file.

    Raises:
        CannotStart: There is no such file.
    """
    row = _row(settings, media_id)
    lines = {
        "conversation": row["conversation_id"],
        "came": f"{row['created_at']:%Y-%m-%d %H:%M} UTC by {row['channel']}",
        "kind": row["kind"],
        "name": row["name"],
        "type": row["mime"],
        "bytes": row["size"],
        "sha256": row["sha256"],
        "state": row["state"],
        "why": _why(row["reason"]),
        "attempts": row["attempts"],
        "kept until": f"{row['expires_at']:%Y-%m-%d}" if row["expires_at"] else None,
    }
    return "\n".join(f"{name:<12} {value}" for name, value in lines.items() if value not in {None, ""})


def exported(settings: Settings, media_id: int, folder: Path) -> Path:
    """Copy a file into a folder, for the owner's eyes alone; its name there is our number and its true type's ending.

    Raises:
        CannotStart: There is no such file here, or the copy cannot be written.
    """
    row = _row(settings, media_id)
    if row["state"] != media.STORED:
        raise CannotStart(f"File {media_id} is not here: {row['state']} {_why(row['reason'])}".rstrip())
    copy = folder / f"media-{media_id}.{SUFFIXES[row['mime']]}"
    try:
        content = Files(settings.home).read(row["key"])
        with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise CannotStart(f"File {media_id} cannot be copied to {copy}: {error.strerror}") from None
    return copy


def _row(settings: Settings, media_id: int) -> dict[str, Any]:
    with _reading(settings) as connection:
        row = media.one(connection, media_id)
    if row is None:
        raise CannotStart(f"There is no file {media_id}: ./maalem media list")
    return row


def _why(reason: str | None) -> str:
    return REASONS.get(reason, reason) if reason else ""


@contextmanager
def _reading(settings: Settings) -> Iterator[sa.Connection]:
    database = Database(settings.database_url)
    try:
        with database.read() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise CannotStart(f"The database cannot be read ({type(error).__name__}): ./maalem doctor") from None
    finally:
        database.close()
