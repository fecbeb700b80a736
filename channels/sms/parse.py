"""What an SMS gateway tells us: who speaks is checked, then its parameters become messages and reports. Pure."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from channels.errors import Malformed
from channels.sms.payloads import Fields, read_fields, text_of, time_of, word
from conversation import Delivery, DeliveryState, Inbound, InboundKind, PersonKey
from knowledge.identifiers import PhoneKind, read_phone
from runtime.sms_dialect import SmsDialect

CHANNEL: Final = "sms"
"""The channel's name in `PersonKey` and in the outbox."""
SECRET: Final = "secret"  # noqa: S105 - the name of a parameter
"""Parameter of our addresses that carries the shared secret; a header `Authorization: Bearer …` may instead."""
REFERENCE: Final = "reference"
"""Parameter of the report's address that carries our own mark."""

Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]

_NUMBER: Final = re.compile(r"\+?[0-9]{8,15}")
"""A person's number, the plus lost or not; short codes are shorter, and names ("IAM") have letters."""
_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
_OUR_MARK: Final = re.compile(r"[0-9]{1,18}\.[0-9]{1,4}")
_STATUS: Final = re.compile(r"[A-Za-z0-9_]{1,40}")
_RECEIPT: Final = re.compile(r"\b(?:stat|err):([A-Za-z0-9]{1,10})|\bNACK/([0-9]{1,10})|^([A-Za-z0-9_-]{1,10})$")
"""What tells the reason: SMPP's receipt (`… stat:UNDELIV err:011 text:…`, SMPP 3.4 appendix B), Kannel's `NACK/11/…`,
or a bare code."""
_QUOTATION: Final = re.compile(r"\btext:.*", re.IGNORECASE | re.DOTALL)
"""The end of a receipt quotes the message."""


def verify(query: bytes, authorization: str | None, peer: str | None, *, secret: str, networks: Networks) -> bool:
    """Whether a request comes from our gateway.

    Args:
        query: The address's query string, as sent.
        authorization: The header of that name.
        peer: The address the connection comes from.
        secret: What the request must carry, compared in constant time; "" where none is set.
        networks: Where it must come from; none where that does not matter.

    Returns:
        Whether all that is set is met; False where nothing is set.
    """
    if not secret and not networks:
        return False
    if networks and not _within(peer, networks):
        return False
    return not secret or hmac.compare_digest(_given_secret(query, authorization), secret.encode())


def parse_message(raw: bytes, dialect: SmsDialect, *, received_at: datetime | None = None) -> list[Inbound | Delivery]:
    """Read one message that a person wrote.

    The person's address is their number in E.164. The message's id is the gateway's; where it gives none, a digest of
    both numbers, the gateway's time and the text, so that a repeat is known.

    Args:
        raw: The parameters, percent-encoded: query string, form, or both.
        dialect: How the gateway calls them.
        received_at: When it reached us, aware; now if not given. Counts where the gateway tells no time.

    Returns:
        One message; nothing where nobody can be answered: a short code, a name, a service number.

    Raises:
        Malformed: A parameter is missing or cannot be read. The reason names it, never its value.
    """
    fields = read_fields(raw)
    text = text_of(fields, dialect)
    said_from = word(fields, dialect.in_from)
    if not said_from:
        raise Malformed(f"{dialect.in_from} is missing")
    phone = read_phone(said_from) if _NUMBER.fullmatch(said_from) else None
    if phone is None or phone.kind is PhoneKind.SERVICE:
        return []
    return [
        Inbound(
            person=PersonKey(CHANNEL, phone.e164),
            message_id=_message_id(fields, dialect),
            kind=InboundKind.TEXT,
            sent_at=_time(fields, dialect.in_time, received_at),
            text=text,
            phone=phone.e164,
        )
    ]


def parse_report(raw: bytes, dialect: SmsDialect, *, received_at: datetime | None = None) -> list[Inbound | Delivery]:
    """Read one delivery report.

    Args:
        raw: As `parse_message`; our own mark stands in the query string.
        dialect: How the gateway calls its parameters and states.
        received_at: As `parse_message`.

    Raises:
        Malformed: The state is unknown, or there is nothing to know the message by.
    """
    fields = read_fields(raw)
    status = word(fields, dialect.report_status)
    state = _state(status, dialect)
    mark = word(fields, REFERENCE)
    reference = mark if _OUR_MARK.fullmatch(mark) else None
    provider_id = word(fields, dialect.report_id)
    message_id = provider_id if _ID.fullmatch(provider_id) else reference
    if message_id is None:
        raise Malformed(f"neither {dialect.report_id} nor {REFERENCE} tells which message")
    return [
        Delivery(
            channel=CHANNEL,
            provider_message_id=message_id,
            state=state,
            at=_time(fields, dialect.report_time, received_at),
            provider_code=_code(status, word(fields, dialect.report_error)) if state is DeliveryState.FAILED else None,
            reference=reference,
        )
    ]


def _within(peer: str | None, networks: Networks) -> bool:
    try:
        address = ipaddress.ip_address(peer or "")
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped  # how a socket for both families shows a caller of the older one
    return any(address in network for network in networks)


def _given_secret(query: bytes, authorization: str | None) -> bytes:
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return token.strip().encode("utf-8", "backslashreplace")
    try:
        return read_fields(query).get(SECRET, b"")
    except Malformed:
        return b""


def _message_id(fields: Fields, dialect: SmsDialect) -> str:
    given = word(fields, dialect.in_id)
    if _ID.fullmatch(given):
        return given
    if not given and not word(fields, dialect.in_time):
        raise Malformed("neither an id nor a time: a repeat could not be told from a new message")
    names = (dialect.in_id, dialect.in_from, dialect.in_to, dialect.in_time, dialect.in_text)
    parts = (fields.get(name, b"") if name else b"" for name in names)
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()


def _time(fields: Fields, name: str | None, received_at: datetime | None) -> datetime:
    return time_of(word(fields, name)) or received_at or datetime.now(UTC)


def _state(status: str, dialect: SmsDialect) -> DeliveryState:
    if _STATUS.fullmatch(status):
        if status in dialect.states:
            return dialect.states[status]
        for beginning, state in dialect.states.items():
            if beginning.endswith("*") and status.startswith(beginning[:-1]):
                return state
    raise Malformed(f"{dialect.report_status} is no state we know")


def _code(status: str, error: str) -> str:
    told = _RECEIPT.finditer(_QUOTATION.sub("", error))
    return " ".join([status, *(group for found in told for group in found.groups() if group)])
