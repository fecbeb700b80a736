"""`maalem outbox`: what gave up and why in words, another chance, and no word of a message unless it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from app.cli import app
from app.doctor import State, _sending
from app.outbox import REASONS, ages
from app.surroundings import CannotStart
from channels.errors import ErrorCode
from conversation import DeliveryState, Outbound, PersonKey
from runtime.settings import load_settings
from storage import migrate, outbox, people, sends, ways
from storage.database import Database
from storage.suppressions import Reason
from storage.tables import outbox as table

ADDRESS = "70123456"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database the command line finds."""
    monkeypatch.setenv("MAALEM_HOME", str(tmp_path))
    url = load_settings().database_url
    migrate.upgrade(url)
    database = Database(url)
    yield database
    database.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["outbox", *arguments], env={"COLUMNS": "300"})


def put(database: Database, *, ends: DeliveryState | None = None, code: str = "refused") -> int:
    now = datetime.now(UTC) - timedelta(hours=3)
    with database.begin() as connection:
        outbox_id = outbox.add(
            connection,
            Outbound("khobz", "fr"),
            conversation_id=people.ensure(connection, PersonKey("telegram", ADDRESS), now=now),
            channel="telegram",
            address=ADDRESS,
            turn_id=None,
            now=now,
            expires_at=now + timedelta(hours=1),
        )
        if ends is not None:
            outbox.claim(connection, owner="s", channel="telegram", now=now)
            sends.end(connection, outbox_id, ends, owner="s", code=code, now=now)
    return outbox_id


def state(database: Database, outbox_id: int) -> str:
    with database.read() as connection:
        return str(connection.execute(sa.select(table.c.state).where(table.c.id == outbox_id)).scalar_one())


def test_the_list_tells_what_gave_up_and_why(database: Database) -> None:
    """In words, with its age; neither what it says nor to whom."""
    outbox_id = put(database, ends=DeliveryState.FAILED)
    put(database)
    with database.begin() as connection:
        ways.count_unanswered(connection, "telegram", 2)
        now = datetime.now(UTC)
        ways.pause(connection, "telegram", ErrorCode.SUSPENDED, until=now, now=now - timedelta(minutes=5))
    shown = run("list").output
    assert f"{outbox_id} " in shown
    for words in (
        "1 failed, 1 queued",
        "3 h",
        "telegram: 2 sends got no answer",
        "paused for 5 min",
        REASONS["refused"],
    ):
        assert words in shown, shown
    assert "our account is suspended" in shown
    assert "khobz" not in shown
    assert ADDRESS not in shown
    assert "khobz" in run("list", "--text").output
    assert REASONS["refused"] not in run("list", "--waiting").output


def test_one_message_is_told_whole(database: Database) -> None:
    """Its tries and its history; its words only with --text."""
    outbox_id = put(database, ends=DeliveryState.DROPPED, code="expired")
    shown = run("show", str(outbox_id)).output
    assert "dropped" in shown
    assert REASONS["expired"] in shown
    assert "khobz" not in shown
    assert "khobz" in run("show", str(outbox_id), "--text").output


def test_what_gave_up_is_sent_again_once(database: Database) -> None:
    """Queued as new, with a new time to live; a second wish for it changes nothing and says so."""
    outbox_id = put(database, ends=DeliveryState.FAILED)
    assert "queued again" in run("resend", str(outbox_id)).output
    assert state(database, outbox_id) == "queued"
    again = run("resend", str(outbox_id))
    assert isinstance(again.exception, CannotStart)
    assert "is queued: nothing was changed" in str(again.exception)
    with database.begin() as connection:
        (held,) = outbox.claim(connection, owner="s", channel="telegram", now=datetime.now(UTC))
    assert (held.attempts, held.unanswered) == (1, 0)
    assert held.expires_at is not None
    assert held.expires_at > datetime.now(UTC)


def test_giving_up_can_be_taken_back(database: Database) -> None:
    """Dropped by hand, sent again by hand; what is being sent, or was, is left alone."""
    outbox_id = put(database)
    assert "given up" in run("drop", str(outbox_id)).output
    assert state(database, outbox_id) == "dropped"
    assert run("resend", str(outbox_id)).exit_code == 0
    with database.begin() as connection:
        outbox.claim(connection, owner="s", channel="telegram", now=datetime.now(UTC))
    for command in ("drop", "resend"):
        assert "is sending: nothing" in str(run(command, str(outbox_id)).exception)
    with database.begin() as connection:
        sends.sent(connection, outbox_id, provider_message_id="1", now=datetime.now(UTC))
    for command in ("drop", "resend"):
        assert "is sent: nothing" in str(run(command, str(outbox_id)).exception)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("command", ["show", "resend", "drop"])
def test_a_number_that_is_none(command: str) -> None:
    """Said in a sentence."""
    assert "no message 42" in str(run(command, "42").exception)


def test_every_code_has_words() -> None:
    """What can end a message is told in words that say what it means."""
    assert {*ErrorCode, *Reason, "expired", "unsendable", "window", "operator"} <= set(REASONS)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7199, "1 h"), (200_000, "2 d")]
)
def test_ages_are_one_figure(seconds: int, shown: str) -> None:
    """The largest unit that fits."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert ages(now - timedelta(seconds=seconds), now) == shown


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (None, State.WELL),
        (ErrorCode.PROVIDER_TROUBLE, State.LATER),
        (ErrorCode.CONFIGURATION, State.ILL),
        (ErrorCode.SUSPENDED, State.ILL),
    ],
)
def test_the_doctor_sees_a_channel_that_is_paused(database: Database, code: ErrorCode | None, found: State) -> None:
    """The provider's trouble passes; a refused token is ours to mend."""
    put(database, ends=DeliveryState.FAILED)
    if code is not None:
        now = datetime.now(UTC)
        with database.begin() as connection:
            ways.pause(connection, "telegram", code, until=now, now=now)
    finding = _sending(load_settings())
    assert finding.state is found
    assert "1 gave up" in finding.words
    assert ("telegram is paused" in finding.words) is (code is not None)
