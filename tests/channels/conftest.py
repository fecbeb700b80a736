"""What tests of the channels share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.telegram import FakeTelegram


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    """A Telegram server; at the end nothing unexpected may have been asked of it."""
    with FakeTelegram() as fake:
        yield fake
        assert fake.failures == []
