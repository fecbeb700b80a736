"""Reading the YAML files into checked entries and ready look-ups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, Final

from knowledge.answers import DETAIL, SHORT, Answers
from knowledge.crafts import CraftIndex
from knowledge.destinations import DestinationIndex
from knowledge.export import Export
from knowledge.export.loading import read_export
from knowledge.models import (
    Beyond,
    Destination,
    Entry,
    Fact,
    Family,
    Province,
    Publisher,
    Region,
    Topic,
    Town,
    Track,
    TrackState,
)
from knowledge.names import Words
from knowledge.places import PlaceIndex, plain_latin
from knowledge.reading import (
    INHERITED,
    KnowledgeError,
    checked_entries,
    linked,
    read_mapping,
    section_entries,
    unique,
)

DATA: Final = Path(__file__).parent / "data"

_PARTS: Final = {
    "places.yml": {"regions", "provinces", "towns", "beyond", "words"},
    "communes.yml": {"communes"},
    "crafts.yml": {"families", "words"},
    "tracks.yml": {"known_until", "tracks"},
    "destinations.yml": {"destinations", "words"},
    "facts.yml": {"publishers", "facts", "messages"},
    "answers.yml": {"intents", "topics"},
}
_CHANNELS: Final = ("commercial_freight", "express_courier", "post", "hand_carried_by_buyer", "fair_temporary")
_LEGAL_FORMS: Final = ("none", "auto_entrepreneur", "natural_person", "cooperative", "company")


@dataclass(frozen=True, slots=True)
class Standing:
    """How sure a message is on a day.

    Attributes:
        to_confirm: It may only be said as "to be confirmed": a fact behind it is weak, or its day of review has come.
        as_of: Day its changeable facts were checked, to be shown; nothing where none may change without notice.
    """

    to_confirm: bool
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything the product speaks from.

    Attributes:
        places: Look-ups of regions, provinces and towns.
        crafts: Look-ups of craft families and trades.
        destinations: Look-ups of countries.
        tracks: What the programme offers, in the order it is offered.
        facts: Statements behind the information messages, by id.
        messages: Message id to the ids of its facts.
        export: Steps of an export, and the lists made of them.
        publishers: Who stands behind facts, by id.
        answers: Topics of the questions.
        known_until: Last day for which the programme's budget is known.
        entries: Every entry of every file.
    """

    places: PlaceIndex
    crafts: CraftIndex
    destinations: DestinationIndex
    tracks: tuple[Track, ...]
    facts: dict[str, Fact]
    messages: dict[str, tuple[str, ...]]
    export: Export
    publishers: dict[str, Publisher]
    answers: Answers
    known_until: date
    entries: tuple[Entry, ...]

    def track(self, track_id: str) -> Track:
        """One track.

        Raises:
            KeyError: No such track.
        """
        return {track.id: track for track in self.tracks}[track_id]

    def track_state(self, track: Track, on: date) -> TrackState:
        """Whether people can apply on a day.

        A track is open only while its dates say so; without a closing date, not beyond the day until which the
        programme's budget is known: then nobody has confirmed it.
        """
        if track.state is TrackState.CLOSED or (track.closes is not None and on > track.closes):
            return TrackState.CLOSED
        begun = track.opens is None or track.opens <= on
        if track.state is TrackState.OPEN and begun and on <= (track.closes or self.known_until):
            return TrackState.OPEN
        return TrackState.UNCONFIRMED

    def open_tracks(self, on: date) -> list[Track]:
        """The tracks that are open for certain on a day."""
        return [track for track in self.tracks if self.track_state(track, on) is TrackState.OPEN]

    def facts_of(self, message_id: str) -> list[Fact]:
        """The facts a message rests on; none for a message that states none."""
        return [self.facts[fact_id] for fact_id in self.messages.get(message_id, ())]

    def standing(self, message_id: str, on: date) -> Standing:
        """How sure a message is on a day."""
        facts = self.facts_of(message_id)
        return Standing(
            to_confirm=any(fact.unconfirmed or fact.review_by <= on for fact in facts),
            as_of=min((fact.checked for fact in facts if fact.volatile), default=None),
        )

    def publisher(self, fact: Fact, language: str) -> str | None:
        """Who states a fact, by the name people read; nobody for what was not found."""
        if fact.publisher is None:
            return None
        known = self.publishers[fact.publisher]
        if language == "ary-Latn":
            return plain_latin(known.fr)
        return known.fr if language == "fr" else known.ar

    def overdue(self, on: date) -> list[Entry]:
        """Entries whose day of review has come."""
        return [entry for entry in self.entries if entry.review_by <= on]


def _families(crafts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Families with their trades, to which they hand down family id, flags, source and dates."""
    for family in section_entries(crafts["families"]):
        head: dict[str, Any] = {name: family[name] for name in INHERITED if name in family}
        handed: dict[str, Any] = {**head, "family": family.get("id")}
        trades = [
            {**handed, **trade, "flags": list(dict.fromkeys([*family.get("flags", ()), *trade.get("flags", ())]))}
            for trade in family.get("trades", ())
        ]
        yield {**family, "trades": trades}


def _publishers(written: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Publishers with one name, or with one for each of the two scripts."""
    for one, name in written.items():
        yield {"id": one, **(name if isinstance(name, dict) else {"fr": name, "ar": name})}


def _words(name: str, content: dict[str, Any]) -> Words:
    try:
        return Words(**content["words"])
    except TypeError as error:
        raise KnowledgeError(f"{name}: words: {error}") from error


def read_folder(folder: Path = DATA) -> Knowledge:
    """Read all files, check them and build the look-ups.

    Args:
        folder: Where the YAML files are.

    Raises:
        KnowledgeError: An entry lacks its source, confidence or dates, a link leads nowhere, an id stands twice.
        OSError: A file is missing.
    """
    files = {name.removesuffix(".yml"): read_mapping(folder, name, parts) for name, parts in _PARTS.items()}
    place_data = files["places"]
    regions = checked_entries(Region, "places.yml", section_entries(place_data["regions"]))
    provinces = checked_entries(Province, "places.yml", section_entries(place_data["provinces"]))
    towns = checked_entries(Town, "places.yml", section_entries(place_data["towns"]))
    beyond = checked_entries(Beyond, "places.yml", section_entries(place_data["beyond"]))
    communes = checked_entries(Town, "communes.yml", section_entries(files["communes"]["communes"]))
    families = checked_entries(Family, "crafts.yml", _families(files["crafts"]))
    tracks = checked_entries(Track, "tracks.yml", section_entries(files["tracks"]["tracks"]))
    destinations = checked_entries(
        Destination, "destinations.yml", section_entries(files["destinations"]["destinations"])
    )
    facts = checked_entries(Fact, "facts.yml", section_entries(files["facts"]["facts"]))
    publishers = checked_entries(Publisher, "facts.yml", _publishers(files["facts"]["publishers"]))
    topics = checked_entries(Topic, "answers.yml", files["answers"]["topics"])
    intents = {intent: tuple(ids) for intent, ids in files["answers"]["intents"].items()}
    messages = {name: tuple(ids) for name, ids in files["facts"]["messages"].items()}
    for topic in topics:
        messages[SHORT.format(topic.id)] = topic.facts
        if topic.more:
            messages[DETAIL.format(topic.id)] = topic.more

    trades = [trade for family in families for trade in family.trades]
    unique("places.yml", [*(one.code for one in regions), *(one.code for one in provinces), *(one.fr for one in towns)])
    unique("crafts.yml", [*(family.id for family in families), *(trade.id for trade in trades)])
    unique("tracks.yml", [track.id for track in tracks])
    unique("destinations.yml", [destination.code for destination in destinations])
    unique("facts.yml", [fact.id for fact in facts])
    linked("places.yml: region", (province.region for province in provinces), (region.code for region in regions))
    codes = [province.code for province in provinces]
    linked("places.yml: province", (town.province for town in towns), codes)
    linked("communes.yml: province", (commune.province for commune in communes), codes)
    linked("places.yml: seat", (region.seat for region in regions), (town.fr for town in towns))
    unique("answers.yml", [topic.id for topic in topics])
    linked("facts.yml: publisher", (one.publisher for one in facts if one.publisher), (one.id for one in publishers))
    linked("answers.yml: intents", chain.from_iterable(intents.values()), (topic.id for topic in topics))
    linked("answers.yml: topics of no intent", (topic.id for topic in topics), chain.from_iterable(intents.values()))
    for field, known in {
        "destinations": [one.code for one in destinations],
        "families": [family.id for family in families],
        "channels": _CHANNELS,
        "legal_forms": _LEGAL_FORMS,
    }.items():
        linked(f"answers.yml: {field}", chain.from_iterable(getattr(topic, field) for topic in topics), known)
    linked("facts.yml: messages", chain.from_iterable(messages.values()), (fact.id for fact in facts))

    export = read_export(folder / "export", families, destinations)
    return Knowledge(
        places=PlaceIndex(regions, provinces, towns, communes, beyond, words=_words("places.yml", place_data)),
        crafts=CraftIndex(families, words=_words("crafts.yml", files["crafts"])),
        destinations=DestinationIndex(destinations, words=_words("destinations.yml", files["destinations"])),
        tracks=tuple(tracks),
        facts={fact.id: fact for fact in facts},
        messages=messages,
        export=export.export,
        publishers={one.id: one for one in publishers},
        answers=Answers(intents, topics),
        known_until=files["tracks"]["known_until"],
        entries=(
            *regions,
            *provinces,
            *towns,
            *beyond,
            *communes,
            *families,
            *trades,
            *tracks,
            *destinations,
            *facts,
            *export.entries,
        ),
    )
