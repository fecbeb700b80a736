"""How a text is seen by the linear models: lists of n-grams, one list per view.

Measured on 24 intents in parallel Darija, Arabic and French (362 test rows): phonetic and skeleton n-grams together
give 0.945 within a script and 0.92 across scripts; raw characters beside them pull the latter down to 0.37, so the
folded views stand alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Final

from darija.fold import phonetic_words, skeleton_words
from darija.text import normalise

Views = tuple[list[str], ...]
Analyser = Callable[[str], Views]

READ_AT_MOST: Final = 1_000
"""Characters of a message that are looked at: the wish stands at its beginning, and the cost stays bounded."""
_WORD_AT_MOST: Final = 30
"""Characters of a word that are looked at: no word of ours is longer."""
_DIGITS_AT_MOST: Final = 16
_SURFACE_CHARS: Final = (1, 4)
_PHONETIC_CHARS: Final = (2, 5)
_SKELETON_CHARS: Final = (2, 4)


def _number_shape(word: str) -> str:
    """Numbers count by their length: a year, a telephone number, an ICE."""
    return f"#{min(len(word), _DIGITS_AT_MOST)}" if word.isdecimal() else word[:_WORD_AT_MOST]


def _word_grams(words: list[str]) -> list[str]:
    """Words and pairs of neighbours; a lone `back` differs from one inside a sentence by its neighbours `<` and `>`."""
    return words + [f"{first} {second}" for first, second in itertools.pairwise(["<", *words, ">"])] if words else []


def _char_grams(words: list[str], shortest: int, longest: int) -> list[str]:
    """N-grams within words; a space marks where a word begins and ends."""
    grams: list[str] = []
    for word in words:
        padded = f" {word} "
        length = len(padded)
        for size in range(shortest, min(longest, length) + 1):
            grams += [padded[start : start + size] for start in range(length - size + 1)]
    return grams


def folded(text: str) -> Views:
    """See a text as it sounds, whatever its script: for what is meant.

    Args:
        text: Any string; the first `READ_AT_MOST` characters are looked at.

    Returns:
        Four views: phonetic words 1-2, phonetic characters 2-5, skeleton words 1-2, skeleton characters 2-4.
    """
    heard = [_number_shape(word) for word in phonetic_words(normalise(text[:READ_AT_MOST]))]
    bones = skeleton_words(heard)
    return (
        _word_grams(heard),
        _char_grams(heard, *_PHONETIC_CHARS),
        _word_grams(bones),
        _char_grams(bones, *_SKELETON_CHARS),
    )


def surface(text: str) -> Views:
    """See a text as it is written: for the form it is written in.

    Args:
        text: Any string; the first `READ_AT_MOST` characters are looked at.

    Returns:
        Two views: words 1-2 and characters 1-4.
    """
    words = [_number_shape(word) for word in normalise(text[:READ_AT_MOST]).split()]
    return _word_grams(words), _char_grams(words, *_SURFACE_CHARS)
