"""Single values of a Twilio form: files, angles, and words that came as base64. Pure."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Mapping
from typing import Final

from channels.errors import Malformed
from conversation import Attachment, AttachmentKind

MOST_FILES: Final = 10
"""Files of one message. Source: https://www.twilio.com/docs/messaging/api/media-resource, read 2026-11-23."""
LEAST_BASE64: Final = 40
"""Characters from which words without a space may be base64; seen for SMS of several parts only (channel facts 2.1)."""
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_KINDS: Final = (
    ("image/webp", AttachmentKind.STICKER),
    ("image/", AttachmentKind.PHOTO),
    ("audio/ogg", AttachmentKind.VOICE),  # what WhatsApp records
    ("audio/", AttachmentKind.AUDIO),
    ("video/", AttachmentKind.VIDEO),
)


def attachments_of(fields: Mapping[str, str]) -> tuple[Attachment, ...]:
    """The files of a message, by their links; `NumMedia` is not believed, the links are counted."""
    found = []
    for number in range(MOST_FILES):
        link = fields.get(f"MediaUrl{number}", "")
        if not link:
            break
        mime_type = fields.get(f"MediaContentType{number}", "")
        found.append(Attachment(kind_of(mime_type), link, mime_type or None))
    return tuple(found)


def kind_of(mime_type: str) -> AttachmentKind:
    """What kind of file a type stands for; a document if none of the others."""
    return next((kind for start, kind in _KINDS if mime_type.startswith(start)), AttachmentKind.DOCUMENT)


def degrees_of(fields: Mapping[str, str], name: str, most: float) -> float:
    """An angle between `-most` and `most`.

    Raises:
        Malformed: Something else, or out of range.
    """
    try:
        value = float(fields.get(name, ""))
    except ValueError:
        raise Malformed(f"{name} is not an angle") from None
    if not -most <= value <= most:
        raise Malformed(f"{name} is not an angle")
    return value


def plain_text(text: str) -> str:
    """The words of an SMS that may have come as base64.

    Some operators' long messages do, cut in the middle of a letter. Only what decodes to printable UTF-8 is taken for
    it: a long word without a space does not.
    """
    packed = "".join(text.split())
    if len(packed) < LEAST_BASE64 or len(packed) % 4 or not _BASE64.fullmatch(packed):
        return text
    try:
        raw = base64.b64decode(packed, validate=True)
        words = codecs.getincrementaldecoder("utf-8")().decode(raw, final=False)
    except (binascii.Error, UnicodeDecodeError):
        return text
    return words if all(one.isprintable() or one in "\r\n\t" for one in words) else text
