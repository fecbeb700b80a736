"""What people make: craft families and trades in any spelling, the words for those who practise them included."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from knowledge.hearing import key
from knowledge.models import Family, Trade
from knowledge.names import NO_WORDS, Certainty, Hit, NameIndex, Spelling, Words, settled

_SINGULAR: Final = re.compile("[a-zà-ÿ]{5,}[a-rt-wyà-ÿ]")
"""A French word long enough for its plural to be told from anything else."""
_OF: Final = frozenset({"", "d", "de", "dyal", "ديال", "د", "en"})
"""Between a general word and the special one."""
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
        spellings += [replace(one, text=f"{one.text}s") for one in spellings if _SINGULAR.fullmatch(one.text)]
        self._names = NameIndex(spellings, words)

    def find(self, text: str) -> list[CraftMatch]:
        """Find crafts in running text, in order; nothing doubtful.

        Args:
            text: Any string; its first 1,000 characters are looked at.

        Returns:
            Matches. Several on the same words where a word stands for several trades.
        """
        hits = [hit for hit in self._names.find(text) if hit.before not in _CALLED]
        matches = sorted(self._matches(hits), key=lambda match: match.start)
        general = [one for one, following in pairwise(matches) if self._general(text, one, following)]
        return [match for match in matches if match not in general]

    def _general(self, text: str, match: CraftMatch, following: CraftMatch) -> bool:
        """Whether a family is only the general word before one of its trades: jewellery of silver."""
        if match.kind == "trade" or following.kind == "family" or match.end > following.start:
            return False
        between = text[match.end : following.start].strip().casefold()
        joined = text[following.start] == "و"
        return between in _OF and not joined and match.code == self._trades[following.code].family

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
