"""Small closed answers: which language, yes or no, which legal form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from bot.nlu.phrases import Found, Phrases

_LANGUAGES: Final[Mapping[str, str]] = {
    "ary": (
        "دارجة | الداريجة | درجة | darija | derja | darja | دارجة مغربية | مغربية | maghribiya | "
        "marocain | arabe marocain | dialecte | دارجة بالعربية | darija b l3arbiya | darija arabe | "
        "العامية | darija en arabe | darija lettres arabes | دارجة بالحروف العربية | "
        "darija b 7orof l3arbiya"
    ),
    "ary-Latn": (
        "arabizi | 3arabizi | عربيزي | arabisi | حروف لاتينية | بالحروف اللاتينية | الحروف اللاتينية | "
        "لاتينية | lettres latines | latin | latine | latini | latiniya | darija latin | "
        "darija latine | darija b latin | darija en lettres latines | arabe en lettres latines | "
        "7orof latiniya | horouf latin | حروف فرنسية | دارجة باللاتينية | دارجة بحروف لاتينية | "
        "الدارجة بالحروف اللاتينية | 7orof fransawiya | lettres francaises | دارجة بالفرنسية | "
        "darija b lfransiya | darija lettres francaises | darija b 7orof fransiya"
    ),
    "ar": (
        "عربية | العربي | عربي | 3arbiya | 3arabiya | l3rbiya | arabia | arabe | arabic | فصحى | "
        "الفصيح | fos7a | fusha | arabe classique | arabe standard | لغة عربية"
    ),
    "fr": (
        "فرنسية | الفرنساوية | فرونسي | فرانسي | فرونسية | الفرنسي | francais | francaise | french | "
        "fransiya | fransawiya | fransawi | fronsi | franci | fransia | لغة فرنسية | frensawiya | "
        "frensiya | frensia"
    ),
}
_YES_NO: Final[Mapping[str, str]] = {
    "yes": (
        "نعم | آه | أه | إيه | اييه | أيوا | إيوا | واخا | صحيح | اوكي | اوك | أجل | موافق | موافقة | "
        "oui | wi | ui | ouais | ouii | ah | iyeh | iyyeh | eyeh | ih | ayeh | aywa | wakha | waxa | "
        "na3am | ok | okay | okey | dac | d'accord | daccord | yes | bien sur | exact | exactement | "
        "c'est ca | s7i7 | sahih | kanwafe9 | كنوافق | mouafi9 | je suis d'accord | j'accepte | "
        "نعم صحيح | oui c'est ca | ah oui"
    ),
    "no": (
        "لا | لالا | لا لا | ماشي | كلا | ماكنوافقش | مابغيتش | لا شكرا | غير موافق | non | nn | nan | "
        "no | la | lala | la la | lla | machi | pas d'accord | non merci | la choukran | je refuse | "
        "makanwaf9ch | mabghitch | jamais | pas du tout"
    ),
}
_LEGAL_FORMS: Final[Mapping[str, str]] = {
    "auto_entrepreneur": (
        "auto entrepreneur | autoentrepreneur | auto entrepreneuse | auto entreprenor | "
        "otoentrepreneur | مقاول ذاتي | المقاول الذاتي | مقاولة ذاتية | مقاول داتي | mo9awil dati | "
        "mou9awil dati | moqawil dati | اوطو انتروبرونور | statut auto entrepreneur"
    ),
    "natural_person": (
        "registre de commerce | registre du commerce | السجل التجاري | سجل تجاري | personne physique | "
        "patente | شخص ذاتي | شخص طبيعي | البطانطا | الباطانطا | sijil tijari | patenta"
    ),
    "cooperative": (
        "تعاونية | التعاونية | تعاونيات | cooperative | coop | ta3awniya | t3awniya | taawniya | "
        "ta3awoniya | كوبيراتيف | kooperatif | coperative | كوبراتيف"
    ),
    "company": "شركة | charika | cherika | sarl | societe | مقاولة | mo9awala | entreprise | ش م م | company",
    "none": (
        "sans statut | pas de statut | aucun statut | بلا ورق | بدون وضع قانوني | informel | bla wra9 | "
        "ماعندي حتى وضع | حتى صفة | sans forme juridique | ma3ndi ta statut"
    ),
}
_REFUSED: Final = frozenset({"bas", "maCi", "bla", "mabRitC", "mabRitiC", "ni", "non", "lisa", "RirC"})
"""Sounds of a word that turns the name after it down: pas, ماشي, بلا, mabghitch."""
_SHORT_WORDS: Final = 4
"""Words up to which a message that begins with yes or no is one: longer ones begin with "la" for other reasons."""


@cache
def _languages() -> Phrases:
    return Phrases(_LANGUAGES)


@cache
def _yes_no() -> Phrases:
    return Phrases(_YES_NO)


@cache
def _legal_forms() -> Phrases:
    return Phrases(_LEGAL_FORMS)


def find_languages(text: str) -> list[Found]:
    """Find the languages a text asks for.

    Args:
        text: Any string.

    Returns:
        Values `ary`, `ary-Latn`, `ar`, `fr`; a language turned down ("pas en arabe") is left out.
    """
    return [one for one in _languages().find(text) if _REFUSED.isdisjoint(one.before)]


def find_yes_no(text: str) -> list[Found]:
    """Find a plain yes or no: the whole of a text, or how a short one begins.

    Args:
        text: Any string.

    Returns:
        One value, `yes` or `no`, or nothing. French `la` before a noun is no refusal.
    """
    found = _yes_no().find(text)
    whole = _yes_no().whole(text)
    if whole is not None:
        return [Found(whole, found[0].start, found[-1].end)]
    words = text.split()
    if not found or found[0].before or not 1 < len(words) <= _SHORT_WORDS:
        return []
    first = found[0]
    article = text[first.start : first.end].casefold() == "la"
    agree = {one.value for one in found} == {first.value}
    return [first] if agree and not article and not text[: first.start].strip() else []


def find_legal_forms(text: str) -> list[Found]:
    """Find legal forms a text names.

    Args:
        text: Any string.

    Returns:
        Values `none`, `auto_entrepreneur`, `natural_person`, `cooperative`, `company`.
    """
    return _legal_forms().find(text)
