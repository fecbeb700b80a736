"""Two wishes in one message."""

from __future__ import annotations

from typing import Any, Final

import pytest

from bot.nlu.wishes import FEWEST_WORDS, SURE, two_wishes


def rank(meanings: dict[str, tuple[str, float]], known: float = 1.0) -> Any:
    """Understands the texts it is told and no other."""

    def look(text: str) -> tuple[list[dict[str, Any]], float]:
        name, confidence = meanings.get(text.strip(), ("out_of_scope", 1.0))
        return [{"name": name, "confidence": confidence}], known

    return look


TEXT: Final = "bghit ntsejjel w kifach nsifto"
FIRST: Final = "bghit ntsejjel"
SECOND: Final = "kifach nsifto"


def test_two_clear_wishes_are_two() -> None:
    """Each with its own words, in the order said."""
    found = two_wishes(TEXT, rank({FIRST: ("enroll", 0.9), SECOND: ("shipping_info", 0.95)}))
    assert found == [
        {"text": FIRST, "intent": "enroll", "confidence": 0.9},
        {"text": SECOND, "intent": "shipping_info", "confidence": 0.95},
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("enroll", 0.9), ("enroll", 0.9)),
        (("greet", 0.99), ("enroll", 0.9)),
        (("enroll", SURE - 0.01), ("shipping_info", 0.99)),
        (("enroll", 0.99), ("inform", 0.99)),
        (("enroll", 0.99), ("out_of_scope", 0.99)),
    ],
)
def test_anything_less_is_not_two(first: tuple[str, float], second: tuple[str, float]) -> None:
    """The same twice, a greeting before, one that is not sure, an answer."""
    assert two_wishes(TEXT, rank({FIRST: first, SECOND: second})) == []


def test_what_was_never_seen_is_no_wish() -> None:
    """However sure the classifier is of it."""
    assert two_wishes(TEXT, rank({FIRST: ("enroll", 0.9), SECOND: ("shipping_info", 0.95)}, known=0.1)) == []
    assert two_wishes(TEXT, lambda _: ([], 0.0)) == []


def test_one_word_is_no_wish() -> None:
    """It is a name, a place, a yes."""
    assert FEWEST_WORDS == 2
    assert two_wishes("ntsejjel w kifach", rank({"ntsejjel": ("enroll", 1.0), "kifach": ("help", 1.0)})) == []


def test_the_clearest_cut_counts() -> None:
    """Of several places the one where both halves are surest."""
    text = "bghit ntsejjel. kifach nsifto. ch7al diwana"
    found = two_wishes(
        text,
        rank(
            {
                "bghit ntsejjel": ("enroll", 0.9),
                "kifach nsifto. ch7al diwana": ("shipping_info", 0.85),
                "bghit ntsejjel. kifach nsifto": ("enroll", 0.81),
                "ch7al diwana": ("customs_duty_info", 0.99),
            }
        ),
    )
    assert [one["text"] for one in found] == ["bghit ntsejjel", "kifach nsifto. ch7al diwana"]
