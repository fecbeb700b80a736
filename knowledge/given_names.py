"""Given names of Morocco, by which a name is told from a craft or a town after "I am". General knowledge.

Left out: names that are everyday words ("أنا سعيد" is "I am happy"); after "my name is" they are read all the same.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from knowledge.hearing import key, letters

_WOMEN: Final = (
    "فاطمة Fatima Fatma Fatema Fatim فاطنة Fatna فطومة Fattouma Fatouma خديجة Khadija Khadouj خدوج عائشة Aicha Aïcha "
    "عيشة 3icha مريم Meryem Mariam Maryam Myriam زينب Zineb Zaynab زهرة Zohra الزهرة Zahra الزهراء نعيمة Naima Naïma "
    "لطيفة Latifa رشيدة Rachida مليكة Malika حليمة Halima سميرة Samira نادية Nadia Nadya أمينة Amina حنان Hanane سناء "
    "Sanae Sanaa سهام Siham Soumia Soumaya هند Hind هاجر Hajar إلهام Ilham Ilhame إيمان Imane بشرى Bouchra حفيظة "
    "Hafida حورية Houria رقية Rkia Rqia Rokia Rokaya ربيعة Rabia Rabi3a زبيدة Zoubida سلمى Salma شيماء Chaimae Chaima "
    "صفية Safia Safiya ضحى Doha عتيقة Atika غزلان Ghizlane فتيحة Fatiha فوزية Fouzia Faouzia كلثوم Keltoum Kaltoum "
    "كنزة Kenza لمياء Lamia Lamiae ليلى Leila Layla Laila مباركة Mbarka محجوبة Mahjouba منى Mouna نجية Najia نزهة "
    "Nezha Nouzha نورة Noura هدى Houda وفاء Wafae Wafaa ياسمين Yasmine يامنة Yamna يطو Itto إيجة Ijja تودة Touda طامو "
    "Tamou حادة Hadda فضمة Fadma ثريا Touria Tourya سعدية Saadia Sa3dia دليلة Dalila أسماء Asmae Asmaa أسية Assia "
    "جليلة Jalila رجاء Rajae Khaddouj حسناء Hasnae حسنية Hasnia كوثر Kaoutar Kawtar مارية Maria نسرين Nisrine Nesrine "
    "وداد Widad Ouidad زهور Zhour فريدة Farida بهيجة Bahija غيثة Ghita"
)
_MEN: Final = (
    "محمد Mohamed Mohammed Mouhamed Mohammad Mohamad محماد امحمد Mhamed M'hamed أحمد Ahmed حميد Hamid حمو Hammou حسن "
    "Hassan Hassane الحسن Lahcen Lhoussaine لحسن Lahsen الحسين Houssine Houcine Hussein Hossein Lhoucine لحسين "
    "Elhoucine Houssein علي Ali عمر Omar 3omar يوسف Youssef Yousef Youssouf إبراهيم Brahim Ibrahim إسماعيل Ismail "
    "Smail سماعيل إدريس Driss Idriss دريس رشيد Rachid خالد Khalid Khaled عبدالله Abdellah Abdallah 3abdellah عبداللطيف "
    "Abdellatif عبدالرحيم Abderrahim عبدالرحمان Abderrahmane عبدالكريم Abdelkrim Abdelkarim عبدالعزيز Abdelaziz "
    "عبدالقادر Abdelkader عبدالحق Abdelhak عبدالإله Abdelilah عبدالسلام Abdeslam Abdessalam عبدالمجيد Abdelmajid "
    "عبدالغني Abdelghani عبدالهادي Abdelhadi عبدو Abdou مصطفى Mostafa Mustapha Mustafa Moustapha حسام Houssam حمزة "
    "Hamza أنس Anas Anass ياسين Yassine Yassin زكرياء Zakaria Zakariae بوشعيب Bouchaib لعربي العربي Larbi Lmaati "
    "المعطي Maati بوجمعة Boujemaa Boujamaa مبارك Mbarek Mbark مبارك بلعيد Belaid عبدالواحد Abdelouahed Abdelwahed "
    "التهامي Thami Touhami الجيلالي Jilali Jillali قدور Kaddour المختار Mokhtar ميلود Miloud منير Mounir نبيل Nabil "
    "هشام Hicham Hichem هاشم Hachem سفيان Soufiane Sofiane طارق Tarik Tariq عثمان Otmane Othman عادل Adil عماد Imad "
    "فؤاد Fouad كمال Kamal لحبيب Lahbib مروان Marouane Marwane مهدي Mehdi Mahdi نورالدين Noureddine Nourdine Nordine "
    "صلاح Salah صلاحالدين Salaheddine عزالدين Azeddine Azzedine شكيب Chakib سليمان Slimane Soulaimane سعد Saad Sa3d "
    "بلال Bilal أيوب Ayoub Ayyoub إلياس Ilyas Ilias وليد Walid Oualid هيثم Haitham رضوان Redouane Radouane رضا Reda "
    "توفيق Toufik Taoufik حفيظ Hafid جواد Jaouad Jawad خليل Khalil داود Daoud يحيى Yahya Yahia يونس Younes Younès موحى "
    "Moha موح Mouh بوعزة Bouazza الطيب Taieb Tayeb عبدالصمد Abdessamad المهدي Elmehdi Karim كريم Ayad عياد Lmahjoub "
    "المحجوب Mahjoub محجوب Anouar أنوار Ahmad Simohamed Simo"
)
_BEGINS_ONE: Final = "عبد Abd Abdel"
"""First half of a name written in two words."""
_ON: Final = "على"
"""A small word that only a dot tells from علي."""


_SHORT: Final = 4
"""Names of up to so many sounds are compared by their letters: Ali is neither "allé" nor إلى."""


@cache
def _known() -> tuple[frozenset[str], frozenset[str]]:
    names = f"{_WOMEN} {_MEN} {_BEGINS_ONE}".split()
    return frozenset(map(key, names)), frozenset(map(letters, names))


def is_given_name(word: str) -> bool:
    """Whether a word is a given name in any of its spellings.

    Args:
        word: One word of any script.
    """
    heard, (by_sound, by_letters) = key(word), _known()
    return word != _ON and (letters(word) in by_letters if len(heard) <= _SHORT else heard in by_sound)
