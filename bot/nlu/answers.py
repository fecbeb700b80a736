"""Small closed answers: which language, yes or no, which legal form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from bot.nlu.phrases import NOTHING, Found, Phrases, turned_down
from darija.text import normalise

_LANGUAGES: Final[Mapping[str, str]] = {
    "ary": (
        "دارجة | الداريجة | درجة | darija | derja | darja | دارجة مغربية | بالمغربية | b lmaghribiya | "
        "en marocain | arabe marocain | dialecte | دارجة بالعربية | darija b l3arbiya | darija arabe | "
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
        "فرنسية | الفرنساوية | فرونسي | بالفرانسي | فرونسية | الفرنسي | francais | francaise | french | "
        "fransiya | fransawiya | fransawi | fronsi | fransia | لغة فرنسية | frensawiya | "
        "frensiya | frensia"
    ),
    NOTHING: (  # countries, people, goods and scripts that are called so
        "الإمارات العربية | المملكة العربية | الدول العربية | دول عربية | الجمهورية العربية | العالم العربي | الوطن "
        "العربي | بلدان عربية | البلدان العربية | الخليج العربي | الخط العربي | خط عربي | emirats arabes | pays arabes "
        "| monde arabe | calligraphie arabe | client français | clients français | cliente française | clientes "
        "françaises | clientèle française | touriste français | touristes français | acheteur français | acheteurs "
        "français | marché français | les français | des français | un français | société française | entreprise "
        "française | importateur français | marchés arabes | السوق الفرنسية | السوق الفرنسي | الزبون الفرنسي | زبون "
        "فرنسي | سائح فرنسي | شركة فرنسية | كليان فرنساوي | klian fransawi | القهوة العربية | arabie saoudite | douane "
        "française | douanes françaises | الجمارك الفرنسية | nationalité française | diplôme français"
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
    NOTHING: (  # no harm, no doubt
        "لا بأس | لاباس | la bas | لا إله | la ilaha | لا شك | لا بد | la budda | لا مشكل | لا مشكلة | la mochkil | "
        "ah bon"
    ),
}
ANY: Final = "any"
"""A legal form in general: it says something only where there is none."""
_LEGAL_FORMS: Final[Mapping[str, str]] = {
    "auto_entrepreneur": (
        "auto entrepreneur | autoentrepreneur | auto entrepreneuse | auto entreprenor | "
        "otoentrepreneur | مقاول ذاتي | المقاول الذاتي | مقاولة ذاتية | مقاول داتي | mo9awil dati | "
        "mou9awil dati | moqawil dati | اوطو انتروبرونور | statut auto entrepreneur"
    ),
    "natural_person": (
        "registre de commerce | registre du commerce | السجل التجاري | سجل تجاري | personne physique | "
        "patente | شخص ذاتي | شخص داتي | chakhs dati | شخص طبيعي | chakhs tabi3i | البطانطا | الباطانطا | "
        "sijil tijari | patenta | batanta"
    ),
    NOTHING: (  # carriers and insurers; the ICE is called so
        "شركة شحن | شركة الشحن | شركة نقل | شركة النقل | شركة توصيل | شركة التوصيل | شركة التأمين | شركة تأمين | "
        "charikat naql | charikat tawsil | société de transport | société de transit | société de livraison | "
        "entreprise de transport | "
        "التعريف الموحد للمقاولة | المعرف الموحد للمقاولة | رقم المقاولة | identifiant commun de l'entreprise | "
        "identifiant commun entreprise"
    ),
    "cooperative": (
        "تعاونية | التعاونية | تعاونيات | تعاونيتي | تعاونيتنا | cooperative | coop | ta3awniya | t3awniya | taawniya "
        "| ta3awoniya | كوبيراتيف | kooperatif | coperative | كوبراتيف"
    ),
    "company": (
        "شركة | شركتي | شركتنا | charika | cherika | sarl | societe | مقاولة | mo9awala | entreprise | ش م م | company"
    ),
    "none": "informel | بلا ورق | بلا وراق | بلا اوراق | bla wra9 | blach wra9",
    ANY: (
        "statut | statut juridique | forme juridique | الستاتو | ستاتو | وضع قانوني | وضعية قانونية | صفة قانونية | "
        "شكل قانوني | إطار قانوني | sifa 9anonia | wad3 9anoni | صفة | وضع"
    ),
}
_DENIED: Final[Mapping[str, str]] = {
    "none": (
        "ma3ndich | ma3ndi | ma 3ndich | ma 3ndi | ma3ndnach | ma3ndna | ma 3ndna | ماعنديش | ماعندي | ما عنديش | "
        "ما عندي | ماعندناش | ما عندنا | ما عندناش | ليس لدي | ليست لدي | ليس لدينا | ليس لي | ليست لي | ليس عندي | "
        "ليست عندي | لا أملك | لا نملك | لا أتوفر على | لا نتوفر على | لا توجد | بدون | دون | بلا | bla | blach | "
        "بلاش | sans | aucun | aucune | pas de | pas d | pas encore de | ni | madayer | ma dayer | ما داير | ماداير | "
        "ما دايرش | ma dayrch | madayrch"
    ),
    "another": "pas une | pas un | pas en | machi | maci | ماشي | لسنا | لست | ليست | ليس",
}
"""Before a legal form: "I have no …" leaves none, "we are no …" leaves it open."""
_NOR: Final = frozenset(
    normalise(
        "لا la ni و ولا wla ola o w et ou أو حتى hta 7ta ta أي أية شي chi ay d de une un l le encore ba9i باقي تا "
        "aucune aucun pas"
    ).split()
)
"""Between "no" and a legal form, or two of them."""
_SHORT_WORDS: Final = 4
"""Words up to which a message that begins with a doubtful yes or no is one: longer ones begin so for other reasons."""
_PLAIN: Final = frozenset(
    normalise(
        "oui ouais ouii نعم إيه اييه أيوا إيوا واخا iyeh iyyeh eyeh ayeh aywa wakha waxa na3am non لالا كلا آه"
    ).split()
)
"""Words that are a yes or a no however the sentence goes on."""
_NEITHER: Final = frozenset(normalise("lalla lella لالة للا الله لله lah allah ولا à a أي es est is").split())
"""What only sounds like one: a lady's title, the name of God, "or", "which", small French words."""
_NEGATED_VERB: Final = re.compile(r"\s+(?!(?:[أن]وافق|[أن]ريد|[أن]قبل|[أن]رغب)(?!\w))[أاآنتي](?!ل)\w{2,}", re.UNICODE)
"""After لا: "I do not know" answers no question; "I do not agree" does."""
_NOT_SO: Final = frozenset(normalise("machi ماشي mabghitch مابغيتش").split())
"""A no by itself; before a word it denies that word alone: ماشي روبو."""
_STATEMENT: Final = (
    r"(?:ana|hna|7na|nta|nti|howa|hia|rah|rani|ma\w*(?:ch|x)|ma|mazal|machi|ba9i|baqi|ghir|bghit|kan\w+|3nd\w+|kayn\w*|daba|"
    r"hadi|hada|wslat\w*|wsl\w*|khas\w*|mchit|ما|ماشي|أنا|انا|حنا|نحن|راه|راني|باقي|مازال|مازالت|غير|بغيت|عندي|عندنا|كاين|"
    r"هادي|هادا|هذا|هذه|دابا|لم|لن|ليس|ليست|ما\w+ش|كن\w+|وصل\w*|خاص\w*)"
)
_DARIJA_NO: Final = re.compile(rf"(?:la|لا)\s+{_STATEMENT}(?!\w)", re.IGNORECASE)
"""After this `la` comes no French noun, and لا denies no verb: "no, I am from Safi"."""
_AH_SO: Final = re.compile(rf"(?:ah|ih|آه|أه)\s+{_STATEMENT}(?!\w)", re.IGNORECASE)
"""A yes, and no "ah bon"."""
_COMMA: Final = re.compile(r"\s*[,،.!؛;:]")


@cache
def _languages() -> Phrases:
    return Phrases(_LANGUAGES)


@cache
def _yes_no() -> Phrases:
    return Phrases(_YES_NO)


@cache
def _legal_forms() -> Phrases:
    return Phrases(_LEGAL_FORMS)


@cache
def _denied() -> Phrases:
    return Phrases(_DENIED)


def find_languages(text: str) -> list[Found]:
    """Find the languages a text asks for.

    Args:
        text: Any string.

    Returns:
        Values `ary`, `ary-Latn`, `ar`, `fr`; a language turned down ("pas en arabe") is left out.
    """
    found = [one for one in _languages().find(text) if not turned_down(one)]
    in_letters = [one.start for one in found if one.value == "ary-Latn"]
    return [one for one in found if one.value not in {"ary", "ar"} or not any(start > one.end for start in in_letters)]


def find_yes_no(text: str) -> list[Found]:
    """Find a plain yes or no: the whole of a text, or how a short one begins.

    Args:
        text: Any string.

    Returns:
        One value, `yes` or `no`, or nothing. French `la` before a noun is no refusal; a word that can be nothing else,
        or one before a comma, counts however long the text is.
    """
    found = [one for one in _yes_no().find(text) if normalise(text[one.start : one.end]) not in _NEITHER]
    whole = _yes_no().whole(text)
    if not found:
        return []
    if whole is not None:
        return [Found(whole, found[0].start, found[-1].end)]
    first, word = found[0], normalise(text[found[0].start : found[0].end])
    if word in _NOT_SO or (word == "لا" and _NEGATED_VERB.match(text, first.end)):
        return []
    if first.before or text[: first.start].strip():
        return []
    short = len(text.split()) <= _SHORT_WORDS
    if _DARIJA_NO.match(text, first.start) or _AH_SO.match(text, first.start):
        return [first]
    if not short:
        return [first] if word.split()[0] in _PLAIN or _COMMA.match(text, first.end) else []
    agree = {one.value for one in found} == {first.value}
    return [first] if agree and word != "la" else []


def find_legal_forms(text: str) -> list[Found]:
    """Find legal forms a text names.

    Args:
        text: Any string.

    Returns:
        Values `none`, `auto_entrepreneur`, `natural_person`, `cooperative`, `company`; of "neither company nor
        cooperative" and the like `none` alone.
    """
    named = _legal_forms().find(text)
    denied: list[Found] = []
    without = None
    for no in _denied().find(text):
        end = no.end
        for form in named:
            between = normalise(text[end : form.start]).split() if form.start >= end else [ANY]
            if _NOR.issuperset(between) and (between or end == no.end):
                denied.append(form)
                end = form.end
        if end > no.end and no.value == "none" and without is None:
            without = no
    kept = [form for form in named if form not in denied and form.value != ANY]
    return kept if kept or without is None else [Found("none", without.start, max(form.end for form in denied))]
