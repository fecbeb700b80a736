"""Arrays that score as scikit-learn does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.nlu import fitting
from bot.nlu.fitting import TooFewClassesError, fit
from bot.nlu.linear import LinearModel, NotALinearModelError
from bot.nlu.views import MEANING, WRITING, Look

TEXTS = [
    "بغيت نتسجل",
    "bghit ntsjel",
    "je veux m'inscrire",
    "salam",
    "السلام عليكم",
    "bonjour",
    "شكرا",
    "merci",
    "chokran",
]
LABELS = ["enroll"] * 3 + ["greet"] * 3 + ["thanks"] * 3
ASKED = [*TEXTS, "bghit", "merci bonjour merci", "salam بغيت 0612345678", "شكرا" * 40, "x"]


@pytest.mark.parametrize("look", [MEANING, WRITING])
@pytest.mark.parametrize("size", [len(TEXTS), 6], ids=["three classes", "two classes"])
def test_scores_equal_scikit_learns(look: Look, size: int) -> None:
    """The arrays give scikit-learn's own margins, but for weights kept as bytes, with two classes as with more."""
    fitted = fit(TEXTS[:size], LABELS[:size], look)
    for text in ASKED:
        ours, _ = fitted.model.margins(text)
        assert np.abs(ours - fitted.sklearn_margins(text)).max() < 0.02


def test_a_stored_model_scores_alike(tmp_path: Path) -> None:
    """What is written and read again gives the same answers, from JSON and npz alone."""
    model = fit(TEXTS, LABELS, MEANING).model
    model.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["arrays.npz", "terms.json"]
    again = LinearModel.load(tmp_path, MEANING)
    assert again.classes == ("enroll", "greet", "thanks")
    for text in ASKED:
        ours, known = again.probabilities(text)
        assert np.array_equal(ours, model.probabilities(text)[0])
        assert known == model.probabilities(text)[1]


def test_training_twice_learns_the_same() -> None:
    """The same examples give the same weights."""
    assert np.array_equal(fit(TEXTS, LABELS, MEANING).model.weights, fit(TEXTS, LABELS, MEANING).model.weights)


@pytest.mark.parametrize(
    ("text", "low", "high"), [("", 0, 0), ("你好", 0, 0), ("🙂", 0, 0), ("بغيت نتسجل", 1, 1), ("bghit qqqq", 0.1, 0.9)]
)
def test_the_share_of_known_text_is_told(text: str, low: float, high: float) -> None:
    """0 for what was never seen, 1 for an example, between for a mixture."""
    chances, known = fit(TEXTS, LABELS, MEANING).model.probabilities(text)
    assert low <= known <= high
    assert chances.sum() == pytest.approx(1, abs=1e-5)


def test_a_decision_is_explained() -> None:
    """What the n-grams did for a class adds up to its margin, the weightiest first."""
    model = fit(TEXTS, LABELS, MEANING).model
    terms = model.explain("bghit ntsjel", "enroll")
    column = model.classes.index("enroll")
    margins, _ = model.margins("bghit ntsjel")
    assert sum(term.weight for term in terms) + model.intercepts[column] == pytest.approx(margins[column], abs=1e-4)
    weights = [abs(term.weight) for term in terms]
    assert weights == sorted(weights, reverse=True)
    assert model.explain("你好", "enroll") == []


def test_rare_terms_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terms in fewer examples than asked for are not kept."""
    assert fit(TEXTS, LABELS, MEANING, rarest=2).model.idf.size == fit(TEXTS, LABELS, MEANING).model.idf.size
    monkeypatch.setattr(fitting, "MANY", 1)
    assert fit(TEXTS, LABELS, MEANING, rarest=2).model.idf.size < fit(TEXTS, LABELS, MEANING).model.idf.size


def test_one_class_cannot_be_learnt() -> None:
    """Nothing to tell apart is an error that says so."""
    with pytest.raises(TooFewClassesError, match="1 labels"):
        fit(TEXTS[:3], LABELS[:3], MEANING)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """Nothing is made up where nothing was stored."""
    with pytest.raises(FileNotFoundError):
        LinearModel.load(tmp_path, MEANING)


def test_parts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    """Terms of one model with the arrays of another are found out."""
    fit(TEXTS, LABELS, MEANING).model.save(tmp_path)
    terms = json.loads((tmp_path / "terms.json").read_text(encoding="utf-8"))
    terms["views"][0].append("more")
    (tmp_path / "terms.json").write_text(json.dumps(terms), encoding="utf-8")
    with pytest.raises(NotALinearModelError):
        LinearModel.load(tmp_path, MEANING)
