"""What a person may want in the middle of an enrolment, other than to answer: by the intents' names."""

from __future__ import annotations

from typing import Final

CONTROLS: Final = frozenset({"back", "skip", "correct", "cancel", "menu", "repeat", "help", "enroll", "enroll_edit"})
"""Wishes about the enrolment itself."""
QUESTIONS: Final = frozenset(
    {
        "programme_info",
        "rna_info",
        "rna_card_info",
        "legal_form_info",
        "social_cover_info",
        "contact_info",
        "training_list",
        "apprenticeship_info",
        "literacy_info",
        "export_checklist",
        "export_step_explain",
        "origin_info",
        "customs_duty_info",
        "shipping_info",
        "packaging_info",
        "payment_info",
        "product_rules_info",
        "quality_label_info",
        "sample_info",
        "tourist_sale_info",
        "antique_info",
        "market_info",
        "tijara_info",
        "trade_ma_info",
        "product_listing",
        "fairs_list",
        "fair_signup",
        "funding_info",
        "privacy_info",
    }
)
"""Wishes to know something: answered from knowledge/data/answers.yml."""
NOT_YET: Final = frozenset(
    {
        "training_signup",
        "training_mine",
        "training_cancel",
        "export_progress",
        "export_step_done",
        "support_request",
        "request_status",
    }
)
"""Wishes that are understood, and that no journey fulfils yet."""
TRACK_WISHES: Final = (QUESTIONS | NOT_YET) - {
    "programme_info",
    "rna_info",
    "rna_card_info",
    "legal_form_info",
    "social_cover_info",
    "contact_info",
    "privacy_info",
}
"""Wishes that may name a track of the programme where one is asked for: "to take part in fairs"."""
INTERRUPTIONS: Final = (
    QUESTIONS
    | NOT_YET
    | frozenset(
        {
            "greet",
            "goodbye",
            "thanks",
            "change_language",
            "ask_human",
            "complain",
            "bot_identity",
            "cannot_read",
            "stop_messages",
            "resume_messages",
            "out_of_scope",
            "enroll_status",
            "enroll_withdraw",
            "my_data",
            "delete_my_data",
            "media",
            "unreadable",
        }
    )
)
"""What other rules answer; the pending question then follows once more."""
