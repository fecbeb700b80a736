"""What Meta's webhooks say, read: tables of bodies in tests/cases/whatsapp, and any bytes at all."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Malformed
from channels.whatsapp.parse import challenge, parse, verify
from conversation import Delivery, Inbound
from storage import wire

CASES: Final = Path(__file__).resolve().parents[2] / "cases" / "whatsapp"
NUMBER: Final = "100000000000001"
GOOD: Final[list[Any]] = []
BAD: Final[list[Any]] = []
for _file in sorted(CASES.glob("*.json")):
    for _case in json.loads(_file.read_text(encoding="utf-8")):
        (BAD if "malformed" in _case else GOOD).append(pytest.param(_case, id=f"{_file.stem}: {_case['about']}"))


def dumped(event: Inbound | Delivery) -> dict[str, Any]:
    if isinstance(event, Inbound):
        return wire.dump(event)
    return {**dataclasses.asdict(event), "at": event.at.isoformat()}


@pytest.mark.parametrize("case", GOOD)
def test_a_body_is_read_as_the_table_says(case: dict[str, Any]) -> None:
    """Every field of every event, in order; nothing where the table has nothing; what is left out is noted."""
    notes: list[list[str]] = []
    events = parse(json.dumps(case["body"]).encode(), NUMBER, lambda *words: notes.append(list(words)))
    assert [dumped(event) for event in events] == case["expected"]
    assert notes == case.get("notes", [])


@pytest.mark.parametrize("case", GOOD)
def test_what_was_read_survives_storage(case: dict[str, Any]) -> None:
    """Stored and loaded again it is the same message, its time aware and in UTC."""
    for event in parse(json.dumps(case["body"]).encode(), NUMBER):
        if isinstance(event, Inbound):
            assert wire.load_inbound(json.loads(json.dumps(wire.dump(event)))) == event
            assert event.sent_at.tzinfo is UTC


@pytest.mark.parametrize("case", BAD)
def test_a_body_of_wrong_types_is_malformed(case: dict[str, Any]) -> None:
    """The reason names the field, and nothing about people: it is logged."""
    with pytest.raises(Malformed) as raised:
        parse(json.dumps(case["body"]).encode(), NUMBER)
    assert case["malformed"] in str(raised.value)
    assert not any(secret in str(raised.value) for secret in ("Prénom", "600000000", "wamid"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"\xff\xfe{}",
        '{"object": "whatsapp_business_account"}'.encode("utf-16"),
        b'{"object": NaN}',
        b'{"entry": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"object": "whatsapp_business_account", "entry": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=range(10),
)
def test_bytes_that_are_no_webhook_are_malformed(body: bytes) -> None:
    """Nothing at all, half of something, another encoding, numbers without end, nesting without end."""
    with pytest.raises(Malformed):
        parse(body, NUMBER)


SECRET: Final = "made-up-app-secret"


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


ESCAPED: Final = rb'{"text":{"body":"\u0633\u0644\u0627\u0645 \u00e9 \/"}}'
"""As Meta writes it: every letter outside ASCII escaped in small letters, the slash too."""


def test_the_signature_is_over_the_bytes_as_they_came() -> None:
    """Escaped Arabic passes as it is; parsed and written again it does not."""
    assert verify(ESCAPED, signature(ESCAPED), SECRET)
    again = json.dumps(json.loads(ESCAPED), separators=(",", ":"), ensure_ascii=False).encode()
    assert again != ESCAPED
    assert not verify(again, signature(ESCAPED), SECRET)


@pytest.mark.parametrize(
    ("given", "secret"),
    [
        (None, SECRET),
        ("", SECRET),
        (signature(ESCAPED).removeprefix("sha256="), SECRET),
        (signature(ESCAPED)[:-1], SECRET),
        (signature(ESCAPED) + "0", SECRET),
        (signature(ESCAPED).upper(), SECRET),
        (signature(ESCAPED, "another"), SECRET),
        (signature(b""), SECRET),
        ("sha1=" + "0" * 40, SECRET),
        ("sha256=é", SECRET),
        ("\udcff", SECRET),
        (signature(ESCAPED, ""), ""),
    ],
)
def test_only_the_exact_signature_passes(given: str | None, secret: str) -> None:
    """No header, another algorithm, another secret, another body; an empty secret lets nobody in."""
    assert not verify(ESCAPED, given, secret)


@pytest.mark.parametrize(
    ("query", "token", "answer"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": "t", "hub.challenge": "1158201444"}, "t", "1158201444"),
        ({"hub.mode": "subscribe", "hub.verify_token": "t"}, "t", ""),
        ({"hub.mode": "subscribe", "hub.verify_token": "x", "hub.challenge": "1"}, "t", None),
        ({"hub.mode": "subscribe", "hub.verify_token": "é\udcff", "hub.challenge": "1"}, "t", None),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "t", "hub.challenge": "1"}, "t", None),
        ({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}, "", None),
        ({}, "t", None),
    ],
)
def test_the_challenge_is_given_back_to_who_knows_the_token(
    query: dict[str, str], token: str, answer: str | None
) -> None:
    """Only the handshake with our own word; an empty word lets nobody in."""
    assert challenge(query, token) == answer


NAMES: Final = (
    "messages", "statuses", "contacts", "errors", "user_id_update", "user_preferences", "metadata", "phone_number_id",
    "from", "from_user_id", "user_id", "wa_id", "id", "timestamp", "type", "text", "body", "image", "audio", "voice",
    "document", "caption", "mime_type", "sha256", "filename", "location", "latitude", "longitude", "name", "phones",
    "phone", "origin", "button", "payload", "interactive", "button_reply", "list_reply", "title", "reaction",
    "message_id", "emoji", "edit", "revoke", "original_message_id", "message", "system", "previous_user_id", "order",
    "referral", "source_type", "source_id", "context", "profile", "username", "group_id", "status", "recipient_type",
    "pricing", "billable", "category", "code", "biz_opaque_callback_data", "previous", "current", "value", "field",
)  # fmt: skip
LIKELY: Final = st.recursive(
    st.sampled_from(
        (
            *(None, True, 0, -5, 1795424400, 2**70, 1.5, "", "text", "image", "contacts", "system", "read", "\0"),
            *(
                "stop",
                "user_changed_number",
                "marketing_messages",
                NUMBER,
                "1795424400",
                "MA.1",
                "212600000000",
                "\ud83d",
            ),
        )
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)


def must_be_read_or_malformed(body: bytes) -> None:
    try:
        events = parse(body, NUMBER)
    except Malformed:
        return
    for event in events:
        assert isinstance(event, Inbound | Delivery)
        json.dumps(dumped(event)).encode()
        ids = (
            (event.message_id, event.person.address, event.moved_to or "", *event.aliases)
            if isinstance(event, Inbound)
            else (event.provider_message_id, event.reference or "")
        )
        assert all(len(one) <= 255 and one.isascii() and "\0" not in one for one in ids)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    """Any bytes are read or malformed, nothing else."""
    must_be_read_or_malformed(body)


@given(st.sampled_from(["messages", "user_id_update", "user_preferences", "account_alerts", None]), LIKELY, LIKELY)
def test_no_body_with_known_names_breaks_the_reader(field: str | None, value: Any, entry: Any) -> None:
    """Meta's own names with any values are read or malformed; what is read the database takes."""
    change = {"field": field, "value": value}
    whole = {"object": "whatsapp_business_account", "entry": [{"changes": [change, entry]}, entry]}
    must_be_read_or_malformed(json.dumps(whole).encode())


@given(st.sampled_from([case.values[0]["body"] for case in (*GOOD, *BAD)]), st.data())
def test_no_single_wrong_value_breaks_the_reader(body: Any, data: st.DataObject) -> None:
    """A good body with one value replaced or dropped is read or malformed."""
    copy = json.loads(json.dumps(body))
    place = copy
    while place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not inner or not isinstance(inner, dict | list) or data.draw(st.booleans()):
            if data.draw(st.booleans()):
                del place[key]
            else:
                place[key] = data.draw(LIKELY)
            break
        place = inner
    must_be_read_or_malformed(json.dumps(copy).encode())
