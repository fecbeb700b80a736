"""The export checklist: its steps as facts, and the pure functions that make a person's own list of them.

No sentence stands here (i18n/steps.yml has them, by id), and nothing of who asked or what was ticked off.
"""

from knowledge.export.checklist import (
    ELSEWHERE,
    UNSURE,
    Answers,
    Changes,
    Checklist,
    Export,
    Item,
    changed,
)
from knowledge.export.models import Agreement, Channel, LegalForm, Phase, Question, Statement, Step, Who

__all__ = [
    "ELSEWHERE",
    "UNSURE",
    "Agreement",
    "Answers",
    "Changes",
    "Channel",
    "Checklist",
    "Export",
    "Item",
    "LegalForm",
    "Phase",
    "Question",
    "Statement",
    "Step",
    "Who",
    "changed",
]
