"""Several messages answered at once: what is still worth saying of each."""

from __future__ import annotations

from typing import Final

from bot.responses.compose import Said

DROPPED_IN_BURST: Final = frozenset(
    {
        "utter_fallback",
        "utter_fallback_plain",
        "utter_fallback_choose",
        "utter_fallback_person",
        "utter_greet",
        "utter_greet_again",
        "utter_greet_inside",
    }
)
"""Not worth saying when another message of the same burst was understood."""


def together(earlier: list[Said], later: list[Said]) -> list[Said]:
    """What is worth saying of a burst's earlier messages and of the one that followed."""
    if not earlier:
        return later
    if any(one.message_id not in DROPPED_IN_BURST for one in earlier):
        later = [one for one in later if one.message_id not in DROPPED_IN_BURST]
    understood = any(one.message_id not in DROPPED_IN_BURST for one in later)
    kept = [one for one in earlier if not (understood and one.message_id in DROPPED_IN_BURST)]
    if any(one.question for one in later):  # a newer question takes the place of the one before
        kept = [one for one in kept if one.question is None]
    said_later = {one.message_id for one in later}
    return [*(one for one in kept if one.message_id not in said_later), *later]
