"""The questions of the enrolment: what each asks and how it reads an answer.

Sources: docs/knowledge.md names the facts behind the rules (law 50-17 for the categories, the identifiers' shapes).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from bot.journeys import place
from bot.journeys.hearing import has_number, refuses
from bot.journeys.model import (
    OTHER,
    SKIPPED,
    Answers,
    Pick,
    Question,
    Reading,
    Say,
    Understood,
    answered,
    unclear,
)
from bot.journeys.several import apart
from bot.journeys.words import CATEGORY_WORDS, EXPORT_WORDS, LEGAL_FORM_WORDS, TRACK_WORDS, YEAR_WORDS, all_named, named
from darija.numbers import read_number
from knowledge import Knowledge
from knowledge.identifiers import (
    looks_like_national_id,
    read_ice,
    read_nia,
    read_person_name,
    read_phone,
)
from knowledge.models import TrackState

GROUPS: Final = ("cooperative", "company")
CONSENT_SURE: Final = 0.6
"""Confidence of a typed yes from which it is a consent, 0…1: less is asked again."""
MASTER_YEARS: Final = 10
"""Years of practice from which the register calls an artisan a master (law 50-17, rna.gov.ma/faq)."""
YEARS_MAX: Final = 80
YEARS_WORDS: Final = 3
"""In longer texts a number is years only beside the word: "une amie" is not one year."""
NAME_WORDS_MAX: Final = 6
"""More words than this are a sentence, typed or spoken, and nobody's name."""
ORGANISATION_MAX_CHARS: Final = 80


def _plain(message_id: str) -> Any:
    """An asker that says one message with its usual choices."""
    return lambda _answers, _knowledge, _language: Say(message_id)


def _consent(understood: Understood, _answers: Answers, _knowledge: Knowledge) -> Reading:
    if understood.answer in ("accept", "refuse"):
        return answered(consent=understood.answer)
    if understood.answer is None and understood.intent == "affirm" and understood.confidence >= CONSENT_SURE:
        return answered(consent="accept")
    if understood.answer is None and understood.intent == "deny":
        return answered(consent="refuse")
    return OTHER


def _tracks(answers: Answers, knowledge: Knowledge, language: str) -> Say:
    return _which_track([track.id for track in knowledge.tracks], answers, knowledge, language)


def _which_track(wanted: list[str], answers: Answers, knowledge: Knowledge, language: str) -> Say:
    on = date.fromisoformat(answers["today"])
    picks = [
        Pick(track.id, text=track.label[language], description=track.description[language])
        for track in knowledge.tracks
        if track.id in wanted and knowledge.track_state(track, on) is not TrackState.CLOSED
    ]
    return Say("utter_ask_track", picks=(*picks, Pick(SKIPPED, label="label_not_sure")))


def _track(understood: Understood, answers: Answers, knowledge: Knowledge) -> Reading:
    known = {track.id: track for track in knowledge.tracks}
    if understood.answer == SKIPPED:
        return answered(track=SKIPPED)
    words = {track.id: (*track.label.values(), *TRACK_WORDS.get(track.id, ())) for track in knowledge.tracks}
    wanted = [understood.answer] if understood.answer in known else all_named(understood.text, words)
    if not wanted:
        return OTHER
    if len(wanted) > 1:  # two wishes at once: which one first?
        return unclear(_which_track(wanted, answers, knowledge, understood.language))
    (found,) = wanted
    on = date.fromisoformat(answers["today"])
    says = () if knowledge.track_state(known[found], on) is TrackState.OPEN else (Say("utter_track_unconfirmed"),)
    return answered(says, track=found)


def _category(understood: Understood, _answers: Answers, _knowledge: Knowledge) -> Reading:
    if understood.answer in CATEGORY_WORDS:
        return answered(category=understood.answer)
    if not understood.text:
        return OTHER
    years = _years(understood.text)
    found = named(understood.text, CATEGORY_WORDS)
    if years is not None and found not in GROUPS:
        return answered(category="maitre_artisan" if years >= MASTER_YEARS else "artisan", years=years)
    return answered(category=found) if found else OTHER


def _years(text: str) -> int | None:
    years = read_number(text)
    if years is None or not 0 < years <= YEARS_MAX:
        return None
    if named(text, YEAR_WORDS):
        return years
    slip = years < MASTER_YEARS  # 7 under four choices is a number that was not offered; "wahd" is "a"
    return None if slip or len(text.split()) > YEARS_WORDS else years


def _name(understood: Understood, answers: Answers, knowledge: Knowledge) -> Reading:
    if not understood.text:
        return OTHER
    if looks_like_national_id(understood.text):
        return unclear(Say("utter_no_national_id"), ask_again=True)
    one_number = len(understood.text.split()) == 1 and read_number(understood.text) is not None
    if one_number or refuses(understood.text):
        return unclear(Say("utter_name_unreadable"))
    text, more = apart(understood.text, answers, knowledge)
    name = read_person_name(text) if len(text.split()) <= NAME_WORDS_MAX else None
    return answered(person_name=name, **more) if name else unclear(Say("utter_name_unreadable"))


def _organisation(understood: Understood, _answers: Answers, _knowledge: Knowledge) -> Reading:
    words = " ".join(understood.text.split())
    if not any(character.isalpha() for character in words):
        return unclear(Say("utter_name_unreadable")) if words else OTHER
    if looks_like_national_id(words):
        return unclear(Say("utter_no_national_id"), ask_again=True)
    return answered(organisation=words[:ORGANISATION_MAX_CHARS])


def _crafts(_answers: Answers, knowledge: Knowledge, language: str) -> Say:
    return Say("utter_ask_craft", picks=tuple(_families(knowledge, language)))


def _families(knowledge: Knowledge, language: str) -> list[Pick]:
    return [Pick(family.id, text=knowledge.crafts.label(family.id, language)) for family in knowledge.crafts.families()]


def _craft_strong(understood: Understood, _answers: Answers, knowledge: Knowledge) -> Reading:
    if isinstance(understood.answer, str) and knowledge.crafts.knows(understood.answer):
        return answered(craft=understood.answer)
    found = understood.first("craft")
    return answered(craft=found) if found else OTHER


def _craft_weak(understood: Understood, answers: Answers, knowledge: Knowledge) -> Reading:
    if not understood.text:
        return OTHER
    candidates = knowledge.crafts.read(understood.text)
    if len(candidates) == 1:
        return answered(craft=candidates[0].code)
    if candidates:
        picks = tuple(
            Pick(match.code, text=knowledge.crafts.label(match.code, understood.language)) for match in candidates
        )
        return unclear(Say("utter_craft_which", picks=(*picks, Pick("other", label="label_something_else"))))
    if answers.get("craft_typed"):  # said twice in words we do not know: kept as said, for the team to place
        return answered(craft="other", craft_typed=understood.text[:ORGANISATION_MAX_CHARS])
    return unclear(
        Say(
            "utter_craft_unknown",
            {"text": understood.text[:40]},
            picks=tuple(_families(knowledge, understood.language)),
        ),
        craft_typed=understood.text[:ORGANISATION_MAX_CHARS],
    )


def _rna(understood: Understood, _answers: Answers, _knowledge: Knowledge) -> Reading:
    how = (Say("utter_rna_how"),)
    if understood.answer == "yes":
        return answered(rna={"member": "yes"})
    if understood.answer in ("no", "unsure"):
        return answered(how, rna={"member": understood.answer})
    if not understood.text:
        return OTHER
    if looks_like_national_id(understood.text):
        return unclear(Say("utter_no_national_id"), ask_again=True)
    number = read_nia(understood.text)
    if number:
        return answered(rna={"member": "yes", "nia": number})
    if has_number(understood.text):
        return unclear(Say("utter_nia_unreadable"))
    if understood.intent == "affirm":
        return answered(rna={"member": "yes"})
    if understood.intent == "deny":
        return answered(how, rna={"member": "no"})
    return OTHER


def _legal_form(understood: Understood, _answers: Answers, _knowledge: Knowledge) -> Reading:
    if understood.answer in ("none", "auto_entrepreneur", "natural_person"):
        return answered(legal_form=understood.answer)
    if not understood.text:
        return OTHER
    found = named(understood.text, LEGAL_FORM_WORDS) or (
        named(understood.text, {name: CATEGORY_WORDS[name] for name in GROUPS})
    )
    if found:
        return answered(legal_form=found)
    return answered(legal_form="none") if understood.intent in ("deny", "skip") else OTHER


def _ice(understood: Understood, answers: Answers, _knowledge: Knowledge) -> Reading:
    if understood.answer == SKIPPED:
        return answered(ice=SKIPPED)
    if understood.answer == "as_is" and answers.get("ice_typed"):
        return answered(ice=answers["ice_typed"])
    if not understood.text:
        return OTHER
    if looks_like_national_id(understood.text):
        return unclear(Say("utter_no_national_id"), ask_again=True)
    if understood.intent == "affirm" and answers.get("ice_typed"):
        return answered(ice=answers["ice_typed"])
    ice = read_ice(understood.text)
    digits = sum(map(str.isdigit, understood.text))
    if ice is None and digits:
        return unclear(Say("utter_ice_length", {"n": digits}))
    if ice is None:
        if understood.intent in ("deny", "skip"):
            return answered(ice=SKIPPED)
        return _ice_length(understood.text) if has_number(understood.text) else OTHER
    if not ice.length_ok:
        return _ice_length(ice.digits)
    if not ice.check_ok and answers.get("ice_typed") != ice.digits:  # the same once more: the person is sure
        right = Pick("as_is", label="label_number_is_right")
        return unclear(
            Say("utter_ice_check", {"ice": ice.digits}, picks=(right, Pick(SKIPPED, label="label_none"))),
            ice_typed=ice.digits,
        )
    return answered(ice=ice.digits)


def _ice_length(text: str) -> Reading:
    return unclear(Say("utter_ice_length", {"n": sum(map(str.isdigit, text))}))


def _export(understood: Understood, _answers: Answers, _knowledge: Knowledge) -> Reading:
    if understood.answer in EXPORT_WORDS:
        return answered(export={"experience": understood.answer})
    countries = list(dict.fromkeys(understood.entities.get("destination", ())))
    found = named(understood.text, EXPORT_WORDS)
    if countries:
        return answered(export={"experience": found or "direct", "countries": countries})
    if found:
        return answered(export={"experience": found})
    if understood.answer is None and understood.intent == "affirm":
        return answered(export={"experience": "direct"})
    if understood.answer is None and understood.intent == "deny":
        return answered(export={"experience": "never"})
    return OTHER


def _phone(understood: Understood, _answers: Answers, _knowledge: Knowledge) -> Reading:
    if understood.answer == SKIPPED:
        return answered(phone=SKIPPED)
    if not understood.text and not understood.first("phone"):
        return OTHER
    found = read_phone(str(understood.first("phone") or understood.text))
    if found is None:
        if understood.intent in ("deny", "skip"):
            return answered(phone=SKIPPED)
        return unclear(Say("utter_phone_unreadable")) if has_number(understood.text) else OTHER
    if found.kind in ("fixed", "service"):
        return unclear(Say("utter_phone_landline", {"phone": found.shown}))
    return answered(phone=found.e164)


def _is_group(answers: Answers) -> bool:
    return answers.get("category") in GROUPS


def _has_legal_form(answers: Answers) -> bool:
    return _is_group(answers) or answers.get("legal_form") not in (None, "none", SKIPPED)


def _never(_understood: Understood, _answers: Answers, _knowledge: Knowledge) -> Reading:
    return OTHER


_PRIVACY: Final = "answer_privacy_what"
_REGISTER: Final = "answer_rna_what"
_LEGAL: Final = "answer_legal_forms"

QUESTIONS: Final = (
    Question("consent", _plain("utter_consent"), strong=_consent, weak=_never, about=_PRIVACY),
    Question("track", _tracks, strong=_track, weak=_never, skip={"track": SKIPPED}, about="answer_programme_what"),
    Question("category", _plain("utter_ask_category"), strong=_category, weak=_never, about="answer_rna_who"),
    Question("person_name", _plain("utter_ask_person_name"), strong=_never, weak=_name, about=_PRIVACY),
    Question(
        "organisation",
        _plain("utter_ask_organisation"),
        strong=_never,
        weak=_organisation,
        needed=_is_group,
        skip={"organisation": SKIPPED},
        about=_PRIVACY,
    ),
    Question("place", place.ask, strong=place.strong, weak=place.weak, about=_PRIVACY),
    Question("craft", _crafts, strong=_craft_strong, weak=_craft_weak),
    Question(
        "rna",
        _plain("utter_ask_rna"),
        strong=_rna,
        weak=_never,
        skip={"rna": {"member": "unsure"}},
        about=_REGISTER,
    ),
    Question(
        "legal_form",
        _plain("utter_ask_legal_form"),
        strong=_legal_form,
        weak=_never,
        needed=lambda answers: not _is_group(answers),
        skip={"legal_form": SKIPPED},
        about=_LEGAL,
    ),
    Question(
        "ice",
        _plain("utter_ask_ice"),
        strong=_ice,
        weak=_never,
        needed=_has_legal_form,
        skip={"ice": SKIPPED},
        about=_LEGAL,
    ),
    Question(
        "export",
        _plain("utter_ask_export"),
        strong=_export,
        weak=_never,
        skip={"export": {"experience": SKIPPED}},
    ),
    Question(
        "phone",
        lambda _answers, _knowledge, _language: Say("utter_ask_phone", ask_phone=True),
        strong=_phone,
        weak=_never,
        needed=lambda answers: not answers.get("phone_known"),
        skip={"phone": SKIPPED},
        about=_PRIVACY,
    ),
)
"""In the order they are asked."""
BY_SLOT: Final = {question.slot: question for question in QUESTIONS}
