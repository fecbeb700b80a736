"""Files people sent, brought in from a real server: whole or not, kept or refused, tried again or given up."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from channels.errors import ErrorCode, SendFailed
from channels.fetching import FIRST_RETRY_S, GIVE_UP, LEASE, LONGEST_RETRY_S, Fetched, Fetching
from channels.simulator.adapter import SimulatorAdapter
from channels.telegram.adapter import TelegramAdapter
from conversation import Attachment, AttachmentKind, PersonKey
from runtime.clock import FixedClock
from runtime.wakeup import Wakeups
from storage import media, people
from storage.database import Database
from storage.files import FOLDER, Files
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram

JPEG: Final = b"\xff\xd8\xff\xe0 made up"
MOST_BYTES: Final = 1_000
KEEP: Final = timedelta(days=30)
PHOTO: Final = AttachmentKind.PHOTO


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Where they go."""
    return Files(tmp_path)


@pytest.fixture
def fetching(database: Database, files: Files, adapter: TelegramAdapter, clock: FixedClock) -> Fetching:
    """What brings them."""
    return a_fetching(database, files, {"telegram": adapter}, clock)


def a_fetching(database: Database, files: Files, adapters: dict[str, Any], clock: FixedClock) -> Fetching:
    return Fetching(database, files, adapters, clock, most_bytes=MOST_BYTES, keep=KEEP)


def sent(fetching: Fetching, ref: str, kind: AttachmentKind = PHOTO, channel: str = "telegram", **more: Any) -> int:
    """Somebody sent a file; its row."""
    now = fetching._clock.now()
    with fetching._database.begin() as connection:
        conversation_id = people.ensure(connection, PersonKey(channel, "7"), now=now)
        person_id = people.of_conversation(connection, conversation_id)["person_id"]
        attachment = Attachment(kind, ref, **more)
        media_id = media.expect(connection, attachment, person_id=person_id, inbox_id=1, channel=channel, now=now)
        assert media_id is not None
        return media_id


def row(fetching: Fetching, media_id: int) -> dict[str, Any]:
    with fetching._database.read() as connection:
        found = media.one(connection, media_id)
    assert found is not None
    return found


async def until(true: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if true():
            return
        await asyncio.sleep(0.01)
    pytest.fail("not within ten seconds")


def on_disk(tmp_path: Path) -> list[bytes]:
    return [path.read_bytes() for path in (tmp_path / FOLDER).rglob("*") if path.is_file()]


async def test_a_photo_is_brought_in(
    fetching: Fetching, telegram: FakeTelegram, files: Files, clock: FixedClock
) -> None:
    """Its bytes under a random key; type, size and digest as they are; its day of deletion set."""
    media_id = sent(fetching, telegram.keep_file(JPEG), mime_type="image/jpg", size_bytes=len(JPEG))
    assert await fetching.once()
    stored = row(fetching, media_id)
    assert files.read(stored["key"]) == JPEG
    assert (stored["state"], stored["mime"], stored["size"]) == ("stored", "image/jpeg", len(JPEG))
    assert stored["sha256"] == hashlib.sha256(JPEG).hexdigest()
    assert stored["expires_at"] == clock.now() + KEEP
    assert not await fetching.once()


@pytest.mark.parametrize(
    ("content", "kind", "stated", "reason"),
    [
        (b"x" * (MOST_BYTES + 1), AttachmentKind.DOCUMENT, {}, "too_large"),
        (JPEG, PHOTO, {"size_bytes": MOST_BYTES + 1}, "too_large"),
        (b"MZ\x90", AttachmentKind.DOCUMENT, {"mime_type": "application/pdf"}, "unknown_type"),
        (JPEG, AttachmentKind.VOICE, {"mime_type": "audio/ogg"}, "not_what_it_says"),
        (b"", PHOTO, {}, "empty"),
    ],
)
async def test_what_is_not_taken_is_refused_with_its_reason(
    fetching: Fetching,
    telegram: FakeTelegram,
    content: bytes,
    kind: AttachmentKind,
    stated: dict[str, Any],
    reason: str,
) -> None:
    """Once and for all, and nothing of it touches the disk."""
    media_id = sent(fetching, telegram.keep_file(content), kind, **stated)
    assert await fetching.once()
    assert (row(fetching, media_id)["state"], row(fetching, media_id)["reason"]) == ("refused", reason)
    assert not fetching._files._folder.exists()
    if "size_bytes" in stated:
        assert telegram.requests() == []  # told beforehand: not even asked for


async def test_trouble_passes_and_the_file_comes(fetching: Fetching, telegram: FakeTelegram, clock: FixedClock) -> None:
    """Each time the wait doubles; a wait the provider asks for is kept; a new link is asked for each time."""
    media_id = sent(fetching, telegram.keep_file(JPEG))
    telegram.queue(Answer("getFile", 500), Answer("getFile", 429, retry_after=100), Answer("file", cut="before"))
    expected = ((FIRST_RETRY_S, "provider_trouble"), (100, "rate_limited"), (4 * FIRST_RETRY_S, "unanswered"))
    for wait, reason in expected:
        assert await fetching.once()
        assert row(fetching, media_id)["reason"] == reason
        clock.advance(wait - 0.1)
        assert not await fetching.once()
        clock.advance(0.1)
    assert await fetching.once()
    assert (row(fetching, media_id)["state"], row(fetching, media_id)["attempts"]) == ("stored", 4)
    assert len(telegram.requests("getFile")) == 4


async def test_what_the_provider_has_no_more_is_gone(fetching: Fetching, telegram: FakeTelegram) -> None:
    """Told once, not asked for days."""
    media_id = sent(fetching, "AgACnothing")
    assert await fetching.once()
    assert (row(fetching, media_id)["state"], row(fetching, media_id)["reason"]) == ("gone", "refused")
    assert len(telegram.requests()) == 1


async def test_what_never_comes_is_given_up(fetching: Fetching, telegram: FakeTelegram, clock: FixedClock) -> None:
    """An hour apart at most, for six days."""
    media_id = sent(fetching, telegram.keep_file(JPEG))
    for _ in range(30):
        telegram.queue(Answer("getFile", 500))
        assert await fetching.once()
        clock.advance(LONGEST_RETRY_S)
    clock.advance(GIVE_UP.total_seconds())
    fetching.expire()
    assert (row(fetching, media_id)["state"], row(fetching, media_id)["reason"]) == ("gone", "never_came")


async def test_another_digest_is_another_file(fetching: Fetching, telegram: FakeTelegram) -> None:
    """What was cut off or exchanged on its way is asked for again."""
    media_id = sent(fetching, telegram.keep_file(JPEG), sha256="0" * 64)
    assert await fetching.once()
    assert (row(fetching, media_id)["state"], row(fetching, media_id)["reason"]) == ("waiting", "provider_trouble")
    right = sent(fetching, telegram.keep_file(JPEG), sha256=hashlib.sha256(JPEG).hexdigest().upper())
    assert await fetching.once()
    assert row(fetching, right)["state"] == "stored"


async def test_a_disk_that_cannot_be_written_costs_no_file(
    fetching: Fetching, telegram: FakeTelegram, clock: FixedClock, tmp_path: Path
) -> None:
    """It waits until an operator has mended it."""
    (tmp_path / FOLDER).write_text("in the way", "utf-8")
    media_id = sent(fetching, telegram.keep_file(JPEG))
    assert await fetching.once()
    assert row(fetching, media_id)["reason"] == "disk"
    (tmp_path / FOLDER).unlink()
    clock.advance(FIRST_RETRY_S)
    assert await fetching.once()
    assert row(fetching, media_id)["state"] == "stored"


async def test_an_erased_persons_file_leaves_the_disk(
    fetching: Fetching, telegram: FakeTelegram, tmp_path: Path
) -> None:
    """Within a look of the erasure; somebody else's stays."""
    media_id = sent(fetching, telegram.keep_file(JPEG))
    assert await fetching.once()
    assert on_disk(tmp_path) == [JPEG]
    erase(fetching, media_id)
    fetching.delete()
    fetching.delete()
    assert on_disk(tmp_path) == []


async def test_who_is_erased_while_their_file_is_fetched_leaves_none(
    fetching: Fetching, telegram: FakeTelegram, clock: FixedClock, tmp_path: Path
) -> None:
    """The file that arrives afterwards is wanted by nobody, and goes."""
    telegram.queue(Answer("file", delay_s=0.2))
    media_id = sent(fetching, telegram.keep_file(JPEG))
    under_way = asyncio.create_task(fetching.once())
    await asyncio.sleep(0.1)
    erase(fetching, media_id)
    assert await under_way
    clock.advance(LEASE.total_seconds())
    fetching.delete()
    assert on_disk(tmp_path) == []


async def test_files_end_with_their_time(
    fetching: Fetching, telegram: FakeTelegram, clock: FixedClock, tmp_path: Path
) -> None:
    """On their day and not before."""
    media_id = sent(fetching, telegram.keep_file(JPEG))
    assert await fetching.once()
    clock.advance(KEEP.total_seconds() - 1)
    fetching.expire()
    fetching.delete()
    assert on_disk(tmp_path) == [JPEG]
    clock.advance(1)
    fetching.expire()
    fetching.delete()
    assert on_disk(tmp_path) == []
    assert (row(fetching, media_id)["state"], row(fetching, media_id)["reason"]) == ("gone", "expired")


async def test_a_process_that_is_stopped_puts_its_files_back(
    database: Database, files: Files, telegram: FakeTelegram, clock: FixedClock, tmp_path: Path
) -> None:
    """Run as the sender runs it: woken, stopped in the middle of a file, begun again at once by the next."""
    wakeups = Wakeups(tmp_path)
    async with TelegramAdapter(TOKEN, telegram.url) as adapter:
        fetching = a_fetching(database, files, {"telegram": adapter}, clock)
        telegram.queue(Answer("file", delay_s=30))
        media_id = sent(fetching, telegram.keep_file(JPEG))
        with wakeups.listen("turn") as listener:
            async with fetching.running(threading.Event(), listener):
                await until(lambda: bool(telegram.requests("file")))
            assert row(fetching, media_id)["state"] == "waiting"
            async with fetching.running(threading.Event(), listener):
                await until(lambda: row(fetching, media_id)["state"] == "stored")
                second = sent(fetching, telegram.keep_file(JPEG))
                wakeups.publish("turn")
                await until(lambda: row(fetching, second)["state"] == "stored")
    wakeups.close()


async def test_the_simulator_has_no_files(database: Database, files: Files, clock: FixedClock) -> None:
    """What its page pretends to send is told as gone, at once; a channel that cannot fetch leaves its own alone."""
    fetching = a_fetching(database, files, {"simulator-sms": SimulatorAdapter(), "sms": object()}, clock)
    pretended = sent(fetching, "simulator", channel="simulator-sms")
    elsewhere = sent(fetching, "ref", channel="whatsapp")
    assert await fetching.once()
    assert (row(fetching, pretended)["state"], row(fetching, elsewhere)["state"]) == ("gone", "waiting")
    assert not await fetching.once()


async def test_an_adapter_that_gives_more_than_asked_is_not_believed(
    database: Database, files: Files, clock: FixedClock
) -> None:
    """The limit holds whatever a channel's own code does; what it says of the type serves where nobody else did."""

    class Generous:
        async def fetch(self, ref: str, most_bytes: int) -> Fetched:
            if ref == "late":
                raise TimeoutError
            if ref == "broken":
                raise KeyError(ref)
            if ref == "away":
                raise SendFailed(ErrorCode.UNREACHABLE)
            return Fetched(JPEG * most_bytes) if ref == "large" else Fetched(JPEG, "audio/ogg")

    fetching = a_fetching(database, files, {"made-up": Generous()}, clock)
    ids = {ref: sent(fetching, ref, channel="made-up") for ref in ("large", "sound", "late", "away", "broken")}
    assert await fetching.once()
    assert await fetching.once()  # four at a time
    ended = {ref: (row(fetching, one)["state"], row(fetching, one)["reason"]) for ref, one in ids.items()}
    assert ended == {
        "large": ("refused", "too_large"),
        "sound": ("refused", "not_what_it_says"),
        "late": ("waiting", "unanswered"),
        "away": ("waiting", "unreachable"),
        "broken": ("waiting", "unexpected"),
    }


async def test_no_log_line_holds_a_name_or_a_link(
    fetching: Fetching, telegram: FakeTelegram, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stored, delayed, refused: the log says which row, and nothing of whom."""
    telegram.queue(Answer("getFile", 500))
    ref = telegram.keep_file(JPEG)
    for kind in (PHOTO, PHOTO, AttachmentKind.VOICE):
        sent(fetching, ref, kind, name="Prénom Nom.jpg")
    assert await fetching.once()
    written = "".join(capsys.readouterr())
    for event in ("media_delayed", "media_stored", "media_given_up"):
        assert event in written
    for secret in ("Nom", ref, TOKEN):
        assert secret not in written


def erase(fetching: Fetching, media_id: int) -> None:
    person_id = row(fetching, media_id)["person_id"]
    with fetching._database.begin() as connection:
        people.erase(connection, person_id, now=fetching._clock.now())


async def test_a_database_that_is_away_is_waited_for(
    fetching: Fetching, telegram: FakeTelegram, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The loop goes on by itself, and what waited comes."""
    media_id = sent(fetching, telegram.keep_file(JPEG))
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE media RENAME TO elsewhere")
    wakeups = Wakeups(tmp_path)
    with wakeups.listen("turn") as listener:
        async with fetching.running(threading.Event(), listener):
            await until(lambda: "fetching_paused" in capsys.readouterr().out)
            with database.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO media")
            await until(lambda: row(fetching, media_id)["state"] == "stored")
    wakeups.close()
