"""What a Twilio webhook says: its signature checked, then turned into channel-neutral messages and reports. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator, get_signature_algorithm

from channels.errors import Malformed
from channels.twilio.payloads import E164, PREFIX, SMS, WHATSAPP
from channels.twilio.reading import attachments_of, degrees_of, plain_text
from conversation import (
    Attachment,
    Delivery,
    DeliveryState,
    Inbound,
    InboundKind,
    Location,
    PersonKey,
)

MOST_FIELDS: Final = 300
"""Parameters of one webhook; today's have under fifty, and new ones appear without notice (channel facts 2.1)."""
MOST_ADDRESS: Final = 150
"""Characters of an address: a business-scoped id has up to 131 (channel facts 3.8)."""
MOST_ORIGIN: Final = 120
_ERROR_CODE: Final = re.compile(r"\d{1,6}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SMS_ADDRESS: Final = re.compile(r"[^:\s]+")
"""A number, short code or name. One with a colon belongs to another of Twilio's channels ("messenger:…")."""
_SID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")

STATES: Final = {
    "accepted": DeliveryState.QUEUED,
    "scheduled": DeliveryState.QUEUED,
    "queued": DeliveryState.QUEUED,
    "sending": DeliveryState.SENDING,
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}
"""Twilio's word → ours. Others, `partially_delivered` among them, say nothing we act on (channel facts 2.5)."""
OPT_OUT_TYPES: Final = {"STOP": InboundKind.OPT_OUT, "START": InboundKind.OPT_IN}
"""What Twilio has understood and answered itself; HELP is left to the dialogue (channel facts 2.7)."""


class _Form(dict[str, list[str]]):
    """Parameters in the shape the library takes, so that it sees one that came twice."""

    def getlist(self, name: str) -> list[str]:
        """Every value of a parameter."""
        return self[name]


def verify(
    url: str,
    body: bytes,
    signature: str | None,
    signature_settings: str | None,
    *,
    token: str,
    keys: Sequence[str] = (),
) -> bool:
    """Whether a webhook comes from Twilio.

    Signed with the account's token (HMAC-SHA1), or, where `signature_settings` says so, with a shared key of ours by
    the algorithm named there. The two never stand in for each other.

    Args:
        url: The public address as Twilio knows it, from the settings, with the query exactly as it was sent.
        body: As it came.
        signature: Value of `SIGNATURE_HEADER`.
        signature_settings: Value of `SIGNATURE_SETTINGS_HEADER`, nothing if the header is absent.
        token: The account's primary auth token.
        keys: Shared keys, several while one is being replaced.

    Returns:
        False for a missing signature, an unknown algorithm, a missing key, and a body that is no form.

    Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security and
    https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys, read 2026-11-23.
    """
    if not signature:
        return False
    algorithm = get_signature_algorithm(signature_settings)
    if algorithm not in {HMAC_SHA1, HMAC_SHA256}:
        return False
    try:
        signed = body.decode() if "bodySHA256" in parse_qs(urlsplit(url).query) else form_of(body)
    except (Malformed, ValueError):
        return False
    secrets = keys if signature_settings else (token,)
    return any(RequestValidator(secret).validate(url, signed, signature, algorithm) for secret in secrets if secret)


def form_of(body: bytes) -> Mapping[str, list[str]]:
    """The parameters of a webhook, blank ones too: they are signed like the others.

    Raises:
        Malformed: Not UTF-8, or more than `MOST_FIELDS`.
    """
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Malformed("not a form") from None
    form = _Form()
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def parse_message(
    body: bytes, channel: str, *, received_at: datetime, token: str | None = None
) -> list[Inbound | Delivery]:
    """Read what a person sent.

    The address is Twilio's without its "whatsapp:": a number, or a business-scoped id. Kinds beyond the obvious:

    - a tap or a row is CHOICE with `token`; Twilio repeats the label in `Body`;
    - where Twilio has understood a word as opting out or in, and answered it, OPT_OUT or OPT_IN;
    - of several files each is a MEDIA of its own, the words with the first;
    - a report that was sent to this address by a wrong setting is read as one.

    Args:
        body: The form as it came; its signature has been checked.
        channel: `WHATSAPP` or `SMS`, by the address it came to.
        received_at: When it reached us, aware: Twilio gives no time.
        token: Value of `TOKEN_HEADER`: stands in for a missing message id.

    Raises:
        Malformed: No sender, no id, a place off the map. The message says which field, never its value.
    """
    fields = _first_values(form_of(body))
    if fields.get("MessageStatus", "") in STATES:
        return list(_delivery(fields, channel, received_at, None))
    message_id = _id_of(fields, token)
    address = _address_of(fields.get("From", ""), channel)
    aliases = _aliases_of(fields, channel, address)
    phone = next((one for one in (address, *aliases) if E164.fullmatch(one)), None)
    kind, text, choice, place, files = _content_of(fields, channel)
    first = Inbound(
        person=PersonKey(channel, address),
        message_id=message_id,
        kind=kind,
        sent_at=received_at,
        text=text,
        token=choice,
        attachment=files[0] if files else None,
        location=place,
        display_name=fields.get("ProfileName") or None,
        phone=phone,
        aliases=aliases,
        reply_to=fields.get("OriginalRepliedMessageSid") or None,
        origin=_origin_of(fields),
    )
    more = [
        Inbound(first.person, f"{message_id}.{number}", kind, received_at, attachment=file, phone=phone)
        for number, file in enumerate(files[1:], start=1)
    ]
    return [first, *more]


def parse_status(
    body: bytes, channel: str, *, received_at: datetime, reference: str | None
) -> list[Inbound | Delivery]:
    """Read a report on a message of ours.

    Args:
        body: The form as it came; its signature has been checked.
        channel: `WHATSAPP` or `SMS`, by the address it came to.
        received_at: When it reached us, aware: Twilio gives no time.
        reference: Our own mark, from the query of the address.

    Returns:
        One report; nothing for a status we have no use for.

    Raises:
        Malformed: No id.
    """
    return list(_delivery(_first_values(form_of(body)), channel, received_at, reference))


def _first_values(form: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in form.items()}


def _delivery(
    fields: Mapping[str, str], channel: str, received_at: datetime, reference: str | None
) -> Sequence[Delivery]:
    state = STATES.get(fields.get("MessageStatus") or fields.get("SmsStatus", ""))
    message_id = _id_of(fields, None)
    if state is None:
        return ()
    code = fields.get("ErrorCode", "")
    return (
        Delivery(
            channel=channel,
            provider_message_id=message_id,
            state=state,
            at=received_at,
            provider_code=code if _ERROR_CODE.fullmatch(code) and int(code) else None,
            reference=reference if reference and _REFERENCE.fullmatch(reference) else None,
        ),
    )


def _id_of(fields: Mapping[str, str], token: str | None) -> str:
    """`MessageSid`; `SmsSid` and `SmsMessageSid` are older names of the same."""
    for name in ("MessageSid", "SmsSid", "SmsMessageSid"):
        if _SID.fullmatch(fields.get(name, "")):
            return fields[name]
    if token and _SID.fullmatch(token):
        return token
    raise Malformed("MessageSid is missing")


def _address_of(value: str, channel: str) -> str:
    prefix = PREFIX[channel]
    address = value.removeprefix(prefix)
    fits = value.startswith(prefix) and _SMS_ADDRESS.fullmatch(address) and len(address) <= MOST_ADDRESS
    if not fits:
        raise Malformed("From is not an address of this channel")
    return address


def _aliases_of(fields: Mapping[str, str], channel: str, address: str) -> tuple[str, ...]:
    """The business-scoped id beside a number, and the number beside an id (channel facts 2.1)."""
    if channel != WHATSAPP:
        return ()
    others = [fields.get("ExternalUserId", "").removeprefix(PREFIX[channel]), f"+{fields.get('WaId', '')}"]
    known = [one for one in others[:1] if _SMS_ADDRESS.fullmatch(one) and len(one) <= MOST_ADDRESS]
    known += [one for one in others[1:] if E164.fullmatch(one) and not E164.fullmatch(address)]
    return tuple(one for one in known if one != address)


def _content_of(
    fields: Mapping[str, str], channel: str
) -> tuple[InboundKind, str, str | None, Location | None, tuple[Attachment, ...]]:
    """Kind, text, token of a choice, place, files."""
    text = fields.get("Body", "")
    opted = OPT_OUT_TYPES.get(fields.get("OptOutType", ""))
    if opted is not None:
        return opted, text, None, None, ()
    for identifier, label in (("ButtonPayload", "ButtonText"), ("ListId", "ListTitle")):
        if fields.get(identifier):
            return InboundKind.CHOICE, fields.get(label) or text, fields[identifier], None, ()
    files = attachments_of(fields)
    if files:
        return InboundKind.MEDIA, text, None, None, files
    if fields.get("Latitude") or fields.get("Longitude"):
        place = Location(degrees_of(fields, "Latitude", 90), degrees_of(fields, "Longitude", 180))
        said = text or fields.get("Label") or fields.get("Address", "")
        return InboundKind.LOCATION, said, None, place, ()
    return InboundKind.TEXT, plain_text(text) if channel == SMS else text, None, None, ()


def _origin_of(fields: Mapping[str, str]) -> str | None:
    """The advert or post a person came from: "ad 12023…"."""
    parts = (fields.get("ReferralSourceType", ""), fields.get("ReferralSourceId", ""))
    return " ".join(part for part in parts if part)[:MOST_ORIGIN] or None
