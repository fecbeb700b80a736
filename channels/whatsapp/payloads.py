"""Message bodies of Meta's Cloud API: only the fields we send.

Source: https://developers.facebook.com/docs/whatsapp/guides/interactive-messages/ ; channel facts 1 and 3.4, read
2026-11-23.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Body):
    """A bubble of text; links in it show no picture, which would push the text off a small screen."""

    body: str
    preview_url: Literal[False] = False


class Words(_Body):
    """The words above buttons or a list."""

    text: str


class Reply(_Body):
    """What a button shows and what comes back when it is tapped."""

    id: str
    title: str


class Button(_Body):
    """One reply button."""

    type: Literal["reply"] = "reply"
    reply: Reply


class ButtonAction(_Body):
    """The buttons under a text."""

    buttons: tuple[Button, ...]


class ButtonMessage(_Body):
    """A text with one to three reply buttons."""

    type: Literal["button"] = "button"
    body: Words
    action: ButtonAction


class Row(_Body):
    """One row of a list."""

    id: str
    title: str
    description: str | None = None


class Section(_Body):
    """The rows of a list; a single section needs no title."""

    rows: tuple[Row, ...]


class ListAction(_Body):
    """The button that opens a list, and the list."""

    button: str
    sections: tuple[Section, ...]


class ListMessage(_Body):
    """A text with a list that a button opens."""

    type: Literal["list"] = "list"
    body: Words
    action: ListAction


class TextPayload(_Body):
    """A message of text alone."""

    messaging_product: Literal["whatsapp"] = "whatsapp"
    recipient_type: Literal["individual"] = "individual"
    type: Literal["text"] = "text"
    text: Text


class InteractivePayload(_Body):
    """A message with buttons or a list."""

    messaging_product: Literal["whatsapp"] = "whatsapp"
    recipient_type: Literal["individual"] = "individual"
    type: Literal["interactive"] = "interactive"
    interactive: ButtonMessage | ListMessage


WhatsAppPayload = TextPayload | InteractivePayload


def request_body(payload: WhatsAppPayload, to: str) -> dict[str, Any]:
    """The JSON of `POST /{phone_number_id}/messages`.

    Args:
        payload: What `render` made.
        to: The person's WhatsApp id: digits without a plus.
    """
    return {**payload.model_dump(mode="json", exclude_none=True), "to": to}
