"""A linear classifier over n-gram views as plain arrays: scored with numpy alone, kept as JSON and npz.

What scikit-learn learnt (`bot.nlu.fitting`) is copied here, because one message through its vectorisers and sparse
matrices takes several milliseconds, and because a pickle may run code when it is read.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.nlu.views import Analyser

Floats = npt.NDArray[np.float32]

_TERMS: Final = "terms.json"
_ARRAYS: Final = "arrays.npz"


class NotALinearModelError(ValueError):
    """The files of a stored model do not fit together."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """One-against-rest logistic regression over TF-IDF views.

    Attributes:
        analyser: Makes the views of a text; must be the one the model was trained with.
        classes: Names, in the order of the columns of `weights`.
        columns: Per view, term → row of `weights`.
        idf: Inverse document frequency of each row.
        weights: Terms x classes.
        intercepts: One per class.
    """

    analyser: Analyser
    classes: tuple[str, ...]
    columns: tuple[dict[str, int], ...]
    idf: Floats
    weights: Floats
    intercepts: Floats

    def probabilities(self, text: str) -> tuple[Floats, float]:
        """Score a text.

        Args:
            text: Any string.

        Returns:
            The probability of each class, and how much of the text is known: the share (0…1) of its n-grams, over
            all views, that were seen in training. At 0 the probabilities say nothing about this text.
        """
        rows: list[int] = []
        values: list[float] = []
        known = seen = 0
        for grams, columns in zip(self.analyser(text), self.columns, strict=True):
            counts = Counter(grams)
            seen += len(counts)
            found = [(columns[gram], count) for gram, count in counts.items() if gram in columns]
            if not found:
                continue
            known += len(found)
            view_rows = [row for row, _ in found]
            weighed = (1 + np.log([count for _, count in found])) * self.idf[view_rows]
            values.extend(weighed / np.sqrt(weighed @ weighed))
            rows.extend(view_rows)
        scores = (
            self.intercepts + np.asarray(values, dtype=np.float32) @ self.weights[rows] if rows else self.intercepts
        )
        chances = 1 / (1 + np.exp(-scores))
        return chances / chances.sum(), known / seen if seen else 0.0

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder."""
        terms = {"classes": self.classes, "views": [list(columns) for columns in self.columns]}
        (folder / _TERMS).write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
        np.savez_compressed(folder / _ARRAYS, idf=self.idf, weights=self.weights, intercepts=self.intercepts)

    @classmethod
    def load(cls, folder: Path, analyser: Analyser) -> LinearModel:
        """Read a model that `save` wrote.

        Raises:
            FileNotFoundError: There is none in this folder.
            NotALinearModelError: Its parts do not fit together.
        """
        terms: dict[str, Any] = json.loads((folder / _TERMS).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            idf, weights, intercepts = (arrays[name].astype(np.float32) for name in ("idf", "weights", "intercepts"))
        columns = number_terms(terms["views"])
        size = sum(map(len, columns))
        if (
            weights.shape != (size, len(terms["classes"]))
            or idf.shape != (size,)
            or intercepts.shape != weights[0].shape
        ):
            raise NotALinearModelError(
                f"{size} terms and {len(terms['classes'])} classes, but weights are {weights.shape}"
            )
        return cls(analyser, tuple(terms["classes"]), columns, idf, weights, intercepts)


def number_terms(views: list[list[str]]) -> tuple[dict[str, int], ...]:
    """Give the terms of each view their rows: one view after the other, in the order listed."""
    columns: list[dict[str, int]] = []
    first = 0
    for terms in views:
        columns.append({term: first + place for place, term in enumerate(terms)})
        first += len(terms)
    return tuple(columns)
