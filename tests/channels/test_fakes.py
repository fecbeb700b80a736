"""The made-up WhatsApp and Twilio as a hand steers them: over HTTP, with a gateway that listens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from runtime.settings import Settings, load_settings
from storage import migrate
from tests.channels.incoming import listening, rows
from tests.fakes.serving import FakeServer
from tests.fakes.twilio import SMS_FROM, WHATSAPP_FROM, FakeTwilio
from tests.fakes.twilio_account import ACCOUNT, API
from tests.fakes.twilio_account import TOKEN as TWILIO_TOKEN
from tests.fakes.whatsapp import APP_SECRET, NUMBER, PHONE, TOKEN, VERIFY_TOKEN, VERSION, FakeWhatsApp


@dataclass(frozen=True)
class Provider:
    """One of them, and how a message of ours is handed to it."""

    fake: FakeServer[Any]
    person: str
    channel: str
    send: Callable[[FakeServer[Any]], httpx.Response]


def _by_whatsapp(fake: FakeServer[Any]) -> httpx.Response:
    body = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "Slm"}}
    return httpx.post(
        f"{fake.origin}/{VERSION}/{NUMBER}/messages", json=body, headers={"authorization": f"Bearer {TOKEN}"}
    )


def _by_twilio(fake: FakeServer[Any]) -> httpx.Response:
    form = {"To": f"+{PHONE}", "From": SMS_FROM, "Body": "Slm"}
    form["StatusCallback"] = f"{fake.callback}/webhooks/twilio/sms/status?m=1.0"
    return httpx.post(f"{fake.origin}{API}/Messages.json", data=form, auth=(ACCOUNT, TWILIO_TOKEN))


@pytest.fixture(params=["whatsapp", "twilio-whatsapp", "twilio-sms"])
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """A provider that reports by itself."""
    if request.param == "whatsapp":
        with FakeWhatsApp(reports=("delivered", "sent")) as whatsapp:
            yield Provider(whatsapp, PHONE, request.param, _by_whatsapp)
        return
    with FakeTwilio(reports=("delivered", "sent")) as twilio:
        prefix = "whatsapp:" if request.param == "twilio-whatsapp" else ""
        yield Provider(twilio, f"{prefix}+{PHONE}", request.param, _by_twilio)


@pytest.fixture
def settings(tmp_path: Path, provider: Provider) -> Settings:
    """A gateway that the provider reaches at its port, and that knows itself by the same address."""
    settings = load_settings(
        home=tmp_path,
        public_url="http://127.0.0.1:1",
        whatsapp=True,
        whatsapp_number_id=NUMBER,
        whatsapp_token=TOKEN,
        whatsapp_app_secret=APP_SECRET,
        whatsapp_verify_token=VERIFY_TOKEN,
        whatsapp_base_url=f"{provider.fake.origin}/{VERSION}",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TWILIO_TOKEN,
        twilio_whatsapp_from=WHATSAPP_FROM,
        twilio_sms_from=SMS_FROM,
        twilio_base_url=provider.fake.origin,
        twilio_reconcile_every_min=0,
    )
    migrate.upgrade(settings.database_url)
    return settings


@pytest.fixture
def gateway(settings: Settings, provider: Provider) -> Iterator[str]:
    """Where it listens."""
    with listening(settings, known_by_its_port=True) as address:
        provider.fake.callback = address
        yield address


def control(provider: Provider, what: str, body: Any = None) -> Any:
    method = "GET" if body is None else "POST"
    return httpx.request(method, f"{provider.fake.origin}/_control/{what}", json=body, timeout=10).json()


@pytest.mark.usefixtures("gateway")
def test_somebody_writes_and_the_bot_hears_it(settings: Settings, provider: Provider) -> None:
    """Signed as the provider signs; twice the same message is one."""
    said = {"from": provider.person, "text": "سلام", "times": 2}
    assert control(provider, "receive", said) == {"statuses": [200, 200]}
    (row,) = rows(settings)
    assert (row.channel, row.address.strip("+"), row.body["text"]) == (provider.channel, PHONE, "سلام")
    assert control(provider, "failures") == []


def test_a_message_taken_is_reported_on(gateway: str, provider: Provider) -> None:
    """By itself in the order that was asked for, again and again in any, and by what comes later otherwise."""
    assert provider.send(provider.fake).is_success
    assert control(provider, "report", {"message": 0, "states": ["read", "sent", "sent"]}) == {"statuses": [200] * 3}
    assert control(provider, "reports", {"states": ["read", "read", "sent"]}) == {"ok": True}
    assert provider.send(provider.fake).is_success
    end = time.monotonic() + 10
    while _kept(gateway) < 2 + 3 + 3:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert len(control(provider, "messages")) == 2
    assert control(provider, "failures") == []


def _kept(gateway: str) -> float:
    lines = httpx.get(f"{gateway}/metrics").text.splitlines()
    return sum(float(line.split()[1]) for line in lines if 'outcome="kept"' in line and "webhooks_total" in line)


def test_it_throttles_and_hangs_up_as_often_as_told(provider: Provider) -> None:
    """Each trouble is used once for each time; then all is as usual, and nothing of it is left after a reset."""
    troubles = [{"status": 429, "times": 2}, {"cut": "before"}, {"cut": "after"}, {"delay_s": 0.2}]
    assert control(provider, "answers", troubles) == {"ok": True}
    assert [provider.send(provider.fake).status_code for _ in range(2)] == [429, 429]
    for seen in (0, 1):
        with pytest.raises(httpx.RemoteProtocolError):
            provider.send(provider.fake)
        assert len(control(provider, "messages")) == seen
    started = time.monotonic()
    assert provider.send(provider.fake).is_success
    assert time.monotonic() - started >= 0.2
    control(provider, "answers", {"status": 500})
    assert control(provider, "reset", {}) == {"ok": True}
    assert control(provider, "messages") == []
    assert provider.send(provider.fake).is_success


def test_a_control_there_is_not_is_told(provider: Provider) -> None:
    """404, as for any address; a state nobody knows is a failure."""
    assert httpx.get(f"{provider.fake.origin}/_control/nonsense").status_code == 404
    assert httpx.post(f"{provider.fake.origin}/_control/receive", json={}).status_code == 500
    assert control(provider, "failures") == ["unreadable request: KeyError"]
