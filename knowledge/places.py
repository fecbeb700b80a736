"""Where people are: regions, provinces and towns in any spelling, or by a point on the map."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from knowledge.hearing import key
from knowledge.models import Beyond, Point, Province, Region, Town
from knowledge.names import NO_WORDS, Certainty, Hit, NameIndex, Spelling, Words, settled

NEAR_KM: Final = 60
"""Farther than this (kilometres) from every known place, a point tells nothing."""
_EARTH_KM: Final = 6371.0
_REGION_WORDS: Final = frozenset(map(key, ("région", "جهة", "jiha", "jihat", "جيهة", "jihet", "jihte")))
_ARTICLE: Final = re.compile("ال")
"""Towns have it or not: الفاس is an axe; what is long enough is nothing else, الخنيفرة."""
_LONG: Final = 6
"""Sounds of a name beside its article."""
_GSM_ACCENTS: Final = frozenset("éèàùÉ")


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A place found in a text or near a point.

    Attributes:
        code: ISO 3166-2 code: of the province, or of the region where `kind` is "region".
        kind: What was named.
        name: Key of the town (`label` shows it), nothing for a province or region.
        score: 1 where the folded spelling is equal to a known one, less where it is only alike.
        start: Offset of the first character in the text.
        end: Offset after the last one.
    """

    code: str
    kind: Literal["town", "province", "region"]
    name: str | None
    score: float
    start: int
    end: int


def plain_latin(name: str) -> str:
    """A French name for Darija in Latin letters: only the accents that a plain SMS carries (GSM 03.38)."""
    return "".join(
        letter if letter in _GSM_ACCENTS else unicodedata.normalize("NFD", letter)[0]
        for letter in unicodedata.normalize("NFC", name)
    )


def _short(name: str) -> str:
    """A name without the province that tells it from another of the same name."""
    return name.partition(" (")[0]


class PlaceIndex:
    """Look-ups of places.

    Args:
        regions: The twelve regions.
        provinces: The 75 provinces and prefectures.
        towns: Towns people name.
        communes: The other communes: read only where a place was asked for.
        beyond: Places on the other side of the border.
        words: What stands around names of places.
    """

    def __init__(
        self,
        regions: Sequence[Region],
        provinces: Sequence[Province],
        towns: Sequence[Town],
        communes: Sequence[Town] = (),
        beyond: Sequence[Beyond] = (),
        words: Words = NO_WORDS,
    ) -> None:
        self._regions = {region.code: region for region in regions}
        self._provinces = {province.code: province for province in provinces}
        self._towns = {town.fr: town for town in towns}
        self._communes = dict(self._by_name(communes))
        self._seats = {region.seat: region.code for region in regions}
        self._points: list[tuple[Point, str | None]] = [
            *((town.at, ref) for ref, town in {**self._towns, **self._communes}.items() if town.at),
            *((place.at, None) for place in beyond),
        ]
        spellings = list(self._spellings())
        self._articled = {spelling.ref for spelling in spellings if _ARTICLE.match(spelling.text)}
        self._names = NameIndex(spellings, words)

    def _by_name(self, communes: Sequence[Town]) -> Iterable[tuple[str, Town]]:
        """Communes by a name that stands for one of them alone: with the province where there are several."""
        shared = Counter(commune.fr for commune in communes)
        for commune in communes:
            if shared[commune.fr] == 1 and commune.fr not in self._towns:
                yield commune.fr, commune
                continue
            province = self._provinces[commune.province]
            names = {"fr": f"{commune.fr} ({province.fr})", "ar": f"{commune.ar} ({province.ar})"}
            yield names["fr"], commune.model_copy(update=names)

    def _spellings(self) -> Iterable[Spelling]:
        places: dict[str, Region | Province | Town] = {**self._regions, **self._provinces, **self._towns}
        asked = {key(text) for place in places.values() for text in place.asked}
        for ref, place in places.items():
            for text in (_short(place.fr), _short(place.ar), *place.also, *place.asked):
                yield Spelling(ref, text, Certainty.ASKED if key(text) in asked else Certainty.SURE)
        for ref, commune in self._communes.items():
            yield Spelling(ref, _short(commune.fr), Certainty.RARE)
            yield Spelling(ref, _short(commune.ar), Certainty.RARE)

    def find(self, text: str) -> list[PlaceMatch]:
        """Find places in running text, in order; nothing doubtful, no names of persons.

        Args:
            text: Any string; its first 1,000 characters are looked at.

        Returns:
            Matches. Several on the same words where a name stands for several places.
        """
        hits = [
            hit
            for hit in self._names.find(text, alone=True)
            if hit.ref in self._articled
            or not _ARTICLE.match(text, hit.start)
            or len(key(text[hit.start + 2 : hit.end])) >= _LONG
        ]
        return sorted(self._matches(hits), key=lambda match: match.start)

    def read(self, text: str) -> list[PlaceMatch]:
        """Read the answer to "where?": any town, commune, province or region, spelling-tolerant.

        Args:
            text: Any string; as `find`.

        Returns:
            At most 5 candidates, likeliest first. Score 1: an equal spelling that stands for one place alone.
        """
        return settled(self._matches(self._names.read(text)))

    def _matches(self, hits: Sequence[Hit]) -> list[PlaceMatch]:
        found: list[PlaceMatch] = []
        # A town goes before its province and region of the same name: it says more.
        for hit in sorted(hits, key=lambda hit: (-hit.score, hit.start, hit.ref.startswith("MA-"), hit.ref)):
            match = self._match(hit)
            same = [
                other for other in found if (other.start, other.end, other.code) == (match.start, match.end, match.code)
            ]
            if not same:
                found.append(match)
        return found

    def _match(self, hit: Hit) -> PlaceMatch:
        if hit.before in _REGION_WORDS and (region := self._seats.get(self._french(hit.ref))):
            return PlaceMatch(region, "region", None, hit.score, hit.start, hit.end)
        if hit.ref in self._regions:
            return PlaceMatch(hit.ref, "region", None, hit.score, hit.start, hit.end)
        if hit.ref in self._provinces:
            return PlaceMatch(hit.ref, "province", None, hit.score, hit.start, hit.end)
        return PlaceMatch(self._town(hit.ref).province, "town", hit.ref, hit.score, hit.start, hit.end)

    def _french(self, ref: str) -> str:
        return self._provinces[ref].fr if ref in self._provinces else ref

    def _town(self, ref: str) -> Town:
        return self._towns.get(ref) or self._communes[ref]

    def nearest(self, latitude: float, longitude: float) -> PlaceMatch | None:
        """Give the town nearest to a point.

        Args:
            latitude: Degrees, WGS 84.
            longitude: As above.

        Returns:
            The town; nothing when it is more than 60 km away, when a place beyond the border is nearer, or when
            the numbers are no point on Earth.
        """
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004
            return None
        here = (latitude, longitude)
        distance, ref = min(((_kilometres(here, point), ref or "") for point, ref in self._points), default=(0.0, ""))
        if not ref or distance > NEAR_KM:
            return None
        return PlaceMatch(self._town(ref).province, "town", ref, 1.0, 0, 0)

    def label(self, code: str, language: str) -> str:
        """Name a place for the person.

        Args:
            code: Of a region or province, or the name of a town as `PlaceMatch` gives it.
            language: One of the four written forms.

        Returns:
            The name; what is not a known place (a name kept as it was typed) as it is.
        """
        place = (
            self._regions.get(code) or self._provinces.get(code) or self._towns.get(code) or self._communes.get(code)
        )
        if place is None:
            return code
        if language == "ary-Latn":
            return plain_latin(place.fr)
        return place.fr if language == "fr" else place.ar

    def regions(self) -> list[str]:
        """The codes of the twelve regions, north to south as the decree lists them."""
        return list(self._regions)

    def provinces(self, region: str) -> list[str]:
        """The codes of a region's provinces and prefectures; empty for an unknown region."""
        return [province.code for province in self._provinces.values() if province.region == region]

    def region_of(self, province: str) -> str:
        """The region of a province.

        Raises:
            KeyError: No such province.
        """
        return self._provinces[province].region

    def knows(self, code: str) -> bool:
        """Whether a code is one of a province or region."""
        return code in self._provinces or code in self._regions


def _kilometres(one: Point, other: Point) -> float:
    """Great-circle distance (haversine)."""
    north, south = math.radians(one[0]), math.radians(other[0])
    across = math.radians(other[1] - one[1])
    arc = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(across / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, arc)))
