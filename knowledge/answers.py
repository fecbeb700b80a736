"""Which answer a question gets: the topics of an intent, told apart by words, countries, crafts and ways of sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from darija.fold import bare, phonetic
from knowledge.models import Topic

SHORT: Final = "answer_{}"
"""Message id of a topic's first answer."""
DETAIL: Final = "answer_{}_more"
"""Message id of what "more" tells."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as far as it decides on the answer.

    Attributes:
        text: As typed; empty where a choice was picked.
        destinations: Codes of the countries it names.
        families: Craft families it names.
        channels: Ways of sending it names (`export_channel` of the intents).
        legal_forms: Legal forms it names.
    """

    text: str = ""
    destinations: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    legal_forms: frozenset[str] = frozenset()


class Answers:
    """The topics there are.

    Args:
        intents: Intent to the ids of its topics: the first is the answer where nothing tells which.
        topics: Every topic.
    """

    def __init__(self, intents: Mapping[str, Sequence[str]], topics: Sequence[Topic]) -> None:
        self._topics = {topic.id: topic for topic in topics}
        self._intents = {intent: tuple(ids) for intent, ids in intents.items()}
        self._words = {topic.id: tuple(map(_heard, topic.words)) for topic in topics}

    def choose(self, intent: str, asked: Asked) -> Topic:
        """The topic that fits a question best.

        A topic for certain countries needs one of them named; a topic with words, families, ways of sending or legal
        forms needs one of these. What was said goes before where it is sent, the longer words before the shorter, and
        in a tie the topic that stands first.

        Raises:
            KeyError: The intent has no answers.
        """
        ids = self._intents[intent]
        said = _heard(asked.text)
        ranks = {one: rank for one in ids if (rank := self._rank(self._topics[one], asked, said)) is not None}
        return self._topics[max(ranks, key=ranks.__getitem__, default=ids[0])]

    def _rank(self, topic: Topic, asked: Asked, said: tuple[str, ...]) -> tuple[bool, bool, int] | None:
        where = not asked.destinations.isdisjoint(topic.destinations)
        if topic.destinations and not where:
            return None
        longest = max((len(words) for words in self._words[topic.id] if _within(words, said)), default=0)
        named = not (
            asked.families.isdisjoint(topic.families)
            and asked.channels.isdisjoint(topic.channels)
            and asked.legal_forms.isdisjoint(topic.legal_forms)
        )
        if topic.told_apart and not (longest or named):
            return None
        return bool(longest or named), where, longest

    def topic(self, topic_id: str) -> Topic | None:
        """One topic; nothing where there is none of that name."""
        return self._topics.get(topic_id)

    def topics(self) -> list[Topic]:
        """Every topic, in the order of the file."""
        return list(self._topics.values())

    def intents(self) -> dict[str, tuple[str, ...]]:
        """Every intent that is answered, with the ids of its topics."""
        return dict(self._intents)


def _heard(text: str) -> tuple[str, ...]:
    return tuple(bare(word) for word in phonetic(text).split())


def _within(words: tuple[str, ...], said: tuple[str, ...]) -> bool:
    return any(said[at : at + len(words)] == words for at in range(len(said) - len(words) + 1))
