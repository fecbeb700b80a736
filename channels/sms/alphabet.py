"""The letters of a plain SMS, in the order of their codes: what a text may hold to stay cheap, and how to read codes.

Source: 3GPP TS 23.038, 6.2.1 (default alphabet) and 6.2.1.1 (extension table); channel facts 5, read 2026-11-23.
"""

from __future__ import annotations

from typing import Final

ESCAPE: Final = "\x1b"
"""Code 27: the next code is one of the extension table."""
_TABLE: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip

GSM_BASIC: Final = frozenset(_TABLE) - {ESCAPE}
"""The 127 characters of the default alphabet that cost one code; the 128th code is the escape."""
GSM_EXTENSION: Final = frozenset(_EXTENSION.values())
"""Characters that cost two codes, escape and code, never parted."""
GSM: Final = GSM_BASIC | GSM_EXTENSION


def decode_gsm(codes: bytes) -> str:
    """Read codes of the default alphabet, one in each octet, as SMPP carries them.

    Args:
        codes: Any octets.

    Returns:
        The text. An extension code that the table does not know is read as the same code without the escape, as
        TS 23.038 asks; a code over 127, which cannot be one, as U+FFFD.
    """
    text: list[str] = []
    escaped = False
    for code in codes:
        if code >= len(_TABLE):
            text.append("\ufffd")
        elif escaped and code in _EXTENSION:
            text.append(_EXTENSION[code])
        elif _TABLE[code] != ESCAPE:
            text.append(_TABLE[code])
        escaped = not escaped and code < len(_TABLE) and _TABLE[code] == ESCAPE
    return "".join(text)
