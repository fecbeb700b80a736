"""What the simulator's API refuses, and how it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runtime.clock import FixedClock
from runtime.settings import Settings, load_settings
from storage import migrate
from tests.channels.incoming import rows, serving

PATH = "/simulator/messages"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A gateway with the simulator switched on."""
    settings = load_settings(home=tmp_path, simulator=True)
    migrate.upgrade(settings.database_url)
    return settings


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "channel"),
        ({"channel": "sms", "text": "x"}, "sender"),
        ({"channel": "sms", "sender": "1"}, "Send one of"),
        ({"channel": "fax", "sender": "1", "text": "x"}, "channel"),
        ({"channel": "sms", "sender": "", "text": "x"}, "sender"),
        ({"channel": "sms", "sender": "x" * 65, "text": "x"}, "sender"),
        ({"channel": "sms", "sender": "a\nb", "text": "x"}, "sender"),
        ({"channel": "sms", "sender": 7, "text": "x"}, "sender"),
        ({"channel": "sms", "sender": "1", "text": 7}, "text"),
        ({"channel": "sms", "sender": "1", "text": ["x"]}, "text"),
        ({"channel": "sms", "sender": "1", "text": "x" * 200_001}, "text"),
        ({"channel": "sms", "sender": "1", "choice": ""}, "choice"),
        ({"channel": "sms", "sender": "1", "choice": "x" * 65}, "choice"),
        ({"channel": "sms", "sender": "1", "choice": "x", "start": "y"}, "Send one of"),
        ({"channel": "sms", "sender": "1", "media": {"kind": "hologram"}}, "media.kind"),
        ({"channel": "sms", "sender": "1", "media": {"kind": "photo", "size_bytes": -1}}, "media.size_bytes"),
        ({"channel": "sms", "sender": "1", "media": {"kind": "photo", "url": "http://x"}}, "media.url"),
        ({"channel": "sms", "sender": "1", "location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
        ({"channel": "sms", "sender": "1", "location": {"latitude": 1}}, "location.longitude"),
        ({"channel": "sms", "sender": "1", "contact": {"phone": ""}}, "contact.phone"),
        ({"channel": "sms", "sender": "1", "text": "x", "intent": "/enroll"}, "intent"),
        ({"channel": "sms", "sender": "1", "text": "x", "message_id": ""}, "message_id"),
        ([], "body"),
        ("x", "body"),
        (None, "body"),
    ],
    ids=str,
)
async def test_what_cannot_be_sent_is_refused_with_its_place(
    settings: Settings, clock: FixedClock, body: Any, told: str
) -> None:
    """422 names the field and what is wrong with it; nothing is kept."""
    async with serving(settings, clock) as client:
        response = await client.post(PATH, json=body)
    assert response.status_code == 422
    assert response.json()["error"] == "unreadable"
    assert told in response.json()["message"]
    assert rows(settings) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"channel": "sms", "sender": "1", "text": NaN}',
        b'{"channel": "sms", "sender": "1", "text": "half \\ud83d"}',
        b'{"channel": "sms", "sender": "half \\ud83d", "text": "x"}',
        b"[" * 100_000,
        b'{"channel":' * 20_000,
        b"[" * 50_000 + b"]" * 50_000,
        b'{"channel": "sms", "sender": "1", "text": "x", "media": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"location": {"latitude": 1e999, "longitude": 0}, "channel": "sms", "sender": "1"}',
        b'{"sender": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda content: str(content[:40]),
)
async def test_a_body_that_is_no_message_is_refused(settings: Settings, clock: FixedClock, content: bytes) -> None:
    """Whatever the bytes: a clean refusal, nothing kept, and the next message is taken."""
    async with serving(settings, clock) as client:
        response = await client.post(PATH, content=content, headers={"content-type": "application/json"})
        assert 400 <= response.status_code < 500
        assert (await client.get("/healthz")).status_code == 200
    assert rows(settings) == []


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({}, "channel"),
        ({"channel": "fax", "sender": "1"}, "channel"),
        ({"channel": "sms"}, "sender"),
        ({"channel": "sms", "sender": ""}, "sender"),
        ({"channel": "sms", "sender": "1", "after": "-1"}, "after"),
        ({"channel": "sms", "sender": "1", "after": "x"}, "after"),
        ({"channel": "sms", "sender": "1", "after": "9" * 30}, "after"),
    ],
    ids=str,
)
async def test_a_question_that_makes_no_sense_is_refused(
    settings: Settings, clock: FixedClock, query: dict[str, str], told: str
) -> None:
    """422 with the parameter's name."""
    async with serving(settings, clock) as client:
        response = await client.get(PATH, params=query)
    assert response.status_code == 422
    assert told in response.json()["message"]
