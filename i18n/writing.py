"""How a text must be written: letters, signs and words that each form allows (docs/messages.md)."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from typing import Final

_ASCII: Final = set(string.ascii_letters + string.digits + " \n.,:?'/()=%+-{}_")
_ARABIC: Final = {chr(code) for code in (*range(0x0621, 0x063B), *range(0x0641, 0x064B))} | set("،؟")
_GSM_ACCENTS: Final = set("éèàùÉ")
"""The accents that GSM-7 has and French words in Latin Darija keep."""
_FRENCH_ACCENTS: Final = _GSM_ACCENTS | set("âçêëîïôûœÀÂÇÈÊÎÔ«»")
"""What chat may show besides; on SMS it is folded."""
_NAMES: Final[Mapping[str, str]] = {
    "ary": "Arabic letters, 0-9 and plain signs (no vowel sign, tatweel, ٠-٩, `;` or `!`)",
    "ary-Latn": "GSM-7 with é è à ù only (no `;` or `!`)",
    "ar": "Arabic letters, 0-9 and plain signs (no vowel sign, tatweel, ٠-٩, `;` or `!`)",
    "fr": "French letters and plain signs (no `;`, `!` or curly apostrophe)",
}
_ALLOWED: Final[Mapping[str, set[str]]] = {
    "ary": _ASCII | _ARABIC,
    "ary-Latn": _ASCII | _GSM_ACCENTS,
    "ar": _ASCII | _ARABIC,
    "fr": _ASCII | _FRENCH_ACCENTS,
}
FORBIDDEN: Final[Mapping[str, tuple[str, ...]]] = {
    "ary": ("إن شاء الله", "انشاء الله", "نشالله", "خطأ", "غلط", "غالط", "خاطئ"),
    "ary-Latn": ("inchallah", "ncha lah", "nchalah", "ghalat", "ghalet", "erreur", "invalide", "valider", "enter"),
    "ar": ("إن شاء الله", "انشاء الله", "خطأ", "غلط", "خاطئ", "غير صالح", "إدخال", "أدخلوا"),
    "fr": ("inchallah", "erreur", "invalide", "incorrect", "valider", "validez", "saisir", "saisissez", "veuillez"),
}
"""A promise heard as "perhaps", blame for the person, and the jargon of forms."""
SIGN: Final = re.compile("[\u2190-\u21ff\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?")
"""An emoji used as a sign."""
_LATIN_DIGITS: Final = re.compile(r"[^\W\d_][2578]|[2578][^\W\d_]")
_ARABIC_ENDS: Final = re.compile(r"[?,]")
_FRENCH_TIGHT: Final = re.compile(r"\S[?]|[^\s\d]:(?!//)")


def sign_of(note: str) -> str | None:
    """The sign a note asks for at the end of a label, or nothing."""
    found = SIGN.search(note)
    return found.group() if found else None


def without_sign(text: str) -> str:
    """The words of a label, as SMS shows them."""
    return SIGN.sub("", text).rstrip()


def first_word(label: str) -> str:
    """The word a label begins with: how people tell choices apart, and name them."""
    words = re.findall(r"\w+(?:['-]\w+)*", without_sign(label))
    return words[0].casefold() if words else ""


def faults(text: str, language: str, *, sms: bool) -> Iterator[str]:
    """What is written otherwise than we write.

    Args:
        text: Without the sign of a label.
        language: Code of one of `LANGUAGES`.
        sms: Whether the text is written for SMS, where GSM-7 must hold it unfolded.
    """
    if not text.strip():
        yield "is empty"
        return
    if text != text.strip() or "  " in text or " \n" in text or "\n " in text:
        yield "has a space too many"
    allowed = _ALLOWED[language] - (_FRENCH_ACCENTS - _GSM_ACCENTS if sms else set())
    strange = sorted({f"U+{ord(character):04X} {character}" for character in text if character not in allowed})
    if strange:
        yield f"has {', '.join(strange)}: {_NAMES[language]}{', on SMS é è à ù É only' if sms else ''}"
    yield from (f"says {word!r}" for word in FORBIDDEN[language] if _says(text, word))
    yield from _of_language(text, language)


def _says(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}", text, re.IGNORECASE) is not None


def _of_language(text: str, language: str) -> Iterator[str]:
    if language == "ary-Latn" and _LATIN_DIGITS.search(text):
        yield "uses 2, 5, 7 or 8 as a letter: only 3 and 9 are read"
    if language in ("ary", "ar") and _ARABIC_ENDS.search(text):
        yield "has a Latin `?` or `,`: ؟ and ، stand in Arabic"
    if language == "fr" and _FRENCH_TIGHT.search(text):
        yield "lacks the space before `?` or `:`"
