"""What Telegram sends, read: tables of updates in tests/cases/telegram, and any bytes at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Malformed
from channels.telegram.parse import parse, verify
from channels.telegram.payloads import COMMAND_LABELS, COMMANDS
from conversation import Inbound
from storage import wire

PROJECT: Final = Path(__file__).resolve().parents[3]
CASES: Final = PROJECT / "tests" / "cases" / "telegram"
RECEIVED: Final = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
GOOD: Final[list[Any]] = []
BAD: Final[list[Any]] = []
for _file in sorted(CASES.glob("*.json")):
    for _case in json.loads(_file.read_text(encoding="utf-8")):
        (BAD if "malformed" in _case else GOOD).append(pytest.param(_case, id=f"{_file.stem}: {_case['about']}"))


def read(case: dict[str, Any]) -> list[Any]:
    body = json.dumps(case["update"]).encode()
    return list(parse(body, received_at=RECEIVED, bot_username=case.get("bot_username")))


@pytest.mark.parametrize("case", GOOD)
def test_an_update_is_read_as_the_table_says(case: dict[str, Any]) -> None:
    """Every field of the message, in the form in which it will be stored; nothing where the table has nothing."""
    assert [wire.dump(event) for event in read(case)] == case["expected"]


@pytest.mark.parametrize("case", GOOD)
def test_what_was_read_survives_storage(case: dict[str, Any]) -> None:
    """Stored and loaded again it is the same message, its time aware and in UTC."""
    for event in read(case):
        assert wire.load_inbound(json.loads(json.dumps(wire.dump(event)))) == event
        assert event.sent_at.tzinfo is UTC


@pytest.mark.parametrize("case", BAD)
def test_an_update_of_wrong_types_is_malformed(case: dict[str, Any]) -> None:
    """The reason names the field."""
    with pytest.raises(Malformed) as raised:
        read(case)
    assert case["malformed"] in str(raised.value)


@pytest.mark.parametrize("case", BAD)
def test_the_reason_tells_nothing_about_people(case: dict[str, Any]) -> None:
    """It is logged: neither names nor numbers of people stand in it."""
    with pytest.raises(Malformed) as raised:
        read(case)
    assert not any(secret in str(raised.value) for secret in ("Prénom", "1000001", "600000000", "carte"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        '{"update_id": 1}'.encode("utf-16"),
        b'{"update_id": NaN}',
        b'{"update_id": 1, "message": {"date": Infinity}}',
        b'{"update_id": 1e400}',
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"update_id": 1, "message": ' + b'{"chat": ' * 50_000 + b"1" + b"}" * 50_001,
    ],
    ids=range(10),
)
def test_bytes_that_are_no_update_are_malformed(body: bytes) -> None:
    """Nothing at all, half of something, another encoding, numbers without end, nesting without end."""
    with pytest.raises(Malformed):
        parse(body)


def test_deep_nesting_where_nothing_is_read_is_no_harm() -> None:
    """A part nobody reads may be as deep as JSON's reader bears."""
    body = b'{"update_id": 1, "hologram": ' + b"[" * 500 + b"]" * 500 + b"}"
    assert parse(body) == []


def test_a_tap_without_a_given_time_has_the_present_one() -> None:
    """Telegram says when the message with the button was sent, never when it was tapped."""
    case = next(case.values[0] for case in GOOD if "buttons: a tap carries" in str(case.id))
    (event,) = parse(json.dumps(case["update"]).encode())
    assert isinstance(event, Inbound)
    assert abs((datetime.now(UTC) - event.sent_at).total_seconds()) < 60


def test_every_command_means_an_intent_of_the_bot() -> None:
    """A command that leads nowhere would be met with silence; every command of the app's menu is one of them."""
    intents = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))["intents"]
    assert set(COMMANDS.values()) <= set(intents)
    assert set(COMMAND_LABELS) <= set(COMMANDS)


SECRET: Final = "made_up-secret"


@pytest.mark.parametrize(
    ("header", "secret", "passes"),
    [
        (SECRET, SECRET, True),
        (None, SECRET, False),
        ("", SECRET, False),
        (SECRET[:-1], SECRET, False),
        (SECRET + " ", SECRET, False),
        (SECRET.upper(), SECRET, False),
        ("sécret", SECRET, False),
        ("\udcff", SECRET, False),
        ("", "", False),
        (None, "", False),
        ("x", "", False),
    ],
)
def test_only_the_exact_secret_passes(header: str | None, secret: str, passes: bool) -> None:  # noqa: FBT001
    """No header, no service; an empty secret lets nobody in."""
    assert verify(header, secret) is passes


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES: Final = (
    "message", "edited_message", "callback_query", "my_chat_member", "reply_to_message", "chat", "from", "date", "text",
    "edit_date", "message_id", "caption", "entities", "id", "type", "is_bot", "first_name", "last_name", "username",
    "language_code", "data", "contact", "phone_number", "user_id", "location", "latitude", "longitude", "venue",
    "title", "photo", "voice", "audio", "video", "video_note", "animation", "document", "sticker", "file_id",
    "file_unique_id", "width", "height", "duration", "file_size", "mime_type", "old_chat_member",
    "new_chat_member", "status", "user", "offset", "length",
)  # fmt: skip
LIKELY: Final = st.recursive(
    st.sampled_from(
        [None, True, False, 0, 1, -5, 1795424400, 2**70, 1.5, "", "private", "group", "mention", "/start x", "\ud83d"]
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=20,
)


def must_be_read_or_malformed(body: bytes) -> None:
    try:
        events = parse(body)
    except Malformed:
        return
    for event in events:
        assert isinstance(event, Inbound)
        wire.dump(event)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    """Any bytes are read or malformed, nothing else."""
    must_be_read_or_malformed(body)


@given(JSON)
def test_no_json_breaks_the_reader(value: Any) -> None:
    """Any JSON is read or malformed, nothing else."""
    must_be_read_or_malformed(json.dumps(value).encode())


@given(st.dictionaries(st.sampled_from(NAMES[:4]), LIKELY, max_size=3))
def test_no_update_with_known_names_breaks_the_reader(fields: dict[str, Any]) -> None:
    """Telegram's own names with any values are read or malformed."""
    must_be_read_or_malformed(json.dumps({"update_id": 1, **fields}).encode())


@given(st.sampled_from([case.values[0]["update"] for case in GOOD]), st.data())
def test_no_single_wrong_value_breaks_the_reader(update: Any, data: st.DataObject) -> None:
    """A good update with one value replaced is read or malformed."""
    copy = json.loads(json.dumps(update))
    place = copy
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not inner or not isinstance(inner, dict | list) or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(LIKELY)
    must_be_read_or_malformed(json.dumps(copy).encode())
