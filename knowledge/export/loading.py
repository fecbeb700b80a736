"""Reading the steps: one file for each part of the list, in the order of the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from knowledge.export.checklist import ELSEWHERE, Export
from knowledge.export.models import Agreement, Group, Step
from knowledge.models import Confidence, Destination, Entry, Family
from knowledge.reading import INHERITED, checked_entries, linked, read_mapping, section_entries, unique

STEP_FILES: Final = (
    "identity.yml",
    "prepare.yml",
    "origin.yml",
    "formalities.yml",
    "product_europe.yml",
    "product_us.yml",
    "product_other.yml",
    "payment.yml",
)
_HANDED_DOWN: Final = (*INHERITED, "basis", "volatile")
"""What a step hands down to its facts."""


@dataclass(frozen=True, slots=True)
class ExportRead:
    """What the files hold: the look-ups, and every entry for whoever counts their dates."""

    export: Export
    entries: tuple[Entry, ...]


def read_export(folder: Path, families: Sequence[Family], destinations: Sequence[Destination]) -> ExportRead:
    """Read the steps, the agreements and the groups of countries.

    Args:
        folder: Where the files are.
        families: The crafts that steps may name.
        destinations: The countries that steps may name.

    Raises:
        KnowledgeError: As `knowledge.loading.read_folder`.
        OSError: A file is missing.
    """
    markets = read_mapping(folder, "markets.yml", {"groups", "agreements"})
    groups = checked_entries(Group, "markets.yml", section_entries(markets["groups"]))
    agreements = checked_entries(Agreement, "markets.yml", section_entries(markets["agreements"]))
    steps = [step for name in STEP_FILES for step in checked_entries(Step, name, _steps(folder, name))]

    unique("export", [*(step.id for step in steps), *(one.id for one in agreements), *(group.id for group in groups)])
    countries = [destination.code for destination in destinations]
    linked("markets.yml: groups", (code for group in groups for code in group.members), countries)
    known = [*countries, ELSEWHERE, *(group.id for group in groups)]
    linked("markets.yml: partners", (code for one in agreements for code in one.partners), known)
    linked("markets.yml: step", (one.step for one in agreements), (step.id for step in steps))
    _link_steps(steps, families, known)
    return ExportRead(
        Export(steps, agreements, groups, crafts=families, countries=countries),
        (*groups, *agreements, *steps, *(fact for step in steps for fact in step.facts)),
    )


def _steps(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """The steps of a file, each with what stands at the head: its phase, and a condition it may narrow."""
    content = read_mapping(folder, name, {"phase", "steps"})
    when = content.get("when", {})
    for step in section_entries(content["steps"]):
        facts = [_fact(fact, step) for fact in step.get("facts", ())]
        yield {"phase": content["phase"], **step, "when": {**when, **step.get("when", {})}, "facts": facts}


def _fact(fact: str | dict[str, Any], step: dict[str, Any]) -> dict[str, Any]:
    """A fact with what its step hands down; what was not found rests on nothing."""
    own = fact if isinstance(fact, dict) else {"statement": fact}
    head: dict[str, Any] = {part: step[part] for part in _HANDED_DOWN if part in step}
    if own.get("confidence") == Confidence.NOT_FOUND:
        head.pop("basis", None)
    return {**head, **own}


def _link_steps(steps: Sequence[Step], families: Sequence[Family], places: Sequence[str]) -> None:
    trades = [trade for family in families for trade in family.trades]
    ids = [*(family.id for family in families), *(trade.id for trade in trades)]
    flags = [flag for flags in (*(one.flags for one in families), *(one.flags for one in trades)) for flag in flags]
    for step in steps:
        linked(f"{step.id}: crafts", (*step.when.crafts, *step.when.except_crafts), ids)
        linked(f"{step.id}: flags", step.when.flags, flags)
        linked(f"{step.id}: destinations", step.when.destinations, places)
        linked(f"{step.id}: excludes", step.excludes, (other.id for other in steps))
