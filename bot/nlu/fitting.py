"""Learning a linear model with scikit-learn; needed in training only."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.nlu.linear import BYTE_MAX, Floats, LinearModel, number_terms, softmax
from bot.nlu.views import Look, Views

STRENGTH: Final = 0.5
"""C of the linear support vector machine, as measured best for these views."""
HELD_OUT: Final = 4
"""One example in so many is held out from a second machine, to see how far to trust the model on unseen texts."""
TEMPERATURE: Final = 10.0
"""Temperature where nothing could be held out: what larger data gives."""
TOLD_EVERY: Final = 5_000
"""Examples after which whoever watches hears how many have been looked at."""
MANY: Final = 10_000
"""Examples from which on a term must occur in several: with few, each counts."""
_TOLERANCE: Final = 0.5
"""When to end: at 0.1 it takes twice as long for the same decisions."""
_SEED: Final = 7
_TEMPERATURES: Final = np.geomspace(0.5, 30, 60)

Places = npt.NDArray[np.int64]
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learnt, as scikit-learn holds it and as arrays that score alike.

    Attributes:
        vectorisers: One per view.
        machine: The classifier.
        model: The same as arrays.
        held_out: Places of the examples on which a machine trained without them was tried; empty where the data was too
            small to hold anything out.
        tried: Probabilities (held-out examples x classes) that it gave them.
    """

    vectorisers: tuple[Any, ...]
    machine: Any
    model: LinearModel
    held_out: Places
    tried: Floats

    def sklearn_margins(self, text: str) -> Any:
        """Score with scikit-learn itself: what the arrays are compared with."""
        from scipy.sparse import hstack  # noqa: PLC0415 - training only

        views = self.model.look.views(text)
        parts = [
            one.transform([grams]) * weight
            for one, grams, weight in zip(self.vectorisers, views, self.model.look.weights, strict=True)
        ]
        margins = self.machine.decision_function(hstack(parts).tocsr())[0]
        return np.asarray([-margins, margins]) if np.ndim(margins) == 0 else margins


class NothingToLearnError(ValueError):
    """The examples hold nothing to learn from."""


class TooFewClassesError(NothingToLearnError):
    """There is nothing to tell apart."""


def fit(
    texts: Sequence[str],
    labels: Sequence[str],
    look: Look,
    *,
    strength: float = STRENGTH,
    rarest: int = 1,
    report: Report = lambda _: None,
) -> Fitted:
    """Learn to tell labels apart, and how far to trust it.

    Args:
        texts: Examples.
        labels: The label of each.
        look: Makes the views of a text.
        strength: C of the support vector machine, above 0: higher trusts the examples more.
        rarest: Examples in which a term must occur to be kept, 1 or more; counts from `MANY` examples on.
        report: Told what is being done.

    Returns:
        What was learnt; the same for the same input.

    Raises:
        TooFewClassesError: Fewer than two labels.
        NothingToLearnError: No term in any text.
    """
    from scipy.sparse import hstack  # noqa: PLC0415 - training only
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - as above

    if len(set(labels)) < 2:  # noqa: PLR2004 - two is what telling apart needs
        raise TooFewClassesError(f"{len(set(labels))} labels in {len(texts)} examples")
    kept_from = rarest if len(texts) >= MANY else 1
    seen = _seen(texts, look, report)
    vectorisers, matrices = [], []
    for view, weight in enumerate(look.weights):
        vectoriser = TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True, min_df=kept_from)
        matrices.append(_fitted(vectoriser, [views[view] for views in seen]) * weight)
        vectorisers.append(vectoriser)
    matrix = hstack(matrices).tocsr()
    if not matrix.shape[1]:
        raise NothingToLearnError(f"{len(texts)} examples without a term in them")
    report(f"{matrix.shape[1]:,} clues for {len(set(labels))} answers are weighed")
    held_out = _held_out(np.asarray(labels))
    machine, margins = _learn(matrix, np.asarray(labels), strength, held_out)
    temperature = _temperature(margins, np.searchsorted(machine.classes_, np.asarray(labels)[held_out]))
    return Fitted(
        tuple(vectorisers),
        machine,
        _arrays(vectorisers, machine, look, temperature),
        held_out,
        softmax(margins * np.float32(temperature)),
    )


def _seen(texts: Sequence[str], look: Look, report: Report) -> list[Views]:
    """Look at each text, and tell how many have been looked at."""
    seen = []
    for count, text in enumerate(texts):
        if count % TOLD_EVERY == 0:
            report(f"{count:,} of {len(texts):,} examples read")
        seen.append(look.views(text))
    return seen


def _as_they_are(grams: Any) -> Any:
    return grams


def _fitted(vectoriser: Any, grams: list[list[str]]) -> Any:
    """Fit on n-grams already made; a view in which nothing was seen has no terms and no part in anything."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - training only

    try:
        return vectoriser.fit_transform(grams)
    except ValueError:
        vectoriser.vocabulary_ = {}
        vectoriser.transform = lambda texts: csr_matrix((len(texts), 0))
        return csr_matrix((len(grams), 0))


def _learn(matrix: Any, labels: Any, strength: float, held_out: Places) -> tuple[Any, Floats]:
    """The machine for all examples, and the margins of those held out from one that was trained without them.

    The two are made side by side, in processes of their own where the system can fork: the library's dice are shared
    between threads, and the same input must give the same model.
    """
    jobs: list[tuple[Any, Any, float, Places]] = [(matrix, labels, strength, held_out[:0])]
    if len(held_out):
        jobs.append((matrix, labels, strength, held_out))
    if len(jobs) > 1 and "fork" in multiprocessing.get_all_start_methods() and (os.cpu_count() or 1) > 1:
        _Jobs.waiting = jobs
        try:
            with ProcessPoolExecutor(len(jobs), mp_context=multiprocessing.get_context("fork")) as pool:
                done = list(pool.map(_Jobs.run, range(len(jobs))))
        finally:
            _Jobs.waiting = []
    else:
        done = [_machine(*job) for job in jobs]
    whole = done[0][0]
    return whole, done[1][1] if len(done) > 1 else np.zeros((0, len(whole.classes_)), np.float32)


class _Jobs:
    """What forked processes find: matrices reach them with the memory, not through a pipe."""

    waiting: list[tuple[Any, Any, float, Any]] = []  # noqa: RUF012 - one list for the process, emptied after use

    @classmethod
    def run(cls, place: int) -> tuple[Any, Any]:
        return _machine(*cls.waiting[place])


def _machine(matrix: Any, labels: Any, strength: float, held_out: Places) -> tuple[Any, Floats]:
    """Learn from all examples but those held out; their margins.

    All classes at once (Crammer and Singer 2001, https://www.jmlr.org/papers/v2/crammer01a.html): a third of the time
    of one class after the other against the rest, for the same macro F1. The library then takes its count of
    iterations from nowhere, and may warn of it.
    """
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - training only
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - as above

    machine = LinearSVC(multi_class="crammer_singer", C=strength, tol=_TOLERANCE, random_state=_SEED)
    kept = np.setdiff1d(np.arange(len(labels)), held_out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(matrix[kept], labels[kept])
    margins = np.zeros((0, len(machine.classes_)), np.float32)
    if len(held_out):
        margins = machine.decision_function(matrix[held_out]).astype(np.float32)
        margins = np.stack([-margins, margins], axis=1) if margins.ndim == 1 else margins
    machine.coef_ = machine.coef_.astype(np.float32)
    return machine, margins


def _held_out(labels: Any) -> Places:
    """A share of each label's examples; none at all where a label has too few to spare any."""
    dice = np.random.default_rng(_SEED)
    places = [dice.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    if min(map(len, places)) < HELD_OUT:
        return np.zeros(0, np.int64)
    return np.sort(np.concatenate([of_label[: len(of_label) // HELD_OUT] for of_label in places]))


def _temperature(margins: Floats, true: Places) -> float:
    """The factor under which the probabilities of held-out examples are likeliest (temperature scaling).

    Source: Guo et al. 2017, On calibration of modern neural networks, https://arxiv.org/abs/1706.04599.
    """
    if not len(true):
        return TEMPERATURE
    places = np.arange(len(true))
    losses = [-np.log(softmax(margins * np.float32(factor))[places, true] + 1e-9).mean() for factor in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _arrays(vectorisers: Sequence[Any], machine: Any, look: Look, temperature: float) -> LinearModel:
    terms = [sorted(one.vocabulary_, key=one.vocabulary_.__getitem__) for one in vectorisers]
    coefficients, intercepts = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # noqa: PLR2004 - scikit-learn keeps one row where there are two classes
        coefficients = np.vstack([-coefficients, coefficients])
        intercepts = np.concatenate([-intercepts, intercepts])
    scales = np.maximum(np.abs(coefficients).max(axis=1), 1e-9) / BYTE_MAX
    idf = [one.idf_ for one in vectorisers if one.vocabulary_]
    return LinearModel(
        look=look,
        classes=tuple(map(str, machine.classes_)),
        columns=number_terms(terms),
        idf=np.concatenate(idf).astype(np.float16).astype(np.float32),  # as it is kept on disk
        weights=np.ascontiguousarray(np.rint(coefficients / scales[:, None]).T.astype(np.int8)),
        scales=scales.astype(np.float32),
        intercepts=np.asarray(intercepts, dtype=np.float32),
        temperature=temperature,
    )
