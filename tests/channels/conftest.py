"""What tests of the channels share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.fakes.telegram import FakeTelegram

# A busy machine makes an example slow, which says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    """A Telegram server; at the end nothing unexpected may have been asked of it."""
    with FakeTelegram() as fake:
        yield fake
        assert fake.failures == []
