"""What an artisan types on the way through the enrolment, in each written form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from conversation import Surface
from tests.talk import Talk

Begin = Callable[..., Talk]
MOST_MESSAGES = 14
REFERENCE = re.compile(r"M\d{8}")


@dataclass(frozen=True)
class Script:
    """What an artisan types in one form, where a choice is typed by its words."""

    hello: str
    enrol: str
    accept: str
    coaching: str
    maitre: str
    name: str
    town: str
    craft: str
    nia: str
    legal: str
    ice: str
    export: str
    phone: str
    right: str


SCRIPTS = {
    "ary": Script(
        "السلام عليكم",
        "بغيت نتسجل",
        "كنوافق",
        "1",
        "معلم",
        "فاطمة العلوي",
        "صفرو",
        "كنصاوب الزرابي",
        "عندي الرقم ديال السجل 45872",
        "مقاول ذاتي",
        "001561191000066",
        "بعت لفرانسا و مريكان",
        "0612345678",
        "نعم صحيح",
    ),
    "ary-Latn": Script(
        "slm 3likom",
        "bghit ntsejel",
        "kanwafe9",
        "1",
        "m3allem",
        "Fatima Alaoui",
        "sfrou",
        "kansaweb zrabi",
        "3ndi ra9m 45872",
        "auto entrepreneur",
        "001561191000066",
        "b3t l fransa o marikan",
        "0612345678",
        "ah sahih",
    ),
    "ar": Script(
        "السلام عليكم ورحمة الله",
        "أريد التسجيل في البرنامج",
        "أوافق",
        "1",
        "صانع معلم",
        "فاطمة العلوي",
        "صفرو",
        "أصنع الزرابي",
        "رقمي في السجل 45872",
        "مقاول ذاتي",
        "001561191000066",
        "بعت إلى فرنسا وأمريكا",
        "0612345678",
        "نعم",
    ),
    "fr": Script(
        "Bonjour",
        "Je veux m'inscrire au programme",
        "J'accepte",
        "1",
        "maître artisan",
        "Fatima Alaoui",
        "Sefrou",
        "je fais des tapis",
        "mon numero est 45872",
        "auto-entrepreneur",
        "001561191000066",
        "oui en France et aux USA",
        "0612345678",
        "oui c'est juste",
    ),
}


def go(talk: Talk, script: Script, *, until: str | None = None) -> None:
    """Answer every question up to a field."""
    for field in (
        "hello",
        "enrol",
        "accept",
        "coaching",
        "maitre",
        "name",
        "town",
        "craft",
        "nia",
        "legal",
        "ice",
        "export",
    ) + (("phone",) if talk.surface is Surface.TELEGRAM else ()):
        if field == until:
            return
        talk.say(getattr(script, field))
