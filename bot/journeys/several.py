"""A name told together with the town and the craft: "je m'appelle Karim Fassi, de Fès, je suis dinandier".

Surnames are crafts and towns too (Haddad, Safi): the rest must be set apart by a word or a comma, or tell both.
"""

from __future__ import annotations

import re
from typing import Any, Final

from bot.journeys.model import Answers
from knowledge import Knowledge
from knowledge.identifiers import read_person_name

_APART: Final = re.compile(
    r"[,،;؛\n]|\. "
    r"|\b(?:et )?(?:je (?:suis|travaille|fais|vis)|j['’ ]?habite|d['’]|de|à|a)\b"
    r"|\b(?:mn|men|f|fi|ana|kan?khdem|sakn|sakna|sakena)\b"
    r"|(?:^|(?<=\s))و?(?:من|في|ف|أنا|انا|أعمل|أسكن|أصنع|كنخدم|خدام|خدامة|ساكن|ساكنة)(?=\s)"
    r"|(?:^|(?<=\s))(?:صانع|صانعة|حرفي|حرفية)(?=\s)",
    re.IGNORECASE,
)


def apart(text: str, answers: Answers, knowledge: Knowledge) -> tuple[str, dict[str, Any]]:
    """Part a name from what was told with it.

    Args:
        text: The answer to "your name?".
        answers: So far; what is answered already stays.
        knowledge: Places and crafts.

    Returns:
        The beginning that holds the name, and slots for what is certain in the rest; the whole text and nothing where
        the rest holds no place and no craft.
    """
    for mark in _APART.finditer(text):
        head, rest = text[: mark.start()].strip(), text[mark.start() :]
        if not read_person_name(head):
            continue
        found = _told(rest, knowledge)
        if found:
            return head, _open(found, answers)
    words = text.split()
    for count in range(len(words) - 1, 1, -1):
        found = _told(" ".join(words[count:]), knowledge)
        if len(found) > 1:
            return " ".join(words[:count]), _open(found, answers)
    return text, {}


def _open(found: dict[str, Any], answers: Answers) -> dict[str, Any]:
    return {slot: value for slot, value in found.items() if answers.get(slot) is None}


def _told(rest: str, knowledge: Knowledge) -> dict[str, Any]:
    found: dict[str, Any] = {}
    towns = {match.code: match for match in knowledge.places.find(rest) if match.score >= 1 and match.kind != "region"}
    crafts = {match.code for match in knowledge.crafts.find(rest)}
    if len(towns) == 1:
        ((code, match),) = towns.items()
        found["place"] = {"province": code, "region": knowledge.places.region_of(code), "name": match.name}
    if len(crafts) == 1:
        found["craft"] = crafts.pop()
    return found
