"""What an SMS gateway's requests are made of: parameters as octets, texts in several character sets, times. Pure.

Nothing is decoded before its character set is known: a percent sign may stand for an octet of UTF-8, of UTF-16 or of
the SMS alphabet.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl

from channels.errors import Malformed
from channels.sms.alphabet import decode_gsm
from runtime.sms_dialect import Charset, SmsDialect

MOST_FIELDS: Final = 100
"""Parameters of one request; Jasmin sends some fifteen."""
_NAMED: Final[Mapping[str, Charset]] = {
    "gsm": "gsm",
    "ascii": "ascii",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16be": "utf-16-be",
    "ucs-2": "utf-16-be",
    "ucs2": "utf-16-be",
}
"""Names by which gateways tell the character set, in small letters; Kannel's own are UTF-8, UTF-16BE, WINDOWS-1252."""
_TIMES: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ")

Fields = Mapping[str, bytes]


def read_fields(raw: bytes) -> Fields:
    """Read parameters: a query string, a form, or one behind the other with `&` between them.

    Args:
        raw: Any octets.

    Returns:
        Name → octets. Of a name that stands twice the first counts: what our own address carried cannot be replaced
        by what came with the message.

    Raises:
        Malformed: More than `MOST_FIELDS`.
    """
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Malformed("too many parameters") from None
    fields: dict[str, bytes] = {}
    for name, value in pairs:
        fields.setdefault(name, value.encode("latin-1"))
    return fields


def word(fields: Fields, name: str | None) -> str:
    """A parameter as text without white space around it; "" where it is missing or the gateway has none such."""
    value = fields.get(name, b"") if name else b""
    return value.decode("utf-8", "replace").strip()


def text_of(fields: Fields, dialect: SmsDialect) -> str:
    """The text of a received message.

    What its character set does not know becomes U+FFFD: a message with one bad octet is better read than lost.

    Raises:
        Malformed: There is no text, not even an empty one; or its hexadecimal or base64 is none.
    """
    octets = fields.get(dialect.in_text)
    if octets is None:
        raise Malformed(f"{dialect.in_text} is missing")
    try:
        if dialect.in_text_form == "hex":
            octets = bytes.fromhex(octets.decode("ascii"))
        elif dialect.in_text_form == "base64":
            octets = base64.b64decode(octets, validate=True)
    except (ValueError, binascii.Error):
        raise Malformed(f"{dialect.in_text} is not {dialect.in_text_form}") from None
    charset = _charset(fields, dialect)
    return decode_gsm(octets) if charset == "gsm" else octets.decode(charset, "replace")


def time_of(value: str) -> datetime | None:
    """A time as gateways write it: seconds since 1970, or a date and time in UTC; nothing where it is neither."""
    if value.isascii() and value.isdigit():
        try:
            return datetime.fromtimestamp(int(value), UTC)
        except (OverflowError, ValueError, OSError):
            return None
    for form in _TIMES:
        try:
            return datetime.strptime(value, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _charset(fields: Fields, dialect: SmsDialect) -> Charset:
    named = _NAMED.get(word(fields, dialect.in_charset).lower())
    if named:
        return named
    return dialect.charsets.get(word(fields, dialect.in_coding), dialect.charsets.get("", "utf-8"))
