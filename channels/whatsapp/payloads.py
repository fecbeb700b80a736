"""Message bodies of Meta's Cloud API: only the fields we send.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages, one page for each type;
channel facts 1 and 3.4, read 2026-11-25.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from conversation import AttachmentKind, OutboundFile


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


class LocationAction(_Body):
    """The app's own button to share the place; its label is the app's too."""

    name: Literal["send_location"] = "send_location"


class LocationRequest(_Body):
    """A text with a button to share the place."""

    type: Literal["location_request_message"] = "location_request_message"
    body: Words
    action: LocationAction = LocationAction()


class TextPayload(_Body):
    """A message of text alone."""

    messaging_product: Literal["whatsapp"] = "whatsapp"
    recipient_type: Literal["individual"] = "individual"
    type: Literal["text"] = "text"
    text: Text


class InteractivePayload(_Body):
    """A message with buttons, a list or a question for the place."""

    messaging_product: Literal["whatsapp"] = "whatsapp"
    recipient_type: Literal["individual"] = "individual"
    type: Literal["interactive"] = "interactive"
    interactive: ButtonMessage | ListMessage | LocationRequest


class Parameter(_Body):
    """What stands in one place of a template."""

    type: Literal["text"] = "text"
    text: str


class Component(_Body):
    """The places of a template's body."""

    type: Literal["body"] = "body"
    parameters: tuple[Parameter, ...]


class TemplateLanguage(_Body):
    """As the template was registered: "ar", "ar_MA", "fr"."""

    code: str


class TemplateBody(_Body):
    """An approved text and what stands in its places."""

    name: str
    language: TemplateLanguage
    components: tuple[Component, ...] | None = None


class TemplatePayload(_Body):
    """A message outside the 24-hour window."""

    messaging_product: Literal["whatsapp"] = "whatsapp"
    recipient_type: Literal["individual"] = "individual"
    type: Literal["template"] = "template"
    template: TemplateBody


class Media(_Body):
    """A file that was uploaded."""

    id: str
    caption: str | None = None
    filename: str | None = None
    voice: Literal[True] | None = None


class MediaPayload(_Body):
    """A message that shows a file."""

    messaging_product: Literal["whatsapp"] = "whatsapp"
    recipient_type: Literal["individual"] = "individual"
    type: Literal["image", "video", "audio", "document", "sticker"]
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None


MEDIA_TYPES: dict[AttachmentKind, Literal["image", "video", "audio", "document", "sticker"]] = {
    AttachmentKind.PHOTO: "image",
    AttachmentKind.VIDEO: "video",
    AttachmentKind.AUDIO: "audio",
    AttachmentKind.VOICE: "audio",
    AttachmentKind.DOCUMENT: "document",
    AttachmentKind.STICKER: "sticker",
}


@dataclass(frozen=True, slots=True)
class FilePayload:
    """A file before it is uploaded: only then its message can be written."""

    file: OutboundFile
    caption: str | None = None

    def uploaded(self, media_id: str) -> MediaPayload:
        """The message, once the file has an id."""
        kind = MEDIA_TYPES[self.file.kind]
        media = Media(
            id=media_id,
            caption=self.caption,
            filename=self.file.name if kind == "document" else None,
            voice=True if self.file.kind is AttachmentKind.VOICE else None,
        )
        return MediaPayload.model_validate({"type": kind, kind: media})


Message = TextPayload | InteractivePayload | TemplatePayload | MediaPayload
WhatsAppPayload = TextPayload | InteractivePayload | TemplatePayload | FilePayload


def request_body(payload: Message, address: str, reference: str = "") -> dict[str, Any]:
    """The JSON of `POST /{phone_number_id}/messages`.

    Args:
        payload: What `render` made, its file uploaded.
        address: The person's WhatsApp id (digits without a plus), or business-scoped id ("MA.1502…", channel facts
            3.8): they stand in different fields.
        reference: Our mark, which comes back with every status.
    """
    whom = {"to": address} if address.isdecimal() else {"recipient": address}
    mark = {"biz_opaque_callback_data": reference} if reference else {}
    return {**payload.model_dump(mode="json", exclude_none=True), **whom, **mark}
