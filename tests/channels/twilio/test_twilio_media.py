"""Files people sent, fetched from Twilio: never from elsewhere, never too much, the token shown to nobody else."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx
import pytest

from channels.errors import ErrorCode, SendFailed
from channels.twilio import media
from channels.twilio.adapter import TwilioAdapter
from channels.twilio.client import TwilioClient
from tests.channels.twilio.made_up import PERSON
from tests.fakes.twilio import Answer, FakeTwilio

BASE: Final = "https://api.twilio.com"
VOICE: Final = b"OggS" + bytes(range(256)) * 40


@pytest.fixture
def link(twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> str:
    """A voice note at Twilio, whose files really lie at another host: the same server by another name."""
    twilio.state.store = twilio.url.replace("127.0.0.1", "localhost")
    monkeypatch.setattr(media, "is_store", lambda url: url.host == "localhost")
    form = twilio.message(f"whatsapp:{PERSON}", files={"audio/ogg": VOICE})
    return form["MediaUrl0"]


async def refused(client: TwilioClient, ref: str, most_bytes: int = 100_000) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        await media.fetch(client, ref, most_bytes)
    assert not ref or ref not in str(raised.value)
    return raised.value


async def test_a_file_is_fetched_by_way_of_its_redirect(twilio: FakeTwilio, client: TwilioClient, link: str) -> None:
    """The API is asked with our token, the store it leads to without."""
    fetched = await media.fetch(client, link, len(VOICE))
    assert (fetched.content, fetched.mime_type) == (VOICE, "audio/ogg")
    api, store = (one for one in twilio.requests() if one.method == "GET")
    assert api.auth.startswith("Basic ")
    assert (store.path.split("/")[1], store.auth) == ("store", "")


async def test_a_file_over_the_limit_is_not_taken(client: TwilioClient, link: str) -> None:
    """One byte too many is too many."""
    failed = await refused(client, link, len(VOICE) - 1)
    assert (failed.code, failed.provider_code) == (ErrorCode.FILE_REFUSED, "too large")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://127.0.0.1:1/x",
        "https://example.org/x",
        "https://api.twilio.com.example.org/x",
        "https://api.twilio.com@example.org/x",
        "https://mms.twiliocdn.com/x",
        "http://api.twilio.com/x",
        "file:///etc/passwd",
        "/relative",
        "",
        "https://[",
        "https://api.twilio.com:port/x",
        "https://api.twilio.com/\x00",
    ],
)
async def test_what_is_not_twilio_is_not_asked(twilio: FakeTwilio, client: TwilioClient, elsewhere: str) -> None:
    """A link is only as good as its host; the store is not asked but by a redirect of Twilio's."""
    assert (await refused(client, elsewhere)).code is ErrorCode.FILE_REFUSED
    assert twilio.requests() == []


@pytest.mark.parametrize("location", ["http://169.254.169.254/latest", "https://example.org/x"])
async def test_a_redirect_elsewhere_is_not_followed(
    twilio: FakeTwilio, client: TwilioClient, link: str, location: str
) -> None:
    """Not even Twilio leads us where it likes."""
    twilio.state.store = location
    assert (await refused(client, link)).code is ErrorCode.FILE_REFUSED


async def test_redirects_in_a_circle_end(twilio: FakeTwilio, client: TwilioClient, link: str) -> None:
    """After three it is enough."""
    twilio.state.store = f"{link.rpartition('/Media')[0]}/Media"
    failed = await refused(client, link)
    assert failed.provider_code == "too many redirects"
    assert len(twilio.requests()) == 4


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(status=404, code=20404), ErrorCode.FILE_REFUSED),
        (Answer(status=401, code=20003), ErrorCode.CONFIGURATION),
        (Answer(status=500), ErrorCode.PROVIDER_TROUBLE),
        (Answer(cut="before"), ErrorCode.UNANSWERED),
    ],
    ids=["gone", "token", "trouble", "cut"],
)
async def test_what_may_work_later_is_told_from_what_will_not(
    twilio: FakeTwilio, client: TwilioClient, link: str, answer: Answer, code: ErrorCode
) -> None:
    """A file that is gone stays gone; trouble passes."""
    twilio.queue(answer)
    assert (await refused(client, link)).code is code


async def test_a_kept_file_is_deleted_at_twilio(twilio: FakeTwilio, whatsapp: TwilioAdapter, link: str) -> None:
    """Once; again is no harm; what is not a file of ours is not touched."""
    await whatsapp.fetch(link, 100_000)
    for ref in (
        link,
        link,
        "https://x:port",
        "https://example.org/2010-04-01/x",
        link.replace("Messages", "Recordings"),
    ):
        await whatsapp.forget(ref)
    assert [one.method for one in twilio.requests("DELETE ")] == ["DELETE", "DELETE"]
    assert twilio.state.media == {}


async def test_a_file_that_stops_half_way_may_be_fetched_again(client: TwilioClient) -> None:
    """Announced longer than it comes: what is there is not taken for the whole."""

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        writer.close()

    server = await asyncio.start_server(half, "127.0.0.1", 0)
    client.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    assert (await refused(client, client.base_url + "/x")).code is ErrorCode.UNREACHABLE
    server.close()
    await server.wait_closed()


async def test_a_file_that_cannot_be_deleted_is_told(twilio: FakeTwilio, whatsapp: TwilioAdapter, link: str) -> None:
    """It is still there."""
    twilio.queue(Answer("DELETE ", 500))
    with pytest.raises(SendFailed):
        await whatsapp.forget(link)
    assert twilio.state.media


@pytest.mark.parametrize(
    ("address", "own", "store"),
    [
        ("https://api.twilio.com/x", True, False),
        ("https://api.dublin.ie1.twilio.com/x", True, False),
        ("https://API.TWILIO.COM:443/x", True, False),
        ("https://mms.twiliocdn.com/x", False, True),
        ("https://twilio.com/x", False, False),
        ("https://eviltwilio.com/x", False, False),
        ("https://eviltwiliocdn.com/x", False, False),
        ("https://api.twilio.com:8443/x", False, False),
        ("https://mms.twiliocdn.com:8443/x", False, False),
        ("http://api.twilio.com/x", False, False),
        ("http://mms.twiliocdn.com/x", False, False),
        ("https://user@media.twilio.com/x", False, False),
        ("https://user@mms.twiliocdn.com/x", False, False),
        ("https://s3-external-1.amazonaws.com/x", False, False),
        ("https://api.twilio.com.example.org/x", False, False),
        ("https://api.twilio.com%00.example.org/x", False, False),
    ],
)
def test_hosts_are_told_apart_by_their_end(address: str, own: bool, store: bool) -> None:  # noqa: FBT001
    """Ours by "twilio.com" behind a dot, over TLS, at its usual port; its store likewise."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        assert not own
        return
    assert media.is_own(url, BASE) is own
    assert media.is_store(url) is store
