"""Meta's Cloud API on this machine, and our way to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from channels.whatsapp.adapter import WhatsAppAdapter
from tests.fakes.whatsapp import NUMBER, TOKEN, FakeWhatsApp

FILES = {"files/1": b"%PDF-1.7 made up", "files/empty": b"", "files/big": b"x" * 500_001}


@pytest.fixture
def whatsapp() -> Iterator[FakeWhatsApp]:
    """The API; at the end nothing unexpected may have been asked of it."""
    with FakeWhatsApp() as fake:
        yield fake
        assert fake.failures == []


@pytest.fixture
async def adapter(whatsapp: FakeWhatsApp) -> AsyncIterator[WhatsAppAdapter]:
    """Our number, with a few files; waits half a second for an answer."""
    async with WhatsAppAdapter(SecretStr(TOKEN), NUMBER, whatsapp.url, FILES.__getitem__, timeout_s=0.5) as adapter:
        yield adapter
