"""The answers as a person reads them back: one fact a line."""

from __future__ import annotations

from typing import Any, Final

from bot.journeys.model import SKIPPED, Answers
from knowledge import Knowledge
from knowledge.identifiers import show_phone

Line = tuple[str, Any]
"""Message id of the field's name, and its value: text, or {"id": message id, "values": {…}}."""

FIELDS: Final = (
    "track",
    "category",
    "years",
    "person_name",
    "organisation",
    "place",
    "craft",
    "rna",
    "legal_form",
    "ice",
    "export",
    "phone",
)


def _word(message_id: str, **values: Any) -> dict[str, Any]:
    return {"id": message_id, "values": values}


def lines(answers: Answers, knowledge: Knowledge, language: str) -> list[Line]:
    """Field and value of everything answered; what was passed over is left out, to keep the list short."""
    found = []
    for name in FIELDS:
        value = answers.get(name)
        if value is None or value == SKIPPED or (name == "legal_form" and value == answers.get("category")):
            continue
        shown = _shown(name, value, answers, knowledge, language)
        if shown is not None:
            found.append((f"field_{name}", shown))
    return found


def fields_to_change(answers: Answers) -> list[str]:
    """The fields that have an answer, passed over ones included: what a person can ask to change."""
    return [name for name in FIELDS if name != "years" and answers.get(name) is not None]


def _shown(name: str, value: Any, answers: Answers, knowledge: Knowledge, language: str) -> Any:
    if name == "track":
        return knowledge.track(value).label[language]
    if name == "category":
        return _word(f"label_category_{value}")
    if name == "years":
        return _word("value_years", n=value)
    if name == "place":
        return knowledge.places.label(value.get("name") or value["province"], language)
    if name == "craft":
        return answers.get("craft_typed") if value == "other" else knowledge.crafts.label(value, language)
    if name == "rna":
        if value.get("nia"):
            return value["nia"]
        return _word({"yes": "value_rna_yes", "no": "value_rna_no"}.get(value["member"], "value_not_sure"))
    if name == "legal_form":
        return _word(f"value_legal_{value}" if value in ("cooperative", "company") else f"label_legal_{value}")
    if name == "export":
        if value["experience"] == SKIPPED:
            return None
        if value.get("countries"):
            comma = "، " if language in ("ary", "ar") else ", "
            return comma.join(knowledge.destinations.label(code, language) for code in value["countries"])
        return _word(f"label_export_{value['experience']}")
    return show_phone(value) if name == "phone" else value
