"""Figures: known values, what always holds, and scikit-learn's opinion."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from bot.nlu.measuring import scoring

LABELS = st.sampled_from(["a", "b", "c", "d"])
PAIRS = st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=60)


@given(PAIRS)
@settings(deadline=None)
def test_f1_is_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    """Macro over the labels that were expected, micro over all, label by label."""
    expected, guessed = [one for one, _ in pairs], [other for _, other in pairs]
    labels = sorted(set(expected))
    score = scoring.f1(expected, guessed)
    assert score.examples == len(pairs)
    assert score.labels == len(labels)
    assert score.macro == pytest.approx(f1_score(expected, guessed, labels=labels, average="macro", zero_division=0))
    assert score.micro == pytest.approx(f1_score(expected, guessed, average="micro", zero_division=0))
    of_labels = f1_score(expected, guessed, labels=labels, average=None, zero_division=0)
    assert scoring.f1_by_label(expected, guessed) == pytest.approx(dict(zip(labels, of_labels, strict=True)))


def test_a_known_f1() -> None:
    """Two of three right: a has 2·1/(2+1), b has 2·1/(1+2)."""
    score = scoring.f1(["a", "a", "b"], ["a", "b", "b"])
    assert score.macro == pytest.approx(2 / 3)
    assert score.micro == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("there", "said", "precision", "recall", "f1"),
    [
        ([True, True, False, False], [True, False, True, False], 0.5, 0.5, 0.5),
        ([True, True], [True, True], 1.0, 1.0, 1.0),
        ([True], [False], None, 0.0, 0.0),
        ([False], [True], 0.0, None, 0.0),
        ([False], [False], None, None, None),
    ],
)
def test_what_cannot_be_said_is_not_said(
    there: list[bool], said: list[bool], precision: float | None, recall: float | None, f1: float | None
) -> None:
    """Nothing found has no precision, nothing there has no recall."""
    assert scoring.found(there, said) == scoring.Found(sum(there), precision, recall, f1)


def test_entities_count_by_name_and_value() -> None:
    """A wrong value is a miss and a false find; what comes twice counts twice."""
    expected = [[("province", "MA-FES"), ("craft", "leather")], [("phone", "1"), ("phone", "1")], []]
    found = [[("province", "MA-RAB"), ("craft", "leather")], [("phone", "1")], [("number", "3")]]
    scores = scoring.entities_found(expected, found)
    assert list(scores) == ["craft", "number", "phone", "province"]
    assert scores["craft"] == scoring.Found(1, 1.0, 1.0, 1.0)
    assert scores["province"] == scoring.Found(1, 0.0, 0.0, 0.0)
    assert scores["phone"] == scoring.Found(2, 1.0, 0.5, pytest.approx(2 / 3))  # type: ignore[arg-type]
    assert scores["number"] == scoring.Found(0, 0.0, None, 0.0)


def test_a_known_calibration_error() -> None:
    """Four claims of 0.9 of which three hold are 0.15 off; two claims of 0.1 of which none holds are 0.1 off."""
    error = scoring.calibration_error([0.9] * 4 + [0.1] * 2, [True, True, True, False, False, False])
    assert error == pytest.approx((4 * 0.15 + 2 * 0.1) / 6)
    assert scoring.calibration_error([1.0, 1.0], [True, True]) == 0
    assert scoring.calibration_error([1.0, 1.0], [False, False]) == 1


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
@settings(deadline=None)
def test_a_calibration_error_is_a_share(claims: list[tuple[float, bool]]) -> None:
    """It lies between 0 and 1 whatever is claimed."""
    confidences, right = [one for one, _ in claims], [other for _, other in claims]
    assert 0 <= scoring.calibration_error(confidences, right) <= 1


@given(PAIRS)
@settings(deadline=None)
def test_a_confusion_matrix_loses_nobody(pairs: list[tuple[str, str]]) -> None:
    """Every example is in the cell of its two labels, and every label has one row."""
    expected, guessed = [one for one, _ in pairs], [other for _, other in pairs]
    labels, counts = scoring.confusion(expected, guessed)
    assert sorted(labels) == sorted({*expected, *guessed})
    for row, one in enumerate(labels):
        for column, other in enumerate(labels):
            assert counts[row, column] == pairs.count((one, other))
    listed = scoring.most_confused(labels, counts)
    assert {(one, other): count for one, other, count in listed} == {
        pair: pairs.count(pair) for pair in set(pairs) if pair[0] != pair[1]
    }
    assert [count for *_, count in listed] == sorted((count for *_, count in listed), reverse=True)


def test_what_is_confused_stands_side_by_side() -> None:
    """Labels far apart by name are neighbours where they are taken for each other."""
    names = [f"l{place:02}" for place in range(20)]
    expected = names * 3 + ["l00"] * 9 + ["l07"] * 5
    guessed = names * 3 + ["l19"] * 9 + ["l00"] * 5
    labels, counts = scoring.confusion(expected, guessed)
    place = labels.index
    assert abs(place("l00") - place("l19")) == 1
    assert abs(place("l00") - place("l07")) == 1
    assert counts[place("l00"), place("l19")] == 9
    assert counts[place("l19"), place("l00")] == 0


def _answers(share: float, seed: int, true: list[str]) -> list[str]:
    dice = random.Random(seed)
    return [one if dice.random() < share else dice.choice("abcd") for one in true]


TRUE = random.Random(1).choices("abcd", k=400)


def test_a_clear_difference_is_no_chance() -> None:
    """Twenty points on 400 examples are seen, with the sign of the better one; the interval holds the difference."""
    weak, strong = _answers(0.6, 2, TRUE), _answers(0.85, 3, TRUE)
    found = scoring.difference(TRUE, weak, strong)
    assert not found.may_be_chance
    assert 0 < found.low < found.second - found.first < found.high
    turned = scoring.difference(TRUE, strong, weak)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_equal_models_may_differ_by_chance() -> None:
    """Two models of the same quality: zero lies within; the same model twice: nothing but zero."""
    assert scoring.difference(TRUE, _answers(0.8, 4, TRUE), _answers(0.8, 5, TRUE)).may_be_chance
    same = _answers(0.8, 4, TRUE)
    found = scoring.difference(TRUE, same, same)
    assert (found.low, found.high, found.may_be_chance) == (0, 0, True)


def test_an_interval_is_the_same_every_time() -> None:
    """The dice are fixed, and as wide as theory says: about twice 1.96 standard errors of a paired difference."""
    one, other = _answers(0.7, 6, TRUE), _answers(0.8, 7, TRUE)
    found = scoring.difference(TRUE, one, other)
    assert found == scoring.difference(TRUE, one, other)
    gains = np.asarray([(b == t) - (a == t) for t, a, b in zip(TRUE, one, other, strict=True)], float)
    width = 2 * 1.96 * gains.std() / len(gains) ** 0.5
    assert found.high - found.low == pytest.approx(width, rel=0.15)


def test_forms_have_their_order() -> None:
    """All first, then the project's forms as they are always named, then strange ones; no form is no group."""
    groups = scoring.by_form(["fr", None, "de", "ary", "mixed", "fr"])
    assert list(groups) == ["all", "ary", "fr", "mixed", "de"]
    assert groups["all"] == [0, 1, 2, 3, 4, 5]
    assert groups["fr"] == [0, 5]
