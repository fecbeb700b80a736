"""Where people sell: countries in any spelling, and Europe as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.models import Destination
from knowledge.names import NO_WORDS, Certainty, NameIndex, Spelling, Words


@dataclass(frozen=True, slots=True)
class DestinationMatch:
    """A country found in a text.

    Attributes:
        code: ISO 3166-1 alpha-2, or EU.
        score: 1 where the folded spelling is equal to a known one, less where it is only alike.
        start: Offset of the first character in the text.
        end: Offset after the last one.
    """

    code: str
    score: float
    start: int
    end: int


class DestinationIndex:
    """Look-ups of countries.

    Args:
        destinations: The countries artisans sell to.
        words: What stands around names of countries.
    """

    def __init__(self, destinations: Sequence[Destination], words: Words = NO_WORDS) -> None:
        self._destinations = {destination.code: destination for destination in destinations}
        spellings = [
            Spelling(code, text, certainty)
            for code, entry in self._destinations.items()
            for certainty, texts in (
                (Certainty.SURE, (*entry.label.values(), *entry.also)),
                (Certainty.ASKED, entry.asked),
            )
            for text in texts
        ]
        self._names = NameIndex(spellings, words)

    def find(self, text: str) -> list[DestinationMatch]:
        """Find countries in running text, in order.

        Args:
            text: Any string; its first 1,000 characters are looked at.
        """
        return [DestinationMatch(hit.ref, hit.score, hit.start, hit.end) for hit in self._names.find(text)]

    def label(self, code: str, language: str) -> str:
        """Name a country for the person.

        Raises:
            KeyError: No such destination or language.
        """
        return self._destinations[code].label[language]

    def codes(self) -> list[str]:
        """Every code, in the order of the file."""
        return list(self._destinations)
