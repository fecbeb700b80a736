"""A linear classifier over n-gram views as plain arrays: scored with numpy alone, kept as JSON and npz.

What scikit-learn learnt (`bot.nlu.fitting`) is copied here, because one message through its vectorisers and sparse
matrices takes several milliseconds, and because a pickle may run code when it is read. Weights are kept as bytes, a
scale per class: on 33,000 examples that changed one decision in a thousand and made the file an eighth.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.nlu.views import Look

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]

_TERMS: Final = "terms.json"
_ARRAYS: Final = "arrays.npz"
BYTE_MAX: Final = 127


class NotALinearModelError(ValueError):
    """The files of a stored model do not fit together."""


@dataclass(frozen=True, slots=True)
class Term:
    """What one n-gram did for one class: `weight` is what it added to the margin."""

    view: int
    gram: str
    weight: float


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Linear classifier over TF-IDF views.

    Attributes:
        look: Makes the views of a text; must be the one the model was trained with.
        classes: Names, in the order of the columns of `weights`.
        columns: Per view, term → row of `weights`.
        idf: Inverse document frequency of each row.
        weights: Terms x classes, in units of `scales`.
        scales: What one unit of weight is worth, one per class.
        intercepts: One per class.
        temperature: Margins are multiplied by it before they become probabilities; above 0.
        gate: From which probability (0…1) on the one class that is no wish of ours is put first, though others are
            likelier; 1 where only the likeliest counts.
    """

    look: Look
    classes: tuple[str, ...]
    columns: tuple[dict[str, int], ...]
    idf: Floats
    weights: Bytes
    scales: Floats
    intercepts: Floats
    temperature: float = 1.0
    gate: float = 1.0

    def _vector(self, text: str) -> tuple[list[int], Floats, list[tuple[int, str]], float]:
        """Rows, their values, what they are, and the share of the text's n-grams that training has seen."""
        rows: list[int] = []
        values: list[Floats] = []
        grams: list[tuple[int, str]] = []
        known = seen = 0
        for view, (found, columns, weight) in enumerate(
            zip(self.look.views(text), self.columns, self.look.weights, strict=True)
        ):
            counts = Counter(found)
            seen += len(counts)
            met = [(columns[gram], gram, count) for gram, count in counts.items() if gram in columns]
            if not met:
                continue
            known += len(met)
            view_rows = [row for row, _, _ in met]
            weighed = (1 + np.log(np.asarray([count for _, _, count in met], np.float32))) * self.idf[view_rows]
            values.append(weighed * np.float32(weight / np.sqrt(weighed @ weighed)))
            rows += view_rows
            grams += [(view, gram) for _, gram, _ in met]
        return rows, np.concatenate(values) if values else np.zeros(0, np.float32), grams, known / seen if seen else 0.0

    def margins(self, text: str) -> tuple[Floats, float]:
        """Score a text.

        Args:
            text: Any string.

        Returns:
            The margin of each class, the likeliest having the highest, and how much of the text is known:
            the share (0…1) of its n-grams, over all views, that were seen in training. At 0 the margins say nothing
            about this text.
        """
        rows, values, _, known = self._vector(text)
        if not rows:
            return self.intercepts, known
        return values @ self.weights[rows].astype(np.float32) * self.scales + self.intercepts, known

    def probabilities(self, text: str) -> tuple[Floats, float]:
        """Score a text: as `margins`, with calibrated probabilities (0…1, together 1) in place of margins."""
        margins, known = self.margins(text)
        return softmax(margins * np.float32(self.temperature)), known

    def explain(self, text: str, name: str) -> list[Term]:
        """Tell what each n-gram of a text did for a class, the weightiest first, for or against.

        Raises:
            ValueError: The model knows no such class.
        """
        column = self.classes.index(name)
        rows, values, grams, _ = self._vector(text)
        if not rows:
            return []
        did = values * self.weights[rows, column].astype(np.float32) * self.scales[column]
        order = np.argsort(-np.abs(did), kind="stable")
        return [Term(grams[place][0], grams[place][1], float(did[place])) for place in order if did[place]]

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder."""
        terms = {
            "classes": self.classes,
            "views": [list(columns) for columns in self.columns],
            "temperature": self.temperature,
            "gate": self.gate,
        }
        (folder / _TERMS).write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
        np.savez_compressed(
            folder / _ARRAYS,
            idf=self.idf.astype(np.float16),
            weights=self.weights,
            scales=self.scales,
            intercepts=self.intercepts,
        )

    @classmethod
    def load(cls, folder: Path, look: Look) -> LinearModel:
        """Read a model that `save` wrote.

        Raises:
            FileNotFoundError: There is none in this folder.
            NotALinearModelError: Its parts do not fit together.
        """
        terms: dict[str, Any] = json.loads((folder / _TERMS).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            weights = arrays["weights"]
            idf, scales, intercepts = (arrays[name].astype(np.float32) for name in ("idf", "scales", "intercepts"))
        columns = number_terms(terms["views"])
        classes = tuple(terms["classes"])
        size = sum(map(len, columns))
        if (
            len(columns) != len(look.names)
            or weights.dtype != np.int8
            or weights.shape != (size, len(classes))
            or idf.shape != (size,)
            or not intercepts.shape == scales.shape == (len(classes),)
        ):
            raise NotALinearModelError(
                f"{size} terms in {len(columns)} views and {len(classes)} classes, but weights are {weights.shape}"
            )
        return cls(look, classes, columns, idf, weights, scales, intercepts, terms["temperature"], terms["gate"])


def softmax(scores: Floats) -> Floats:
    """Probabilities (0…1, together 1) of scores along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def number_terms(views: list[list[str]]) -> tuple[dict[str, int], ...]:
    """Give the terms of each view their rows: one view after the other, in the order listed."""
    columns: list[dict[str, int]] = []
    first = 0
    for terms in views:
        columns.append({term: first + place for place, term in enumerate(terms)})
        first += len(terms)
    return tuple(columns)
