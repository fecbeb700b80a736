"""The words that stop our messages, or bring them back: told by their letters, whatever a model makes of them.

Only a whole message counts, so that "I could not stop the oven" stops nothing. A bare word in the middle of a journey
is about the journey; the phrases are about messages everywhere. One list for each written form, to be read by native
speakers; candidates are those of the channel facts (2.7), and spellings people use.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from darija.text import normalise


class Wish(StrEnum):
    """What a whole message asks for."""

    STOP = "stop"
    """To stop: what, depends on where it is said."""
    CANCEL = "cancel"
    """To cancel, the usual word of Arabic for both: it stops messages where there is nothing else to cancel."""
    STOP_MESSAGES = "stop_messages"
    RESUME_MESSAGES = "resume_messages"


WORDS: Final[Mapping[Wish, Mapping[str, tuple[str, ...]]]] = {
    Wish.STOP: {
        "ary": ("حبس", "حبسو", "حبسوا", "وقف", "وقفو", "وقفوا", "سطوب", "ستوب"),
        "ary-Latn": (
            "7bes",
            "7bss",
            "7bso",
            "7ebso",
            "hbes",
            "hbso",
            "hebso",
            "w9ef",
            "wa9ef",
            "we9ef",
            "wa9fo",
            "we9fo",
        ),
        "ar": ("توقف", "توقفوا", "قف", "أوقف", "أوقفوا"),
        "fr": ("stop", "arrêt", "arrêter", "arrêtez", "arrête"),
    },
    Wish.CANCEL: {"ar": ("إلغاء",)},
    Wish.STOP_MESSAGES: {
        "ary": ("حبسو الميساجات", "حبس الميساجات", "وقفو الميساجات", "وقف الميساجات", "ديزابوني"),
        "ary-Latn": (
            "hbso les messages",
            "7bso les messages",
            "wa9fo les messages",
            "hbso lmessajat",
            "7bso lmessajat",
        ),
        "ar": ("أوقفوا الرسائل", "أوقف الرسائل", "إيقاف الرسائل", "إلغاء الاشتراك", "إلغاء الرسائل"),
        "fr": (
            *("stop messages", "stop message", "stop sms", "stopall", "stop all", "unsubscribe", "optout", "opt out"),
            *("désabonner", "désabonnement", "me désabonner", "désabonnez-moi"),
            *("arrêter les messages", "arrêtez les messages", "plus de messages"),
        ),
    },
    Wish.RESUME_MESSAGES: {
        "ary": ("رجعو الميساجات", "رجع الميساجات", "بغيت الميساجات"),
        "ary-Latn": ("rej3o les messages", "rj3o les messages", "rej3o lmessajat", "bghit les messages"),
        "ar": ("أعيدوا الرسائل", "أعد الرسائل", "استئناف الرسائل"),
        "fr": ("reprendre les messages", "reprenez les messages", "unstop", "start messages", "réabonner"),
    },
}


def _key(text: str) -> str:
    letters = "".join(character if character.isalnum() else " " for character in normalise(text))
    return " ".join(letters.split())


_MEANT: Final = {
    _key(phrase): wish for wish, forms in WORDS.items() for phrases in forms.values() for phrase in phrases
}


def wish_of(text: str) -> Wish | None:
    """What a message asks for, if it is one of these words or phrases and nothing else but signs."""
    return _MEANT.get(_key(text))
