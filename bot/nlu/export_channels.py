"""How goods leave: the carrier a person names, the buyer who takes them along, the fair they come back from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Final

from bot.nlu.phrases import NOTHING, Found, Phrases, turned_down

_SPELT: Final[Mapping[str, str]] = {
    "commercial_freight": (
        "transitaire | transitaires | tranzitir | tronzitir | الترانزيطير | ترانزيتير | وكيل العبور | المعشر | "
        "وكيل الشحن | maison de transit | société de transit | conteneur | conteneurs | container | kontenir | "
        "kontinir | كونتونير | كونطونير | كونتينر | الكونتينير | حاوية | الحاوية | حاويات | fret | lfret | الفريت | "
        "freight | cargo | الكارغو | كارگو | maritime | voie maritime | par mer | شحن بحري | الشحن البحري | بحرا | "
        "عن طريق البحر | b lb7er | bateau | bato | الباطو | navire | البابور | بابور | babor | babour | باخرة | "
        "الباخرة | سفينة | الشحن الجوي | شحن جوي | groupage | camion tir | palettes | forwarder"
    ),
    "express_courier": (
        "dhl | di ach el | دي اش ال | fedex | fedix | فيديكس | فيديكسبريس | aramex | ارامكس | أراميكس | ups | "
        "يو بي اس | tnt | coursier | coursier express | courrier express | envoi express | livraison express | "
        "colis express | messagerie express | express | إكسبريس | الاكسبريس | البريد السريع | النقل السريع | "
        "الشحن السريع | شركة التوصيل السريع"
    ),
    "post": (
        "la poste | par poste | b poste | poste | poste maroc | البوسطة | البوسطا | بوسطة | bosta | lbosta | boosta | "
        "lboosta | لابوسط | lapost | laposte | b la post | البريد | بريد | b barid | b lbarid | f lbarid | بريد المغرب "
        "| barid lmaghrib | barid al maghrib | البريد العادي | colis postal | voie postale | postal | recommandé | "
        "lettre recommandée | chronopost | كرونوبوست | ems | amana | colissimo | طرد بريدي"
    ),
    "hand_carried_by_buyer": (
        "sous le bras | dans sa valise | dans ses bagages | dans leurs bagages | dans leur valise | dans ses valises | "
        "ف الباليزة | فالباليزة | فالباليزا | f lbaliza | f la valise | f valise dyalo | f lvaliza | f sac dyalo | "
        "فالفاليز | f lbagage | en main propre | repart avec | repartent avec | reparti avec | repartis avec | "
        "rentre avec | rentrent avec | part avec | partent avec | في حقيبته | في أمتعته | في أمتعتهم | في حقائبهم | "
        "في حقيبتها"
    ),
    "fair_temporary": (
        "ata | carnet ata | دفتر ata | admission temporaire | exportation temporaire | export temporaire | "
        "sortie temporaire | تصدير مؤقت | التصدير المؤقت | القبول المؤقت | إدخال مؤقت | tasdir mo2a9at | "
        "tasdir mou9at | retour après la foire | retour après le salon | retour après exposition"
    ),
    NOTHING: (  # e-mail, a bank, a place of work
        "البريد الإلكتروني | بريد إلكتروني | البريد الالكتروني | بريد الكتروني | lbarid l2iliktroni | barid bank | "
        "al barid bank | البريد بنك | بريد بنك | poste de travail | poste de police | poste budgétaire | mon poste | "
        "un poste | ce poste | le poste | code postal | boite postale | mandat postal | ouvrier express"
    ),
}
_TAKES: Final = (
    "emporte | emportent | emportera | emporter | emmène | emmènent | amène | prend | prennent | prendra | prendre | "
    "pris | emporté | emportée | emmené | repartie | repartis | أخذت | أخذوا | أخذوها | خدات | خداتها | هزات | "
    "هزاتها | حملت | حملتها | حملوا | khdat | hezzat | "
    "porte | ramène | ramènent | récupère | transporte | هز | هزو | هزها | هزهم | دايها | دايه | دايهم | داها | داهم | "
    "خدا | خداها | حمل | حملها | أخذ | أخذها | هازها | hez | hezz | hezha | hezhom | ddaha | ddahom | dayha | dayhom"
)
"""Verbs of the buyer who carries; the present and the future of Darija and Arabic are put together below."""
_ARABIC_TAKES: Final = (
    ("ي", "كي", "غي", "تي", "س", "سي", "ت", "كت", "وي"),
    ("هز", "دي", "حمل", "اخذ", "اخد", "خد"),
    ("", "ها", "ه", "هم", "هوم", "و", "وها", "وه", "وهم", "ون", "ونها", "ي", "يها"),
)
_LATIN_TAKES: Final = (
    ("y", "i", "ki", "kay", "ky", "ghay", "gha y", "t", "kat", "ghat"),
    ("hez", "hz", "hezz", "di", "ddi", "eddi", "khod", "akhod", "akhd"),
    ("", "ha", "h", "hom", "houm", "o", "oha", "oh", "ohom", "iw", "iwha"),
)
_WITH_HIM: Final = (
    "avec lui | avec elle | avec eux | avec soi | معاه | معاها | معاهم | معه | معها | معهم | m3ah | m3aha | m3ahom | "
    "m3ahoum"
)
_FAIR: Final = (
    "foire | la foire | salon | exposition | expo | stand | exposer | expose | exposons | exposent | exposé | معرض | "
    "المعرض | المعارض | ma3rad | ma3rid | lma3rad | lma3rid | لافوار | lafoire | lafwar | الصالون | السطاند | نعرض | "
    "أعرض | سأعرض | سنعرض | غنعرض | نعرضو | n3rd | ne3red | n3rdo | ghan3rd | ghan3rdo | ghan3erdo"
)
_BACK: Final = (
    ("نرجع", "نرجعو", "غنرجع", "غنرجعو", "رجعت", "رجعنا", "أرجع", "نردو", "نرد", "نعيد", "أعيد", "سأعيد", "سنعيد",
     "نسترجع", "أسترجع", "سأسترجع", "سنسترجع", "إعادة", "إرجاع", "استرجاع", "نجيب", "نجيبو",
     "nrje3", "nrj3", "nrj3o", "nrej3o", "nraj3", "nraj3o", "nredd", "nredo", "njib", "njibo", "rje3t", "rj3na"),
    ("ها", "هم", " بها", " بيها", " بيهم", " السلعة", " سلعتي", " السلعة ديالي", " البضاعة", " بضاعتي", " المعروضات",
     "ha", "hom", " biha", " bihom", " sel3a", " sl3a", " lmarchandise", " biha lmaghrib"),
)  # fmt: skip
"""To bring back, and what."""
_BACK_AGAIN: Final = (
    "ترجع | غترجع | كترجع | تعود | سنعيدها | trje3 | katrje3 | ramener | ramène | ramènerai | ramenons | ramènent | "
    "ramènes | rapporter | rapporte | rapportons | rapportent | remporter | remporte | revenir avec | reviens avec | "
    "revient | reviennent | rentrer avec | rentre avec | retour de la marchandise | retour des pièces | "
    "retour au maroc | ramené | ramenés | retourne avec"
)
_APART_AT_MOST: Final = 40
"""Characters between the two parts of a saying."""


@cache
def _spelt() -> Phrases:
    return Phrases(_SPELT)


@cache
def _sayings() -> tuple[tuple[str, Phrases, Phrases], ...]:
    takes = [_TAKES, *("".join(parts) for table in (_ARABIC_TAKES, _LATIN_TAKES) for parts in product(*table))]
    back = [_BACK_AGAIN, *map("".join, product(*_BACK))]
    return (
        ("hand_carried_by_buyer", Phrases({"takes": " | ".join(takes)}), Phrases({"with him": _WITH_HIM})),
        ("fair_temporary", Phrases({"fair": _FAIR}), Phrases({"back": " | ".join(back)})),
    )


def find_export_channels(text: str) -> list[Found]:
    """Find the ways to send goods that a text names.

    Args:
        text: Any string.

    Returns:
        Values `commercial_freight`, `express_courier`, `post`, `hand_carried_by_buyer`, `fair_temporary`; one turned
        down ("pas par la poste") is left out, and a customer or a fair alone are no way to send.
    """
    found = [one for one in _spelt().find(text) if not turned_down(one)]
    for value, first, second in _sayings():
        ends = second.find(text)
        for begun in first.find(text):
            end = next((one.end for one in ends if 0 <= one.start - begun.end <= _APART_AT_MOST), None)
            if end is not None:
                found.append(Found(value, begun.start, end))
                break
    return found
