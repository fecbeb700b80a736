"""The few words that name a category, a legal form or a field of the registration, in the four written forms.

Folded by the phonetic key, so that spelling and script do not matter. Longest phrases first where one holds another.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from darija.fold import phonetic

CATEGORY_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "maitre_artisan": ("maître artisan", "maitre", "maalem", "معلم", "معلمة", "m3allem", "m3alma", "صانع معلم"),
    "cooperative": ("تعاونية", "coopérative", "cooperative", "coop", "ta3awniya", "taawniya", "التعاونية"),
    "company": ("شركة", "مقاولة", "entreprise", "société", "charika", "mo9awala", "sarl", "company"),
    "artisan": (
        "artisan",
        "artisane",
        "أرتيزان",
        "صانع",
        "صانعة",
        "صنايعي",
        "صنايعية",
        "حرفي",
        "حرفية",
        "sana3i",
        "snayi",
        "sana3iya",
        "7rayfi",
    ),
}
TRACK_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "export_coaching": ("accompagnement", "coaching", "mowakaba", "المواكبة", "مواكبة", "نبيع برا", "nbi3 berra"),
    "excellence": ("excellence", "التميز", "tamayoz"),
    "aggregation": ("groupement", "agrégation", "التجميع", "تجميع", "tajmi3"),
    "training": (
        "formation",
        "formations",
        "فورماسيون",
        "التكوين",
        "تكوين",
        "takwin",
        "tkwin",
        "stage",
        "نتعلم",
        "nt3ellem",
    ),
    "fairs": (
        "foire",
        "foires",
        "salon",
        "salons",
        "exposition",
        "معرض",
        "المعرض",
        "معارض",
        "ma3rad",
        "ma3rid",
        "ma3arid",
    ),
    "funding": (
        "financement",
        "aide financière",
        "financière",
        "subvention",
        "argent",
        "crédit",
        "الدعم",
        "دعم",
        "التمويل",
        "تمويل",
        "الفلوس",
        "فلوس",
        "flous",
        "da3m",
        "tamwil",
    ),
}
"""How people name a track besides its label; the ids are those of knowledge/data/tracks.yml."""
YEAR_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "years": ("an", "ans", "année", "années", "عام", "عوام", "سنة", "سنين", "سنوات", "3am", "3wam", "snin", "sna"),
}
LEGAL_FORM_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "auto_entrepreneur": (
        "auto entrepreneur",
        "autoentrepreneur",
        "auto",
        "مقاول ذاتي",
        "المقاول الذاتي",
        "mo9awil dati",
    ),
    "natural_person": (
        "registre de commerce",
        "rc",
        "السجل التجاري",
        "سجل تجاري",
        "patente",
        "الباطانطا",
        "personne physique",
    ),
    "none": ("rien", "aucun", "aucune", "والو", "walo", "بلا والو", "ماعنديش", "ليس لدي", "ma3ndich", "pas encore"),
}
EXPORT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "never": ("jamais", "عمري", "ليس بعد", "مازال", "mazal", "pas encore", "3mrni", "باقي", "ba9i", "لم أبع"),
    "intermediary": (
        "intermédiaire",
        "وسيط",
        "واسطة",
        "wasit",
        "bazar",
        "بازار",
        "chi wahd",
        "مع شي واحد",
        "شي واحد",
        "عن طريق",
        "3n tari9",
        "3an tari9",
        "sa7bi",
        "صاحبي",
        "kaybi3 liya",
        "كيبيع ليا",
    ),
    "direct": ("direct", "moi-même", "مباشرة", "براسي", "brassi", "bnefsi", "بنفسي"),
}
FIELD_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "person_name": (
        "سمية",
        "السمية",
        "سميتي",
        "smiya",
        "smiti",
        "smiyti",
        "nom",
        "prénom",
        "اسم",
        "الاسم",
        "اسمي",
        "النسب",
    ),
    "phone": (
        "téléphone",
        "tel",
        "numéro de téléphone",
        "التيليفون",
        "تيليفون",
        "الهاتف",
        "هاتف",
        "tilifon",
        "النمرة",
        "gsm",
    ),
    "place": (
        "ville",
        "مدينة",
        "المدينة",
        "lmdina",
        "mdina",
        "province",
        "région",
        "جهة",
        "الجهة",
        "دوار",
        "douar",
        "بلاصة",
        "البلاصة",
    ),
    "craft": ("صنعة", "الصنعة", "san3a", "métier", "حرفة", "الحرفة", "lhirfa", "activité"),
    "category": ("catégorie", "الصفة", "artisan", "معلم", "صنايعي"),
    "organisation": ("تعاونية", "coopérative", "ta3awniya", "شركة", "société", "entreprise", "charika"),
    "rna": ("rna", "nia", "registre", "السجل الوطني", "سجل", "sijil"),
    "legal_form": ("forme juridique", "statut", "الشكل القانوني", "auto entrepreneur", "مقاول ذاتي"),
    "ice": ("ice", "التعريف الموحد"),
    "export": ("export", "التصدير", "برا", "berra", "étranger", "pays", "البلدان"),
    "track": ("programme", "برنامج", "البرنامج", "choix", "parcours"),
    "language": ("langue", "لغة", "اللغة", "lougha"),
}

PART_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "more": (
        "plus",
        "plus de détails",
        "en savoir plus",
        "détail",
        "détails",
        "la suite",
        "كثر",
        "نعرف كثر",
        "زيدني",
        "زيدوني",
        "المزيد",
        "التفاصيل",
        "تفاصيل",
        "الباقي",
        "kter",
        "ktar",
        "n3ref kter",
        "zidni",
        "tafasil",
        "lba9i",
    ),
    "source": (
        "source",
        "la source",
        "sources",
        "d'où vient l'information",
        "d'où ça vient",
        "qui dit ça",
        "المصدر",
        "مصدر",
        "ما المصدر",
        "شنو المصدر",
        "منين جبتو هادشي",
        "منين جبتو هاد المعلومة",
        "شكون قال هادشي",
        "lmasdar",
        "chno lmasdar",
        "mnin jbto hadchi",
        "mnin jbto had lma3louma",
        "chkoun 9al hadchi",
    ),
}
"""After an answer to a question: what asks for the detail, and where it comes from."""


@cache
def _keys(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({phonetic(word) for word in words} - {""}, key=len, reverse=True))


def all_named(text: str, table: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every entry of a table a text names, longest phrases first: what stands within one names nothing more."""
    padded = f" {phonetic(text)} "
    keys = sorted(((key, name) for name, words in table.items() for key in _keys(words)), key=lambda one: -len(one[0]))
    found: list[str] = []
    for key, name in keys:
        for heard in (f" {key} ", f" l{key} "):
            if heard in padded:
                padded = padded.replace(heard, " | ")
                found.append(name)
    return list(dict.fromkeys(found))


def named(text: str, table: Mapping[str, tuple[str, ...]]) -> str | None:
    """Which entry of a table a text names, or nothing; whole words only, the longest phrase wins."""
    padded = f" {phonetic(text)} "
    best: tuple[int, str] | None = None
    for name, words in table.items():
        for key in _keys(words):
            if f" {key} " in padded or f" l{key} " in padded:
                if best is None or len(key) > best[0]:
                    best = (len(key), name)
                break
    return best[1] if best else None


def only_named(text: str, table: Mapping[str, tuple[str, ...]]) -> str | None:
    """Which entry of a table a text names and says nothing else, or nothing."""
    heard = phonetic(text)
    return next((name for name, words in table.items() if heard in _keys(words)), None)
