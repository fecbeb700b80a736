"""Files to and from a real server on this machine: sent with an answer, fetched, refused."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from channels.errors import ErrorCode, SendFailed
from channels.fetching import Fetcher
from channels.telegram.adapter import TelegramAdapter
from channels.telegram.payloads import TelegramPayload
from channels.telegram.render import MAX_CAPTION_UNITS, render
from conversation import AttachmentKind, Choice, Outbound, OutboundFile
from storage.files import Files, new_key
from tests.fakes.telegram import TOKEN, Answer, FakeTelegram
from tests.fakes.telegram_api import Upload

CHAT: Final = "1000001"
JPEG: Final = b"\xff\xd8\xff\xe0 made up"
OGG: Final = b"OggS" + b"\0" * 24 + b"OpusHead"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Where files are kept."""
    return Files(tmp_path)


@pytest.fixture
async def adapter(telegram: FakeTelegram, files: Files) -> AsyncIterator[TelegramAdapter]:
    """An adapter that has files to send."""
    async with TelegramAdapter(TOKEN, telegram.url, timeout_s=5, files=files) as opened:
        yield opened


def kept(files: Files, kind: AttachmentKind, content: bytes, name: str = "liste.pdf") -> OutboundFile:
    key = new_key()
    files.put(content, key)
    return OutboundFile(kind, key, "application/octet-stream", name)


async def refused(adapter: TelegramAdapter, payload: TelegramPayload) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        await adapter.send(CHAT, payload)
    return raised.value


@pytest.mark.parametrize(
    ("kind", "what", "content"),
    [
        (AttachmentKind.PHOTO, "Photo", JPEG),
        (AttachmentKind.VOICE, "Voice", OGG),
        (AttachmentKind.AUDIO, "Audio", b"ID3 made up"),
        (AttachmentKind.VIDEO, "Video", b"made up"),
        (AttachmentKind.DOCUMENT, "Document", b"%PDF-1.7 made up"),
        (AttachmentKind.STICKER, "Document", b"made up"),
    ],
)
async def test_a_file_goes_as_what_it_is(
    telegram: FakeTelegram,
    adapter: TelegramAdapter,
    files: Files,
    kind: AttachmentKind,
    what: str,
    content: bytes,
) -> None:
    """By the method that shows it, whole, under its name, with words and buttons in the same message."""
    message = Outbound("هادي هي اللائحة", "ary", (Choice("واخا", "tok", "1"),), file=kept(files, kind, content))
    (payload,) = render(message)
    assert await adapter.send(CHAT, payload) == "1"
    (request,) = telegram.requests()
    assert request.method == f"send{what}"
    assert request.params[what.lower()] == Upload("liste.pdf", content)
    assert (request.params["chat_id"], request.params["caption"]) == (CHAT, "هادي هي اللائحة")
    assert request.params["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "tok"


async def test_what_does_not_fit_under_a_file_follows_it(
    telegram: FakeTelegram, adapter: TelegramAdapter, files: Files
) -> None:
    """A longer text is a message of its own, after the file, the buttons under it."""
    text = "é" * (MAX_CAPTION_UNITS + 1)
    message = Outbound(text, "fr", (Choice("Oui", "tok", "1"),), file=kept(files, AttachmentKind.PHOTO, JPEG))
    for payload in render(message):
        await adapter.send(CHAT, payload)
    photo, words = telegram.messages(CHAT)
    assert "caption" not in photo
    assert "reply_markup" not in photo
    assert words["text"] == text
    assert words["reply_markup"]["inline_keyboard"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(status=400, description="Bad Request: IMAGE_PROCESS_FAILED"), ErrorCode.FILE_REFUSED),
        (Answer(status=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS"), ErrorCode.FILE_REFUSED),
        (Answer(status=400, description="Bad Request: VOICE_MESSAGES_FORBIDDEN"), ErrorCode.FILE_REFUSED),
        (Answer(status=400, description="Bad Request: file must be non-empty"), ErrorCode.FILE_REFUSED),
        (
            Answer(status=400, description="Bad Request: file of size 11000000 bytes is too big for a photo"),
            ErrorCode.FILE_REFUSED,
        ),
        (Answer(status=413, raw="<html>"), ErrorCode.FILE_REFUSED),
        (Answer(status=400, description="Bad Request: chat not found"), ErrorCode.UNKNOWN_ADDRESS),
        (Answer(status=403, description="Forbidden: bot was blocked by the user"), ErrorCode.BLOCKED),
        (Answer(status=429, retry_after=3), ErrorCode.RATE_LIMITED),
        (Answer(cut="after"), ErrorCode.UNANSWERED),
    ],
)
async def test_a_refused_file_is_told_from_a_refused_person(
    telegram: FakeTelegram, adapter: TelegramAdapter, files: Files, answer: Answer, code: ErrorCode
) -> None:
    """The words may still pass in the first case, and only there."""
    telegram.queue(answer)
    failed = await refused(adapter, TelegramPayload("", file=kept(files, AttachmentKind.PHOTO, JPEG)))
    assert failed.code is code
    assert failed.ambiguous is (code is ErrorCode.UNANSWERED)
    assert failed.__context__ is None


@pytest.mark.parametrize("key", ["0" * 32, "../../maalem.db", ""])
async def test_a_file_that_is_not_here_is_not_sent(telegram: FakeTelegram, adapter: TelegramAdapter, key: str) -> None:
    """Deleted meanwhile, or no key at all: nothing is asked of Telegram, and nothing else on the disk is read."""
    file = OutboundFile(AttachmentKind.DOCUMENT, key, "application/pdf", "x.pdf")
    assert (await refused(adapter, TelegramPayload("x", file=file))).code is ErrorCode.FILE_REFUSED
    assert telegram.requests() == []


async def test_without_a_folder_no_file_is_sent(telegram: FakeTelegram) -> None:
    """The gateway's own connection sends none."""
    file = OutboundFile(AttachmentKind.DOCUMENT, new_key(), "application/pdf", "x.pdf")
    async with TelegramAdapter(TOKEN, telegram.url) as adapter:
        assert (await refused(adapter, TelegramPayload("x", file=file))).code is ErrorCode.FILE_REFUSED


async def test_what_somebody_sent_is_fetched(telegram: FakeTelegram, adapter: TelegramAdapter) -> None:
    """Its bytes, unchanged; up to the limit and not one more."""
    file_id = telegram.keep_file(OGG, "oga")
    assert isinstance(adapter, Fetcher)
    assert (await adapter.fetch(file_id, len(OGG))).content == OGG
    with pytest.raises(SendFailed) as raised:
        await adapter.fetch(file_id, len(OGG) - 1)
    assert (raised.value.code, raised.value.retryable) == (ErrorCode.FILE_REFUSED, False)


@pytest.mark.parametrize(
    ("answer", "code", "retryable"),
    [
        (Answer("getFile", 400, "Bad Request: file is too big"), ErrorCode.FILE_REFUSED, False),
        (Answer("getFile", 400, "Bad Request: invalid file_id"), ErrorCode.REFUSED, False),
        (
            Answer("getFile", 400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
            ErrorCode.PROVIDER_TROUBLE,
            True,
        ),
        (Answer("getFile", 401), ErrorCode.CONFIGURATION, True),
        (Answer("getFile", 429, retry_after=3), ErrorCode.RATE_LIMITED, True),
        (Answer("getFile", cut="before"), ErrorCode.UNANSWERED, True),
        (Answer("getFile", raw='{"ok":true,"result":[]}'), ErrorCode.PROVIDER_TROUBLE, True),
        (Answer("getFile", raw='{"ok":true,"result":{}}'), ErrorCode.PROVIDER_TROUBLE, True),
        (Answer("getFile", raw='{"ok":true,"result":{"file_path":5}}'), ErrorCode.PROVIDER_TROUBLE, True),
        (Answer("file", 404), ErrorCode.PROVIDER_TROUBLE, True),
        (Answer("file", 302, raw=""), ErrorCode.PROVIDER_TROUBLE, True),
        (Answer("file", 500), ErrorCode.PROVIDER_TROUBLE, True),
        (Answer("file", 429), ErrorCode.RATE_LIMITED, True),
        (Answer("file", cut="before"), ErrorCode.UNANSWERED, True),
    ],
)
async def test_a_fetch_that_fails_says_whether_to_try_again(
    telegram: FakeTelegram,
    adapter: TelegramAdapter,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
    code: ErrorCode,
    retryable: bool,  # noqa: FBT001
) -> None:
    """And neither the failure nor a log line holds the link, which has the token inside."""
    caplog.set_level(logging.DEBUG)
    file_id = telegram.keep_file(JPEG)
    telegram.queue(answer)
    with pytest.raises(SendFailed) as raised:
        await adapter.fetch(file_id, 1_000)
    assert (raised.value.code, raised.value.retryable) == (code, retryable)
    assert TOKEN not in "".join(traceback.format_exception(raised.value)) + caplog.text
    assert (await adapter.fetch(file_id, 1_000)).content == JPEG
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a//b", ".", "http://other.example.org/x"])
async def test_no_path_leads_elsewhere(telegram: FakeTelegram, adapter: TelegramAdapter, path: str) -> None:
    """Whatever the answer names, only files of this bot on this server are asked for."""
    file_id = telegram.keep_file(JPEG)
    telegram.queue(Answer("getFile", raw=f'{{"ok":true,"result":{{"file_id":"x","file_path":"{path}"}}}}'))
    with pytest.raises(SendFailed) as raised:
        await adapter.fetch(file_id, 1_000)
    assert raised.value.code is ErrorCode.PROVIDER_TROUBLE
    assert telegram.requests("file") == []


async def test_an_endless_file_is_cut_off(telegram: FakeTelegram, adapter: TelegramAdapter) -> None:
    """What was announced does not count: reading stops at the limit."""
    file_id = telegram.keep_file(b"x" * 5_000_000)
    telegram.queue(
        Answer("getFile", raw=f'{{"ok":true,"result":{{"file_id":"{file_id}","file_path":"files/file_0.jpg"}}}}')
    )
    with pytest.raises(SendFailed) as raised:
        await adapter.fetch(file_id, 100_000)
    assert raised.value.code is ErrorCode.FILE_REFUSED
