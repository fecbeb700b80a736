"""The only place that talks to Meta: every failure has a code, and nothing secret is told."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from typing import Any

import pytest
from pydantic import SecretStr

from channels.errors import ErrorCode, SendFailed
from channels.fetching import Fetched
from channels.whatsapp.adapter import WhatsAppAdapter
from channels.whatsapp.payloads import FilePayload, Text, TextPayload
from channels.whatsapp.render import render, render_template
from conversation import AttachmentKind, Choice, Outbound, OutboundFile, Template
from tests.fakes.whatsapp import NUMBER, PHONE, TOKEN, Answer, FakeWhatsApp, Upload

HELLO = TextPayload(text=Text(body="سلام 👋"))


async def failing(adapter: WhatsAppAdapter, payload: Any = HELLO) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        await adapter.send(PHONE, payload, reference="1.0")
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    return raised.value


async def test_a_message_is_sent_with_our_mark(adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp) -> None:
    """Its id comes back; the person sees it once."""
    assert await adapter.send(PHONE, HELLO, reference="42.0") == "wamid.out1"
    assert whatsapp.messages(PHONE) == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "type": "text",
            "text": {"body": "سلام 👋", "preview_url": False},
            "to": PHONE,
            "biz_opaque_callback_data": "42.0",
        }
    ]


@pytest.mark.parametrize(
    "message",
    [
        Outbound("Votre choix ?", "fr", tuple(Choice(f"Choix {n}", f"t{n}", str(n)) for n in range(3))),
        Outbound("Votre choix ?", "fr", tuple(Choice(f"Choix {n}", f"t{n}", str(n)) for n in range(10)), "Voir"),
        Outbound("Où ?", "fr", ask_location="Partager"),
    ],
)
async def test_every_shape_is_taken(adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp, message: Outbound) -> None:
    """Buttons, a list, a question for the place, also to a person without a number; and a template."""
    (payload,) = render(message)
    await adapter.send("MA.1000000000000001", payload)
    (template,) = render_template(Outbound("…", "ary", template=Template("reminder", variables=("M1",))))
    await adapter.send(PHONE, template)
    assert [one["type"] for one in whatsapp.messages()] == ["interactive", "template"]


async def test_a_file_is_uploaded_and_shown(adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp) -> None:
    """What arrives is what was kept, under the name the person sees."""
    file = OutboundFile(AttachmentKind.DOCUMENT, "files/1", "application/pdf", "guide.pdf")
    await adapter.send(PHONE, FilePayload(file, "هاك الدليل"))
    (message,) = whatsapp.messages(PHONE)
    assert message["document"].items() >= {"caption": "هاك الدليل", "filename": "guide.pdf"}.items()
    assert whatsapp.files[message["document"]["id"]] == Upload(b"%PDF-1.7 made up", "application/pdf", "guide.pdf")


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (AttachmentKind.DOCUMENT, "files/none"),
        (AttachmentKind.DOCUMENT, "files/empty"),
        (AttachmentKind.STICKER, "files/big"),
    ],
)
async def test_a_file_that_cannot_be_sent_costs_nothing(
    adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp, kind: AttachmentKind, key: str
) -> None:
    """Missing, empty, larger than WhatsApp takes: refused before anybody is asked."""
    failure = await failing(adapter, FilePayload(OutboundFile(kind, key, "image/webp", "x")))
    assert failure.code is ErrorCode.FILE_REFUSED
    assert whatsapp.requests == []


async def test_without_a_store_no_file_is_sent(whatsapp: FakeWhatsApp) -> None:
    """The words alone may still pass."""
    async with WhatsAppAdapter(SecretStr(TOKEN), NUMBER, whatsapp.url) as adapter:
        failure = await failing(adapter, FilePayload(OutboundFile(AttachmentKind.PHOTO, "k", "image/png", "x")))
    assert failure.code is ErrorCode.FILE_REFUSED


@pytest.mark.parametrize(
    ("answer", "code", "ambiguous"),
    [
        (Answer("media", 400, 131053), ErrorCode.FILE_REFUSED, False),
        (Answer("media", 500), ErrorCode.PROVIDER_TROUBLE, False),
        (Answer("media", 504), ErrorCode.PROVIDER_TROUBLE, False),
        (Answer("media", cut="after"), ErrorCode.UNREACHABLE, False),
        (Answer("media", delay_s=1), ErrorCode.UNREACHABLE, False),
        (Answer("media", raw=b"{}"), ErrorCode.PROVIDER_TROUBLE, False),
        (Answer("messages", cut="after"), ErrorCode.UNANSWERED, True),
    ],
)
async def test_an_upload_that_fails_is_never_in_doubt(
    adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp, answer: Answer, code: ErrorCode, *, ambiguous: bool
) -> None:
    """Nobody has seen anything; only the message itself may have arrived."""
    whatsapp.queue(answer)
    file = OutboundFile(AttachmentKind.DOCUMENT, "files/1", "application/pdf", "x.pdf")
    failure = await failing(adapter, FilePayload(file))
    assert (failure.code, failure.ambiguous) == (code, ambiguous)


REFUSALS = [
    (400, 131047, ErrorCode.WINDOW_CLOSED),
    (400, 131026, ErrorCode.UNKNOWN_ADDRESS),
    (400, 131049, ErrorCode.NOT_TODAY),
    (400, 131050, ErrorCode.OPTED_OUT),
    (400, 131009, ErrorCode.REFUSED),
    (400, 131051, ErrorCode.REFUSED),
    (400, 131053, ErrorCode.FILE_REFUSED),
    (404, 132001, ErrorCode.TEMPLATE),
    (400, 132018, ErrorCode.TEMPLATE),
    (400, 134011, ErrorCode.TEMPLATE),
    (401, 190, ErrorCode.CONFIGURATION),
    (403, 10, ErrorCode.CONFIGURATION),
    (403, 200, ErrorCode.CONFIGURATION),
    (400, 131042, ErrorCode.CONFIGURATION),
    (403, 368, ErrorCode.SUSPENDED),
    (403, 131031, ErrorCode.SUSPENDED),
    (400, 130429, ErrorCode.RATE_LIMITED),
    (400, 131056, ErrorCode.RATE_LIMITED),
    (400, 80007, ErrorCode.RATE_LIMITED),
    (500, 131000, ErrorCode.PROVIDER_TROUBLE),
    (503, 131016, ErrorCode.PROVIDER_TROUBLE),
    (504, 131016, ErrorCode.PROVIDER_TROUBLE),
    (400, 999999, ErrorCode.REFUSED),
    (429, 999999, ErrorCode.RATE_LIMITED),
    (403, 999999, ErrorCode.CONFIGURATION),
    (500, 999999, ErrorCode.PROVIDER_TROUBLE),
]


@pytest.mark.parametrize(("status", "number", "code"), REFUSALS)
async def test_an_error_is_known_by_its_code(
    adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp, status: int, number: int, code: ErrorCode
) -> None:
    """Meta asks to go by the code; a code we do not know is read by its status. Never in doubt, never quoting."""
    whatsapp.queue(Answer("messages", status, number))
    failure = await failing(adapter)
    assert (failure.code, failure.ambiguous) == (code, False)
    assert failure.provider_code == f"{status} {number}"
    assert whatsapp.messages() == []


@pytest.mark.parametrize(("number", "everyone"), [(130429, True), (80007, True), (131048, True), (131056, False)])
async def test_the_limit_of_one_person_is_no_limit_for_the_others(
    adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp, number: int, *, everyone: bool
) -> None:
    """Only the pair limit (one message in six seconds) holds for one person alone."""
    whatsapp.queue(Answer("messages", 400, number, retry_after=7))
    failure = await failing(adapter)
    assert (failure.everyone, failure.retry_after_s) == (everyone, 7)


@pytest.mark.parametrize(
    ("answer", "code", "ambiguous"),
    [
        (Answer("messages", 500), ErrorCode.PROVIDER_TROUBLE, False),
        (Answer("messages", 502), ErrorCode.PROVIDER_TROUBLE, True),
        (Answer("messages", 504), ErrorCode.PROVIDER_TROUBLE, True),
        (Answer("messages", 429, raw=b"slow down"), ErrorCode.RATE_LIMITED, False),
        (Answer("messages", cut="before"), ErrorCode.UNANSWERED, True),
        (Answer("messages", cut="after"), ErrorCode.UNANSWERED, True),
        (Answer("messages", delay_s=1), ErrorCode.UNANSWERED, True),
        (Answer("messages", raw=b"<html>"), ErrorCode.UNANSWERED, True),
        (Answer("messages", raw=b"[]"), ErrorCode.UNANSWERED, True),
        (Answer("messages", raw=b'{"messages": [{"id": 7}]}'), ErrorCode.UNANSWERED, True),
    ],
)
async def test_what_may_have_arrived_is_said_to_be_in_doubt(
    adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp, answer: Answer, code: ErrorCode, *, ambiguous: bool
) -> None:
    """No answer, half an answer, one nobody can read: the message may be there; a plain refusal is none."""
    whatsapp.queue(answer)
    failure = await failing(adapter)
    assert (failure.code, failure.ambiguous) == (code, ambiguous)


async def test_a_server_that_is_not_there_has_taken_nothing() -> None:
    """No connection: the message did not leave."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with WhatsAppAdapter(SecretStr(TOKEN), NUMBER, f"http://127.0.0.1:{port}/v25.0") as adapter:
        failure = await failing(adapter)
    assert (failure.code, failure.ambiguous) == (ErrorCode.UNREACHABLE, False)


async def test_a_wrong_token_is_a_matter_of_configuration(whatsapp: FakeWhatsApp) -> None:
    """An operator can mend it while messages wait."""
    async with WhatsAppAdapter(SecretStr("another-token"), NUMBER, whatsapp.url) as adapter:
        failure = await failing(adapter)
    assert (failure.code, failure.retryable) == (ErrorCode.CONFIGURATION, True)


async def test_nothing_secret_is_told(
    adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither failures nor what the library logs hold the token, the number or the words."""
    caplog.set_level(logging.DEBUG)
    told = []
    for answer in (Answer(status=400, code=131026), Answer(status=500), Answer(cut="after"), Answer(raw=b"{}")):
        whatsapp.queue(answer)
        failure = await failing(adapter)
        told.append(f"{failure} {failure!r} {failure.args}")
    written = caplog.text + "".join(told)
    for secret in (TOKEN, PHONE, "سلام"):
        assert secret not in written


@pytest.mark.parametrize("typing", [True, False])
async def test_a_message_is_shown_as_read(adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp, *, typing: bool) -> None:
    """With the sign that an answer is being written, where one is."""
    await adapter.mark_read("wamid.in1", typing=typing)
    sign = {"typing_indicator": {"type": "text"}} if typing else {}
    assert whatsapp.receipts() == [
        {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.in1"} | sign
    ]


async def fetching(adapter: WhatsAppAdapter, ref: str, most_bytes: int = 1000) -> ErrorCode:
    with pytest.raises(SendFailed) as raised:
        await adapter.fetch(ref, most_bytes)
    assert not raised.value.ambiguous
    return raised.value.code


async def test_a_file_is_fetched_and_checked(adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp) -> None:
    """Its bytes and type."""
    ref = whatsapp.file(b"OggS voice", "audio/ogg")
    assert await adapter.fetch(ref, 10) == Fetched(b"OggS voice", "audio/ogg")


def told(whatsapp: FakeWhatsApp, ref: str, **changed: Any) -> Answer:
    """What is told of a file, with something changed."""
    return Answer(ref, raw=json.dumps(whatsapp._told(ref) | changed).encode())


async def test_a_file_that_is_not_what_was_said_is_not_taken(adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp) -> None:
    """Another digest than the API's, more bytes than said or allowed."""
    ref = whatsapp.file(b"OggS voice", "audio/ogg")
    whatsapp.queue(told(whatsapp, ref, sha256="0" * 64))
    assert await fetching(adapter, ref) is ErrorCode.PROVIDER_TROUBLE
    assert await fetching(adapter, ref, most_bytes=9) is ErrorCode.FILE_REFUSED
    whatsapp.queue(told(whatsapp, ref, file_size=1))
    assert await fetching(adapter, ref, most_bytes=9) is ErrorCode.FILE_REFUSED


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://example.org/file",
        "http://lookaside.fbsbx.com/file",
        "https://lookaside.fbsbx.com.example.org/x",
        "https://lookaside.fbsbx.com@example.org/x",
        "https://lookaside.fbsbx.com:8443/x",
        "file:///etc/passwd",
        "//lookaside.fbsbx.com/x",
        7,
    ],
)
async def test_the_token_goes_to_meta_alone(adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp, url: Any) -> None:
    """Whatever address is told, only Meta's own hosts are asked for a file."""
    ref = whatsapp.file(b"x", "image/png")
    whatsapp.queue(told(whatsapp, ref, url=url))
    assert await fetching(adapter, ref) is ErrorCode.PROVIDER_TROUBLE
    assert len(whatsapp.requests) == 1


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([Answer(status=404, code=100)], ErrorCode.FILE_REFUSED),
        ([Answer(status=500)], ErrorCode.PROVIDER_TROUBLE),
        ([Answer(cut="after")], ErrorCode.UNREACHABLE),
        ([Answer(), Answer(status=404)], ErrorCode.FILE_REFUSED),
        ([Answer(), Answer(status=503)], ErrorCode.PROVIDER_TROUBLE),
        ([Answer(), Answer(cut="before")], ErrorCode.UNREACHABLE),
        ([Answer(), Answer(delay_s=1)], ErrorCode.UNREACHABLE),
    ],
)
async def test_a_file_that_cannot_be_fetched_is_told_apart(
    adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp, answers: list[Answer], code: ErrorCode
) -> None:
    """Gone, or perhaps there later; in either of the two requests it takes."""
    ref = whatsapp.file(b"x", "image/png")
    whatsapp.queue(*answers)
    assert await fetching(adapter, ref) is code


async def test_a_file_nobody_knows_is_gone(adapter: WhatsAppAdapter) -> None:
    """Also where its id would lead elsewhere."""
    for ref in ("399", "../../x", "a?b=c"):
        assert await fetching(adapter, ref) is ErrorCode.FILE_REFUSED


async def test_many_are_written_to_at_once(adapter: WhatsAppAdapter, whatsapp: FakeWhatsApp) -> None:
    """Each gets an id of its own."""
    ids = await asyncio.gather(*(adapter.send(f"2126000000{n:02}", HELLO) for n in range(30)))
    assert len(set(ids)) == len(whatsapp.messages()) == 30
