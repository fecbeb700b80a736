"""The gateway against its own description: whatever fits it or does not, the answers are those it promises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from channels.gateway import create_app
from channels.webhooks import ANSWERS
from runtime.settings import Settings, load_settings
from storage import migrate
from tests.channels.incoming import listening
from tests.fakes.sms_gateway import SECRET
from tests.fakes.sms_shapes import PASSWORD, SHORT_CODE, USER
from tests.fakes.twilio import SMS_FROM, WHATSAPP_FROM, signature
from tests.fakes.twilio_account import ACCOUNT
from tests.fakes.twilio_account import TOKEN as TWILIO_TOKEN
from tests.fakes.whatsapp import APP_SECRET, NUMBER, VERIFY_TOKEN, FakeWhatsApp

CHECKS: Final = [not_a_server_error, status_code_conformance, content_type_conformance]
EXAMPLES: Final = 20
"""Requests of each kind to each address."""
PAGES: Final = [("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")]
HANDSHAKE: Final = ("GET", "/webhooks/whatsapp")
WEBHOOKS: Final = {
    HANDSHAKE: "whatsapp",
    ("POST", "/webhooks/whatsapp"): "whatsapp",
    ("POST", "/webhooks/twilio/whatsapp"): "twilio-whatsapp",
    ("POST", "/webhooks/twilio/whatsapp/status"): "twilio-whatsapp",
    ("POST", "/webhooks/twilio/sms"): "twilio-sms",
    ("POST", "/webhooks/twilio/sms/status"): "twilio-sms",
    ("POST", "/webhooks/telegram"): "telegram",
    ("GET", "/webhooks/sms"): "sms",
    ("POST", "/webhooks/sms"): "sms",
    ("GET", "/webhooks/sms/report"): "sms",
    ("POST", "/webhooks/sms/report"): "sms",
}
"""Method and address → channel in the metrics."""
PUBLIC: Final = "https://bot.example.org"


@dataclass(frozen=True)
class Proof:
    """Makes a finished request the provider's own, or one that only looks like it: requests calls it last.

    Attributes:
        genuine: Whether the secrets are the right ones.
    """

    genuine: bool

    def __call__(self, request: Any) -> Any:
        """Sign what will be sent, byte for byte."""
        wrong = "" if self.genuine else "wrong"
        body: bytes = request.body.encode() if isinstance(request.body, str) else request.body or b""
        request.headers["authorization"] = f"Bearer {SECRET}{wrong}"
        request.headers["x-telegram-bot-api-secret-token"] = SECRET + wrong
        if request.path_url.startswith("/webhooks/twilio/"):
            fields = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
            request.headers.pop("x-twilio-webhooks-signature-settings", None)  # a key of ours that we do not have
            request.headers["x-twilio-signature"] = signature(PUBLIC + request.path_url, fields, TWILIO_TOKEN + wrong)
        elif request.path_url.startswith("/webhooks/whatsapp"):
            request.headers.update(FakeWhatsApp.webhook(body, APP_SECRET + wrong)[1])
            if request.method == "GET":
                request.prepare_url(request.url, {"hub.verify_token": VERIFY_TOKEN + wrong})
        return request


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Every way in is open."""
    home: Path = tmp_path_factory.mktemp("home")
    settings = load_settings(
        home=home,
        burst_wait_s=0,
        telegram_mode="webhook",
        telegram_token="4242:made-up-token",
        telegram_secret=SECRET,
        telegram_base_url="http://127.0.0.1:9",
        sms_gateway="jasmin",
        sms_url="http://127.0.0.1:9/send",
        sms_user=USER,
        sms_password=PASSWORD,
        sms_sender=SHORT_CODE,
        sms_secret=SECRET,
        sms_callback_url="http://127.0.0.1:8000",
        public_url=PUBLIC,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TWILIO_TOKEN,
        twilio_whatsapp_from=WHATSAPP_FROM,
        twilio_sms_from=SMS_FROM,
        twilio_base_url="http://127.0.0.1:9",
        twilio_reconcile_every_min=0,
        whatsapp=True,
        whatsapp_number_id=NUMBER,
        whatsapp_token="made-up-token",
        whatsapp_app_secret=APP_SECRET,
        whatsapp_verify_token=VERIFY_TOKEN,
        whatsapp_base_url="http://127.0.0.1:9",
    )
    migrate.upgrade(settings.database_url)
    return settings


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    """Where it listens."""
    with listening(settings) as url:
        yield url


@pytest.fixture(scope="module")
def described(settings: Settings) -> dict[str, Any]:
    """What the application says of itself."""
    description: dict[str, Any] = create_app(settings).openapi()
    return description


def test_every_way_in_is_described(described: dict[str, Any]) -> None:
    """The table above is complete, and no name stands twice."""
    found = {
        (method.upper(), path): what for path, methods in described["paths"].items() for method, what in methods.items()
    }
    assert sorted(found) == sorted([*PAGES, *WEBHOOKS])
    names = [what["operationId"] for what in found.values()]
    assert len(set(names)) == len(names)
    for way in WEBHOOKS:
        answers = {200, 403} if way == HANDSHAKE else set(ANSWERS)
        assert set(found[way]["responses"]) == {str(status) for status in answers}


def test_nobody_outside_is_shown_the_description(settings: Settings) -> None:
    """It exists as an object only."""
    app = create_app(settings)
    assert not {"/openapi.json", "/docs", "/redoc"} & {getattr(route, "path", "") for route in app.routes}


@pytest.mark.parametrize("known", [True, False], ids=["with the secret", "without"])
@pytest.mark.parametrize("kind", list(schemathesis.GenerationMode), ids=str)
@pytest.mark.parametrize(("method", "path"), WEBHOOKS)
def test_every_webhook_gives_an_answer_it_promises(
    address: str, described: dict[str, Any], method: str, path: str, kind: schemathesis.GenerationMode, *, known: bool
) -> None:
    """Never a 5xx, nor a status or type it does not name; without the secret 403, whatever else is right or wrong.

    What fits the description and is the provider's own is read, and kept.
    """

    def promised(case: Any) -> None:
        response = case.call(base_url=address, auth=Proof(known))
        case.validate_response(response, checks=CHECKS)
        if known and kind is schemathesis.GenerationMode.POSITIVE:
            assert response.status_code == 200  # what breaks the description may lack the secret
        assert response.status_code in ({200, 403} if known else {403})

    before = kept(address, method, path)
    ask(described, method, path, kind, promised)
    new = kept(address, method, path) - before
    if not known:
        assert new == 0
    elif kind is schemathesis.GenerationMode.POSITIVE and (method, path) != HANDSHAKE:
        assert new > 0


def kept(address: str, method: str, path: str) -> float:
    """How many messages of a channel, or where reports arrive how many of these, were read and are on disk."""
    name, more = "webhooks_total", ',outcome="kept"'
    if not path.endswith(("/status", "/report")):
        name, more = "messages_received_total", ""
    line = re.escape(f'maalem_{name}{{channel="{WEBHOOKS[method, path]}"{more}}}')
    found = re.search(rf"^{line} (.+)$", httpx.get(f"{address}/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_every_page_gives_an_answer_it_promises(
    address: str, described: dict[str, Any], method: str, path: str
) -> None:
    """The same of the pages for whoever watches over the process."""

    def promised(case: Any) -> None:
        case.validate_response(case.call(base_url=address), checks=CHECKS)

    ask(described, method, path, schemathesis.GenerationMode.POSITIVE, promised)


def ask(
    described: dict[str, Any],
    method: str,
    path: str,
    kind: schemathesis.GenerationMode,
    promised: Callable[[Any], None],
) -> None:
    """Make up requests of a kind and look at each answer."""
    operation = schemathesis.openapi.from_dict(_nothing_more(described))[path][method]
    many = hypothesis_settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    many(given(case=operation.as_strategy(generation_mode=kind))(promised))()


def _nothing_more(described: Any) -> Any:
    """The same, where objects hold what is described alone: else what is made up is mostly what nobody reads."""
    if isinstance(described, list):
        return [_nothing_more(one) for one in described]
    if not isinstance(described, dict):
        return described
    closed = {"additionalProperties": False} if described.get("type") == "object" and "required" in described else {}
    return {name: _nothing_more(one) for name, one in described.items()} | closed
