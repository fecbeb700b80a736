"""Learning a linear model with scikit-learn; needed in training only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bot.nlu.linear import LinearModel, number_terms
from bot.nlu.views import Analyser

STRENGTH: Final = 20.0
"""C of the logistic regression, as measured best for folded n-grams."""
_TOLERANCE: Final = 1e-4
_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learnt, as scikit-learn holds it and as arrays that score alike."""

    vectorisers: tuple[Any, ...]
    regression: Any
    model: LinearModel

    def sklearn_probabilities(self, text: str) -> Any:
        """Score with scikit-learn itself: what the arrays are compared with."""
        from scipy.sparse import hstack  # noqa: PLC0415 - training only

        return self.regression.predict_proba(hstack([one.transform([text]) for one in self.vectorisers]).tocsr())[0]


class TooFewClassesError(ValueError):
    """There is nothing to tell apart."""


def fit(
    texts: Sequence[str],
    labels: Sequence[str],
    analyser: Analyser,
    *,
    strength: float = STRENGTH,
    rarest: int = 1,
) -> Fitted:
    """Learn to tell labels apart.

    Args:
        texts: Examples.
        labels: The label of each.
        analyser: Makes the views of a text.
        strength: C of the logistic regression, above 0: higher trusts the examples more.
        rarest: Examples in which a term must occur to be kept, 1 or more.

    Returns:
        What was learnt; the same for the same input.

    Raises:
        TooFewClassesError: Fewer than two labels.
    """
    from scipy.sparse import hstack  # noqa: PLC0415 - training only
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - as above
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as above

    if len(set(labels)) < 2:  # noqa: PLR2004 - two is what telling apart needs
        raise TooFewClassesError(f"{len(set(labels))} labels in {len(texts)} examples")
    seen = [analyser(text) for text in texts]
    vectorisers, matrices = [], []
    for view in range(len(seen[0])):
        vectoriser = TfidfVectorizer(analyzer="word", sublinear_tf=True, min_df=rarest)
        matrices.append(_fit_view(vectoriser, [views[view] for views in seen], view, analyser))
        vectorisers.append(vectoriser)
    regression = LogisticRegression(
        C=strength, solver="liblinear", multi_class="ovr", tol=_TOLERANCE, random_state=_SEED
    )
    regression.fit(hstack(matrices).tocsr(), list(labels))
    return Fitted(tuple(vectorisers), regression, _arrays(vectorisers, regression, analyser))


def _fit_view(vectoriser: Any, grams: list[list[str]], view: int, analyser: Analyser) -> Any:
    """Fit on n-grams already made: folding every text once per view would take four times as long."""
    vectoriser.set_params(analyzer=lambda ready: ready)
    matrix = vectoriser.fit_transform(grams)
    vectoriser.set_params(analyzer=lambda text: analyser(text)[view])
    return matrix


def _arrays(vectorisers: Sequence[Any], regression: Any, analyser: Analyser) -> LinearModel:
    terms = [sorted(one.vocabulary_, key=one.vocabulary_.__getitem__) for one in vectorisers]
    coefficients, intercepts = regression.coef_, regression.intercept_
    if len(regression.classes_) == 2:  # noqa: PLR2004 - scikit-learn keeps one row where there are two classes
        coefficients = np.vstack([-coefficients, coefficients])
        intercepts = np.concatenate([-intercepts, intercepts])
    return LinearModel(
        analyser=analyser,
        classes=tuple(map(str, regression.classes_)),
        columns=number_terms(terms),
        idf=np.concatenate([one.idf_ for one in vectorisers]).astype(np.float32),
        weights=np.ascontiguousarray(coefficients.T, dtype=np.float32),
        intercepts=np.asarray(intercepts, dtype=np.float32),
    )
