"""What the sender needs of a channel: who carries a message, how it is shown, how fast, and what its codes mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from channels.errors import ErrorCode
from channels.pacing import Pace
from conversation import Outbound, Purpose
from storage.outbox import Envelope


class Adapter(Protocol):
    """What the sender needs of a channel."""

    async def send(self, address: str, payload: Any, *, reference: str) -> str:
        """Send one payload; the provider's id of it. Raises SendFailed.

        `reference` is our own mark on it, handed to the provider where it gives it back with status reports.
        """


@runtime_checkable
class Settles(Protocol):
    """A channel whose provider can be asked what became of a send that got no answer."""

    async def settle(self, address: str, reference: str, since: datetime) -> str | None:
        """The provider's id of what it took from us since then, or nothing if it took nothing. Raises SendFailed."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out: how a message is shown, and who carries it.

    Attributes:
        render: Free text → payloads.
        pace: How fast.
        needs_template: Whether only a template may be sent, given the present and when the person last wrote.
        render_template: The message's template → payloads, where the channel has templates.
        meaning: A provider's code in a status report → what it means.
        withholds: Why a message of this purpose may not be sent now, or nothing: the month's cap.
    """

    adapter: Adapter
    render: Callable[[Outbound], Sequence[Any]]
    pace: Pace = Pace()  # noqa: RUF009 - frozen
    needs_template: Callable[[datetime, datetime | None], bool] | None = None
    render_template: Callable[[Outbound], Sequence[Any]] | None = None
    meaning: Callable[[str], ErrorCode] | None = None
    withholds: Callable[[Purpose], str | None] | None = None


class Withheld(Exception):
    """A message may not be sent after all.

    Attributes:
        reason: "window": no free text now, and no template to send instead; "cap": the month's; or of
            `storage.suppressions.Reason`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def rendered(channel: Channel, envelope: Envelope, now: datetime) -> Sequence[Any]:
    """The payloads of a message in the form that may be sent now."""
    outbound = envelope.outbound
    withheld = channel.withholds(envelope.purpose) if channel.withholds is not None else None
    if withheld is not None:
        raise Withheld(withheld)
    closed = channel.needs_template is not None and channel.needs_template(now, envelope.last_inbound_at)
    if closed or envelope.form == "template":
        if outbound.template is None or channel.render_template is None:
            raise Withheld("window")
        return channel.render_template(outbound)
    return channel.render(replace(outbound, file=None) if envelope.form == "words" else outbound)
