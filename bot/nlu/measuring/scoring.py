"""Figures on what was expected and what was given: pure functions over lists of the same length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from darija.forms import Form

BINS: Final = 15
"""Bins of the calibration error, of equal width: as usual since Guo et al. 2017."""
DRAWS: Final = 2_000
"""Draws of a bootstrap interval."""
CERTAINTY: Final = 0.95
ALL: Final = "all"
"""The group of every example, whatever its form."""
_SEED: Final = 7

Counts = npt.NDArray[np.int64]
Named = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class F1:
    """F1 over labels, 0…1.

    Attributes:
        examples: How many were scored.
        labels: How many labels were expected among them.
        macro: Mean of the labels' own F1; a label that was given and never expected takes no part of its own.
        micro: Share of examples that were given what was expected: with one label each, micro F1 is just that.
    """

    examples: int
    labels: int
    macro: float
    micro: float


@dataclass(frozen=True, slots=True)
class Found:
    """How well something is found.

    Attributes:
        there: How many there were.
        precision: Share (0…1) of what was found that was there; None where nothing was found.
        recall: Share (0…1) of what was there that was found; None where there was none.
        f1: 0…1; None where there was none and none was found.
    """

    there: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher the second macro F1 is than the first, and within which limits it is at `CERTAINTY`."""

    first: float
    second: float
    low: float
    high: float

    @property
    def may_be_chance(self) -> bool:
        """Whether no difference at all lies within the limits."""
        return self.low <= 0 <= self.high


def by_form(forms: Sequence[str | None]) -> dict[str, list[int]]:
    """Group examples by the form of each.

    Returns:
        The places of all of them, then those of each form, the project's own forms first; those of no form are among
        all only.
    """
    named = {form for form in forms if form}
    own = [form for form in map(str, Form) if form in named]
    order = [*own, *sorted(named.difference(own))]
    return {ALL: list(range(len(forms)))} | {
        form: [place for place, one in enumerate(forms) if one == form] for form in order
    }


def f1_by_label(expected: Sequence[str], given: Sequence[str]) -> dict[str, float]:
    """F1 (0…1) of each label that was expected, by name."""
    labels, (first, second) = _numbered(expected, given)
    there = np.bincount(first, minlength=len(labels)) > 0
    scores = _f1(first, second, len(labels))
    return {label: float(score) for label, score, is_there in zip(labels, scores, there, strict=True) if is_there}


def f1(expected: Sequence[str], given: Sequence[str]) -> F1:
    """Macro and micro F1.

    Args:
        expected: One or more.
        given: For each.
    """
    of_labels = f1_by_label(expected, given)
    right = sum(one == other for one, other in zip(expected, given, strict=True))
    return F1(len(expected), len(of_labels), sum(of_labels.values()) / len(of_labels), right / len(expected))


def _numbered(*columns: Sequence[str]) -> tuple[list[str], list[Counts]]:
    """Every label that occurs, in order, and the columns in their numbers."""
    labels = sorted(set().union(*columns))
    number = {label: place for place, label in enumerate(labels)}
    return labels, [np.asarray([number[one] for one in column], np.int64) for column in columns]


def _f1(expected: Counts, given: Counts, labels: int) -> npt.NDArray[np.float64]:
    hits = np.bincount(expected[expected == given], minlength=labels)
    both = np.bincount(expected, minlength=labels) + np.bincount(given, minlength=labels)
    scores: npt.NDArray[np.float64] = 2 * hits / np.maximum(both, 1)
    return scores


def _macro(expected: Counts, given: Counts, labels: int) -> float:
    return float(_f1(expected, given, labels)[np.bincount(expected, minlength=labels) > 0].mean())


def difference(
    expected: Sequence[str], first: Sequence[str], second: Sequence[str], *, draws: int = DRAWS
) -> Difference:
    """Compare two models on the same examples by a paired bootstrap: both are scored on the same draws.

    Args:
        expected: One or more.
        first: What one model gave.
        second: What the other gave.
        draws: How many, each as large as the examples; 1 or more. They are the same every time.

    Source: Efron and Tibshirani 1993, An introduction to the bootstrap, percentile intervals.
    """
    labels, (true, one, other) = _numbered(expected, first, second)
    dice = np.random.default_rng(_SEED)
    gains = []
    for _ in range(draws):
        drawn = dice.integers(len(true), size=len(true))
        gains.append(_macro(true[drawn], other[drawn], len(labels)) - _macro(true[drawn], one[drawn], len(labels)))
    low, high = np.quantile(gains, [(1 - CERTAINTY) / 2, (1 + CERTAINTY) / 2])
    return Difference(_macro(true, one, len(labels)), _macro(true, other, len(labels)), float(low), float(high))


def found(there: Sequence[bool], said: Sequence[bool]) -> Found:
    """How well something is found that is there or not in each example."""
    hits = sum(one and other for one, other in zip(there, said, strict=True))
    return _found(hits, sum(there), sum(said))


def _found(hits: int, there: int, said: int) -> Found:
    return Found(
        there,
        hits / said if said else None,
        hits / there if there else None,
        2 * hits / (there + said) if there + said else None,
    )


def entities_found(expected: Sequence[Named], given: Sequence[Named]) -> dict[str, Found]:
    """How well entities are found, by name: name and value must agree, each as often as it was expected."""
    hits: Counter[str] = Counter()
    there: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for one, other in zip(expected, given, strict=True):
        there.update(name for name, _ in one)
        said.update(name for name, _ in other)
        hits.update(name for name, _ in (Counter(one) & Counter(other)).elements())
    return {name: _found(hits[name], there[name], said[name]) for name in sorted(there | said)}


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """How far confidences are from the truth: the mean distance, bin by bin, of what was claimed from what held.

    Args:
        confidences: 0…1, one or more.
        right: Whether each guess was right.

    Returns:
        Expected calibration error, 0…1; 0 is best.

    Source: Guo et al. 2017, On calibration of modern neural networks, https://arxiv.org/abs/1706.04599.
    """
    claimed, held = np.asarray(confidences, np.float64), np.asarray(right, np.float64)
    bins = np.minimum((claimed * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, claimed - held, BINS)  # of each bin, times its examples
    return float(np.abs(gaps).sum() / len(claimed))


def confusion(expected: Sequence[str], given: Sequence[str]) -> tuple[list[str], Counts]:
    """Count what was given for what was expected.

    Returns:
        Labels, those that are taken for each other side by side; and the counts, a row for each expected label and a
        column for each given one, in that order.
    """
    labels, (first, second) = _numbered(expected, given)
    counts = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(counts, (first, second), 1)
    order = _side_by_side(counts)
    return [labels[place] for place in order], counts[np.ix_(order, order)]


def _side_by_side(counts: Counts) -> list[int]:
    """Order labels so that mistakes are near the diagonal: join chains at their ends, the most confused pair first."""
    both = counts + counts.T
    pairs = [(-int(both[one, other]), one, other) for other in range(len(both)) for one in range(other)]
    chain_of = {place: [place] for place in range(len(both))}
    for _, one, other in sorted(pairs):
        left, right = chain_of[one], chain_of[other]
        if left is right or one not in (left[0], left[-1]) or other not in (right[0], right[-1]):
            continue
        joined = (left if left[-1] == one else left[::-1]) + (right if right[0] == other else right[::-1])
        chain_of.update(dict.fromkeys(joined, joined))
    return chain_of[0] if chain_of else []


def most_confused(labels: Sequence[str], counts: Counts) -> list[tuple[str, str, int]]:
    """Pairs of labels of which one was given for the other, most frequent first: expected, given, how often."""
    pairs: Iterable[tuple[int, int]] = zip(*np.nonzero(counts), strict=True)
    wrong = [(labels[one], labels[other], int(counts[one, other])) for one, other in pairs if one != other]
    return sorted(wrong, key=lambda pair: (-pair[2], pair[0], pair[1]))
