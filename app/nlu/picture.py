"""The confusion matrix as a picture."""

# ruff: noqa: PLC0415 - the drawing library is slow to load, and loaded for pictures only

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

FORMATS: Final = (".png", ".svg", ".pdf")
_CELL_INCHES: Final = 0.22
_MARGIN_INCHES: Final = 2.6
_LABEL_POINTS: Final = 7
_COUNT_POINTS: Final = 5
_DOTS_PER_INCH: Final = 150
_DARK: Final = 0.5
"""Share of a row from which on a count is written in white."""


def draw(labels: Sequence[str], counts: Sequence[Sequence[int]], path: Path) -> None:
    """Draw a confusion matrix.

    Args:
        labels: Of rows (expected) and columns (given), in their order.
        counts: A row for each expected label. A cell's colour is its share of the row, on a scale that shows the rare.
        path: Where to; its ending says in which of `FORMATS`.
    """
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    matrix = np.asarray(counts, np.float64)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    side = _MARGIN_INCHES + _CELL_INCHES * len(labels)
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.4, 0, 1), interpolation="nearest")
    places = range(len(labels))
    axes.set_xticks(places, labels, rotation=90, fontsize=_LABEL_POINTS, parse_math=False)
    axes.set_yticks(places, labels, fontsize=_LABEL_POINTS, parse_math=False)
    axes.set_xlabel("given")
    axes.set_ylabel("expected")
    axes.set_xticks(np.arange(-0.5, len(labels)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(labels)), minor=True)
    axes.grid(which="minor", color="#dddddd", linewidth=0.4)
    axes.tick_params(which="minor", length=0)
    for row, column in zip(*np.nonzero(matrix), strict=True):
        colour = "white" if shares[row, column] ** 0.4 >= _DARK else "#8b0000"
        words = f"{matrix[row, column]:.0f}"
        axes.text(column, row, words, ha="center", va="center", color=colour, fontsize=_COUNT_POINTS)
    figure.savefig(path, dpi=_DOTS_PER_INCH)
