"""Two SMS gateways, one of each make, and our account at one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from channels.sms.adapter import SmsAdapter
from runtime.sms_dialect import sms_dialect
from tests.fakes.sms_gateway import SECRET, FakeSmsGateway
from tests.fakes.sms_shapes import PASSWORD, SHORT_CODE, USER


@pytest.fixture(params=["kannel", "jasmin"])
def gateway(request: pytest.FixtureRequest) -> Iterator[FakeSmsGateway]:
    """A gateway; at the end nothing unexpected may have been asked of it."""
    with FakeSmsGateway(request.param) as fake:
        yield fake
        assert fake.failures == []


@pytest.fixture
def kannel() -> Iterator[FakeSmsGateway]:
    """A Kannel."""
    with FakeSmsGateway("kannel") as fake:
        yield fake
        assert fake.failures == []


def account(fake: FakeSmsGateway, *, password: str = PASSWORD, url: str | None = None) -> SmsAdapter:
    """An adapter that waits half a second for an answer."""
    return SmsAdapter(
        sms_dialect(fake.style),
        url=url or fake.url,
        callback_url="https://bot.example.org",
        sender=SHORT_CODE,
        user=USER,
        password=SecretStr(password),
        secret=SecretStr(SECRET),
        timeout_s=0.5,
    )
