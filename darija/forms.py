"""Which of the four written forms a word and a message are in, by letters, spelling habits and small words alone.

Nothing is learnt here: what is certain is said, the rest left open. `bot.nlu.forms` learns from examples what these
rules leave open, and asks here which words of a message belong to which form, so that a mixture is seen as one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Final

from darija.form_words import ARABIC, DARIJA_ARABIC, DARIJA_LATIN, FRENCH
from darija.script import Script, script_of
from darija.text import MARKS, normalise

READ_MAX_WORDS: Final = 120
"""Words looked at: enough to know how somebody writes."""
MIXED_WORDS: Final = 2
"""Words of a second form that make a mixture; one French noun inside Darija is Darija."""

_WORD: Final = re.compile(rf"(?:[^\W_]|[{MARKS}'’])+")
_LETTER_DIGIT: Final = re.compile(r"^(?=.*[a-z])(?:[a-z]*[2356789][a-z2356789]+|[a-z]+[235679])$")
_CODE: Final = re.compile(r"^[a-z]{1,4}\d+$|^\d+[a-z]{1,3}$")
"""EUR1, ISPM15, M4821, 12h, 5kg: letters and digits that spell no word."""
_ACCENTED: Final = re.compile("[éèêëàâçùûîïôœÉÈÊËÀÂÇÙÛÎÏÔŒ]")
_FRENCH_END: Final = re.compile(
    r"(?:tions?|ments?|eurs?|euses?|ages?|iques?|ables?|aires?|ances?|ences?|ites?|eaux|ettes?|ques?|ez|ais|ait|aient|"
    r"onnes?|elles?|iers?|ieres?|ures?|isme|istes?|phies?|logies?)$"
)
_FRENCH_LONG: Final = 6
_DARIJA_SHAPE: Final = re.compile(
    r"^(?:ka[nty]|ta[nty]|gha[nty]?|ghadi|ma[a-z39]+(?:ch|sh|x)$|b?gh[iy]|kh|[bcdfghjklmnpqrstvwxz]{4,}|.*(?:kh|gh|dd|3|7|9).*)"
)
_VERB_MIN: Final = 4
_DARIJA_NEGATION: Final = re.compile(r"^ما?[^\W\d_]{2,}ش$")


class Form(StrEnum):
    """How something is written."""

    ARY = "ary"
    ARY_LATN = "ary-Latn"
    AR = "ar"
    FR = "fr"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class WrittenForm:
    """How a message is written, as far as rules tell.

    Attributes:
        form: MIXED where two forms share it; nothing where no word gives it away.
        main: The form most of the words that give it away are in.
        share: Share (0…1) of those words that are in `main`.
        words: Each word with its form, or nothing where it belongs to several.
    """

    form: Form | None
    main: Form | None
    share: float
    words: tuple[tuple[str, Form | None], ...]


@lru_cache(8_192)
def _latin(word: str, *, accented: bool) -> Form | None:
    if accented or word in FRENCH:
        return Form.FR
    if word in DARIJA_LATIN:
        return Form.ARY_LATN
    if _LETTER_DIGIT.match(word) and not _CODE.match(word):
        return Form.ARY_LATN
    if len(word) >= _FRENCH_LONG and _FRENCH_END.search(word):
        return Form.FR
    return Form.ARY_LATN if _DARIJA_SHAPE.match(word) and not word.endswith(("tion", "ment")) else None


@lru_cache(8_192)
def _arabic(word: str) -> Form | None:
    if word in DARIJA_ARABIC:
        return Form.ARY
    if word in ARABIC:
        return Form.AR
    verb = len(word) > _VERB_MIN and word.startswith(("كان", "كاي", "غادي"))
    return Form.ARY if verb or _DARIJA_NEGATION.match(word) else None


def word_form(word: str) -> Form | None:
    """Tell which form a word is in.

    Args:
        word: As it was typed.

    Returns:
        One of the four; nothing where it belongs to several (`ok`, `programme` is French inside Darija too, and is
        told as French) or gives nothing away.
    """
    plain = normalise(word).replace(" ", "")
    if not plain or plain.isdecimal() or len(plain) > 40:  # noqa: PLR2004 - longer ones are no words
        return None
    script = script_of(plain)
    if script is Script.ARABIC:
        return _arabic(plain)
    return _latin(plain, accented=_ACCENTED.search(word) is not None) if script is Script.LATIN else None


def written_form(text: str) -> WrittenForm:
    """Tell which form a message is written in, word by word.

    Args:
        text: Any string; its first 120 words are looked at.
    """
    found: list[tuple[str, Form | None]] = []
    for match in islice(_WORD.finditer(text), READ_MAX_WORDS):
        parts = re.split("['’]", match[0]) if script_of(match[0]) is Script.LATIN else [match[0]]
        found += [(part, word_form(part)) for part in parts if part]
    counts = Counter(form for _, form in found if form is not None)
    if not counts:
        return WrittenForm(None, None, 0.0, tuple(found))
    main, most = counts.most_common(1)[0]
    others = [count for form, count in counts.items() if form is not main and not _one_language(main, form)]
    scripts = Counter(script_of(word) for word, _ in found)
    two_scripts = min(scripts[Script.ARABIC], scripts[Script.LATIN]) >= MIXED_WORDS
    mixed = two_scripts or (bool(others) and min(max(others), most) >= MIXED_WORDS)
    return WrittenForm(Form.MIXED if mixed else main, main, most / counts.total(), tuple(found))


def _one_language(one: Form, other: Form) -> bool:
    """Darija and standard Arabic in Arabic letters share most of their words: their mixture is how people write."""
    return {one, other} == {Form.ARY, Form.AR}
