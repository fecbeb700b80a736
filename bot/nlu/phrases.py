"""Short lists of phrases looked up in a text by their sound: languages, yes and no, legal forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from darija.fold import phonetic

_WORD: Final = re.compile(r"[^\W_]+(?:[\u0640\u064b-\u065f\u0670][^\W_]*)*")
_ARTICLE: Final = re.compile(r"^l(?=[^aoi][^ ]{2})")
_WORDS_AT_MOST: Final = 80
"""Words of a text that are looked at: a wish is said early."""


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a text: what it stands for, its place in characters, and up to two sounds (words) before it."""

    value: str
    start: int
    end: int
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sound:
    heard: str
    start: int
    end: int


class Phrases:
    """Finds phrases in running text, the longest first; spelling and script do not matter, sounds do."""

    def __init__(self, spellings: Mapping[str, str]) -> None:
        """Fold the phrases.

        Args:
            spellings: Value → ways of writing it, with `|` between them.
        """
        self._values = {
            tuple(one.heard for one in _sounds(spelling)): value
            for value, texts in spellings.items()
            for spelling in texts.split("|")
        }
        self._longest = max(map(len, self._values), default=0)

    def find(self, text: str) -> list[Found]:
        """Find every phrase of a text, in order and without overlap."""
        sounds = _sounds(text)
        found: list[Found] = []
        place = 0
        while place < len(sounds):
            for length in range(min(self._longest, len(sounds) - place), 0, -1):
                value = self._values.get(tuple(one.heard for one in sounds[place : place + length]))
                if value is not None:
                    last = sounds[place + length - 1]
                    before = tuple(one.heard for one in sounds[max(0, place - 2) : place])
                    found.append(Found(value, sounds[place].start, last.end, before))
                    place += length - 1
                    break
            place += 1
        return found

    def whole(self, text: str) -> str | None:
        """What a text means that is one of the phrases and nothing else."""
        return self._values.get(tuple(one.heard for one in _sounds(text)))


def _sounds(text: str) -> list[_Sound]:
    """The words of a text as they sound, articles cut, small words written onto others apart."""
    sounds: list[_Sound] = []
    for word in _WORD.finditer(text):
        heard = phonetic(word[0]).split()
        sounds += [_Sound(_ARTICLE.sub("", each), word.start(), word.end()) for each in heard]
        if len(sounds) >= _WORDS_AT_MOST:
            break
    return [one for one in sounds if one.heard != "l"]
