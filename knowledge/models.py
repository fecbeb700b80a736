"""The shape of every fact: nothing enters without its source, its confidence and the dates of its checks."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

FORMS: Final = ("ary", "ary-Latn", "ar", "fr")
"""The four written forms every label exists in."""
LABEL_MAX: Final = 24
"""Characters of a label: the title of a row in a WhatsApp list."""
DESCRIPTION_MAX: Final = 72
"""Characters of a description: the second line of a row in a WhatsApp list."""


class Confidence(StrEnum):
    """How sure we are that a statement is true today."""

    HIGH = "high"
    """Read on an official page or in a law, or a stable rule that several sources confirm."""
    MEDIUM = "medium"
    """A good secondary source, or an official one that is several years old."""
    LOW = "low"
    """A single weak source or conflicting ones: never stated as a rule."""
    NOT_FOUND = "not_found"
    """Looked for and not found: never answered, handed to staff."""


def _in_every_form(texts: dict[str, str], longest: int) -> dict[str, str]:
    if set(texts) != set(FORMS):
        raise ValueError(f"wanted the forms {', '.join(FORMS)}, got {', '.join(texts)}")
    for form, text in texts.items():
        if not text.strip():
            raise ValueError(f"{form}: empty")
        if len(text) > longest:
            raise ValueError(f"{form}: {len(text)} characters, at most {longest}: {text}")
    return texts


Labels = Annotated[dict[str, str], AfterValidator(lambda texts: _in_every_form(texts, LABEL_MAX))]
Descriptions = Annotated[dict[str, str], AfterValidator(lambda texts: _in_every_form(texts, DESCRIPTION_MAX))]
Point = tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]]
"""Latitude and longitude in degrees, WGS 84."""
Code = Annotated[str, Field(pattern=r"^MA-[A-Z]{3}$")]
RegionCode = Annotated[str, Field(pattern=r"^MA-[0-9]{2}$")]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Entry(BaseModel):
    """What every fact carries.

    Attributes:
        source: Where it was read: an address, a law, or "general knowledge".
        confidence: How sure we are of it on the day it was checked.
        checked: Day it was last compared with its source.
        review_by: Day from which it may no longer be trusted without a new look.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(min_length=3)]
    confidence: Confidence
    checked: date
    review_by: date

    @model_validator(mode="after")
    def _reviewed_later(self) -> Self:
        if self.review_by <= self.checked:
            raise ValueError("review_by must be later than checked")
        return self


class Named(Entry):
    """Something that people name in many spellings.

    Attributes:
        also: Spellings that mean only this, in any script.
        asked: Spellings that are ordinary words too: read only where the thing was asked for.
    """

    also: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


class Region(Named):
    """One of the twelve regions."""

    code: RegionCode
    fr: str
    ar: str
    seat: str


class Province(Named):
    """One of the 75 provinces and prefectures."""

    code: Code
    region: RegionCode
    fr: str
    ar: str
    type: Annotated[str, Field(pattern="^(province|prefecture)$")]


class Town(Named):
    """A town or village; its French name is its key."""

    fr: str
    ar: str
    province: Code
    at: Point | None = None


class Beyond(Entry):
    """A place on the other side of the border: a point nearest to it is not in Morocco."""

    name: str
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    at: Point


class Trade(Named):
    """A trade within a craft family.

    Attributes:
        flags: What rules its products meet (crafts.yml explains each), the family's own included.
        hs: Headings of the Harmonized System, four or six digits; to be confirmed by the forwarder.
    """

    id: Id
    family: Id
    label: Labels
    flags: tuple[str, ...] = ()
    hs: tuple[Annotated[str, Field(pattern="^[0-9]{4}([0-9]{2})?$")], ...] = ()
    note: str | None = None


class Family(Named):
    """A family of crafts, as export statistics group them; attributes as `Trade`."""

    id: Id
    label: Labels
    flags: tuple[str, ...] = ()
    hs: tuple[Annotated[str, Field(pattern="^[0-9]{4}([0-9]{2})?$")], ...] = ()
    note: str | None = None
    trades: tuple[Trade, ...] = ()


class TrackState(StrEnum):
    """Whether people can apply for a track."""

    OPEN = "open"
    UNCONFIRMED = "unconfirmed"
    """Nobody has confirmed dates: a request is recorded and passed to staff."""
    CLOSED = "closed"


class Track(Entry):
    """One thing the programme offers.

    Attributes:
        opens: First day, if published.
        closes: Last day, if published.
        eligibility: Who it is for, in English, for staff.
    """

    id: Id
    label: Labels
    description: Descriptions
    opens: date | None = None
    closes: date | None = None
    state: TrackState
    eligibility: str

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens and self.closes and self.closes < self.opens:
            raise ValueError("closes before it opens")
        return self


class Destination(Named):
    """A country artisans sell to, by its ISO 3166-1 alpha-2 code; EU stands for Europe."""

    code: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    label: Labels


class Publisher(BaseModel):
    """Who stands behind a fact, by the name that people read: an office, a law, a newspaper."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    fr: Annotated[str, Field(min_length=2)]
    ar: Annotated[str, Field(min_length=2)]


class Fact(Entry):
    """One statement that a message rests on.

    Attributes:
        statement: In English, in our own words.
        publisher: Who said it; nobody for what was looked for and not found.
        volatile: Whether it may change without notice (amounts, addresses, dates).
        unconfirmed: Whether messages may say it only as "to be confirmed".
    """

    id: Id
    statement: Annotated[str, Field(min_length=10)]
    publisher: Id | None = None
    volatile: bool = False
    unconfirmed: bool = False

    @model_validator(mode="after")
    def _weak_is_never_stated(self) -> Self:
        if self.confidence in {Confidence.LOW, Confidence.NOT_FOUND} and not self.unconfirmed:
            raise ValueError(f"{self.id}: a fact of confidence {self.confidence} needs `unconfirmed: true`")
        return self

    @model_validator(mode="after")
    def _somebody_said_it(self) -> Self:
        if (self.publisher is None) != (self.confidence is Confidence.NOT_FOUND):
            raise ValueError(f"{self.id}: `publisher` says who states it, and stands nowhere else")
        return self


class Topic(BaseModel):
    """One answer to a question: its sentences stand in the catalogs, its facts here.

    Attributes:
        facts: What the short answer (`answer_<id>`) rests on.
        more: What the detail (`answer_<id>_more`) rests on; empty where there is none.
        words: Words that ask for it, in any script, heard by sound.
        destinations: It concerns these countries only.
        families: Craft families that ask for it.
        channels: Ways of sending that ask for it.
        legal_forms: Legal forms that ask for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    facts: Annotated[tuple[Id, ...], Field(min_length=1)]
    more: tuple[Id, ...] = ()
    words: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    families: tuple[Id, ...] = ()
    channels: tuple[Id, ...] = ()
    legal_forms: tuple[Id, ...] = ()

    @property
    def told_apart(self) -> bool:
        """Whether something beside the country must be said to ask for it."""
        return bool(self.words or self.families or self.channels or self.legal_forms)
