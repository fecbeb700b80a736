"""The made-up SMS gateway itself: strict like the real ones, and steered from another process over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.channels.incoming import listening, rows
from tests.channels.sms.test_sms_routes import given
from tests.fakes.sms_gateway import FakeSmsGateway
from tests.fakes.sms_shapes import PASSWORD, SHORT_CODE, USER


@pytest.fixture(params=["kannel", "jasmin"])
def server(request: pytest.FixtureRequest) -> Iterator[FakeSmsGateway]:
    """A gateway that may be asked for nonsense, and reports by itself."""
    with FakeSmsGateway(request.param, reports=("sent", "delivered")) as fake:
        yield fake


def control(fake: FakeSmsGateway, what: str, body: Any = None) -> Any:
    method = "GET" if body is None else "POST"
    return httpx.request(method, f"{fake.origin}/_control/{what}", json=body, timeout=10).json()


def test_somebody_writes_and_the_bot_hears_it(tmp_path: Path, server: FakeSmsGateway) -> None:
    """By hand, over HTTP, to a gateway process that listens: twice the same message is one."""
    settings = given(tmp_path, server)
    with listening(settings) as address:
        server.callback = address
        said = {"from": "0600000001", "text": "سلام", "id": "m-1", "times": 2}
        assert control(server, "receive", said) == {"statuses": [200, 200]}
    (row,) = rows(settings)
    assert (row.address, row.body["text"]) == ("+212600000001", "سلام")
    assert control(server, "failures") == []


def test_what_is_not_acknowledged_is_noted(tmp_path: Path, server: FakeSmsGateway) -> None:
    """A wrong secret, and nobody at home."""
    with listening(given(tmp_path, server)) as address:
        server.callback, server.secret = address, "wrong"
        assert control(server, "receive", {"from": "0600000001", "text": "1"}) == {"statuses": [403]}
    assert control(server, "receive", {"from": "0600000001", "text": "1"}) == {"statuses": [0]}
    assert len(control(server, "failures")) == 2


def test_a_message_taken_is_reported_on(tmp_path: Path, server: FakeSmsGateway) -> None:
    """By itself, and again when asked to."""
    with listening(given(tmp_path, server)) as address:
        report_url = f"{address}/webhooks/sms/report?reference=1.0&secret={server.secret}&status=%d&error=%A&time=%T"
        asked = {
            "username": USER,
            "password": PASSWORD,
            "to": "212600000001",
            "from": SHORT_CODE,
            "dlr-url": report_url,
        }
        if server.style == "kannel":
            answer = httpx.get(server.url, params=asked | {"text": "Slm", "dlr-mask": "27"})
        else:
            answer = httpx.post(server.url, data=asked | {"content": "Slm", "dlr": "yes", "dlr-level": "3"})
        assert answer.status_code in {200, 202}
        time.sleep(0.5)  # its own two reports follow the answer
        assert control(server, "report", {"message": 0, "states": ["failed", "delivered"]}) == {"statuses": [200, 200]}
    assert control(server, "failures") == []
    assert [message["text"] for message in control(server, "messages")] == ["Slm"]


@pytest.mark.parametrize(
    ("style", "method", "params", "status", "words"),
    [
        ("kannel", "GET", {}, 403, "Authorization failed"),
        ("kannel", "GET", {"to": ""}, 400, "Missing receiver"),
        ("kannel", "GET", {"to": "1"}, 400, "Sender missing"),
        ("kannel", "GET", {"to": "1", "from": "2580", "dlr-url": "ftp://x"}, 400, "DLR-URL"),
        ("kannel", "POST", {"to": "1", "from": "2580"}, 403, "Authorization failed"),
        ("jasmin", "GET", {"to": "1", "content": "a", "charset": "UTF-8"}, 400, "unknown"),
        ("jasmin", "GET", {"to": "IAM", "content": "a"}, 400, "invalid value"),
        ("jasmin", "GET", {"content": "a"}, 400, "Mandatory argument"),
        ("jasmin", "GET", {"to": "1"}, 400, "not present"),
        ("jasmin", "GET", {"to": "1", "content": "a", "hex-content": "00"}, 400, "not present"),
        ("jasmin", "GET", {"to": "1", "content": "a", "password": "wrong"}, 403, "Authentication failure"),
    ],
)
def test_it_refuses_what_the_real_one_would(
    style: str, method: str, params: dict[str, str], status: int, words: str
) -> None:
    """In the status and words of its documentation; nothing is taken."""
    asked = {"username": USER, "password": PASSWORD} | params if params else {}
    with FakeSmsGateway(style) as fake:
        answer = httpx.request(method, fake.url, **{"params" if method == "GET" else "data": asked})  # type: ignore[arg-type] # one of the two
        assert fake.messages == []
    assert (answer.status_code, words in answer.text) == (status, True)


def test_it_can_be_told_how_to_answer_and_to_forget(server: FakeSmsGateway) -> None:
    """The next message meets the answer; afterwards all is as at the beginning."""
    assert control(server, "answers", {"status": 503, "body": "Temporal failure, try again later."}) == {"ok": True}
    assert httpx.get(server.url).status_code == 503
    assert httpx.get(f"{server.origin}/nowhere").status_code == 404
    assert control(server, "reset", {}) == {"ok": True}
    assert control(server, "failures") == []
    assert httpx.get(f"{server.origin}/_control/nonsense").status_code == 404
