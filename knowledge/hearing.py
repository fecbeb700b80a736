"""What a text sounds like, word by word, in the one alphabet of `darija.fold`: where the look-ups meet spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from darija.fold import bare, phonetic, phonetic_words, skeleton_words
from darija.text import MARKS, normalise

READ_MAX_CHARS: Final = 1_000
"""Characters looked at: names stand early, and the cost of a long message stays bounded."""
READ_MAX_WORDS: Final = 80
_TEXTS_KEPT: Final = 8
_TOKEN: Final = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}])*")
_BREAK: Final = re.compile(r"[.,;:!?()\n،؛؟]")
_ARTICLE: Final = re.compile(r"^(?:el|al|l|ال)$", re.IGNORECASE)
_SPACED_ARTICLE: Final = re.compile(r"(?<!\S)(?:[ea]?l|ال) ")
_ARTICLE_ON: Final = re.compile(r"^(?:[ea]?l|ا?ل)")
_DOUBLED: Final = re.compile(r"(\D)\1+")


@dataclass(frozen=True, slots=True)
class Unit:
    """One word of the text as it sounds."""

    heard: str
    plain: str
    start: int
    end: int
    after_break: bool
    article: bool
    """Written with an article apart from it: `l'`, `el`."""
    whole: tuple[str, str] | None
    """Set for a و ف ب cut from the next word, where no name begins: the word uncut, as it sounds and its letters."""

    @property
    def inside(self) -> str:
        """As it sounds within a name: the article stays before a vowel, as in `cap de l'eau`."""
        return f"l{self.heard}" if self.article and self.heard[0] in "aoi" else self.heard


def key(text: str) -> str:
    """The form in which names are compared: sounds, without articles and spaces. Empty where nothing is heard."""
    return "".join(bare(word) for word in phonetic(text).split())


def letters(text: str) -> str:
    """The letters of a name without articles, doubled letters and spaces: for names too short to be heard."""
    words = _SPACED_ARTICLE.sub("", normalise(text)).split()
    return "".join(_word_letters(word, phonetic(word)) for word in words)


def _word_letters(word: str, heard: str) -> str:
    cut = _ARTICLE_ON.sub("", word, count=1) if heard != bare(heard) else word
    return _DOUBLED.sub(r"\1", cut)


def bones_of(heard: str) -> str:
    """The consonants of a key."""
    return skeleton_words([heard])[0]


@lru_cache(_TEXTS_KEPT)  # places, crafts and countries are looked for in the same text
def units_of(text: str) -> tuple[Unit, ...]:
    """Cut a text into words as they sound, at most 80; bound its length before (READ_MAX_CHARS)."""
    units: list[Unit] = []
    position, article_at = 0, None
    for token in _TOKEN.finditer(text):
        if len(units) >= READ_MAX_WORDS:
            break
        after_break = bool(_BREAK.search(text, position, token.start()))
        position = token.end()
        if _ARTICLE.match(token[0]):
            article_at = token.start()
            continue
        start, article = (token.start() if article_at is None else article_at), article_at is not None
        article_at = None
        plain = normalise(token[0])
        heard = phonetic_words(plain)
        if len(heard) > 1:
            lead = token.start() + 1
            whole = ("".join(map(bare, heard)), _DOUBLED.sub(r"\1", plain))
            units.append(Unit(heard[0], heard[0], start, lead, after_break, article, whole))
            start, after_break, article, plain = lead, False, False, plain[1:]
        if heard:
            spelt = _word_letters(plain, heard[-1])
            units.append(Unit(bare(heard[-1]), spelt, start, token.end(), after_break, article, None))
    return tuple(units)
