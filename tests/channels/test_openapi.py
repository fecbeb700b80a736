"""The gateway against its own description: whatever fits it or does not, the answers are those it promises."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

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

CHECKS: Final = [not_a_server_error, status_code_conformance, content_type_conformance]
EXAMPLES: Final = 20
"""Requests of each kind to each address."""
PAGES: Final = [("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")]
WEBHOOKS: Final = [
    ("POST", "/webhooks/telegram"),
    ("GET", "/webhooks/sms"),
    ("POST", "/webhooks/sms"),
    ("GET", "/webhooks/sms/report"),
    ("POST", "/webhooks/sms/report"),
]
KNOWN: Final = {"authorization": f"Bearer {SECRET}", "x-telegram-bot-api-secret-token": SECRET}
UNKNOWN: Final = {"authorization": "Bearer wrong", "x-telegram-bot-api-secret-token": "wrong"}


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
    for (_, path), what in found.items():
        if path.startswith("/webhooks/"):
            assert set(what["responses"]) == {str(status) for status in ANSWERS}


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
    """Never a 5xx, nor a status or type it does not name; without the secret 403, whatever else is right or wrong."""

    def promised(case: Any) -> None:
        response = case.call(base_url=address, headers=KNOWN if known else UNKNOWN)
        case.validate_response(response, checks=CHECKS)
        if known and kind is schemathesis.GenerationMode.POSITIVE:
            assert response.status_code == 200  # what breaks the description may lack the secret
        assert response.status_code in ({200, 403} if known else {403})

    ask(described, method, path, kind, promised)


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
    operation = schemathesis.openapi.from_dict(json.loads(json.dumps(described)))[path][method]
    many = hypothesis_settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    many(given(case=operation.as_strategy(generation_mode=kind))(promised))()
