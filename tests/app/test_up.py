"""`maalem up`: which processes, with what settings, and what is said before and after."""

from __future__ import annotations

import io
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from app.surroundings import CannotStart, only_one
from app.up import address, child_specs, fetch, is_ready, migrate, up
from runtime.settings import load_settings
from storage import migrate as migrations
from tests.app.answering import answering


def _console() -> Console:
    return Console(file=io.StringIO(), width=100)


def test_every_process_is_started_under_its_own_name() -> None:
    """As many workers and senders as the settings say, and one gateway."""
    specs = child_specs(load_settings(workers=2, senders=2))
    assert [spec.name for spec in specs] == ["worker-1", "worker-2", "gateway", "sender-1", "sender-2"]
    assert specs[0].command[1:] == ("-m", "app", "worker", "--name", "worker-1")


def test_children_listen_where_up_was_told_to() -> None:
    """`--port` and `--host` reach the processes."""
    (spec, *_) = child_specs(load_settings(port=8123, host="::1"))
    assert spec.environment["MAALEM_PORT"] == "8123"
    assert spec.environment["MAALEM_HOST"] == "::1"


@pytest.mark.parametrize(
    ("given", "simulator"),
    [
        ({"host": "127.0.0.1"}, "1"),
        ({"host": "localhost"}, "1"),
        ({"host": "0.0.0.0"}, "0"),  # noqa: S104 - not bound
        ({"host": "192.168.1.5"}, "0"),
        ({"host": "127.0.0.1", "simulator": False}, "0"),
        ({"host": "0.0.0.0", "simulator": True}, "1"),  # noqa: S104 - not bound
    ],
)
def test_the_simulator_opens_by_itself_on_this_machine_alone(given: dict[str, Any], simulator: str) -> None:
    """Others can reach the gateway: then only who asks for the simulator gets it; who refuses it never does."""
    assert all(spec.environment["MAALEM_SIMULATOR"] == simulator for spec in child_specs(load_settings(**given)))


@pytest.mark.parametrize(
    ("status", "body", "ready"),
    [
        (200, {"status": "ready", "workers": 1}, True),
        (200, {"status": "ready", "workers": 0}, False),
        (503, {"status": "not ready", "workers": 1}, False),
        (200, b"<html>", False),
        (200, [], False),
    ],
)
def test_ready_means_that_somebody_will_answer(status: int, body: object, *, ready: bool) -> None:
    """A gateway without a worker is not ready, nor is another program on that port."""
    with answering((status, body)) as server:
        assert is_ready("127.0.0.1", server.port) is ready


def test_nothing_there_is_not_ready() -> None:
    """A closed port is no answer and no error."""
    with answering() as server:
        port = server.port
    assert fetch("127.0.0.1", port, "/healthz") is None
    assert not is_ready("127.0.0.1", port)


def test_every_address_is_called_through_this_machine() -> None:
    """Listening on all addresses includes the one a person here can open."""
    with answering((200, {"workers": 1})) as server:
        assert is_ready("0.0.0.0", server.port)  # noqa: S104 - called, not bound
    assert address(load_settings(host="0.0.0.0")) == "http://127.0.0.1:8000"  # noqa: S104 - as above
    assert address(load_settings(host="::1", port=81)) == "http://[::1]:81"


def test_a_busy_port_stops_before_anything_is_made(tmp_path: Path) -> None:
    """The message names the port; no database is made, no model trained."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        settings = load_settings(home=tmp_path / "home", port=holder.getsockname()[1])
        with pytest.raises(CannotStart, match="is busy"):
            up(settings, _console())
    assert not (tmp_path / "home" / "maalem.db").exists()


def test_a_home_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    """The message names the folder and the variable."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(CannotStart, match="MAALEM_HOME"):
        up(load_settings(home=tmp_path / "file" / "home", port=_free()), _console())


def test_a_second_up_on_one_home_is_refused(tmp_path: Path) -> None:
    """Two would take each other's names."""
    with only_one(tmp_path), pytest.raises(CannotStart, match="already up"):
        up(load_settings(home=tmp_path, port=_free()), _console())


def test_the_database_is_brought_up_to_date(tmp_path: Path) -> None:
    """Before anything starts the tables are those of this version; a second time nothing is said."""
    settings = load_settings(home=tmp_path)
    first, second = _console(), _console()
    migrate(settings, first)
    assert migrations.state(settings.database_url) == "current"
    migrate(settings, second)
    assert "Preparing the database" in _said(first)
    assert _said(second) == ""


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """Going back to an older version of the code does not touch what it does not know."""
    settings = load_settings(home=tmp_path)
    migrate(settings, _console())
    _set_revision(settings.database_url, "9999")
    with pytest.raises(CannotStart, match="newer version"):
        migrate(settings, _console())


def test_a_database_out_of_reach_is_told_without_its_password() -> None:
    """The address may hold a password: it is not repeated."""
    settings = load_settings(database_url=f"postgresql+psycopg://user:pass-word@127.0.0.1:{_free()}/maalem")
    with pytest.raises(CannotStart, match="cannot be used") as refused:
        migrate(settings, _console())
    assert "pass-word" not in str(refused.value)


def _set_revision(url: str, revision: str) -> None:
    from storage.database import Database  # noqa: PLC0415 - this test alone looks inside

    database = Database(url)
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (revision,))
    database.close()


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_stopping_ends_a_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops while the model is trained does not wait for it."""
    from app.up import train_if_needed  # noqa: PLC0415 - kept beside its one use

    stop = threading.Event()
    stop.set()
    monkeypatch.setenv("MAALEM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MAALEM_MODEL_DIR", str(tmp_path / "models"))
    train_if_needed(load_settings(), _console(), stop)
    assert list((tmp_path / "models").glob("*.tar.gz")) == []
