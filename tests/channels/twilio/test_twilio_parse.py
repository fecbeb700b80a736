"""What Twilio posts, read: tables of forms in tests/cases/twilio, and any bytes at all."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Malformed
from channels.twilio.parse import MOST_FIELDS, parse_message, parse_status, verify
from channels.twilio.payloads import SMS, WHATSAPP
from conversation import Delivery, Inbound
from storage import wire
from tests.fakes.twilio import signed
from tests.fakes.twilio_account import TOKEN

CASES: Final = Path(__file__).resolve().parents[2] / "cases" / "twilio"
RECEIVED: Final = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
MESSAGES: Final[list[Any]] = []
REPORTS: Final[list[Any]] = []
BAD: Final[list[Any]] = []
for _file in sorted(CASES.glob("*.json")):
    for _case in json.loads(_file.read_text(encoding="utf-8")):
        _case["report"] = _file.stem == "reports"
        _table = BAD if "malformed" in _case else REPORTS if _case["report"] else MESSAGES
        _table.append(pytest.param(_case, id=f"{_file.stem}: {_case['about']}"))


def read(case: dict[str, Any]) -> list[Any]:
    body = urlencode(case["form"]).encode()
    if case["report"]:
        return list(parse_status(body, case["channel"], received_at=RECEIVED, reference=case.get("reference")))
    return list(parse_message(body, case["channel"], received_at=RECEIVED, token=case.get("token")))


@pytest.mark.parametrize("case", MESSAGES)
def test_a_message_is_read_as_the_table_says(case: dict[str, Any]) -> None:
    """Every field, in the form in which it will be stored."""
    assert [wire.dump(event) for event in read(case)] == case["expected"]


@pytest.mark.parametrize("case", MESSAGES)
def test_what_was_read_survives_storage(case: dict[str, Any]) -> None:
    """Stored and loaded again it is the same message."""
    for event in read(case):
        assert wire.load_inbound(json.loads(json.dumps(wire.dump(event)))) == event


@pytest.mark.parametrize("case", REPORTS)
def test_a_report_is_read_as_the_table_says(case: dict[str, Any]) -> None:
    """How far the message came, why it did not, and our mark; nothing for a status we have no use for."""
    expected = [{"provider_code": None, "reference": None, "details": {}, **one} for one in case["expected"]]
    found = [
        {**{name: getattr(one, name) for name in Delivery.__slots__}, "at": one.at.isoformat()} for one in read(case)
    ]
    assert found == expected


@pytest.mark.parametrize("case", BAD)
def test_a_form_without_what_it_must_have_is_malformed(case: dict[str, Any]) -> None:
    """The reason names the field, and nothing about people."""
    with pytest.raises(Malformed) as raised:
        read(case)
    assert case["malformed"] in str(raised.value)
    assert not any(secret in str(raised.value) for secret in ("Prénom", "600000000", "salam"))


def test_a_report_at_the_messages_address_is_a_report() -> None:
    """Somebody set the wrong address: our own number must not become a person who writes."""
    (event,) = parse_message(b"MessageSid=SM1&MessageStatus=read&From=whatsapp:%2B2125", WHATSAPP, received_at=RECEIVED)
    assert isinstance(event, Delivery)


def test_a_message_at_the_reports_address_is_nothing() -> None:
    """Its status says what it is."""
    body = b"MessageSid=SM1&SmsStatus=received&From=whatsapp:%2B2126&Body=x"
    assert parse_status(body, WHATSAPP, received_at=RECEIVED, reference=None) == []


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfeBody=x", b"&".join(b"a%d=1" % number for number in range(MOST_FIELDS + 2))],
    ids=["bytes", "many"],
)
def test_what_is_no_form_is_malformed(body: bytes) -> None:
    """Another encoding, or parameters without end."""
    with pytest.raises(Malformed):
        parse_message(body, SMS, received_at=RECEIVED)


def test_ten_files_are_enough() -> None:
    """Twilio brings no more; what else is in the form is left."""
    form = {"MessageSid": "MM1", "From": "+33600000000"} | {f"MediaUrl{number}": "https://x" for number in range(12)}
    assert len(parse_message(urlencode(form).encode(), SMS, received_at=RECEIVED)) == 10


URL: Final = "https://bot.example.org/webhooks/twilio/whatsapp"
KEY: Final = "made-up-shared-key"
FORM: Final = {"MessageSid": "SM1", "From": "whatsapp:+212600000000", "Body": "سلام  + é ", "ToCity": "", "Z": "1&2=3"}
SIGNATURE: Final = "x-twilio-signature"
SETTINGS: Final = "x-twilio-webhooks-signature-settings"


def genuine(url: str, head: dict[str, str], body: bytes, *, token: str = TOKEN, keys: tuple[str, ...] = (KEY,)) -> bool:
    return verify(url, body, head.get(SIGNATURE), head.get(SETTINGS), token=token, keys=keys)


def test_a_signature_of_the_account_passes() -> None:
    """Blank parameters, blanks at the ends, Arabic and signs included; new parameters too."""
    assert genuine(URL, *signed(URL, FORM))
    assert genuine(URL, *signed(URL, {**FORM, "Of2027": "x"}))


def test_the_example_of_twilios_own_page_passes() -> None:
    """The fake could be wrong in the same way as we: this signature is from the documentation of Twilio's library."""
    url = "https://example.com/myapp.php?foo=1&bar=2"
    form = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675310", "To": "+18005551212",
            "Caller": "+14158675310"}  # fmt: skip
    head = {SIGNATURE: "L/OH5YylLD5NRKLltdqwSvS0BnU="}
    assert genuine(url, head, urlencode(form).encode(), token="12345")


@pytest.mark.parametrize("change", ["Body", "ToCity", "From"])
def test_one_changed_value_is_refused(change: str) -> None:
    """A blank one as well: it is signed like the others."""
    head, _ = signed(URL, FORM)
    assert not genuine(URL, head, urlencode({**FORM, change: "x"}).encode())
    assert not genuine(URL, head, urlencode({name: value for name, value in FORM.items() if name != change}).encode())


def test_without_a_signature_nothing_passes() -> None:
    """No header, an empty one, half of one, one in letters nobody sends."""
    head, body = signed(URL, FORM)
    for wrong in (None, "", head[SIGNATURE][:-2], head[SIGNATURE].lower(), "é" * 28, "\udcff" * 28):
        assert not verify(URL, body, wrong, None, token=TOKEN)


def test_no_secret_lets_nobody_in() -> None:
    """An empty token or key signs nothing."""
    assert not genuine(URL, *signed(URL, FORM, ""), token="")
    assert not genuine(URL, *signed(URL, FORM, "", algorithm="HMAC_SHA256", key_id="k1"), keys=("",))


@pytest.mark.parametrize("port", ["", ":443"])
def test_the_port_may_stand_in_what_was_signed(port: str) -> None:
    """Twilio signs sometimes with it and sometimes without, whatever is configured."""
    for configured in ("https://bot.example.org/x", "https://bot.example.org:443/x"):
        assert genuine(configured, *signed(f"https://bot.example.org{port}/x", FORM))


@pytest.mark.parametrize(
    "other",
    [URL.replace("https", "http"), URL.replace("bot.", "inner."), URL + "/status", URL + "?m=1"],
    ids=["scheme", "host", "path", "query"],
)
def test_another_address_is_refused(other: str) -> None:
    """What was signed for one place is worth nothing at another."""
    assert not genuine(URL, *signed(other, FORM))


def test_the_query_counts_byte_for_byte() -> None:
    """Decoded and encoded again it would be another."""
    sent = URL + "/status?m=12%2e0&x=a%20b+c"
    assert genuine(sent, *signed(sent, FORM))
    assert not genuine(URL + "/status?m=12.0&x=a+b+c", *signed(sent, FORM))


def test_a_parameter_that_comes_twice_is_signed_once_for_each_value() -> None:
    """As Twilio's library has it: values sorted, repetitions left out."""
    head, _ = signed(URL, {"A": "1", "B": "2"})
    assert genuine(URL, head, b"A=1&A=1&B=2")
    twice, _ = signed(URL, {"A": "1A2", "B": "2"})
    assert genuine(URL, twice, b"A=2&A=1&B=2")


def test_a_shared_key_signs_with_its_own_algorithm() -> None:
    """Either key passes while one is being replaced."""
    for algorithm in ("HMAC_SHA256", "HMAC_SHA1"):
        head, body = signed(URL, FORM, KEY, algorithm=algorithm, key_id="k1")
        assert genuine(URL, head, body)
        assert genuine(URL, head, body, keys=("another", KEY))
        assert not genuine(URL, head, body, keys=("another",))
        assert not genuine(URL, head, body, keys=())


def test_token_and_shared_key_never_stand_in_for_each_other() -> None:
    """A request may not choose which secret it is measured by."""
    assert not genuine(URL, *signed(URL, FORM, TOKEN, algorithm="HMAC_SHA256", key_id="k1"))
    assert not genuine(URL, *signed(URL, FORM, KEY))
    head, body = signed(URL, FORM, KEY, algorithm="HMAC_SHA256", key_id="k1")
    assert not genuine(URL, {SIGNATURE: head[SIGNATURE]}, body, token=KEY)


def test_an_algorithm_nobody_knows_is_refused() -> None:
    """None, and one of next year."""
    head, body = signed(URL, FORM, KEY, algorithm="HMAC_SHA256", key_id="k1")
    for algorithm in ("none", "HMAC_SHA512", "hmac_sha256"):
        assert not genuine(URL, {**head, SETTINGS: f"key=k1,algorithm={algorithm}"}, body)


def test_a_body_of_json_is_measured_by_its_hash() -> None:
    """The signature covers the address, which holds the hash of the body."""
    body = '{"a": "é"}'.encode()
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    head, _ = signed(url, {})
    assert genuine(url, head, body)
    assert not genuine(url, head, body + b" ")
    assert not genuine(url, head, b"\xff")


@given(st.binary(max_size=200), st.text(max_size=40), st.none() | st.text(max_size=60), st.text(max_size=30))
def test_no_request_breaks_the_check(body: bytes, signature: str, settings: str | None, query: str) -> None:
    """Whatever comes without the secret is refused, and nothing else happens."""
    url = f"{URL}?{query.encode('utf-8', 'ignore').decode('latin-1')}"
    assert verify(url, body, signature, settings, token=TOKEN, keys=[KEY]) is False


NAMES: Final = sorted({name for case in MESSAGES + REPORTS for name in case.values[0]["form"]} | {"OptOutType"})
VALUES: Final = st.sampled_from(
    ["", "0", "1", "whatsapp:+212600000000", "+212600000000", "MA.1", "whatsapp:", "STOP", "sent", "received", "nan",
     "90", "QUJD" * 12, "/w==" * 12, "https://x", "SM1", "\ud83d", "\x00", "سلام"]
) | st.text(max_size=12)  # fmt: skip


def must_be_read_or_malformed(body: bytes) -> None:
    for channel in (WHATSAPP, SMS):
        try:
            events = parse_message(body, channel, received_at=RECEIVED, token="token-1")
            events += parse_status(body, channel, received_at=RECEIVED, reference="1.0")
        except Malformed:
            continue
        for event in events:
            assert isinstance(event, (Inbound, Delivery))
            if isinstance(event, Inbound):
                wire.dump(event)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    """Any bytes are read or malformed, nothing else."""
    must_be_read_or_malformed(body)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=12))
def test_no_form_with_known_names_breaks_the_reader(form: dict[str, str]) -> None:
    """Twilio's own names with any values are read or malformed."""
    must_be_read_or_malformed(urlencode(form, errors="surrogatepass").encode())


@given(st.sampled_from([case.values[0]["form"] for case in MESSAGES + REPORTS]), st.data())
def test_no_single_wrong_value_breaks_the_reader(form: dict[str, str], data: st.DataObject) -> None:
    """A good form with one value replaced or gone is read or malformed."""
    changed = dict(form)
    name = data.draw(st.sampled_from(sorted(form)))
    if data.draw(st.booleans()):
        changed[name] = data.draw(VALUES)
    else:
        del changed[name]
    must_be_read_or_malformed(urlencode(changed, errors="surrogatepass").encode())
