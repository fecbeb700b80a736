"""The simulator's way out: the page reads answers from the outbox, so sending is noting that they may be read."""

from __future__ import annotations

from typing import Final

from channels.errors import ErrorCode, SendFailed
from channels.fetching import Fetched
from conversation import Outbound, Surface
from storage.menus import new_token

CHANNELS: Final = tuple(f"simulator-{surface}" for surface in Surface)
"""Names of the simulated channels."""


class SimulatorAdapter:
    """Accepts everything."""

    async def send(self, address: str, payload: Outbound, *, reference: str) -> str:
        """Take an answer; its id is made up."""
        del address, payload, reference
        return new_token()

    async def fetch(self, ref: str, most_bytes: int) -> Fetched:
        """Say that there is no file: the page only tells that one was sent.

        Raises:
            SendFailed: Always.
        """
        del ref, most_bytes
        raise SendFailed(ErrorCode.TOO_LATE, provider_code="simulated")
