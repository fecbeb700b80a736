"""Two wishes in one message: "bghit ntsejjel, w ch7al kayn d lforma?" is asked twice, and answered twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from darija.clauses import places_to_cut

SURE: Final = 0.8
"""Confidence from which a part of a message is a wish of its own, 0…1."""
KNOWN: Final = 0.5
"""Share of a part's n-grams that training must have seen, 0…1."""
PARTS_TRIED: Final = 4
"""Places at which a message is cut on trial: the first ones, for a wish is said early."""
FEWEST_WORDS: Final = 2
"""Of a part: one word is a name, a place, a yes."""
NO_WISHES: Final = frozenset(
    {
        *("affirm", "deny", "greet", "goodbye", "thanks", "inform", "out_of_scope", "bot_identity", "complain", "help"),
        *("back", "skip", "correct", "cancel", "menu", "repeat", "export_step_done"),
    }
)
"""What is said along with a wish, or only about what is open just now."""

Rank = Callable[[str], tuple[list[dict[str, Any]], float]]


def two_wishes(text: str, rank: Rank) -> list[dict[str, Any]]:
    """Find two wishes in a message.

    Args:
        text: Any string.
        rank: Gives the likeliest intents of a text, best first, and how much of it is known (0…1).

    Returns:
        Two entries of `text`, `intent` and `confidence` (0…1) in the order said; nothing where there is one wish, or
        none, or where it is not clear enough.
    """
    best: list[dict[str, Any]] = []
    for end, start in places_to_cut(text)[:PARTS_TRIED]:
        second = _wish(text[start:], rank)
        first = _wish(text[:end], rank) if second is not None else None
        if first is None or second is None or first["intent"] == second["intent"]:
            continue
        if _surer([first, second]) > _surer(best):
            best = [first, second]
    return best


def _wish(part: str, rank: Rank) -> dict[str, Any] | None:
    if len(part.split()) < FEWEST_WORDS:
        return None
    ranking, known = rank(part)
    if not ranking or known < KNOWN:
        return None
    name, confidence = ranking[0]["name"], ranking[0]["confidence"]
    if name in NO_WISHES or confidence < SURE:
        return None
    return {"text": part.strip(), "intent": name, "confidence": confidence}


def _surer(found: list[dict[str, Any]]) -> float:
    return min((float(wish["confidence"]) for wish in found), default=0.0)
