"""How a text is seen by the linear models: lists of n-grams, one list per view.

Measured on 24 intents in parallel Darija, Arabic and French: sounds and consonants together carry what was learnt in
one script over to the other; raw characters beside them at full weight pull that down to 0.37, so what is seen of the
surface counts for less. Concepts carry what was learnt in one language over to the others (docs/understanding.md).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from darija.concepts import concepts
from darija.fold import phonetic_words, skeleton_words
from darija.text import normalise

Views = tuple[list[str], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A way of looking at texts.

    Attributes:
        views: Makes the n-grams of a text, one list a view.
        names: What each view shows, for whoever explains a decision.
        weights: How much each view counts, above 0.
    """

    views: Callable[[str], Views]
    names: tuple[str, ...]
    weights: tuple[float, ...]


READ_AT_MOST: Final = 1_000
"""Characters of a message that are looked at: the wish stands at its beginning, and the cost stays bounded."""
_WORD_AT_MOST: Final = 30
"""Characters of a word that are looked at: no word of ours is longer."""
_DIGITS_AT_MOST: Final = 16
_FORM_CHARS: Final = (2, 3)
_PHONETIC_CHARS: Final = (3, 4)
_SKELETON_CHARS: Final = (2, 4)
_SURFACE_CHARS: Final = (4, 4)
"""Lengths of n-grams, as few as will do: up to 5 sounds and 3 to 5 letters took half as long again to learn from, and
understood no more (macro F1 within 0.1 point in every form)."""
_PAIRED_AT_MOST: Final = 12
"""Concepts of a text that are put into pairs: the number of pairs grows with the square."""


def _number_shape(word: str) -> str:
    """Numbers count by their length: a year, a telephone number, an ICE."""
    return f"#{min(len(word), _DIGITS_AT_MOST)}" if word.isdecimal() else word[:_WORD_AT_MOST]


def _words(text: str) -> list[str]:
    """The normalised words of the beginning of a text."""
    return [_number_shape(word) for word in normalise(text[:READ_AT_MOST]).split()]


def _word_grams(words: Sequence[str]) -> list[str]:
    """Words and pairs of neighbours; a lone `back` differs from one inside a sentence by its neighbours `<` and `>`."""
    return [*words, *(f"{one} {two}" for one, two in itertools.pairwise(["<", *words, ">"]))] if words else []


def _char_grams(words: Sequence[str], shortest: int, longest: int) -> list[str]:
    """N-grams within words; a space marks where a word begins and ends."""
    grams: list[str] = []
    for word in words:
        padded = f" {word} "
        length = len(padded)
        for size in range(shortest, min(longest, length) + 1):
            grams += [padded[start : start + size] for start in range(length - size + 1)]
    return grams


def _concept_grams(heard: Sequence[str]) -> list[str]:
    """Concepts and every two of them, in the order said: "want … register", whatever stands between."""
    found = concepts().find(heard)[:_PAIRED_AT_MOST]
    return [*found, *(f"{one} {two}" for one, two in itertools.combinations(found, 2))]


def _meaning(text: str) -> Views:
    heard = [_number_shape(word) for word in phonetic_words(normalise(text[:READ_AT_MOST]))]
    bones = skeleton_words(heard)
    return (
        _word_grams(heard),
        _char_grams(heard, *_PHONETIC_CHARS),
        _word_grams(bones),
        _char_grams(bones, *_SKELETON_CHARS),
        _concept_grams(heard),
        _char_grams(_words(text), *_SURFACE_CHARS),
    )


def _writing(text: str) -> Views:
    words = _words(text)
    return _word_grams(words), _char_grams(words, *_FORM_CHARS)


MEANING: Final = Look(
    _meaning,
    ("words by sound", "sounds", "words by consonants", "consonants", "concepts", "letters"),
    (0.8, 0.8, 1.0, 1.0, 1.1, 0.5),
)
"""A text as it sounds, whatever its script, and the concepts in it: for what is meant."""
WRITING: Final = Look(_writing, ("words", "letters"), (1.0, 1.0))
"""A text as it is written: for the form it is written in."""
