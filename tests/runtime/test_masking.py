"""What keeps people out of the logs, rule by rule."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from runtime import masking


class Colour(Enum):
    """Something with a plain value."""

    RED = "red"


@pytest.mark.parametrize(
    "key",
    [
        "text", "body", "phone", "name", "token", "message", "user_name", "first_name", "display_name", "phone_number",
        "reply_text", "payload", "label", "caption", "address", "secret", "password", "contact", "latitude", "query",
        "nia", "ice", "value", "Text", "sender", "url", "town",
    ],
)  # fmt: skip
def test_a_key_that_may_hold_a_person_is_refused(key: str) -> None:
    """Whatever the value, a key of such a name is not written."""
    assert masking.is_refused(key, "Prénom de quelqu'un")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("text_chars", 12),
        ("body_bytes", 900),
        ("message_count", 3),
        ("sms_segments", 2),
        ("message_kind", "text"),
        ("message_id", "77"),
        ("provider_message_id", "77"),
        ("intent", "greet"),
        ("person", "0123456789abcdef"),
        ("channel", "sms"),
        ("took_ms", 4.5),
    ],
)
def test_measures_and_ids_pass(key: str, value: object) -> None:
    """How long a text is may be known; what it says may not."""
    assert not masking.is_refused(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [("text_kind", "bonjour à tous"), ("message_count", "06 12"), ("person", "+212600000000"), ("person", 600000000)],
)
def test_a_harmless_key_does_not_carry_a_sentence_or_a_number(key: str, value: object) -> None:
    """The name of a measure opens the door to measures alone, and `person` to pseudonyms alone."""
    assert masking.is_refused(key, value)


@pytest.mark.parametrize(
    "number",
    [
        "+212600000001",
        "00212600000001",
        "0600000001",
        "06 00 00 00 01",
        "+212 6-00-00-00-01",
        "(0)6.00.00.00.01",
        "٠٦٠٠٠٠٠٠٠١",
        "\u2066+212 600 000 001\u2069",
        "+33612345678",
        "212600000001",
    ],
)
def test_a_phone_number_is_masked_however_it_is_written(number: str) -> None:
    """Spaces, signs, Arabic digits and invisible marks do not carry it through."""
    shown = masking.masked(f"to:{number};")
    assert "[number]" in shown
    assert not any(digit in shown for digit in "0123456789٠٦")


@pytest.mark.parametrize(
    "harmless",
    [
        "2026-11-23T09:00:00.123456Z",
        "2026-11-23T09:00:00+00:00",
        "12345678",
        "0123456789abcdef",
        "maalem-20261123T201903-0f3a.tar.gz",
        "127.0.0.1:8000",
    ],
)
def test_what_is_no_phone_number_stays(harmless: str) -> None:
    """Times, short numbers, hashes and addresses of machines are what logs are for."""
    assert masking.masked(harmless) == harmless


@pytest.mark.parametrize(
    ("text", "leak"),
    [
        ("https://api.telegram.org/bot123456789:AAF-abc_defghijklmnopqrstuvwxyz012345/sendMessage", "AAF"),
        ("123456:AAF-abc_defghi", "AAF"),
        ("redis://:pass-word@cache:6379", "pass-word"),
        ("postgresql://user:pass-word@db/maalem", "pass-word"),
    ],
)
def test_tokens_and_passwords_are_masked(text: str, leak: str) -> None:
    """An address with a token in it is written without the token."""
    assert leak not in masking.masked(text)


def test_a_sentence_is_only_counted() -> None:
    """Codes have no spaces; what has them may be somebody's words, whatever its key."""
    assert masking.cleaned("input", "bghit ntsejjel f lbarnamaj") == "[26 chars]"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (Colour.RED, "red"),
        (Path("var/maalem.db"), "var/maalem.db"),
        (datetime(2026, 11, 23, 9, tzinfo=UTC), "2026-11-23T09:00:00+00:00"),
        ({"text": "salam", "count": 1}, {"count": 1}),
        (["a", "+212600000001"], ["a", "[number]"]),
        (object(), "<object>"),
        (b"salam", "<bytes>"),
        ("x" * 500, "x" * 200 + "…"),
    ],
)
def test_values_become_plain(value: Any, shown: Any) -> None:
    """An object is never asked for its own words: they may quote somebody."""
    assert masking.cleaned("key", value) == shown


def test_a_long_message_id_is_no_phone_number() -> None:
    """Telegram's update ids have nine digits and more, and are needed to follow a message."""
    assert masking.cleaned("message_id", "123456789012") == "123456789012"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ModuleNotFoundError("No module named 'x'", name="x"), {"module": "x"}),
        (FileNotFoundError(2, "No such file", "salam.txt"), {"errno": "ENOENT"}),
        (OSError("salam"), {}),
        (ValueError("salam"), {}),
    ],
)
def test_what_quotes_nobody_is_told(error: BaseException, told: dict[str, str]) -> None:
    """A missing module's name and the system's error code help the operator, and are no person's words."""
    assert masking.described(error) == {"error": type(error).__name__, "trace": []} | told


def test_an_exception_is_told_without_its_message() -> None:
    """Types, causes and places are enough to find a fault; the message may quote a person."""
    try:
        try:
            int("salam Prénom")
        except ValueError as error:
            raise RuntimeError("while reading: salam Prénom") from error
    except RuntimeError as error:
        told = masking.described(error)
    assert told["error"] == "RuntimeError < ValueError"
    assert told["trace"][-1].startswith("runtime/test_masking.py:")
    assert "salam" not in str(told)
