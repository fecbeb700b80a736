"""What a typed message is before any question reads it: a question asked back, a bare yes or no, a number.

Words are compared by the phonetic key, so that spelling and script do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from bot.journeys.model import Understood
from darija.fold import phonetic

YES_NO_SURE: Final = 0.85
"""Confidence from which one or a few words are a yes or a no and not a name or a place, 0…1."""
_OPENINGS: Final = (
    *("شنو", "اشنو", "علاش", "كيفاش", "واش", "فين", "شحال", "بشحال", "شكون", "اشمن", "فوقاش", "وقتاش"),
    *("chno", "chnou", "achno", "3lach", "kifach", "wach", "fin", "chhal", "bchhal", "chkoun", "achmen", "fo9ach"),
    *(
        "ماذا",
        "لماذا",
        "ما هو",
        "ما هي",
        "ما معنى",
        "ما الفرق",
        "quelle différence",
        "كيف",
        "أين",
        "متى",
        "هل",
        "من هو",
    ),
    *("pourquoi", "comment", "combien", "c'est quoi", "qu'est-ce", "est-ce que", "est ce", "quel", "quelle", "quels"),
)
_ENDINGS: Final = ("شنو هي", "شنو هو", "شنو هاد", "علاش", "chno hiya", "chno howa", "3lach", "c'est quoi", "pourquoi")
_NEEDED: Final = ("ضروري", "darori", "daruri", "بزز", "bezz", "إلزامي", "obligatoire", "obligé", "nécessaire", "لازم")
MARKED_WORDS: Final = 3
"""From so many words on, a question mark makes a question; "artisan ?" is an answer given with doubt."""
_AND: Final = ("", "w ", "o ", "wa ", "iwa ")
_DIGITS: Final = re.compile(r"\d{2,}|(?<![^\W_])\d+(?![^\W_])")
"""A number and not a letter of Latin Darija: 45872, A12 and 5, but not ma3ndich or 9rib."""
_NO: Final = ("لا", "لالا", "ماشي", "والو", "non", "pas", "مابغيت", "مابغيتش", "عمري")
_IS: Final = frozenset(
    map(phonetic, ("هي", "هو", "راه", "هوا", "hiya", "howa", "hia", "rah", "est", "c'est", "ديالي", "dyali", "الصحيحة"))
)


@cache
def _keys(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({phonetic(word) for word in words} - {""})


def asks_back(text: str) -> bool:
    """Whether a message answers the question with a question: "chno hiya?", "علاش", voice-typed without a mark."""
    heard = f"{phonetic(text)} "
    begins = any(heard.startswith(f"{joined}{key} ") for key in _keys(_OPENINGS) for joined in _AND)
    marked = text.rstrip().endswith(("?", "؟")) and len(text.split()) >= MARKED_WORDS
    return begins or marked or any(f" {heard}".endswith(f" {key} ") for key in _keys(_ENDINGS))


def asks_if_needed(text: str) -> bool:
    """Whether a question asked back is "must I answer?"."""
    heard = f" {phonetic(text)} "
    return any(f" {key} " in heard for key in _keys(_NEEDED))


def refuses(text: str) -> bool:
    """Whether a message of several words begins with a no: "لا عمري بعت برا" is nobody's name."""
    first, *more = phonetic(text).split() or [""]
    return bool(more) and first in _keys(_NO)


def has_number(text: str) -> bool:
    """Whether a text holds a number; the 3 and 9 of Latin Darija are letters."""
    return _DIGITS.search(text) is not None


def plain_yes_no(understood: Understood) -> str | None:
    """`affirm` or `deny` where the whole message is one, else nothing; names and places may sound like one."""
    if understood.answer is not None or understood.intent not in ("affirm", "deny"):
        return None
    sure = understood.confidence >= YES_NO_SURE or bool(understood.entities.get("yes_no"))
    return understood.intent if sure else None


def named_value(text: str, field_words: Sequence[str]) -> str:
    """What stands behind a field's name: "غلطت السمية هي أحمد" → "أحمد"; empty if nothing does."""
    words = text.split()
    keys = set(_keys(tuple(field_words)))
    places = [index for index, word in enumerate(words) if phonetic(word.strip(":،,.")) in keys]
    if not places:
        return ""
    behind = words[places[-1] + 1 :]
    while behind and (not phonetic(behind[0]) or phonetic(behind[0]) in _IS):
        behind = behind[1:]
    return " ".join(behind).strip(" :")
