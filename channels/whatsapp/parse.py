"""What a webhook of Meta's Cloud API says: verified on its raw bytes, then turned into channel-neutral messages. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks, read 2026-11-25; channel
facts 3.1 to 3.8.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Final

from channels.errors import Malformed
from channels.whatsapp.messages import CHANNEL, moves, read_message
from channels.whatsapp.reading import Json, moment, objects, optional_id, part, read_json, required_id, text, word
from conversation import Delivery, DeliveryState, Inbound, InboundKind, PersonKey

OBJECT: Final = "whatsapp_business_account"
STATES: Final = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,  # a voice message was listened to
    "failed": DeliveryState.FAILED,
}
"""Statuses we know; others ("deleted" has been seen) tell nothing about how far a message came."""
PREFERENCES: Final = {"stop": InboundKind.OPT_OUT, "resume": InboundKind.OPT_IN}
READ_BY_PEOPLE: Final = frozenset({"messages", "user_id_update", "user_preferences"})
"""Fields of a change that are about people; all others are for whoever looks after the account."""


def verify(body: bytes, signature: str | None, secret: str) -> bool:
    """Whether a webhook comes from Meta.

    Args:
        body: The raw bytes: Meta escapes every letter outside ASCII, and what is parsed and written again differs.
        signature: Value of `X-Hub-Signature-256`, nothing if the header is absent.
        secret: The app's secret.

    Returns:
        False where signature or secret is absent; compared in constant time.
    """
    if not signature or not secret:
        return False
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "backslashreplace"))


def challenge(query: Mapping[str, str], token: str) -> str | None:
    """What to answer when Meta asks whether the address is ours; nothing if it is not Meta who asks.

    Args:
        query: `hub.mode`, `hub.verify_token` and `hub.challenge` of the request.
        token: What was typed into the app's dashboard.
    """
    given = query.get("hub.verify_token", "")
    genuine = bool(token) and hmac.compare_digest(given.encode("utf-8", "backslashreplace"), token.encode())
    return query.get("hub.challenge", "") if genuine and query.get("hub.mode") == "subscribe" else None


def parse(
    body: bytes, number: str, note: Callable[[str, str], None] = lambda _kind, _word: None
) -> list[Inbound | Delivery]:
    """Read every entry, change, message and status of a webhook.

    What cannot be read does not cost the rest: it is noted and passed over.

    Args:
        body: The raw bytes, already verified.
        number: Id of our telephone number at Meta: what the app hears for its other numbers is not ours to answer.
        note: Told what is left out, in words without people: ("unreadable", which field) for a message or status;
            (name of the field, name of the event) for what concerns the account.

    Returns:
        In the order in which they came. Nothing for what is no concern of a person's talk with the bot.

    Raises:
        Malformed: The body cannot be read, or nothing in it can.
    """
    whole = read_json(body)
    if whole.get("object") != OBJECT:
        raise Malformed("object is not a WhatsApp account")
    events: list[Inbound | Delivery] = []
    unreadable: Malformed | None = None
    for entry in objects(whole.get("entry")):
        for change in objects(entry.get("changes")):
            for read, item in _items(change, number, note):
                try:
                    events += read(item)
                except Malformed as error:
                    note("unreadable", str(error))
                    unreadable = error
    if unreadable is not None and not events:
        raise unreadable
    return events


def _items(
    change: Json, number: str, note: Callable[[str, str], None]
) -> list[tuple[Callable[[Json], list[Inbound] | list[Delivery]], Json]]:
    """What a change holds, each with the function that reads it."""
    field, value = text(change.get("field")), part(change.get("value"))
    if field not in READ_BY_PEOPLE:
        note(word(field) or "unknown", word(value.get("event")))
        return []
    metadata = part(value.get("metadata"))
    if metadata and word(metadata.get("phone_number_id")) != number:
        return []
    for error in objects(value.get("errors")):
        note("errors", word(error.get("code")))
    contacts = objects(value.get("contacts"))

    def message(item: Json) -> list[Inbound]:
        return read_message(item, contacts)

    def status(item: Json) -> list[Delivery]:
        return _status(item, number)

    return [
        *((message, item) for item in objects(value.get("messages"))),
        *((status, item) for item in objects(value.get("statuses"))),
        *((_user_id_update, item) for item in objects(value.get("user_id_update"))),
        *((_preference, item) for item in objects(value.get("user_preferences"))),
    ]


def _status(status: Json, number: str) -> list[Delivery]:
    state = STATES.get(text(status.get("status")))
    if state is None or status.get("recipient_type") == "group":
        return []
    errors = objects(status.get("errors"))
    pricing = part(status.get("pricing"))
    details = {name: word(pricing.get(name)) for name in ("category", "pricing_model", "type")}
    if isinstance(pricing.get("billable"), bool):
        details["billable"] = "yes" if pricing["billable"] else "no"
    return [
        Delivery(
            channel=CHANNEL,
            provider_message_id=required_id(status.get("id"), "status.id"),
            state=state,
            at=moment(status.get("timestamp")),
            provider_code=word(errors[0].get("code")) or None if errors else None,
            reference=optional_id(status.get("biz_opaque_callback_data")) or None,
            details={"number": number} | {name: value for name, value in details.items() if value},
        )
    ]


def _user_id_update(update: Json) -> list[Inbound]:
    """A person's business-scoped id changed, as the field of its own told it before August 2026."""
    ids, at = part(update.get("user_id")), moment(update.get("timestamp"))
    before, now = optional_id(ids.get("previous")), optional_id(ids.get("current"))
    mark = hashlib.sha256(f"{before} {now}".encode()).hexdigest()
    return moves(f"user_id_update.{mark}", at, before=(before,), now=(optional_id(update.get("wa_id")), now))


def _preference(preference: Json) -> list[Inbound]:
    """A person stopped marketing messages in the app, or wants them again."""
    kind = PREFERENCES.get(text(preference.get("value")))
    if kind is None or preference.get("category") != "marketing_messages":
        return []
    phone, user = optional_id(preference.get("wa_id")), optional_id(preference.get("user_id"))
    at = moment(preference.get("timestamp"))
    address = phone or required_id(user, "user_preferences.wa_id")
    mark = hashlib.sha256(f"{address} {kind} {at.timestamp()}".encode()).hexdigest()
    return [
        Inbound(
            person=PersonKey(CHANNEL, address),
            message_id=f"user_preferences.{mark}",
            kind=kind,
            sent_at=at,
            aliases=(user,) if user and user != address else (),
        )
    ]
