"""Whether the steps hold together: what no single entry can know of itself; `maalem validate` asks here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from knowledge.export.checklist import Export
from knowledge.export.models import Phase

_PHASES = list(Phase)


def problems(export: Export) -> list[str]:
    """Everything that cannot be so, one sentence each; empty when all is well."""
    return [*_order(export), *_nobodys(export), *_contradictions(export), *_agreements(export)]


def _order(export: Export) -> Iterator[str]:
    """Steps stand phase by phase, and every phase has some."""
    for before, after in pairwise(export.steps):
        if _PHASES.index(after.phase) < _PHASES.index(before.phase):
            yield f"{after.id} ({after.phase}) stands after {before.id} ({before.phase})"
    for phase in _PHASES:
        if all(step.phase is not phase for step in export.steps):
            yield f"{phase} has no step"


def _nobodys(export: Export) -> Iterator[str]:
    """A step that no answers call for is a mistake in its condition."""
    for step in export.steps:
        for question, allowed in export.admitted(step.id).items():
            if not allowed:
                yield f"{step.id} is for nobody: no {question} will do"


def _contradictions(export: Export) -> Iterator[str]:
    """Two steps can meet in a list unless some question has no answer that calls for both."""
    for step in export.steps:
        for other in step.excludes:
            mine, others = export.admitted(step.id), export.admitted(other)
            if all(mine[question] & others[question] for question in mine.keys() & others.keys()):
                yield f"{step.id} excludes {other}, but answers call for both"


def _agreements(export: Export) -> Iterator[str]:
    """Whoever sells to a partner is told of the agreement, and of its proofs."""
    for agreement in export.agreements:
        step = export.step(agreement.step)
        reached = export.members(step.when.destinations)
        for country in sorted(export.members(agreement.partners) - reached):
            yield f"{agreement.id}: {step.id} is not for {country}"
        for proof in agreement.proofs:
            if proof not in step.papers:
                yield f"{agreement.id}: {step.id} does not name the proof {proof}"
