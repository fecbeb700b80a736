"""The doctor: a line for everything, with what to do."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest
from rich.console import Console

from app.doctor import Finding, State, _dependencies, examine, report
from runtime.settings import load_settings
from storage import migrate
from tests.app.answering import answering


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAALEM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MAALEM_MODEL_DIR", str(tmp_path / "models"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("MAALEM_PORT", str(server.getsockname()[1]))


def _findings() -> dict[str, Finding]:
    return {finding.what: finding for finding in examine()}


def test_a_fresh_folder_is_not_ill() -> None:
    """What `up` will make is announced, and nothing is marked as broken."""
    found = _findings()
    assert list(found) == [
        "interpreter", "dependencies", "settings", "home", "disk", "database", "model", "port", "redis", "telegram",
        "sending",
        "twilio",
    ]  # fmt: skip
    assert not [finding for finding in found.values() if finding.state is State.ILL]
    assert found["database"].state is State.LATER
    assert found["model"].state is State.LATER
    assert "./maalem up" in found["model"].words


def test_looking_makes_no_database(tmp_path: Path) -> None:
    """The doctor looks, and leaves things as they are."""
    _findings()
    assert list((tmp_path / "home").iterdir()) == []


def test_a_database_that_is_there_is_well() -> None:
    """After the migrations the doctor says so."""
    migrate.upgrade(load_settings().database_url)
    assert _findings()["database"].state is State.WELL


def test_settings_that_cannot_be_read_are_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Misspelt settings do not stop the doctor: they are told with what was meant."""
    monkeypatch.setenv("MAALEM_PROT", "8000")
    found = _findings()
    assert found["settings"].state is State.ILL
    assert "MAALEM_PORT" in found["settings"].words
    assert found["interpreter"].state is State.WELL


def test_a_database_out_of_reach_does_not_hide_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """One look that breaks is one ✗; what follows is still looked at."""
    monkeypatch.setenv("MAALEM_DATABASE_URL", "postgresql+psycopg://127.0.0.1:1/maalem")
    found = _findings()
    assert found["database"].state is State.ILL
    assert found["telegram"].state is State.WELL


def test_a_port_where_maalem_answers_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot being up is no conflict."""
    with answering((200, {"status": "alive"})) as server:
        monkeypatch.setenv("MAALEM_PORT", str(server.port))
        assert _findings()["port"] == Finding("port", State.WELL, f"{server.port}: Maalem answers there")


def test_a_port_of_another_program_is_ill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's program there is told, with another port to take."""
    with answering((404, {})) as server:
        monkeypatch.setenv("MAALEM_PORT", str(server.port))
        found = _findings()["port"]
    assert found.state is State.ILL
    assert "--port" in found.words


def test_redis_is_asked(monkeypatch: pytest.MonkeyPatch, redis_url: str, tmp_path: Path) -> None:
    """A Redis that answers is well, one that does not is ill."""
    monkeypatch.setenv("MAALEM_REDIS_URL", redis_url)
    assert _findings()["redis"].state is State.WELL
    monkeypatch.setenv("MAALEM_REDIS_URL", f"unix://{tmp_path}/gone.sock")
    assert _findings()["redis"].state is State.ILL


@pytest.mark.parametrize(("public_url", "state"), [("", State.ILL), ("https://bot.example.org", State.WELL)])
def test_a_webhook_needs_an_address(public_url: str, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram must know where to call; the token is not shown."""
    for name, value in (("MODE", "webhook"), ("TOKEN", "123:made-up-token"), ("SECRET", "made-up")):
        monkeypatch.setenv(f"MAALEM_TELEGRAM_{name}", value)
    monkeypatch.setenv("MAALEM_PUBLIC_URL", public_url)
    found = _findings()["telegram"]
    assert found.state is state
    assert "made-up" not in found.words


@pytest.mark.parametrize("content", ["pytest==0.0.1 \\\n    --hash=sha256:0\n", "no-such-package==1.0\n"])
def test_packages_that_differ_from_the_lock_are_named(content: str, tmp_path: Path) -> None:
    """An older or missing package is told by name, with what to do."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(content, "utf-8")
    found = _dependencies(lock)
    assert found.state is State.ILL
    assert content.partition("==")[0] in found.words


def test_a_missing_lock_is_ill(tmp_path: Path) -> None:
    """Without the lock nobody knows what belongs here."""
    assert _dependencies(tmp_path / "requirements.lock").state is State.ILL


@pytest.mark.parametrize(("state", "well"), [(State.WELL, True), (State.LATER, True), (State.ILL, False)])
def test_the_report_ends_with_what_to_do(state: State, *, well: bool) -> None:
    """Only what is broken makes the command fail."""
    out = io.StringIO()
    assert report(Console(file=out, width=200), iter([Finding("port", state, "words [of] the finding")])) is well
    assert f"{state} port" in out.getvalue()
    assert "words [of] the finding" in out.getvalue()
    assert ("./maalem up" if well else "./maalem doctor") in out.getvalue()
