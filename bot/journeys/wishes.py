"""What a person may want in the middle of an enrolment, other than to answer: by the intents' names."""

from __future__ import annotations

from typing import Final

CONTROLS: Final = frozenset({"back", "skip", "correct", "cancel", "menu", "repeat", "help", "enroll", "enroll_edit"})
"""Wishes about the enrolment itself."""
INTERRUPTIONS: Final = frozenset(
    {
        "greet",
        "goodbye",
        "thanks",
        "change_language",
        "ask_human",
        "complain",
        "bot_identity",
        "cannot_read",
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
