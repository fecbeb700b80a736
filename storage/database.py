"""Connections: SQLite by default, PostgreSQL by a URL, the same promises on both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

BUSY_TIMEOUT_MS: Final = 20_000
"""How long a writer waits for another before giving up, milliseconds (SQLite)."""


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def insert_into(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say ON CONFLICT, which is spelt alike on both databases."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


class Database:
    """A database and the three ways to talk to it.

    Args:
        url: SQLAlchemy URL: "sqlite:////path/to/maalem.db" or "postgresql+psycopg://…".

    Raises:
        sqlalchemy.exc.ArgumentError: The URL cannot be read.
    """

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self._durable = self._engine(synchronous="FULL")
        # Claims need to survive a killed process, not a power cut: without fsync they cost a tenth.
        self._light = self._engine(synchronous="NORMAL") if self.is_sqlite else self._durable

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the one-machine database."""
        return self.url.get_backend_name() == "sqlite"

    def _engine(self, *, synchronous: str) -> sa.Engine:
        if not self.is_sqlite:
            return sa.create_engine(self.url, json_serializer=_dumps, pool_pre_ping=True, pool_size=5, max_overflow=5)
        if self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            self.url,
            json_serializer=_dumps,
            connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        )

        def connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # SQLAlchemy's "begin" below says when a transaction starts
            for pragma in (
                "journal_mode = WAL",
                f"synchronous = {synchronous}",
                "foreign_keys = ON",
                "secure_delete = ON",  # what a person has erased does not stay readable in the file
                "temp_store = MEMORY",
                "cache_size = -8000",
            ):
                connection.execute(f"PRAGMA {pragma}")
            if synchronous != "FULL":
                connection.execute("PRAGMA wal_autocheckpoint = 0")

        def begin(connection: sa.Connection) -> None:
            read_only = connection.get_execution_options().get("read_only", False)
            connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

        sa.event.listen(engine, "connect", connect)
        sa.event.listen(engine, "begin", begin)
        return engine

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A writing transaction, on disk when the block ends; rolled back if it raises."""
        with self._durable.begin() as connection:
            yield connection

    @contextmanager
    def begin_light(self) -> Iterator[sa.Connection]:
        """A writing transaction that survives a killed process but perhaps not a power cut."""
        with self._light.begin() as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads: on SQLite it never waits for a writer."""
        with self._durable.connect() as plain:
            connection = plain.execution_options(read_only=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give every connection back."""
        self._durable.dispose()
        self._light.dispose()
