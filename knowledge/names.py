"""Finding names in what people write, whatever the spelling and the script.

Names and text are brought to the phonetic form of `darija.fold`, article cut, words written together; what is equal
there is found in any script. What is only alike (a slip, an unusual vowel) is found by its consonants, under strict
limits: a wrong place or craft costs an artisan more than one more question.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Protocol, TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from knowledge.hearing import READ_MAX_CHARS, Unit, bones_of, key, letters, units_of

LIKE_MAX_WORDS: Final = 7
"""Words of an answer (fillers not counted) beyond which nothing is guessed: it is a sentence, not a name."""
CANDIDATES_MAX: Final = 5
"""What is offered to choose from."""
_HITS_MAX: Final = 12
SHORT: Final = 4
"""Names of up to so many sounds are compared by their letters: `vas`, `vis` and فاس sound too much alike."""
LIKE_SPREAD: Final = 0.06
"""How much less than the best a candidate may score to be offered beside it."""
OPEN_SCORE: Final = 0.95
"""Score of an equal spelling that stands for several things."""

_ARTICLE_LETTERS: Final = "ال"
_LEADS: Final = frozenset("fblفبول")
"""ف ب و ل written onto a name: `فصفرو`, `bfes`, لألمانيا."""


class Certainty(IntEnum):
    """What a spelling says by itself."""

    SURE = 0
    ASKED = 1
    """An ordinary word too: needs a question or a word like "in" before it."""
    RARE = 2
    """A name few people know: counts only where it is (nearly) the whole answer."""


SLIP_MIN: Final = 0.87
"""Score from which a slip is believed in running text. Lower, everyday words turn into names: of 6,000 sentences, some
twenty did between 0.76 and 0.87 and nothing right was lost above."""
LIKE_MIN: Final = {Certainty.SURE: 0.85, Certainty.ASKED: 0.85, Certainty.RARE: 0.89}
"""Score from which an unequal spelling is believed."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way of writing a name."""

    ref: str
    text: str
    certainty: Certainty = Certainty.SURE


@dataclass(frozen=True, slots=True)
class Words:
    """Words around names, in any spelling.

    Attributes:
        openers: After these an ambiguous spelling is a name ("in", "from", "town").
        fillers: These say nothing in an answer ("I am", "near").
        never: Alike but never a misspelling: given names, everyday words.
    """

    openers: Sequence[str] = ()
    fillers: Sequence[str] = ()
    never: Sequence[str] = ()


NO_WORDS: Final = Words()


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in a text.

    Attributes:
        ref: What it names.
        score: 1 where the folded spelling is equal, less where it is only alike.
        start: Offset of the first character.
        end: Offset after the last one.
        before: The word before it as it sounds, "" at the beginning.
    """

    ref: str
    score: float
    start: int
    end: int
    before: str = ""


class Placed(Protocol):
    """A match with its place in the text and its score."""

    @property
    def score(self) -> float:
        """1 where the spelling is equal."""

    @property
    def start(self) -> int:
        """Offset of the first character."""

    @property
    def end(self) -> int:
        """Offset after the last one."""


M = TypeVar("M", bound=Placed)


def settled(matches: Sequence[M]) -> list[M]:
    """Cut candidates to what can be offered; where one spelling stands for several things, none of them is certain.

    Args:
        matches: Dataclass instances, likeliest first.

    Returns:
        At most 5, each with a score under 1 if another has the same words.
    """
    words = Counter((match.start, match.end) for match in matches)
    return [
        replace(match, score=min(match.score, OPEN_SCORE)) if words[match.start, match.end] > 1 else match  # type: ignore[type-var]
        for match in matches[:CANDIDATES_MAX]
    ]


class NameIndex:
    """Names in all their spellings, ready to be found.

    Args:
        spellings: Every way of writing every name.
        words: What stands around such names.
    """

    def __init__(self, spellings: Sequence[Spelling], words: Words = NO_WORDS) -> None:
        self._exact: dict[str, dict[str, Certainty]] = defaultdict(dict)
        self._lettered: dict[str, dict[str, Certainty]] = defaultdict(dict)
        self._words: Counter[str] = Counter()
        for spelling in spellings:
            folded = key(spelling.text)
            if not folded:
                continue
            tables = [self._exact[folded]]
            if len(folded) <= SHORT:
                tables.append(self._lettered[letters(spelling.text)])
            for known in tables:
                known[spelling.ref] = min(spelling.certainty, known.get(spelling.ref, Certainty.RARE))
            self._words[folded] = max(self._words[folded], len(units_of(spelling.text)))
        self._words_max = max(self._words.values(), default=1)
        self._bones = {name: bones_of(name) for name in self._exact}
        self._sure_bones: dict[str, list[str]] = defaultdict(list)
        for name, bones in self._bones.items():
            if Certainty.SURE in self._exact[name].values():
                self._sure_bones[bones].append(name)
        self._never = frozenset(map(key, words.never))
        self._never_letters = frozenset(map(letters, words.never)) - {letters(spelling.text) for spelling in spellings}
        self._openers = frozenset(map(key, words.openers))
        self._fillers = frozenset(map(key, words.fillers)) | self._openers

    def find(self, text: str, *, alone: bool = False) -> list[Hit]:
        """Find names in running text: the longest at each place, no two over one another, in order.

        Args:
            text: Any string; its first 1,000 characters and 80 words are looked at.
            alone: Whether a name that is an ordinary word too is one where it is the whole text.

        Returns:
            Hits; several on the same words where a spelling names several things.
        """
        units = units_of(text[:READ_MAX_CHARS])
        hits, taken = self._equal(units, asked=False)
        hits += self._alike(units, taken)
        whole = "".join(unit.heard for unit in units)
        if alone and not hits and len(whole) > SHORT and whole not in self._never:
            known = self._exact.get(whole, {})
            hits = [Hit(ref, 1.0, units[0].start, units[-1].end) for ref in known if known[ref] <= Certainty.ASKED]
        return sorted(hits, key=lambda hit: hit.start)

    def read(self, text: str) -> list[Hit]:
        """Read an answer to a question for such a name: tolerant, likeliest first.

        Args:
            text: Any string; as `find`.

        Returns:
            At most 12 hits of different names, each as near to the best as to be open to doubt.
        """
        units = units_of(text[:READ_MAX_CHARS])
        hits, _ = self._equal(units, asked=True)
        if not hits:
            hits = self._nearest(units)
        best: dict[str, Hit] = {}
        for hit in sorted(hits, key=lambda hit: (-hit.score, hit.start)):
            best.setdefault(hit.ref, hit)
        return list(best.values())[:_HITS_MAX]

    def _equal(self, units: Sequence[Unit], *, asked: bool) -> tuple[list[Hit], set[int]]:
        hits: list[Hit] = []
        taken: set[int] = set()
        told = sum(unit.heard not in self._fillers for unit in units)
        place = 0
        while place < len(units):
            found, length = self._longest(units, place, asked=asked, told=told)
            if found:
                before = units[place - 1].heard if place else ""
                last = units[place + length - 1].end
                hits += [Hit(ref, 1.0, units[place].start, last, before) for ref in found]
                taken.update(range(place, place + length))
            place += length
        return hits, taken

    def _longest(self, units: Sequence[Unit], place: int, *, asked: bool, told: int) -> tuple[list[str], int]:
        opened = self._opened(units, place)
        uncut = units[place].whole
        if uncut and (found := self._named(*uncut, Certainty(opened or asked), SHORT + 1)):
            return found, 2
        for length in range(self._window(units, place), 0, -1):
            window = units[place : place + length]
            heard = window[0].heard + "".join(unit.inside for unit in window[1:])
            plain = "".join(unit.plain for unit in window)
            answer = asked and 2 * length >= told
            limit = Certainty.RARE if answer or (asked and opened) else Certainty(opened or asked)
            heard_from = 1 if answer else SHORT if opened and length == 1 else SHORT + 1
            heard_as = [(heard, plain, limit, heard_from)]
            if window[0].article:
                heard_as.insert(0, (f"l{heard}", f"l{plain}", limit, heard_from))
            if plain.startswith(_ARTICLE_LETTERS):
                heard_as.append((key(plain[2:]), plain[2:], limit, heard_from))
            if plain[:1] in _LEADS and len(window[0].heard) >= SHORT:
                heard_as.append((key(plain[1:]), plain[1:], max(limit, Certainty.ASKED), SHORT))
            found = next((refs for one in heard_as if (refs := self._named(*one, words=length))), [])
            if found:
                return found, length
        return [], 1

    def _opened(self, units: Sequence[Unit], place: int) -> bool:
        """Whether an opener stands before a word, right there or with one that says nothing in between."""
        if place > 1 and units[place - 1].heard in self._fillers - self._openers and not units[place].after_break:
            place -= 1
        return place > 0 and units[place - 1].heard in self._openers

    def _window(self, units: Sequence[Unit], place: int) -> int:
        """How many words from here stand in one run, without a comma or full stop between them."""
        length = 1
        if units[place].whole:
            return length
        while length < self._words_max and place + length < len(units) and not units[place + length].after_break:
            length += 1
        return length

    def _named(self, heard: str, plain: str, limit: Certainty, heard_from: int, *, words: int = 1) -> list[str]:
        """What a spelling names.

        Args:
            heard: As it sounds.
            plain: Its letters.
            limit: How uncertain a name may be.
            heard_from: Length (sounds) from which equal sounds are enough.
            words: How many of the text they are: "3 mars il" is no Marseille, but what is written of two words may be
                written together.
        """
        if plain in self._never_letters or 1 < words > self._words[heard]:
            return []
        known = self._lettered.get(plain)
        if known is None and len(heard) >= heard_from:
            known = self._exact.get(heard)
        return [ref for ref, certainty in (known or {}).items() if certainty <= limit]

    def _alike(self, units: Sequence[Unit], taken: set[int]) -> list[Hit]:
        hits: list[Hit] = []
        place = 0
        while place < len(units):
            length = 1
            for size in range(min(self._window(units, place), 3), 0, -1):
                window = range(place, place + size)
                if not taken.isdisjoint(window) or any(
                    units[at].heard in self._fillers or units[at].heard in self._never for at in window
                ):
                    continue
                joined = "".join(units[at].heard for at in window)
                told = joined in self._never or joined in self._exact  # as it stands it was not meant
                found = [] if told else self._slip(joined, size)
                if found:
                    before = units[place - 1].heard if place else ""
                    hits += [Hit(ref, score, units[place].start, units[window[-1]].end, before) for ref, score in found]
                    length = size
                    break
            place += length
        return hits

    def _slip(self, joined: str, words: int) -> list[tuple[str, float]]:
        """Names of as many words with the consonants heard, or one away; none turned into a family name by -i."""
        bones = bones_of(joined)
        if len(bones) < 4 or bones.isdecimal():  # noqa: PLR2004
            return []
        names, lowest = self._sure_bones.get(bones, []), 78
        if not names and len(bones) > 4:  # noqa: PLR2004
            near = process.extract(bones, self._sure_bones.keys(), scorer=Levenshtein.distance, score_cutoff=1, limit=3)
            names = [name for other, _, _ in near if other[0] == bones[0] for name in self._sure_bones[other]]
            lowest = 86
        scored = [
            (ratio, name)
            for name in names
            if words <= self._words[name] and (joined[-1] != "i" or name[-1] == "i")
            if (ratio := fuzz.ratio(joined, name)) >= lowest
        ]
        if not scored:
            return []
        best, name = max(scored)
        refs = [ref for ref, certainty in self._exact[name].items() if certainty is Certainty.SURE]
        score = round(0.95 * best / 100, 3)
        return [(ref, score) for ref in refs] if score >= SLIP_MIN else []

    def _nearest(self, units: Sequence[Unit]) -> list[Hit]:
        """Names like what was answered, when none is equal; nothing for a whole sentence."""
        kept = [unit for unit in units if unit.heard not in self._fillers]
        if not kept or len(kept) > LIKE_MAX_WORDS:
            return []
        hits: list[Hit] = []
        for place in range(len(kept)):
            for size in range(min(4, len(kept) - place), 0, -1):
                window = kept[place : place + size]
                joined = "".join(unit.heard for unit in window)
                if joined in self._never or joined.isdecimal():
                    continue
                cover = 0.85 + 0.15 * size / len(kept)
                hits += [
                    Hit(ref, score, window[0].start, window[-1].end)
                    for name, likeness in self._like(joined)
                    for ref, certainty in self._exact[name].items()
                    if (score := round(0.95 * likeness * cover, 3)) >= LIKE_MIN[certainty]
                ]
        best = max((hit.score for hit in hits), default=0)
        return [hit for hit in hits if hit.score >= best - LIKE_SPREAD]

    def _like(self, joined: str) -> list[tuple[str, float]]:
        bones = bones_of(joined)
        lowest = 0.9 if len(bones) < 4 else 0.84 if len(bones) == 4 else 0.8  # noqa: PLR2004
        near = process.extract(joined, self._exact.keys(), scorer=fuzz.ratio, score_cutoff=70, limit=12)
        weighed = [(name, (ratio + fuzz.ratio(bones, self._bones[name])) / 200) for name, ratio, _ in near]
        return [(name, likeness) for name, likeness in weighed if likeness >= lowest]
