"""The shape of a step, of what it depends on, and of a trade agreement."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge.models import Confidence, Entry, Id, RegionCode

CountryOrGroup = Annotated[str, Field(pattern="^([A-Z]{2}|[a-z][a-z_]+)$")]
"""An ISO 3166-1 alpha-2 code (EU for Europe as a whole), or the id of a group of countries in small letters."""


class Question(StrEnum):
    """What may be asked, in the order it is asked: first what rules out most of the others."""

    CRAFT = "craft"
    CHANNEL = "channel"
    DESTINATION = "destination"
    FOOD = "food"
    """Is it for food, and not for decoration alone?"""
    WIRED = "wired"
    """Is the lamp wired?"""
    OLD = "old"
    """Is any piece more than 100 years old, or bought as an antique?"""
    ARGAN_OIL = "argan_oil"
    """Is argan oil sent in containers of more than 5 litres?"""
    UNPAID = "unpaid"
    """Is the shipment free of payment: samples, gifts?"""
    LEGAL_FORM = "legal_form"


class Channel(StrEnum):
    """The way of sending."""

    COMMERCIAL_FREIGHT = "commercial_freight"
    EXPRESS_COURIER = "express_courier"
    POST = "post"
    HAND_CARRIED_BY_BUYER = "hand_carried_by_buyer"
    FAIR_TEMPORARY = "fair_temporary"


class LegalForm(StrEnum):
    """As what the person sells."""

    NONE = "none"
    AUTO_ENTREPRENEUR = "auto_entrepreneur"
    NATURAL_PERSON = "natural_person"
    COOPERATIVE = "cooperative"
    COMPANY = "company"


class Who(StrEnum):
    """Who does a step: the seller, by legal form, or somebody else."""

    ARTISAN = "artisan"
    AUTO_ENTREPRENEUR = "auto_entrepreneur"
    NATURAL_PERSON = "natural_person"
    COOPERATIVE = "cooperative"
    COMPANY = "company"
    IMPORTER = "importer"
    FORWARDER = "forwarder"


class Phase(StrEnum):
    """The parts of a list, in the order they are done."""

    IDENTITY = "identity"
    PREPARE = "prepare"
    ORIGIN = "origin"
    FORMALITIES = "formalities"
    PRODUCT = "product"
    PAYMENT = "payment"


class Basis(StrEnum):
    """Where a statement comes from."""

    SEEN = "seen"
    """Read in a page whose address is given."""
    INFERRED = "inferred"
    """Deduced from what was read."""
    KNOWN = "known"
    """General knowledge, not read again; an address given with it is a place to look."""


class Stated(Entry):
    """What every statement about exporting carries.

    Attributes:
        basis: Where it comes from; nothing where it was looked for and not found.
        volatile: Whether it may change without notice: its date is then shown with it.
    """

    basis: Basis | None = None
    volatile: bool = False

    @property
    def weak(self) -> bool:
        """Whether it may only be said as "to be confirmed"."""
        return self.confidence in {Confidence.LOW, Confidence.NOT_FOUND}

    def confirmed(self, on: date) -> bool:
        """Whether it may be stated as a rule on a day: sure enough, and its day of review has not come."""
        return not self.weak and on < self.review_by

    @model_validator(mode="after")
    def _seen_where(self) -> Self:
        if self.basis is Basis.SEEN and "http" not in self.source:
            raise ValueError("was seen, but the source gives no address")
        if (self.basis is None) != (self.confidence is Confidence.NOT_FOUND):
            raise ValueError("needs a basis unless it was not found")
        return self


class Statement(Stated):
    """One thing known of a step.

    Attributes:
        statement: In English, in our own words, for staff and translators. No figure is said to people without standing
            here.
        as_of: Day or time for which its source says it, where that is known.
    """

    statement: Annotated[str, Field(min_length=10)]
    as_of: str | None = None


class When(BaseModel):
    """What a person's answers must be for a step to apply: every part that is given must hold.

    Attributes:
        crafts: Families, with all their trades, or single trades.
        except_crafts: Families or trades left out of those.
        flags: At least one of them must be on the craft.
        destinations: Countries or groups.
        channels: Ways of sending.
        legal_forms: Legal forms.
        food: Answer to `Question.FOOD`, and so on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    crafts: tuple[Id, ...] = ()
    except_crafts: tuple[Id, ...] = ()
    flags: tuple[Id, ...] = ()
    destinations: tuple[CountryOrGroup, ...] = ()
    channels: tuple[Channel, ...] = ()
    legal_forms: tuple[LegalForm, ...] = ()
    food: bool | None = None
    wired: bool | None = None
    old: bool | None = None
    argan_oil: bool | None = None
    unpaid: bool | None = None


class HandoffIf(BaseModel):
    """For whom alone a step goes to staff: any part that holds is enough."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    legal_forms: tuple[LegalForm, ...] = ()
    regions: tuple[RegionCode, ...] = ()


class Limit(BaseModel):
    """A measured limit of a product rule.

    Attributes:
        of: Id of what it holds for (`limit_…` in i18n/steps.yml).
        substance: Id of what is measured (`substance_…`).
        value: Number and unit, in plain ASCII, the same in every language.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Id
    substance: Id
    value: Annotated[str, Field(pattern=r"^[0-9][ -~]*$")]


class Step(Stated):
    """One thing to do for an export.

    Attributes:
        who: Who does it.
        where: Ids of the places it is done at (`place_…` in i18n/steps.yml).
        papers: Ids of the papers it needs (`paper_…`).
        papers_to_confirm: Papers that a weak source names: said as to be confirmed.
        papers_open: Whether papers are missing from the list that nobody has found.
        cost: How sure we are of the cost the catalogs tell; `not_found` where they tell none.
        delay: The same of the time it takes, or within which it must be done.
        more: Whether the catalogs have more to explain.
        when: For whom it is.
        optional: Whether the export goes on without it.
        handoff: Whether it is never answered alone: staff get a request with what was told.
        handoff_if: For whom alone that is so.
        excludes: Ids of steps that can never stand in the same list; the checker proves it.
        limits: Figures of a product rule, for laboratories.
        facts: What it rests on.
    """

    id: Id
    phase: Phase
    who: Annotated[tuple[Who, ...], Field(min_length=1)]
    where: tuple[Id, ...] = ()
    papers: tuple[Id, ...] = ()
    papers_to_confirm: tuple[Id, ...] = ()
    papers_open: bool = False
    cost: Confidence = Confidence.NOT_FOUND
    delay: Confidence = Confidence.NOT_FOUND
    more: bool = False
    when: When = When()
    optional: bool = False
    handoff: bool = False
    handoff_if: HandoffIf = HandoffIf()
    excludes: tuple[Id, ...] = ()
    limits: tuple[Limit, ...] = ()
    facts: Annotated[tuple[Statement, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _weak_goes_to_staff(self) -> Self:
        if self.weak and not self.handoff:
            raise ValueError(f"{self.id}: a step of confidence {self.confidence} needs `handoff: true`")
        if Confidence.LOW in {self.cost, self.delay}:
            raise ValueError(f"{self.id}: a cost or delay of low confidence is told nobody: not_found")
        return self

    def messages(self) -> tuple[str, ...]:
        """Ids of every text it is told with (i18n/steps.yml)."""
        told = {
            "": True,
            "_why": True,
            "_more": self.more,
            "_cost": self.cost is not Confidence.NOT_FOUND,
            "_delay": self.delay is not Confidence.NOT_FOUND,
        }
        return (
            *(f"step_{self.id}{part}" for part, is_told in told.items() if is_told),
            f"phase_{self.phase}",
            *(f"who_{who}" for who in self.who),
            *(f"place_{place}" for place in self.where),
            *(f"paper_{paper}" for paper in (*self.papers, *self.papers_to_confirm)),
            *(f"limit_{limit.of}" for limit in self.limits),
            *(f"substance_{limit.substance}" for limit in self.limits),
        )


class Group(Entry):
    """Countries with the same rules.

    Attributes:
        members: Their codes; those of the destinations people are asked for.
    """

    id: Annotated[str, Field(pattern="^[a-z][a-z_]+$")]
    members: Annotated[tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...], Field(min_length=1)]


class Agreement(Stated):
    """A trade agreement under which goods pay less.

    Attributes:
        partners: Countries or groups.
        proofs: Ids of the papers that prove the origin.
        step: Id of the step that gets them.
        in_force: Since when, as far as known.
        note: What staff should know.
    """

    id: Id
    partners: Annotated[tuple[CountryOrGroup, ...], Field(min_length=1)]
    proofs: tuple[Id, ...] = ()
    step: Id
    in_force: date | None = None
    note: str | None = None
