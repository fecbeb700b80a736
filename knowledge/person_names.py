"""Reading the full name a person gives, in the script they chose."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from darija.fold import phonetic
from darija.text import MARKS, ascii_digits
from knowledge.given_names import is_given_name
from knowledge.typing_marks import without_marks

NAME_MAX_CHARS: Final = 80
INTRODUCED_WITHIN_CHARS: Final = 400
_WORDS_MAX: Final = 8


def _heard(words: str) -> frozenset[str]:
    return frozenset(map(phonetic, words.split()))


def _phrases(*phrases: str) -> tuple[tuple[str, ...], ...]:
    """As they sound, the longest first."""
    return tuple(sorted((tuple(phonetic(phrase).split()) for phrase in phrases), key=len, reverse=True))


_I_AM_CALLED: Final = _phrases(
    "je m appelle", "jmappelle", "je mappelle", "je m appele", "je m appel", "je mappel", "jmappel", "m appelle",
    "je me nomme", "my name is", "smiyti hiya",
    "smiyti hia", "smiti hiya", "سميتي هي", "أنا سميتي", "ana smiyti", "ana smiti", "mon nom c est",
    "mon nom complet c est", "أدعى", "السمية الكاملة هي", "السمية ديالي هي", "السمية الكاملة ديالي هي", "اسمي هو",
)  # fmt: skip
"""What follows is a name, known or not."""
_MY_NAME: Final = _phrases(
    "smiyti", "smiti", "smyti", "smitti", "سميتي", "اسمي", "إسمي", "ismi", "esmi", "اسمي الكامل", "اسمي الشخصي",
    "السمية الكاملة", "السمية ديالي", "smiya dyali", "smiya kamla", "الاسم الكامل", "الإسم الكامل هو", "mon nom est",
    "mon nom complet", "mon nom complet est", "nom et prénom", "nom complet", "prénom et nom",
)  # fmt: skip
"""The same where it opens a sentence: "put my name with the others" gives none."""
_I_AM: Final = _phrases(
    "ana", "أنا", "je suis", "moi c est", "moi", "madame", "mme", "monsieur", "mr", "appelez", "appelle", "contactez",
    "lalla", "لالة", "السيدة", "السيد",
)  # fmt: skip
"""What follows may be a name: one that begins with a given name is."""
_PREFIXES: Final = tuple(
    sorted(
        (
            *_I_AM_CALLED,
            *_MY_NAME,
            *_phrases(
                "السمية", "smiya", "الاسم", "mon nom", "nom", "ana", "أنا", "je suis",
                "moi c est", "moi", "c est", "salam", "السلام", "السلام عليكم", "salam 3likom", "slm", "bonjour",
                "صباح الخير", "مرحبا", "oui", "نعم", "wakha", "واخا",
            ),
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
_AFTER_NAMES: Final = _heard(
    "mn men من li lli اللي مع m3a عند عندكم 3andkom ضمن إلى b ب tsjlt tsjelt sjlat sjlt صنايعي صنايعية sana3i f fi ف "
    "في فـ de d' à a au aux en et w o و ana أنا j je c'est hna حنا kankhdem khdam khddam khdama khddama kandir "
    "kansaweb كنخدم خدام خدامة كندير كنصاوب sakn sakna saken ساكن ساكنة صانع صانعة حرفي حرفية معلم معلمة m3allem "
    "m3allma maalem artisan artisane président présidente رئيس رئيسة tel tél tlfon tilifoun telephone téléphone nmrti "
    "numero numéro نمرتي نمرة النمرة رقم رقمي رقمها هاتفي الهاتف التيليفون wnmrti depuis pour sur chez dyal ديال d "
    "ساكنة كنسكن أسكن أعمل أقيم اعمل wladi marié mariée 3andi 3ndi عندي و"
)
"""Words at which a name has ended."""
_NO_FIRST_NAMES: Final = _heard(
    "موجود موجودة kayn هاديك hadik مجهول مجهولا ناقص صحيح enregistré enregistrée ديالي dyali ملي mli بشكل خطا بل "
    "ghalta ghalat غالطة غلط غالط mktouba mktoba mktob مكتوبة مكتوب ناقصة خطأ خاطئ خاطئة faux fausse mal pas n'est est "
    "incorrect incorrecte correct correcte écrit écrite changé changée machi ماشي mabanatch ما مابانتش kamla كاملة "
    "صحيحة s7i7a hadi هادي هذا hada f فـ ف في mn من 3la على li اللي ila إلا kayna كاينة bach باش kima كيما غير ghir هو "
    "هي comme avec sur dans aussi déjà bien toujours erroné erronée à a la le les un une"
)
"""Words after "my name is" that say something about the name."""
_GIVEN_AND_FAMILY: Final = 4
"""Words of a name at most, where nothing else ends it."""
_WORD: Final = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}]|['’-](?=[^\W\d_]))*")
_BREAK: Final = re.compile(r"[.,;:!?()\n،؛؟\d]")
_JOINED: Final = re.compile(r"و(?!لد$).{2}|.{3,}ت$")
_WITHIN_NAMES: Final = frozenset({"الله", "اللّه", "أيت", "آيت", "ايت"})
"""They sound like "no" and "and"."""
_GREETINGS: Final = _heard(
    "salam السلام عليكم عليك 3likom slm bonjour bonsoir bjr صباح الخير مساء مرحبا oui نعم ana أنا wa"
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


@dataclass(frozen=True, slots=True)
class FoundName:
    """A person's name within a text.

    Attributes:
        name: As `read_person_name` gives it.
        start: Offset of the first character.
        end: Offset after the last one.
    """

    name: str
    start: int
    end: int


def find_person_name(text: str) -> FoundName | None:
    """Find the name with which people introduce themselves: "smiyti Rkia mn Tafraout".

    Args:
        text: Any string; its first 400 characters are looked at.

    Returns:
        The first name after "my name is", or after "I am" where it begins with a given name; nothing without one of
        these, for names alone look like everything else.
    """
    words = list(_WORD.finditer(text[:INTRODUCED_WITHIN_CHARS]))
    heard = [tuple(phonetic(word[0]).split()) for word in words]
    for place in range(len(words)):
        opens = {one for word in heard[:place] for one in word} <= _GREETINGS or _apart(text, words, place)
        for phrases, sure in ((_I_AM_CALLED, True), (_MY_NAME, opens), (_I_AM, False)):
            begin = place + _length(heard[place:], phrases)
            if begin == place or begin == len(words):
                continue
            end = _end_of_name(text, words, begin, sure=sure)
            name = read_person_name(text[words[begin].start() : words[end - 1].end()]) if end > begin else None
            if name:
                return FoundName(name, words[begin].start(), words[end - 1].end())
    return None


def _length(heard: list[tuple[str, ...]], phrases: tuple[tuple[str, ...], ...]) -> int:
    """How many words the longest of the phrases has that stands at the beginning; 0 where none does."""
    for phrase in phrases:
        sounds: tuple[str, ...] = ()
        for length, word in enumerate(heard[: len(phrase)], start=1):
            sounds += word
            if sounds == phrase:
                return length
    return 0


def _end_of_name(text: str, words: list[re.Match[str]], begin: int, *, sure: bool) -> int:
    """The word after a name's last one; `begin` where no name begins."""
    first = words[begin][0]
    if not sure and _apart(text, words, begin):
        return begin
    if not is_given_name(first) and (not sure or phonetic(first) in _NO_FIRST_NAMES or _ends_name(first)):
        return begin
    end = begin
    while end < min(len(words), begin + _GIVEN_AND_FAMILY):
        word = words[end]
        if _has_number(word[0]) or (end > begin and (_apart(text, words, end) or _ends_name(word[0]))):
            break
        end += 1
    return end


def _apart(text: str, words: list[re.Match[str]], place: int) -> bool:
    """Whether a sign stands between a word and the one before it."""
    return _BREAK.search(text, words[place - 1].end(), words[place].start()) is not None


def _ends_name(word: str) -> bool:
    """Whether something else begins: a small word, "and …", فال…, a verb of the first person (سجلت)."""
    heard = phonetic(word)
    if is_given_name(word) or word in _WITHIN_NAMES:
        return False
    joined = _JOINED.match(word) is not None or (word[0] > "ا" and " " in heard)
    return joined or heard in _AFTER_NAMES or heard in _SENTENCES or heard in _NOT_NAMES


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
