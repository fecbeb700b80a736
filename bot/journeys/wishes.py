"""What a person may want in the middle of an enrolment, other than to answer: by the intents' names."""

from __future__ import annotations

from typing import Final

CONTROLS: Final = frozenset({"back", "skip", "correct", "cancel", "menu", "repeat", "help", "enroll", "enroll_edit"})
"""Wishes about the enrolment itself."""
NOT_YET: Final = frozenset(
    {
        "training_list",
        "training_signup",
        "training_mine",
        "training_cancel",
        "apprenticeship_info",
        "literacy_info",
        "export_checklist",
        "export_progress",
        "export_step_done",
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
        "support_request",
        "request_status",
    }
)
"""Wishes that are understood, and that no journey fulfils yet."""
INTERRUPTIONS: Final = NOT_YET | frozenset(
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
        "programme_info",
        "rna_info",
        "rna_card_info",
        "legal_form_info",
        "social_cover_info",
        "contact_info",
        "my_data",
        "delete_my_data",
        "privacy_info",
        "media",
        "unreadable",
    }
)
"""What other rules answer; the pending question then follows once more."""
