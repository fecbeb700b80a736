"""Short lists of phrases looked up in a text by their sound: languages, yes and no, legal forms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from darija.fold import phonetic

_WORD: Final = re.compile(r"[^\W_]+(?:[\u0640\u064b-\u065f\u0670][^\W_]*)*")
_ARTICLE: Final = re.compile(r"^l(?=[^aoi][^ ]{2})")
_REFUSED: Final = frozenset({"bas", "maCi", "bla", "mabRitC", "mabRitiC", "ni", "non", "lisa", "RirC"})
"""Sounds of a word that turns the name after it down: pas, ماشي, بلا, mabghitch."""
NOTHING: Final = ""
_JOINED: Final = re.compile(r"و(?=[^\W\d_]{2})|[فبكل](?=[^\W\d_]{3})")
_TEXTS_REMEMBERED: Final = 8
"""Each list of phrases looks at the same text."""
_WORDS_AT_MOST: Final = 80
"""Words of a text that are looked at: a wish is said early."""


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a text: what it stands for, its place in characters, and up to two sounds (words) on each side."""

    value: str
    start: int
    end: int
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sound:
    heard: str
    apart: str
    """Without a و ف ب ك ل written onto it; the same where there is none."""
    start: int
    end: int


class Phrases:
    """Finds phrases in running text, the longest first; spelling and script do not matter, sounds do."""

    def __init__(self, spellings: Mapping[str, str]) -> None:
        """Fold the phrases.

        Args:
            spellings: Value → ways of writing it, with `|` between them. Under the value NOTHING: longer phrases that
                hold one of the others and do not mean it ("code postal"); they are passed over.
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
                rest = tuple(one.heard for one in sounds[place + 1 : place + length])
                value = self._values.get((sounds[place].heard, *rest), self._values.get((sounds[place].apart, *rest)))
                if value is not None:
                    found += [_found(value, sounds, place, place + length)] if value else []
                    place += length - 1
                    break
            place += 1
        return found

    def whole(self, text: str) -> str | None:
        """What a text means that is one of the phrases and nothing else."""
        return self._values.get(tuple(one.heard for one in _sounds(text))) or None


def _found(value: str, sounds: Sequence[_Sound], begin: int, end: int) -> Found:
    before, after = sounds[max(0, begin - 2) : begin], sounds[end : end + 2]
    return Found(
        value,
        sounds[begin].start,
        sounds[end - 1].end,
        tuple(one.heard for one in before),
        tuple(one.heard for one in after),
    )


def turned_down(found: Found) -> bool:
    """Whether what was named is not wanted: "pas en arabe"."""
    return not _REFUSED.isdisjoint(found.before)


@lru_cache(_TEXTS_REMEMBERED)
def _sounds(text: str) -> tuple[_Sound, ...]:
    """The words of a text as they sound, articles cut, small words written onto others apart."""
    sounds: list[_Sound] = []
    for word in _WORD.finditer(text):
        heard = phonetic(word[0]).split()
        bare = [_ARTICLE.sub("", each) for each in heard]
        joined = len(bare) == 1 and _JOINED.match(word[0]) is not None
        sounds += [_Sound(each, each[1:] if joined else each, word.start(), word.end()) for each in bare]
        if len(sounds) >= _WORDS_AT_MOST:
            break
    return tuple(one for one in sounds if one.heard != "l")
