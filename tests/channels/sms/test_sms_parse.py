"""What SMS gateways bring, read: tables of requests in tests/cases/sms, and any bytes at all."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.errors import Malformed
from channels.sms.parse import Networks, parse_message, parse_report, verify
from conversation import Delivery, Inbound
from runtime.sms_dialect import JASMIN, KANNEL, SmsDialect, sms_dialect
from storage import wire

CASES: Final = Path(__file__).resolve().parents[3] / "tests" / "cases" / "sms"
RECEIVED: Final = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
GOOD: Final[list[Any]] = []
BAD: Final[list[Any]] = []
for _file in sorted(CASES.glob("*.json")):
    for _case in json.loads(_file.read_text(encoding="utf-8")):
        _case["report"] = _file.stem == "reports"
        (BAD if "malformed" in _case else GOOD).append(pytest.param(_case, id=f"{_file.stem}: {_case['about']}"))
DIGEST: Final = "@digest"
"""Stands in the tables for a message's id that is made of what came."""


def read(case: dict[str, Any], query: str | None = None) -> list[Inbound | Delivery]:
    dialect = sms_dialect(case["make"], case.get("changes"))
    raw = (case["query"] if query is None else query).encode("ascii")
    return (parse_report if case["report"] else parse_message)(raw, dialect, received_at=RECEIVED)


def shown(event: Inbound | Delivery) -> dict[str, Any]:
    if isinstance(event, Inbound):
        return wire.dump(event)
    fields = {name: value for name, value in dataclasses.asdict(event).items() if value}
    return fields | {"state": str(event.state), "at": event.at.isoformat()}


@pytest.mark.parametrize("case", GOOD)
def test_a_request_is_read_as_the_table_says(case: dict[str, Any]) -> None:
    """Every field; nothing where the table has nothing."""
    found = [shown(event) for event in read(case)]
    for got, wanted in zip(found, case["expected"], strict=True):
        if wanted.get("message_id") == DIGEST:
            assert len(got["message_id"]) == 64
            got["message_id"] = DIGEST
        assert got == wanted


@pytest.mark.parametrize("case", BAD)
def test_a_request_that_cannot_be_read_is_malformed(case: dict[str, Any]) -> None:
    """The reason names the parameter and holds nothing of what came."""
    with pytest.raises(Malformed, match=case["malformed"]) as raised:
        read(case)
    assert not any(secret in str(raised.value) for secret in ("0600000001", "212600000001", "salam", "été"))


def test_without_an_id_a_repeat_is_the_same_message() -> None:
    """The same request again has the same digest; another second, text or number has another."""
    first = {"from": "+212600000001", "to": "2580", "text": "1", "time": "1795424400"}

    def digest(**changed: str) -> str:
        (event,) = parse_message(urlencode(first | changed).encode(), KANNEL)
        assert isinstance(event, Inbound)
        return event.message_id

    others = [digest(time="1795424401"), digest(text="2"), digest(to="2581"), digest(**{"from": "0600000002"})]
    assert digest() == digest()
    assert len({digest(), *others}) == 5
    assert digest(text="11", time="795424400") != digest(text="1", time="1795424400")


def test_a_message_without_a_time_has_the_present_one() -> None:
    """Jasmin tells none."""
    (event,) = parse_message(b"id=1&from=0600000001&binary=31", JASMIN)
    assert isinstance(event, Inbound)
    assert abs((datetime.now(UTC) - event.sent_at).total_seconds()) < 60


SECRET: Final = "made_up-secret"
NOWHERE: Final[Networks] = ()
OURS: Final[Networks] = (ipaddress.ip_network("10.1.2.0/24"), ipaddress.ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("query", "authorization", "peer", "secret", "networks", "passes"),
    [
        (f"secret={SECRET}&text=1", None, "192.0.2.1", SECRET, NOWHERE, True),
        (f"text=1&secret={SECRET}", None, None, SECRET, NOWHERE, True),
        ("", f"Bearer {SECRET}", None, SECRET, NOWHERE, True),
        ("", f"bearer  {SECRET} ", None, SECRET, NOWHERE, True),
        ("", SECRET, None, SECRET, NOWHERE, False),
        ("", f"Basic {SECRET}", None, SECRET, NOWHERE, False),
        (f"secret={SECRET}", "Bearer wrong", None, SECRET, NOWHERE, False),
        ("", "Bearer سر", None, SECRET, NOWHERE, False),
        ("", None, None, SECRET, NOWHERE, False),
        ("secret=", None, None, SECRET, NOWHERE, False),
        (f"secret={SECRET}x", None, None, SECRET, NOWHERE, False),
        (f"secret={SECRET.upper()}", None, None, SECRET, NOWHERE, False),
        (f"secret=wrong&secret={SECRET}", None, None, SECRET, NOWHERE, False),
        ("secret=%D8%B3", None, None, SECRET, NOWHERE, False),
        ("&".join(f"p{number}=1" for number in range(200)) + f"&secret={SECRET}", None, None, SECRET, NOWHERE, False),
        ("", None, "10.1.2.3", "", OURS, True),
        ("", None, "::ffff:10.1.2.3", "", OURS, True),
        ("", None, "2001:db8::7", "", OURS, True),
        ("", None, "10.1.3.3", "", OURS, False),
        ("", None, "2001:db9::7", "", OURS, False),
        ("", None, None, "", OURS, False),
        ("", None, "unix:", "", OURS, False),
        (f"secret={SECRET}", None, "10.1.2.3", SECRET, OURS, True),
        (f"secret={SECRET}", None, "192.0.2.1", SECRET, OURS, False),
        ("secret=wrong", None, "10.1.2.3", SECRET, OURS, False),
        ("", None, "127.0.0.1", "", NOWHERE, False),
        ("secret=", None, "127.0.0.1", "", NOWHERE, False),
    ],
)
def test_only_the_gateway_is_heard(
    query: str, authorization: str | None, peer: str | None, secret: str, networks: Networks, *, passes: bool
) -> None:
    """All that is set must be met, in the address or the header; where nothing is set nobody is heard."""
    assert verify(query.encode(), authorization, peer, secret=secret, networks=networks) is passes


DIALECTS: Final = st.sampled_from([KANNEL, JASMIN, KANNEL.model_copy(update={"in_text_form": "base64"})])


def parse_any(raw: bytes, dialect: SmsDialect) -> None:
    """Read it both ways: events that survive storage, or Malformed, and nothing else."""
    for parse in (parse_message, parse_report):
        try:
            events = parse(raw, dialect)
        except Malformed:
            continue
        for event in events:
            if isinstance(event, Inbound):
                assert event.sent_at.tzinfo is UTC
                assert 1 <= len(event.message_id) <= 255
                assert wire.load_inbound(json.loads(json.dumps(wire.dump(event)))).person == event.person
            else:
                assert event.provider_message_id
                assert len(event.provider_code or "") <= 100


@given(st.binary(max_size=400), DIALECTS)
def test_any_bytes_are_read_or_malformed(raw: bytes, dialect: SmsDialect) -> None:
    """Whatever comes, nothing but `Malformed` is raised."""
    parse_any(raw, dialect)


VALUES: Final = st.one_of(
    st.text(max_size=40),
    st.binary(max_size=40),
    st.sampled_from(
        ["+212600000001", "0600000001", "1795424400", "2", "8", "UTF-16BE", "12.0", "DELIVRD", "ESME_R", "31"]
    ),
    st.integers(),
)
NAMES: Final = st.sampled_from(sorted({
    *("from", "to", "text", "binary", "coding", "charset", "time", "id", "status", "message_status", "err", "error"),
    *("reference", "secret", "donedate"),
}))  # fmt: skip


@given(st.dictionaries(NAMES, VALUES), DIALECTS)
@example({"from": "0600000001", "id": "1", "binary": "00", "text": "\0"}, KANNEL)
@example({"from": "0600000001", "id": "1", "text": "x", "time": "9" * 400}, KANNEL)
@example({"from": "0600000001", "id": "1", "text": "x", "time": "0001-01-01 00:00"}, KANNEL)
def test_any_parameters_are_read_or_malformed(fields: dict[str, Any], dialect: SmsDialect) -> None:
    """Fields missing, of other kinds, with octets of any character set."""
    parse_any(urlencode(fields).encode(), dialect)
