"""What each label means when it is picked: the payload that reaches Rasa in place of typed words."""

from __future__ import annotations

import json
from typing import Any, Final

from bot.journeys.model import SKIPPED

PERSON: Final = "/ask_human"
MORE: Final = "~more"
"""Not for Rasa: the next page of a list or of a long text."""


def _answer(value: Any) -> str:
    return "/inform" + json.dumps({"answer": value})


PAYLOADS: Final = {
    "label_enroll": "/enroll",
    "label_programme": "/programme_info",
    "label_status": "/enroll_status",
    "label_person": PERSON,
    "label_menu": "/menu",
    "label_my_data": "/my_data",
    "label_language": "/change_language",
    "label_who_sees": "/privacy_info",
    "label_edit": "/enroll_edit",
    "label_withdraw": "/enroll_withdraw",
    "label_erase": "/delete_my_data",
    "label_accept": _answer("accept"),
    "label_refuse": _answer("refuse"),
    "label_confirm": _answer("confirm"),
    "label_change": _answer("change"),
    "label_go_on": _answer("go_on"),
    "label_start_over": _answer("start_over"),
    "label_leave": _answer("leave"),
    "label_category_artisan": _answer("artisan"),
    "label_category_maitre_artisan": _answer("maitre_artisan"),
    "label_category_cooperative": _answer("cooperative"),
    "label_category_company": _answer("company"),
    "label_rna_yes": _answer("yes"),
    "label_rna_no": _answer("no"),
    "label_not_sure": _answer("unsure"),
    "label_none": _answer(SKIPPED),
    "label_legal_none": _answer("none"),
    "label_legal_auto_entrepreneur": _answer("auto_entrepreneur"),
    "label_legal_natural_person": _answer("natural_person"),
    "label_export_never": _answer("never"),
    "label_export_intermediary": _answer("intermediary"),
    "label_export_direct": _answer("direct"),
    "label_region_list": _answer("regions"),
}
"""Payload of a label wherever it stands among a message's usual choices."""

IN_MESSAGE: Final = {
    "utter_withdraw_ask": {
        "label_withdraw": '/enroll_withdraw{"answer": "yes"}',
        "label_keep": '/enroll_withdraw{"answer": "no"}',
    },
    "utter_delete_ask": {
        "label_erase": '/delete_my_data{"answer": "yes"}',
        "label_keep": '/delete_my_data{"answer": "no"}',
    },
}
"""Where a label means more than its name: the answer to the question it stands under."""

YES_NO: Final = {
    "utter_withdraw_ask": ("label_withdraw", "label_keep"),
    "utter_delete_ask": ("label_erase", "label_keep"),
    "utter_fallback_person": ("label_person", "label_menu"),
}
"""Messages that a plain yes or no answers: which of their labels each of the two means."""


def payload(message_id: str, label: str) -> str:
    """What picking `label` under `message_id` means.

    Raises:
        KeyError: The label has no meaning of its own: the action must give one.
    """
    special = IN_MESSAGE.get(message_id, {}).get(label)
    return special if special is not None else PAYLOADS[label]


def role(message_id: str, label: str) -> str | None:
    """`yes` or `no` where a plain yes or no means this label."""
    yes, no = YES_NO.get(message_id, (None, None))
    return {yes: "yes", no: "no"}.get(label) if label else None
