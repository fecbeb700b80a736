"""What travels between us and Twilio: names of its channels and headers, the messages we send, those it lists.

Reference: https://www.twilio.com/docs/messaging/guides/webhook-request and
https://www.twilio.com/docs/messaging/api/message-resource, read 2026-11-23.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict, Field

WHATSAPP: Final = "twilio-whatsapp"
SMS: Final = "twilio-sms"
"""The channels' names in `PersonKey` and in the outbox."""
PREFIX: Final = {WHATSAPP: "whatsapp:", SMS: ""}
"""What stands before an address at Twilio. A person's address with us has none."""
PATHS: Final = {WHATSAPP: "/webhooks/twilio/whatsapp", SMS: "/webhooks/twilio/sms"}
"""Where people's messages arrive."""
STATUS: Final = "/status"
"""Behind one of `PATHS`: where reports arrive. Their query `REFERENCE_QUERY` carries our own mark."""
REFERENCE_QUERY: Final = "m"

SIGNATURE_HEADER: Final = "x-twilio-signature"
SIGNATURE_SETTINGS_HEADER: Final = "x-twilio-webhooks-signature-settings"
"""Names the algorithm where a webhook is signed with a shared key (channel facts 2.2)."""
TOKEN_HEADER: Final = "i-twilio-idempotency-token"  # noqa: S105 - the name of a header
"""The same on every try of one webhook (channel facts 2.3)."""
EMPTY_TWIML: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""The answer that says "nothing to send": answers go by the API, in their own time."""

E164: Final = re.compile(r"\+[1-9]\d{6,14}")
SERVICE: Final = re.compile(r"MG[0-9a-fA-F]{32}")
"""The sid of a messaging service; anything else we send from is a number or a name."""


def receives(sender: str) -> bool:
    """Whether what we send from can be written to: a name cannot (channel facts 2.7)."""
    return bool(E164.fullmatch(sender) or SERVICE.fullmatch(sender))


class Worded(Protocol):
    """Anything that is sent as words: every SMS, and WhatsApp without buttons."""

    @property
    def text(self) -> str:
        """1 to 1600 characters."""


@dataclass(frozen=True, slots=True)
class Content:
    """A Content template with what is filled in.

    Attributes:
        name: Its friendly name in our account; the adapter knows its sid.
        variables: In the order of its places {{1}}, {{2}} …; none may be empty (error 21656).
    """

    name: str
    variables: tuple[str, ...]

    def numbered(self) -> dict[str, str]:
        """As Twilio takes them."""
        return {str(number): value for number, value in enumerate(self.variables, start=1)}


@dataclass(frozen=True, slots=True)
class TwilioPayload:
    """One WhatsApp message.

    Attributes:
        text: The whole answer in words, choices as numbered lines: what goes where `content` does not. Empty for a
            template that WhatsApp has approved: free text would not be taken in its place.
        content: The same with buttons or a list.
    """

    text: str
    content: Content | None = None


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class MessageResource(_Read):
    """A message as the API lists it. Dates are RFC 2822, with whole seconds.

    What a webhook knows beyond (button, place, profile) is not in it.
    """

    sid: str
    direction: str
    sender: str | None = Field(default=None, alias="from")
    to: str | None = None
    body: str | None = None
    num_media: str | None = None
    date_created: str | None = None
    messaging_service_sid: str | None = None


class MediaResource(_Read):
    """One file of a listed message."""

    sid: str
    content_type: str | None = None
