"""What people make: craft families and trades in any spelling, the words for those who practise them included."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from knowledge.given_names import is_given_name
from knowledge.hearing import key
from knowledge.models import Family, Trade
from knowledge.names import NO_WORDS, Certainty, Hit, NameIndex, Spelling, Words, settled

_SINGULAR: Final = re.compile("[a-zà-ÿ]{5,}[a-rt-wyà-ÿ]")
"""A French word long enough for its plural to be told from anything else."""
_ACCUSATIVE: Final = re.compile("(?!ال)[ء-ي]{4,}[ءبتثجحخدذرزسشصضطظعغفقكلمنه]")
"""An Arabic word that takes an alif where it is counted: اثنا عشر قفطانا."""
_OF: Final = frozenset(
    ["d", "de", "du", "des", "dyal", "dial", "ديال", "د", "en", "le", "la", "les", "l", "f", "fi", "ف", "في"]
)
"""Between a general word and the special one."""
_MADE_OF: Final = _OF | frozenset(["على", "3la", "من", "mn", "men"])
"""Between a thing and its material; "hide from the tannery" is another matter."""
_WOOD: Final = "wood"
_PACKING: Final = frozenset(
    map(
        key,
        [
            "caisse",
            "caisses",
            "palette",
            "palettes",
            "emballage",
            "emballages",
            "طبلية",
            "طبليات",
            "باليطات",
            "palitat",
        ],
    )
)
_TREATED: Final = re.compile(r"(?:ispm|nimp|[إا]ي?سبم)[\s.\-]?(?:15)?", re.IGNORECASE)
_TREATED_WITHIN: Final = 12
"""Characters between wood for packing and its standard, ISPM 15."""
_EMBROIDERED: Final = frozenset(map(key, ["مطرز", "مطرزة", "brodé", "brodée", "brodés", "brodées"]))
"""After a thing it is embroidered; alone, somebody embroiders."""
_SURNAMES: Final = frozenset(
    map(
        key,
        ["حداد", "haddad", "نجار", "najjar", "خياط", "khayat", "دباغ", "صباغ", "خراز", "سراج", "صفار", "نحاس", "خراط"],
    )
)
"""Trades that are family names as well: beside a given name they are not meant."""
_CALLED: Final = frozenset(map(key, ("smito", "سميتو", "سميتها", "اسمه", "اسمها", "s'appelle", "appelle")))
"""After these comes a name: many a Haddad is no smith."""


@dataclass(frozen=True, slots=True)
class CraftMatch:
    """A craft found in a text.

    Attributes:
        code: Id of the trade, or of the family where only the family was named.
        kind: Which of the two.
        score: 1 where the folded spelling is equal to a known one, less where it is only alike.
        start: Offset of the first character in the text.
        end: Offset after the last one.
    """

    code: str
    kind: Literal["family", "trade"]
    score: float
    start: int
    end: int


def _packs(text: str, hit: Hit) -> bool:
    """Whether wood is named for the case the goods travel in."""
    near = text[max(0, hit.start - _TREATED_WITHIN) : hit.end + _TREATED_WITHIN]
    before = [word for word in text[: hit.start].casefold().split() if word not in _OF]
    return hit.ref == _WOOD and (key("".join(before[-1:])) in _PACKING or _TREATED.search(near) is not None)


def _named(text: str, hit: Hit) -> bool:
    """Whether a trade is the family name of the person whose given name stands beside it."""
    if key(text[hit.start : hit.end]) not in _SURNAMES:
        return False
    before, after = text[: hit.start].split()[-1:], text[hit.end :].split()[:1]
    return any(is_given_name(word) for word in (*before, *after))


def _told_apart(matches: Sequence[CraftMatch]) -> list[CraftMatch]:
    """Of a word for several crafts, the one that another word names too: in "oud and guembri" no wood is meant."""
    named = Counter(match.code for match in matches)
    told = {match.start for match in matches if named[match.code] > 1}
    return [match for match in matches if named[match.code] > 1 or match.start not in told]


class CraftIndex:
    """Look-ups of crafts.

    Args:
        families: With their trades.
        words: What stands around names of crafts.
    """

    def __init__(self, families: Sequence[Family], words: Words = NO_WORDS) -> None:
        self._families = {family.id: family for family in families}
        self._trades = {trade.id: trade for family in families for trade in family.trades}
        entries: tuple[Family | Trade, ...] = (*self._families.values(), *self._trades.values())
        spellings = [
            Spelling(entry.id, text, certainty)
            for entry in entries
            for certainty, texts in ((Certainty.SURE, entry.also), (Certainty.ASKED, entry.asked))
            for text in texts
        ]
        spellings += [
            replace(one, text=one.text + ending)
            for one in spellings
            for shape, ending in ((_SINGULAR, "s"), (_ACCUSATIVE, "ا"))
            if shape.fullmatch(one.text)
        ]
        self._names = NameIndex(spellings, words)

    def find(self, text: str) -> list[CraftMatch]:
        """Find crafts in running text, in order; nothing doubtful.

        Args:
            text: Any string; its first 1,000 characters are looked at.

        Returns:
            Matches. Several on the same words where a word stands for several trades.
        """
        hits = [
            hit
            for hit in self._names.find(text)
            if not (hit.before in _CALLED or _packs(text, hit) or _named(text, hit))
        ]
        matches = _told_apart(sorted(self._matches(hits), key=lambda match: match.start))
        general = [
            family
            for pair in pairwise(matches)
            for family, trade in (pair, pair[::-1])
            if family.kind == "family" and trade.kind == "trade" and self._general(text, family, trade)
        ]
        general += [
            match
            for thing, match in pairwise(matches)
            if key(text[match.start : match.end]) in _EMBROIDERED and not text[thing.end : match.start].strip()
        ]
        return [match for match in matches if match not in general]

    def _general(self, text: str, family: CraftMatch, trade: CraftMatch) -> bool:
        """Whether a family is only the general word or the material of its trade: jewels of silver, poufs of hide."""
        first, second = sorted((family, trade), key=lambda match: match.start)
        between = text[first.end : second.start].replace("'", " ").casefold().split()
        joined = text[second.start] == "و"
        links = _OF if first is family else _MADE_OF
        return links.issuperset(between) and not joined and family.code == self._trades[trade.code].family

    def read(self, text: str) -> list[CraftMatch]:
        """Read the answer to "what is your craft?", spelling-tolerant.

        Args:
            text: Any string; as `find`.

        Returns:
            At most 5 candidates, likeliest first; a family is left out where one of its trades was named.
        """
        matches = self._matches(self._names.read(text))
        told = {self._trades[match.code].family for match in matches if match.kind == "trade"}
        return settled([match for match in matches if match.kind == "trade" or match.code not in told])

    def _matches(self, hits: Sequence[Hit]) -> list[CraftMatch]:
        trades = {(hit.start, hit.end, self._trades[hit.ref].family) for hit in hits if hit.ref in self._trades}
        return [
            CraftMatch(hit.ref, "trade" if hit.ref in self._trades else "family", hit.score, hit.start, hit.end)
            for hit in hits
            if (hit.start, hit.end, hit.ref) not in trades  # of one word for both, the trade says more
        ]

    def label(self, code: str, language: str) -> str:
        """Name a family or trade for the person, in at most 24 characters.

        Raises:
            KeyError: No such craft or language.
        """
        return self.entry(code).label[language]

    def entry(self, code: str) -> Family | Trade:
        """Everything known of a family or trade.

        Raises:
            KeyError: No such craft.
        """
        return self._trades[code] if code in self._trades else self._families[code]

    def families(self) -> list[Family]:
        """The craft families, in the order they are offered."""
        return list(self._families.values())

    def trades(self, family: str) -> list[Trade]:
        """The trades of a family; some have none.

        Raises:
            KeyError: No such family.
        """
        return list(self._families[family].trades)

    def knows(self, code: str) -> bool:
        """Whether a code is one of a family or trade."""
        return code in self._trades or code in self._families
