"""`maalem media`: which files there are, and copies of them."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.surroundings import CannotStart
from conversation import Attachment, AttachmentKind, PersonKey
from runtime.settings import Settings, load_settings
from storage import media, migrate, people
from storage.database import Database
from storage.files import Files

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with a stored voice note (1) and a refused document (2)."""
    monkeypatch.setenv("MAALEM_HOME", str(tmp_path / "home"))
    settings = load_settings()
    migrate.upgrade(settings.database_url)
    database = Database(settings.database_url)
    with database.begin() as connection:
        conversation_id = people.ensure(connection, PersonKey("telegram", "70123456"), now=NOW)
        person_id = people.of_conversation(connection, conversation_id)["person_id"]
        for attachment in (
            Attachment(AttachmentKind.VOICE, "ref"),
            Attachment(AttachmentKind.DOCUMENT, "ref", name="../../x.exe"),
        ):
            media.expect(connection, attachment, person_id=person_id, inbox_id=1, channel="telegram", now=NOW)
        lease = timedelta(minutes=1)
        voice, paper = media.claim(connection, channels=["telegram"], now=NOW, lease=lease, most=2)
        Files(settings.home).put(b"OggS", voice.key)
        media.stored(connection, voice, mime="audio/ogg", size=4, sha256="0" * 64, expires_at=NOW + timedelta(days=9))
        media.given_up(connection, paper, state=media.REFUSED, reason="unknown_type", now=NOW)
    database.close()
    return settings


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["media", *arguments], env={"COLUMNS": "200"}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.usefixtures("settings")
def test_the_list_tells_which_and_not_whose() -> None:
    """Newest first, with the reason in words; an address never."""
    shown = run("list")
    assert shown.index("refused") < shown.index("stored")
    assert "not a type of file that is taken" in shown
    assert "70123456" not in shown
    assert "refused" not in run("list", "--state", "stored")


@pytest.mark.usefixtures("settings")
def test_one_file_is_shown_with_its_conversation() -> None:
    """What staff need to find the talk it belongs to."""
    shown = run("show", "1")
    for words in ("conversation 1", "by telegram", "audio/ogg", "kept until   2026-12-02"):
        assert words in shown
    assert "../../x.exe" in run("show", "2")


@pytest.mark.usefixtures("settings")
def test_a_copy_is_named_by_us_and_closed_to_others(tmp_path: Path) -> None:
    """Never by what the person called it; not over another file; for its owner alone."""
    assert run("export", "1", str(tmp_path)).strip() == str(tmp_path / "media-1.ogg")
    assert (tmp_path / "media-1.ogg").read_bytes() == b"OggS"
    assert stat.S_IMODE((tmp_path / "media-1.ogg").stat().st_mode) == 0o600
    with pytest.raises(CannotStart, match="cannot be copied"):
        run("export", "1", str(tmp_path))


@pytest.mark.parametrize(("arguments", "said"), [(("show", "9"), "no file 9"), (("export", "2", "."), "is not here")])
@pytest.mark.usefixtures("settings")
def test_what_is_not_there_is_told(arguments: tuple[str, ...], said: str) -> None:
    """In a sentence."""
    with pytest.raises(CannotStart, match=said):
        run(*arguments)


def test_a_state_that_does_not_exist_is_refused() -> None:
    """With those that do."""
    assert CliRunner().invoke(app, ["media", "list", "--state", "lost"]).exit_code == 2


def test_without_a_database_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty home is no traceback."""
    monkeypatch.setenv("MAALEM_HOME", str(tmp_path))
    with pytest.raises(CannotStart, match="doctor"):
        run("list")
