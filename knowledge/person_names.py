"""Reading the full name a person gives, in the script they chose."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from darija.fold import phonetic
from darija.text import ascii_digits
from knowledge.typing_marks import without_marks

NAME_MAX_CHARS: Final = 80
_WORDS_MAX: Final = 8


def _heard(words: str) -> frozenset[str]:
    return frozenset(map(phonetic, words.split()))


_PREFIXES: Final = tuple(
    sorted(
        (
            tuple(phonetic(words).split())
            for words in (
                "smiyti", "smiti", "smyti", "سميتي", "سميتي هي", "smiyti hiya", "smiyti hia", "اسمي", "إسمي", "ismi",
                "esmi", "اسمي الكامل", "اسمي هو", "السمية", "السمية الكاملة", "السمية ديالي", "smiya", "smiya dyali",
                "smiya kamla", "الاسم", "الاسم الكامل", "الإسم الكامل هو", "je m appelle", "jmappelle", "je mappelle",
                "m appelle", "je suis", "je me nomme", "moi c est", "moi", "c est", "mon nom", "mon nom est",
                "mon nom c est", "mon nom complet", "nom", "nom et prénom", "nom complet", "prénom et nom",
                "my name is",
                "ana", "أنا", "أنا سميتي", "ana smiyti", "salam", "السلام", "السلام عليكم", "salam 3likom", "slm",
                "bonjour", "صباح الخير", "مرحبا", "oui", "نعم", "wakha", "واخا",
            )
        ),
        key=len,
        reverse=True,
    )
)  # fmt: skip
_NOT_NAMES: Final = _heard(
    "la لا لالا non no oui نعم آه ah iyeh إيه wakha واخا ok okay safi صافي merci شكرا chokran salam السلام bonjour "
    "menu stop aide help retour back نرجع nrje3 annuler passer skip والو walo rien aucun ماعنديش ma3ndich "
    "ماعرفتش ma3reftch 3afak عافاك عافاكم mafhemtch مافهمتش"
)
_SENTENCES: Final = _heard(
    "wach واش chno شنو chnou achno أشنو comment pourquoi kifach كيفاش fin فين ach آش combien quel quelle qui "
    "3lach علاش chhal شحال quand fo9ach فوقاش chkoun شكون est-ce هل ماذا كيف متى أين لماذا bghit بغيت أريد "
    "veux voudrais khassni خاصني kayn كاين ماكاينش ندير ndir عندي 3ndi douar دوار"
)
_ASKS: Final = re.compile("[?؟]")
_LETTER_DIGIT: Final = re.compile(r"(?<!\d)[235789](?!\d)")
"""A digit that spells a letter in Latin Darija: 3abdellah."""


def read_person_name(text: str) -> str | None:
    """Read a full name from an answer such as "smiyti Fatima Zahra".

    Args:
        text: Any string.

    Returns:
        The name in the person's own script, single spaces, Latin letters with capitals at the beginning of each
        part; nothing for what cannot be a name: numbers, emoji alone, a question, a wish, over 80 characters.
    """
    plain = without_marks(unicodedata.normalize("NFC", text)).strip()
    if len(plain) > NAME_MAX_CHARS or _ASKS.search(plain):
        return None
    words = _without_prefix(_words(ascii_digits(plain)))
    heard = [phonetic(word) for word in words]
    if not words or len(words) > _WORDS_MAX or set(heard) <= _NOT_NAMES or not _SENTENCES.isdisjoint(heard):
        return None
    if any(_has_number(word) for word in words) or sum(map(str.isalpha, "".join(words))) < 2:  # noqa: PLR2004
        return None
    return " ".join(map(_capital, words))


def _words(text: str) -> list[str]:
    """Words of letters, with the marks a name can hold; emoji and punctuation fall away."""
    kept = "".join(
        letter if letter.isalnum() or unicodedata.category(letter) in {"Mn", "Mc"} or letter in "'’-." else " "
        for letter in text
    )
    return [bare for word in kept.split() if (bare := word.strip("'’-."))]


def _without_prefix(words: list[str]) -> list[str]:
    while True:
        heard = [phonetic(word) for word in words]
        for prefix in _PREFIXES:
            length = next((n for n in range(1, len(words) + 1) if " ".join(heard[:n]).split() == list(prefix)), 0)
            if length and (length < len(words) or " ".join(heard) not in _NOT_NAMES):
                words = words[length:]
                break
        else:
            return words


def _has_number(word: str) -> bool:
    spelt = _LETTER_DIGIT.sub("a", word) if any(map(str.isalpha, word)) else word
    return any(map(str.isdecimal, spelt))


def _capital(word: str) -> str:
    """Small or capital letters throughout become a capital and small ones; a mixture is the person's own."""
    if not (word.islower() or word.isupper()):
        return word
    return re.sub(r"(?<![^\W_])[^\W\d_]", lambda first: first[0].upper(), word.lower())
