"""Where a person works: a town in any spelling, a shared place on the map, or region and province picked from lists."""

from __future__ import annotations

import re
from typing import Any, Final

from bot.journeys.model import OTHER, Answers, Pick, Reading, Say, Understood, answered, unclear
from knowledge import Knowledge

TYPED_MAX_CHARS: Final = 60
ROW_MAX_CHARS: Final = 24
"""Title of a WhatsApp list row, characters (channel facts 1)."""


def ask(answers: Answers, knowledge: Knowledge, language: str) -> Say:
    """The town; or, once the person has asked for lists, the region, then its province."""
    step = answers.get("place_step")
    if step is None:
        return Say("utter_ask_place", ask_location=True)
    if step == "regions":
        regions = knowledge.places.regions()
        picks = tuple(Pick(code, text=row_text(knowledge.places.label(code, language))) for code in regions)
        return Say("utter_ask_region", picks=picks)
    provinces = knowledge.places.provinces(step)
    picks = tuple(Pick(code, text=row_text(knowledge.places.label(code, language))) for code in provinces)
    return Say("utter_ask_province", picks=picks)


def row_text(name: str) -> str:
    """A name that fits a row of a list: a longer one is known by its first words (Tanger-Tétouan)."""
    while len(name) > ROW_MAX_CHARS:
        name = re.sub(r"[\s-][^\s-]+$", "", name) if re.search(r"[\s-]", name) else name[:ROW_MAX_CHARS]
    return name


def strong(understood: Understood, answers: Answers, knowledge: Knowledge) -> Reading:
    """A tap in one of the lists, a shared place, or a place that was found for certain."""
    if understood.answer == "regions":
        return unclear(place_step="regions", ask_again=True)
    if isinstance(understood.answer, str):
        return _picked(understood.answer, answers, knowledge)
    located = understood.first("location")
    if located is not None:
        near = knowledge.places.nearest(located["latitude"], located["longitude"])
        return _found(near.code, near.name, knowledge) if near else unclear(Say("utter_location_unplaced"))
    if not understood.text:
        return OTHER
    exact = [match for match in knowledge.places.find(understood.text) if match.score >= 1]
    codes = {match.code for match in exact}
    if len(codes) == 1:
        return _read(exact[0].kind, exact[0].code, exact[0].name, knowledge)
    if codes:
        return _which(exact, knowledge, understood.language)
    return OTHER


def weak(understood: Understood, answers: Answers, knowledge: Knowledge) -> Reading:
    """A place in a spelling of its own, or one that nobody knows."""
    if not understood.text:
        return OTHER
    candidates = knowledge.places.read(understood.text)
    if len(candidates) == 1 or (candidates and candidates[0].score >= 1):
        return _read(candidates[0].kind, candidates[0].code, candidates[0].name, knowledge)
    if candidates:
        return _which(candidates, knowledge, understood.language)
    typed = understood.text[:TYPED_MAX_CHARS]
    if not any(character.isalpha() for character in typed):
        return unclear(Say("utter_place_unknown", {"text": typed[:30]}))
    if answers.get("place_typed"):  # the second name nobody knows: region and province will do, the name is kept
        return unclear(place_typed=typed, place_step="regions", ask_again=True)
    return unclear(Say("utter_place_unknown", {"text": typed[:30]}), place_typed=typed)


def _which(matches: list[Any], knowledge: Knowledge, language: str) -> Reading:
    seen = {match.code: match for match in reversed(matches)}
    picks = []
    for code, match in reversed(seen.items()):
        province = knowledge.places.label(code, language)
        town = knowledge.places.label(match.name, language) if match.name else province
        picks.append(Pick(code, text=row_text(town.split(" (")[0]), description=province))
    return unclear(Say("utter_place_which", picks=(*picks, Pick("regions", label="label_something_else"))))


def _picked(code: str, answers: Answers, knowledge: Knowledge) -> Reading:
    if code in knowledge.places.regions():
        return unclear(place_step=code, ask_again=True)
    if not knowledge.places.knows(code):
        return OTHER
    return _found(code, answers.get("place_typed"), knowledge)


def _read(kind: str, code: str, name: str | None, knowledge: Knowledge) -> Reading:
    if kind == "region":
        return unclear(place_step=code, ask_again=True)
    return _found(code, name, knowledge)


def _found(code: str, name: str | None, knowledge: Knowledge) -> Reading:
    return answered(place={"province": code, "region": knowledge.places.region_of(code), "name": name}, place_step=None)
