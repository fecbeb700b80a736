"""What the artisans of a run type: an enrolment with a question in the middle, in the four written forms.

Every choice is typed in words, since stock Rasa shows no menus; both sides get exactly these texts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from knowledge import load as load_knowledge

CHANNEL: Final = "simulator-whatsapp"
"""A channel whose address is a phone number, and which nothing outside belongs to."""
TRACK: Final = "{track}"
"""Stands for the first track's name, which staff may change in knowledge/data/tracks.yml."""
ENROLMENTS: Final[dict[str, tuple[str, ...]]] = {
    "ary": (
        "السلام عليكم",
        "بغيت نتسجل",
        "نعم كنوافق",
        TRACK,
        "معلم",
        "فاطمة العلوي",
        "شنو هو السجل الوطني ديال الصناعة التقليدية؟",
        "صفرو",
        "كنصاوب الزرابي",
        "عندي الرقم ديال السجل 45872",
        "مقاول ذاتي",
        "001561191000066",
        "بعت لفرانسا و مريكان",
        "نعم صحيح",
    ),
    "ary-Latn": (
        "slm 3likom",
        "bghit ntsejel",
        "ah kanwafe9",
        TRACK,
        "m3allem",
        "Fatima Alaoui",
        "chno howa registre national RNA?",
        "sfrou",
        "kansaweb zrabi",
        "3ndi ra9m 45872",
        "auto entrepreneur",
        "001561191000066",
        "b3t l fransa o marikan",
        "ah sahih",
    ),
    "ar": (
        "السلام عليكم ورحمة الله",
        "أريد التسجيل في البرنامج",
        "نعم أوافق",
        TRACK,
        "صانع معلم",
        "فاطمة العلوي",
        "ما هو السجل الوطني للصناعة التقليدية؟",
        "صفرو",
        "أصنع الزرابي",
        "رقمي في السجل 45872",
        "مقاول ذاتي",
        "001561191000066",
        "بعت إلى فرنسا وأمريكا",
        "نعم",
    ),
    "fr": (
        "Bonjour",
        "Je veux m'inscrire au programme",
        "oui j'accepte",
        TRACK,
        "maître artisan",
        "Fatima Alaoui",
        "c'est quoi le registre national RNA ?",
        "Sefrou",
        "je fais des tapis",
        "mon numero est 45872",
        "auto-entrepreneur",
        "001561191000066",
        "oui en France et aux USA",
        "oui c'est juste",
    ),
}
"""Form of writing → the person's messages, from hello to the reference number. The ICE is made up, its key is right."""

BEGINNING: Final = ENROLMENTS["fr"][:4]
CYCLE: Final = (
    "c'est quoi le registre national RNA ?",
    "retour",
    TRACK,
    "c'est quoi ce programme ?",
    "bonjour",
    "merci",
    "retour",
    TRACK,
    "comment vous contacter ?",
    "qui voit mes données ?",
    "c'est quoi la carte RNA ?",
)
"""After which the enrolment stands where it stood. Eleven messages: turns 5–15 and 995–1005 are then the same ones."""
LONG: Final = 1005
"""Turns of a long conversation."""
EARLY: Final = slice(4, 15)
LATE: Final = slice(994, 1005)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's messages.

    Attributes:
        sender: A made-up mobile number, different for each.
        form: In which form of writing.
    """

    sender: str
    form: str
    texts: tuple[str, ...]


class People:
    """Hands out people whom the bot has never met, numbered from one."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._track = load_knowledge().tracks[0].label

    def enrolments(self, each: int) -> list[Conversation]:
        """As many enrolments in each of the four forms."""
        return [self._conversation(form, texts) for _ in range(each) for form, texts in ENROLMENTS.items()]

    def long_talk(self) -> Conversation:
        """A conversation that does not come to its end."""
        return self._conversation("fr", itertools.islice(itertools.chain(BEGINNING, itertools.cycle(CYCLE)), LONG))

    def _conversation(self, form: str, texts: Iterable[str]) -> Conversation:
        said = tuple(self._track[form] if text == TRACK else text for text in texts)
        return Conversation(f"+2126{next(self._numbers):08d}", form, said)
