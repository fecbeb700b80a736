"""What one message of a webhook says. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages, one page
for each type, read 2026-11-25; channel facts 3.2 and 3.8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from channels.errors import Malformed
from channels.whatsapp.reading import (
    MOST_NAME,
    Json,
    degrees,
    digest,
    moment,
    objects,
    optional_id,
    part,
    required_id,
    text,
)
from conversation import Attachment, AttachmentKind, Inbound, InboundKind, Location, PersonKey, SharedContact

CHANNEL: Final = "whatsapp"
"""The channel's name in `PersonKey` and in the outbox."""
MOST_ORIGIN: Final = 120
MOST_DIGITS: Final = 15
"""Digits of a telephone number (E.164)."""
LEAST_DIGITS: Final = 8
_FILES: Final = {
    "image": AttachmentKind.PHOTO,
    "voice": AttachmentKind.VOICE,
    "audio": AttachmentKind.AUDIO,
    "video": AttachmentKind.VIDEO,
    "document": AttachmentKind.DOCUMENT,
    "sticker": AttachmentKind.STICKER,
}
_MOVES: Final = frozenset({"user_changed_number", "user_changed_user_id", "customer_changed_number"})
"""Kinds of system message that say: known by another address from now on. The last is the older name of the first."""


def read_message(message: Json, contacts: Sequence[Json]) -> list[Inbound]:
    """Read one of `messages`.

    Kinds beyond the obvious:

    - what a person sent on purpose and the bot cannot read (an order, a poll, "unsupported") is TEXT, mostly empty, so
      that it is answered;
    - a tap on a template's button whose payload is its label is TEXT: only our own tokens are a CHOICE;
    - a move is one MOVED for each old address that is named, since we may know the person by either;
    - a message in a group is nothing: this bot talks with one person at a time;
    - a type nobody has told us of is UNKNOWN.

    Args:
        message: As it came.
        contacts: `contacts` of the same change.

    Raises:
        Malformed: It cannot be read. The message says which field, never its value.
    """
    if message.get("group_id"):
        return []
    kind = text(message.get("type"))
    if kind == "system":
        return _moved(message)
    phone = optional_id(message.get("from"))
    user = optional_id(message.get("from_user_id"))
    contact = _contact_of(contacts, phone, user)
    if not user and phone and contact.get("wa_id") == phone:
        user = optional_id(contact.get("user_id"))
    address = phone or required_id(user, "from")
    values = _content(message, kind, phone)
    context, profile = part(message.get("context")), part(contact.get("profile"))
    values.setdefault("reply_to", optional_id(context.get("id")) or None)
    return [
        Inbound(
            person=PersonKey(CHANNEL, address),
            message_id=required_id(message.get("id"), "id"),
            sent_at=moment(message.get("timestamp")),
            display_name=(text(profile.get("name")) or text(profile.get("username")))[:MOST_NAME] or None,
            phone=_e164(address),
            aliases=(user,) if user and user != address else (),
            origin=_origin(part(message.get("referral"))),
            **values,
        )
    ]


def _contact_of(contacts: Sequence[Json], phone: str, user: str) -> Json:
    """The sender's entry; failing that the only one, for its name."""
    for contact in contacts:
        if (phone and contact.get("wa_id") == phone) or (user and contact.get("user_id") == user):
            return contact
    return contacts[0] if len(contacts) == 1 else {}


def _content(message: Json, kind: str, phone: str) -> dict[str, Any]:
    """Kind and values of what a person sent."""
    said = part(message.get(kind))
    if kind in _FILES:
        return {"kind": InboundKind.MEDIA, "attachment": _file(kind, said), "text": text(said.get("caption"))}
    if kind == "contacts":
        return _shared_contact(message, phone)
    return _READERS.get(kind, _unknown)(said)


def _unknown(_said: Json) -> dict[str, Any]:
    return {"kind": InboundKind.UNKNOWN}


def _text(said: Json) -> dict[str, Any]:
    return {"kind": InboundKind.TEXT, "text": text(said.get("body"))}


def _place(said: Json) -> dict[str, Any]:
    latitude, longitude = said.get("latitude"), said.get("longitude")
    place = Location(degrees(latitude, 90, "latitude"), degrees(longitude, 180, "longitude"))
    return {"kind": InboundKind.LOCATION, "location": place, "text": text(said.get("name"))}


def _reaction(said: Json) -> dict[str, Any]:
    on = optional_id(said.get("message_id")) or None
    return {"kind": InboundKind.REACTION, "text": text(said.get("emoji")), "reply_to": on}


def _edit(said: Json) -> dict[str, Any]:
    edited = part(said.get("message"))
    words = part(edited.get(text(edited.get("type"))))
    new = text(words.get("body")) or text(words.get("caption"))
    return {"kind": InboundKind.EDIT, "text": new, "reply_to": _original(said)}


def _taken_back(said: Json) -> dict[str, Any]:
    return {"kind": InboundKind.DELETED, "reply_to": _original(said)}


def _original(said: Json) -> str | None:
    return optional_id(said.get("original_message_id")) or None


def _file(kind: str, said: Json) -> Attachment:
    shown_as = "voice" if kind == "audio" and said.get("voice") is True else kind
    return Attachment(
        kind=_FILES[shown_as],
        provider_ref=required_id(said.get("id"), f"{kind}.id"),
        mime_type=text(said.get("mime_type"))[:MOST_NAME] or None,
        sha256=digest(said.get("sha256")),
        name=text(said.get("filename"))[:MOST_NAME] or None,
    )


def _shared_contact(message: Json, phone: str) -> dict[str, Any]:
    """The first number of the first card; the sender's own where WhatsApp says that it is, or gave it on our asking."""
    asked = message.get("origin") == "contact_request"
    for card in objects(message.get("contacts")):
        for entry in objects(card.get("phones")):
            number, wa_id = text(entry.get("phone")), text(entry.get("wa_id"))
            if number or wa_id:
                own = asked or (wa_id != "" and wa_id == phone)
                return {"kind": InboundKind.CONTACT, "contact": SharedContact(number or f"+{wa_id}", own=own)}
    return {"kind": InboundKind.TEXT}


def _button(said: Json) -> dict[str, Any]:
    return _tap(said.get("payload"), text(said.get("text")))


def _reply(said: Json) -> dict[str, Any]:
    kind = text(said.get("type"))
    if kind not in {"button_reply", "list_reply"}:
        return {"kind": InboundKind.UNKNOWN}  # the answer to a form (Flow) or a request for calls: we send neither
    chosen = part(said.get(kind))
    return _tap(chosen.get("id"), text(chosen.get("title")))


def _tap(payload: object, label: str) -> dict[str, Any]:
    token = optional_id(payload)
    if not token or token == label:
        return {"kind": InboundKind.TEXT, "text": label}
    return {"kind": InboundKind.CHOICE, "token": token, "text": label}


_READERS: Final[dict[str, Callable[[Json], dict[str, Any]]]] = {
    "text": _text,
    "location": _place,
    "button": _button,
    "interactive": _reply,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _taken_back,
    "order": lambda said: {"kind": InboundKind.TEXT, "text": text(said.get("text"))},
    "unsupported": lambda _said: {"kind": InboundKind.TEXT},
    "request_welcome": lambda _said: {"kind": InboundKind.START},
}


def _moved(message: Json) -> list[Inbound]:
    system = part(message.get("system"))
    if text(system.get("type")) not in _MOVES:
        return []  # a security code changed: no concern of the talk
    message_id, at = required_id(message.get("id"), "id"), moment(message.get("timestamp"))
    user_before = optional_id(system.get("previous_user_id"))
    users = (optional_id(system.get("user_id")), optional_id(message.get("from_user_id")))
    user_now = next((one for one in users if one and one != user_before), "")
    number = optional_id(system.get("wa_id")) or optional_id(system.get("new_wa_id"))
    return moves(message_id, at, before=(optional_id(message.get("from")), user_before), now=(number, user_now))


def moves(message_id: str, at: Any, *, before: Sequence[str], now: Sequence[str]) -> list[Inbound]:
    """One MOVED for each address before, "" for those that are not told.

    Raises:
        Malformed: No address before, or none now.
    """
    old = [address for address in dict.fromkeys(before) if address and address not in now]
    new = [address for address in dict.fromkeys(now) if address]
    if not old or not new:
        raise Malformed("a move without two addresses")
    return [
        Inbound(
            person=PersonKey(CHANNEL, address),
            message_id=message_id if number == 0 else f"{message_id[:250]}.{number}",
            kind=InboundKind.MOVED,
            sent_at=at,
            moved_to=new[0],
            aliases=tuple(new[1:]),
        )
        for number, address in enumerate(old)
    ]


def _e164(address: str) -> str | None:
    digits = address.isascii() and address.isdecimal() and LEAST_DIGITS <= len(address) <= MOST_DIGITS
    return f"+{address}" if digits else None


def _origin(referral: Json) -> str | None:
    words = " ".join(filter(None, (text(referral.get("source_type")), text(referral.get("source_id")))))
    return words[:MOST_ORIGIN] or None
