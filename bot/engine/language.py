"""In which language to go on: what one message tells, against what is known already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.responses.compose import Said
from i18n.languages import LANGUAGES

SURE: Final = 0.85
"""Confidence of a message of several words from which its language is kept, 0…1."""
SURE_WORDS: Final = 3
CLEAR: Final = 0.95
"""Confidence of two words from which an earlier guess gives way, 0…1: "أريد التسجيل" after "السلام عليكم"."""
GUESS: Final = 0.5
OF_EVERY_FORM: Final = frozenset({"affirm", "deny", "thanks", "greet", "goodbye"})
"""What people say in the same words whatever they write: "oui merci" within Darija, السلام."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The language of a message: whether to go on in it from now, and whether to stop listening for another."""

    form: str
    taken: bool
    sure: bool


def heard(text: str, parsed: Mapping[str, Any], *, known: str | None) -> Heard | None:
    """What a message tells of its writer's language.

    Args:
        text: As typed.
        parsed: What the pipeline makes of it.
        known: The language guessed before.

    Returns:
        Nothing where it tells nothing.
    """
    found = parsed.get("language") or {}
    form, confidence = str(found.get("form")), float(found.get("confidence") or 0)
    if form not in LANGUAGES or confidence < GUESS:
        return None
    words = len(text.split())
    sure = confidence >= SURE and words >= SURE_WORDS
    own = str((parsed.get("intent") or {}).get("name")) not in OF_EVERY_FORM
    clear = own and confidence >= CLEAR and words > 1
    return Heard(form, taken=sure or clear or known is None, sure=sure)


def question() -> Said:
    """Asks for the language: on a basic phone a first message may tell nothing."""
    picks = [
        {
            "label": None,
            "text": language.label,
            "description": None,
            "payload": f'/change_language{{"answer": "{code}"}}',
        }
        for code, language in LANGUAGES.items()
    ]
    return Said("utter_choose_language", picks=picks)
