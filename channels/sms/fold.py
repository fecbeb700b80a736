"""Make a text cheap as SMS without changing what it says: signs, spaces and accents that cost segments are replaced.

Source: the letters out of GSM-7 and the replacements of channel facts 5; no emoji by SMS as the style guide says (4).
"""

from __future__ import annotations

import unicodedata
from typing import Final

import regex

from channels.sms.alphabet import GSM

_ALWAYS: Final = str.maketrans({
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("’‘‚‛′ʼ`´", "'"),
    **dict.fromkeys("–—‐‑‒―−•·", "-"),
    "…": "...",
    **dict.fromkeys("\t\u00a0\u202f\u205f\u3000", " "),
    **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),  # typographers' spaces
})  # fmt: skip
_LIGATURES: Final = {"œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "ı": "i", "đ": "d", "Đ": "D"}
"""Latin letters that are not a letter and an accent."""
_FOLDED_LANGUAGES: Final = frozenset({"fr", "ary-Latn"})
"""Written in letters that GSM-7 has, but for some accents."""
_LINE_END: Final = regex.compile(r"\r\n|[\r\f\v\u0085\u2028\u2029]")
_UNSEEN: Final = regex.compile(r"[\p{Cc}\p{Cf}\ufe0e\ufe0f\u20e3--[\n\u0600-\u0605\u06dd]]", flags=regex.VERSION1)
"""Controls, direction marks, joiners, soft hyphens, emoji selectors; the Arabic number signs among Cf can be seen."""
_GUILLEMETS: Final = regex.compile(r"«[ \u00a0\u2009\u202f]*|[ \u00a0\u2009\u202f]*»")
_PARTED_DIGITS: Final = regex.compile(r"(?<=\p{Nd})[\u00a0\u202f](?=\p{Nd})")
_ARABIC_MARKS: Final = regex.compile(r"[\u0640\u064b-\u0652\u0656-\u065f\u0670]")
"""Tatweel, vowel signs and shadda; hamza above and below (U+0654, U+0655) are letters' parts and stay."""
_EMOJI: Final = regex.compile(
    r"[ \u00a0\u202f]*[\p{Extended_Pictographic}\p{Regional_Indicator}\U0001f3fb-\U0001f3ff--[©®™]]"
    r"[\ufe0e\ufe0f\u200d\U000e0020-\U000e007f]*",
    flags=regex.VERSION1,
)
_CAPITAL_OE: Final = regex.compile(r"Œ(?=\p{Ll})")
_NUMERO: Final = regex.compile(r"\b([Nn])°")
_BLANK_LINES: Final = regex.compile(r"\n{3,}")


def fold_for_sms(text: str, language: str) -> str:
    """Bring a text into its cheap form.

    In every language: composed characters, line feeds, plain quotes, dashes and spaces; no emoji nor the space
    before it, no direction marks, no Arabic tatweel or vowel signs; digits held together by a no-break space are
    joined, since an ordinary space would reverse them in an Arabic line. In French and Latin Darija also accents
    outside GSM-7: `ç→c`, `ê→e`, `œ→oe`; letters inside (`é è à ù`) stay.

    Args:
        text: As the catalogs and values gave it.
        language: "ary", "ary-Latn", "ar" or "fr".

    Returns:
        The text for the SMS, without spaces at the ends of lines. Folding it again changes nothing.
    """
    folded = unicodedata.normalize("NFC", _LINE_END.sub("\n", text))
    folded = _PARTED_DIGITS.sub("", folded)
    folded = _GUILLEMETS.sub('"', _EMOJI.sub("", folded)).translate(_ALWAYS)
    folded = _ARABIC_MARKS.sub("", _UNSEEN.sub("", folded))
    if language in _FOLDED_LANGUAGES:
        folded = _CAPITAL_OE.sub("Oe", _NUMERO.sub(r"\1o", folded))
        folded = "".join(_latin(character) for character in folded)
    lines = "\n".join(line.strip(" ") for line in unicodedata.normalize("NFC", folded).split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")


def _latin(character: str) -> str:
    """A Latin letter without the accent or height (`m²`) that GSM-7 lacks; anything else as it is."""
    if character in GSM:
        return character
    if character in _LIGATURES:
        return _LIGATURES[character]
    base = "".join(part for part in unicodedata.normalize("NFKD", character) if unicodedata.category(part) != "Mn")
    return base if GSM.issuperset(base) else character
