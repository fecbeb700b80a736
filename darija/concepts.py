"""Concepts behind words: `inscription`, التسجيل and `ntsejjel` are one thing said in three languages.

`darija/lexicon/*.txt` lists concepts with their words in French, standard Arabic and Darija; a classifier that sees
concepts learns from the examples of one language what it then knows in the others. A word is looked up by its sound,
then by the beginning of a French family (`inscri*`), then by its consonants without what Arabic and Darija put before
and after a word. Where two lines have words of one sound, the first has it, files in the order of their names: so
`core.txt`, with the words of every message, goes before the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from darija.fold import bare, phonetic_words, skeleton_words
from darija.text import normalise

LEXICON: Final = Path(__file__).with_name("lexicon")
FIELDS: Final = 5
"""A line: concept, French, standard Arabic, Darija in Arabic letters, in Latin letters."""
NEGATED: Final = "negation"
SILENT: Final = "-"
"""The concept of words that carry none; listed, they are not taken for others that sound alike (des, dis)."""
_TURNED: Final = {"c": ("e", "i"), "t": ("ion", "ion")}
"""What may follow the last letter of a beginning and turn its sound, and how it sounds: annonc- in annonce, recept-
in reception."""
_PHRASE_MAX_WORDS: Final = 3
_STEM_MIN: Final = 3
"""Sounds a beginning must have to stand for a family of words."""
_BONES_MIN: Final = 2
_STRIPPED_MIN: Final = 3
"""Consonants that must be left when something was taken off a word."""
_COMPARED: Final = 40
_REMEMBERED: Final = 16_384
_BEFORE: Final = (
    "n",
    "t",
    "k",
    "kn",
    "kt",
    "l",
    "b",
    "f",
    "m",
    "R",
    "Rn",
    "Rt",
    "st",
    "nt",
    "tt",
    "mt",
    "bl",
    "fl",
    "lm",
    "lt",
    "mn",
)
"""Consonants put before a word: persons and tenses of a verb, article and small words."""
_AFTER: Final = ("t", "n", "k", "km", "h", "hm", "C", "tC", "nC", "tn")
"""Consonants put after a word: persons, pronouns, plural, the end of a negation."""


class LexiconError(ValueError):
    """A line of the lexicon has another shape; says which."""


class Concepts:
    """Finds concepts in words that were heard.

    Args:
        lines: Of a lexicon: five fields between `|`, words between commas, `*` after the beginning of a family.

    Raises:
        LexiconError: A line has not five fields.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._whole: dict[str, str] = {}
        self._exact: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        self._turned: dict[str, str] = {}
        self._phrases: dict[tuple[str, ...], str] = {}
        self._of = lru_cache(_REMEMBERED)(self._look)
        self._bones: dict[str, dict[str, str]] = defaultdict(dict)
        for line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            concept, *fields = (field.strip() for field in line.split("|"))
            if len(fields) != FIELDS - 1:
                raise LexiconError(f"{len(fields) + 1} fields instead of {FIELDS}: {line.strip()}")
            for place, field in enumerate(fields):
                for word in filter(None, (part.strip() for part in field.split(","))):
                    self._learn(word, concept, by_bones=place > 0)

    def _learn(self, word: str, concept: str, *, by_bones: bool) -> None:
        whole = phonetic_words(normalise(word.removesuffix("*")))
        heard = [bare(one) for one in whole]
        if len(heard) > 1:
            self._phrases.setdefault(tuple(heard[:_PHRASE_MAX_WORDS]), concept)
            return
        if not heard:
            return
        if word.endswith("*"):
            self._stems.setdefault(heard[0], concept)
            self._turned.setdefault(_turned(word[:-1]), concept)
        else:
            self._whole.setdefault(whole[0], concept)
            self._exact.setdefault(heard[0], concept)
        if by_bones and len(key := skeleton_words(heard)[0]) >= _BONES_MIN:
            self._bones[key].setdefault(heard[0], concept)

    def find(self, heard: Sequence[str]) -> list[str]:
        """Give the concepts of a text, in order.

        Args:
            heard: Its words as `darija.fold.phonetic_words` gives them.
        """
        words = [bare(word) for word in heard]
        found: list[str] = []
        place = 0
        while place < len(words):
            for length in range(_PHRASE_MAX_WORDS, 1, -1):
                phrase = self._phrases.get(tuple(words[place : place + length]))
                if phrase is not None:
                    found.append(phrase)
                    place += length
                    break
            else:
                found += self._of(heard[place])
                place += 1
        return [concept for concept in found if concept != SILENT]

    def _look(self, word: str) -> tuple[str, ...]:
        """Concepts of one word: none, one, or "negation" and one."""
        if word in self._whole:  # الما (water) is not the ما of "what"
            return (self._whole[word],)
        word = bare(word)
        concept = self._named(word)
        if concept is None and word[:1] == "l":
            concept = self._named(word[1:])  # l'envoi
        if concept is not None:
            return (concept,)
        if word.startswith("m") and word.endswith("C"):
            inner = word[1:-1].removeprefix("a")
            negated = self._named(inner) or self._stripped(inner)
            if negated or word.startswith("ma"):
                return (NEGATED, negated) if negated else (NEGATED,)
        stripped = self._stripped(word)
        return (stripped,) if stripped else ()

    def _named(self, word: str) -> str | None:
        exact = self._exact.get(word)
        if exact is not None:
            return exact
        for length in range(len(word), _STEM_MIN - 1, -1):
            concept = self._stems.get(word[:length]) or self._turned.get(word[:length])
            if concept is not None:
                return concept
        return None

    def _stripped(self, word: str) -> str | None:
        """The concept whose consonants a word has, or has within what stands before and after them."""
        bones = skeleton_words([word])[0] if word else ""
        if bones in self._bones:
            return self._nearest(bones, word)
        best = ""
        for before in ("", *_BEFORE):
            if not bones.startswith(before):
                continue
            rest = bones[len(before) :]
            for after in ("", *_AFTER):
                if not rest.endswith(after):
                    continue
                inner = rest[: len(rest) - len(after)]
                if len(inner) >= max(_STRIPPED_MIN, len(best) + 1) and inner in self._bones:
                    best = inner
        return self._nearest(best, word) if best else None

    def _nearest(self, bones: str, word: str) -> str:
        """Of several words with the same consonants, the concept of the one that sounds most like it."""
        spelt = self._bones[bones]
        return spelt[min(spelt, key=lambda heard: (_distance(heard, word), heard))]


def _turned(stem: str) -> str:
    """The beginning of a family as it sounds before what turns its last letter."""
    letters, sound = _TURNED.get(stem[-1:], ("", ""))
    return bare(phonetic_words(normalise(stem + letters))[0]).removesuffix(sound)


def _distance(one: str, other: str) -> int:
    """Edits (of one sound) between two words, at most 40 sounds of each."""
    one, other = one[:_COMPARED], other[:_COMPARED]
    before = list(range(len(other) + 1))
    for row, sound in enumerate(one, start=1):
        now = [row]
        for column, against in enumerate(other, start=1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (sound != against)))
        before = now
    return before[-1]


@cache
def concepts() -> Concepts:
    """The project's own lexicon, read once.

    Raises:
        OSError: It cannot be read.
        LexiconError: A line of it has another shape.
    """
    return Concepts(
        line for path in sorted(LEXICON.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines()
    )
