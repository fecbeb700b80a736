"""The words of a text as dates look them up: by their letters, by their sound, in phrases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from darija import date_words as words
from darija.fold import bare, phonetic
from darija.text import MARKS, normalise

_TOKEN: Final = re.compile(rf"\d+|(?:[37]['’](?=[^\W\d_])|[^\W_]|[{MARKS}])+|[-/.,،؛;:!?؟()\n]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text; a sign has neither letters nor sound."""

    plain: str
    heard: str
    start: int
    end: int


@cache
def _table(*lines: str) -> dict[str, int]:
    """Sound → number of the line."""
    return {phonetic(word): row for row, line in enumerate(lines) for word in line.split()}


@cache
def letters(*lines: str) -> dict[str, int]:
    """Plain letters → number of the line: for words too short to be told by their sound."""
    return {normalise(word): row for row, line in enumerate(lines) for word in line.split()}


@cache
def sounds(line: str) -> frozenset[str]:
    """The sounds of a list of words."""
    return frozenset(phonetic(word) for word in line.split())


@cache
def phrases(line: str) -> frozenset[tuple[str, ...]]:
    """The sounds of a list of phrases, word by word."""
    return frozenset(tuple(phonetic(phrase).split()) for phrase in line.split("|"))


@cache
def openings(line: str) -> frozenset[str]:
    """The first sounds of a list of phrases: where none of them stands, none of the phrases does."""
    return frozenset(phrase[0] for phrase in phrases(line) if phrase)


@cache
def unit_days() -> dict[str, int]:
    """Sound of a unit of time → days."""
    return {phonetic(word): days for days, line in words.UNITS.items() for word in line.split()}


@cache
def pair_days() -> dict[str, int]:
    """Sound of a dual → days."""
    return {phonetic(word): days for word, days in words.PAIRS.items()}


def words_of(text: str) -> list[Word]:
    """Words and signs of a text, in order."""
    found: list[Word] = []
    for token in _TOKEN.finditer(text):
        plain = normalise(token[0])
        found.append(Word(plain, phonetic(token[0]) if plain else "", token.start(), token.end()))
    return found


def without_article(heard: str) -> str:
    """Without و ف ب of a joined small word and without the article."""
    return bare(heard.rsplit(" ", maxsplit=1)[-1])


def looked_up(word: Word, tables: tuple[str, ...]) -> int | None:
    """Row of the table that lists a word, by its letters or by its sound."""
    if not word.plain:
        return None
    by_letters = letters(*tables).get(word.plain)
    if by_letters is not None:
        return by_letters
    by_sound = _table(*tables)
    if word.heard in by_sound and len(word.heard) > 3:  # noqa: PLR2004 - shorter ones sound like other words
        return by_sound[word.heard]
    cut = without_article(word.heard)
    return by_sound.get(cut) if len(cut) > 4 else None  # noqa: PLR2004 - as above


@cache
def ordinals() -> dict[tuple[str, ...], int]:
    """Plain words of an ordinal → day of the month."""
    units = {word: day for day, word in enumerate(words.ORDINALS.split(), start=1)}
    added = {f"{word} {more}": day + tens for word, day in units.items() for more, tens in words.ORDINAL_TENS.items()}
    return {tuple(normalise(text).split()): day for text, day in (units | added | words.ORDINALS_APART).items()}
