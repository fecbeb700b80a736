"""Words of `darija.dates`: names of months and weekdays, today and tomorrow, ago and ahead, in both scripts.

Lists part words by spaces; phrases stand between `|`.
"""

from __future__ import annotations

from typing import Final

MONTHS: Final = (
    "janvier janv jan يناير ينّاير yanayr yanair ynayr yanayer كانون جانفي janvi",
    "fevrier fev fevr فبراير fbrayr febrayer fibrayr fevri فيفري شباط",
    "mars مارس mars mares آذار",
    "avril avr أبريل ابريل abril avril ibril نيسان",
    "mai ماي مايو may mayo أيار",
    "juin يونيو يونيه juin younyo yunyu yonyo جوان حزيران juine",
    "juillet juil يوليوز يوليو youlyouz yulyuz yolyoz juillé juiyé juiet تموز جويلية",
    "aout غشت أغسطس ghocht ghucht ghoucht ght ghuct aoute أوت آب ut",
    "septembre sept sep شتنبر سبتمبر chtanbir chotanbir shutanbir chutanbir chtnbr septambre أيلول",
    "octobre oct أكتوبر اكتوبر oktobr oktober octobr تشرين",
    "novembre nov نونبر نوفمبر nonbir nowanbir nuwanbir nonber novambre nounbir",
    "decembre dec دجنبر ديسمبر dujanbir dojanbir dojenbir djanbr decambre dicembre dujambir",
)
"""January to December: French, and Arabic of the Maghreb and the east, with what is heard written in Latin letters."""
NEEDS_LEAD: Final = (
    "mars مارس mares mai ماي may mayo sept sep ut آب كانون أيار juil oct nov dec fev fevr fevri janv avr"
)
"""Months that are an everyday word or number too, or are cut short: alone they count only after "in" and the like."""
WEEKDAYS: Final = (
    "lundi الاثنين الإثنين الاتنين لاتنين لتنين التنين ltnin tnin letnin ltnine tnine الثنين",
    ("mardi الثلاثاء الثلاثا التلاتاء التلات لتلات تلات الثلاث tlat ltlat tlata ttlat ltlata الثلاتاء التلاتا"),
    (
        "mercredi الأربعاء الاربعاء الأربعا الاربعا لاربع لاربعا الأربع larb3 larba3 larb3a larba arb3a "
        "mercredi mercredis"
    ),
    "jeudi الخميس لخميس lkhmis khmis lkhamis jeudis khemis",
    "vendredi الجمعة الجمعه لجمعة jem3a jm3a jmo3a jomo3a ljem3a ljm3a ljomo3a jam3a vendredis",
    "samedi السبت سبت sebt ssebt sbt essebt samedis",
    "dimanche الأحد الاحد الحد لحد l7ed l7d lhed lhad l7ad hed 7ed 7ad dimanches",
)
"""Monday to Sunday."""
SEVEN: Final = "sept"
"""It sounds like السبت."""
NEEDS_DAY: Final = "7ad 7ed arb3a hed larb3a larba lhad tlat tlata تلات سبت الحد حد لحد l7ed lhed l7d"
"""Weekdays that are also a number, a limit or "this": read only after "day" or before "next"."""
ORDINALS: Final = "الأول الثاني الثالث الرابع الخامس السادس السابع الثامن التاسع العاشر"
ORDINAL_TENS: Final[dict[str, int]] = {"عشر": 10, "والعشرين": 20, "والعشرون": 20, "والثلاثين": 30, "والثلاثون": 30}
"""What stands after an ordinal and is added to it."""
ORDINALS_APART: Final[dict[str, int]] = {
    "1er": 1, "1re": 1, "premier": 1, "الفاتح": 1, "فاتح": 1, "العشرين": 20, "العشرون": 20, "الثلاثين": 30,
    "الثلاثون": 30, "الحادي عشر": 11, "الحادي والعشرين": 21, "الحادي والعشرون": 21, "الحادي والثلاثين": 31,
}  # fmt: skip
DAY_WORDS: Final = "نهار نهارات يوم يومه nhar nnhar lyom nhare youm yom yawm jour le"
"""Before a weekday or a day of the month."""
TODAY: Final = (
    "aujourd'hui|aujourdhui|اليوم|lyoum|lyouma|lyom|el youm|هاد النهار|had nhar|ce soir|ce matin|"
    "cet apres midi|هاد العشية|had l3chiya|هاد الصباح|had sbah|هذا اليوم|lioum|had nhar"
)
TOMORROW: Final = "demain|غدا|غدّا|غدوة|غداً|ghda|ghedda|gheda|ghdda|rda|4da|ghedwa|ghdwa|dmain|dem1|غده|غدوا"
AFTER_TOMORROW: Final = (
    "apres demain|après-demain|بعد غد|بعد غدا|بعد غدوة|من بعد غدا|be3d ghda|be3d ghedda|ba3d ghda|"
    "ba3d ghedda|b3d ghda|b3d ghedda|mn be3d ghedda|mn b3d ghda|wra ghda|mor ghda|مور غدا|من ورا غدا|"
    "ba3d ghada|be3d ghada|apré demain|be3d gheda"
)
YESTERDAY: Final = "hier|البارح|لبارح|أمس|امس|البارحة|lbare7|lbareh|lbarh|lbar7|elbareh|yamess|يامس|lbereh"
BEFORE_YESTERDAY: Final = (
    "avant hier|avant-hier|أول أمس|أول البارح|اول البارح|wel lbare7|awel lbareh|wl lbareh|wlbareh|"
    "قبل أمس|ول البارح|awel yamess|وليامس|أول من أمس"
)
NEXT_WEEK: Final = (
    "la semaine prochaine|semaine prochaine|السيمانة الجاية|سيمانة جاية|الأسبوع المقبل|الأسبوع القادم|"
    "simana jaya|simana li jaya|smana jaya|السيمانة اللي جاية|الاسبوع الجاي|simana jjaya"
)
NEXT_MONTH: Final = (
    "mois prochain|le mois prochain|الشهر الجاي|شهر الجاي|الشهر المقبل|الشهر القادم|chher jay|chhar jay|chher li jay|"
    "الشهر اللي جاي|lchher jay|chher ljay|mois qui vient"
)
NEXT: Final = "prochain prochaine jay الجاي جاي ljay الجاية المقبل المقبلة القادم القادمة li اللي"
GREETING: Final = "مباركة مبروكة mobaraka moubaraka mbarka"
"""After Friday: a greeting."""
LAST: Final = (
    "dernier derniere passe passee الماضي الماضية الفايت الفايتة لي فات فات fat fatt lfayt lfayet li fat المنصرم"
)
MONTH_MARKS: Final = "mois شهر شهرالجاي chher chhar ch7ar chahr شهور"
BEFORE_MONTH: Final = (
    "en f fi ف في شهر mois chher chhar courant debut fin بداية أول اول آخر اخر نهاية d'ici من mn men de d depuis des "
    "jusqu jusque avant apres pour حتى 7ta قبل 9bel بعد ba3d be3d منذ لغاية إلى متم ديال dyal du"
)
MONTH_OR_MONTH: Final = "ou o w et و ولا أو ola wla a au à حتى إلى"
"""Between a month and the next one: as it is for the first, so for the second."""
JOINED: Final = frozenset("فولب")
"""Letters written onto the name of a month: فدجنبر, لأبريل."""
UNTIL: Final = "au à a إلى ل l حتى 7ta ta al jusqu'au لغاية"
"""Between two days of one month."""
OF: Final = "من في ف ديال dyal de d شهر chher chhar mois du d'"
AHEAD: Final = (
    "dans|d'ici|apres|après|بعد|من بعد|من هنا|من هنا ل|mn hna|men hna|mn hna l|men hna l|mn be3d|"
    "men ba3d|mn b3d|be3d|ba3d|b3d|في غضون|خلال|حتى ل|من دابا|mn daba|mn daba l"
)
AGO: Final = "il y a|ya|y a|قبل|منذ|هادي|هذي|هادشي|هاذي|9bel|qbel|hadi|9bal|depuis|من|mn"
AGO_AFTER: Final = "هادي|hadi|passes|مضت|الماضية|فاتو|fato"
"""Ago, said after the length of time."""
UNITS: Final[dict[int, str]] = {
    1: "jour jours jr jrs j أيام ايام يام يوم يوما نهار نهارات iyam yam ayam iyyam youm nhar yamat ayyam",
    7: ("semaine semaines أسبوع اسبوع أسابيع اسابيع سيمانة سيمانات سيمانا simana simanat smana simanate simanates"),
    30: "mois شهر شهور أشهر اشهر شهورا chher chhar chhour chhor ach7or achhor chhora",
}
"""Days → how the unit is called."""
PAIRS: Final[dict[str, int]] = {
    "يومين": 2,
    "يوماين": 2,
    "نهاراين": 2,
    "yumayn": 2,
    "yomayn": 2,
    "youmayn": 2,
    "nharayn": 2,
    "أسبوعين": 14,
    "اسبوعين": 14,
    "سيمانتين": 14,
    "simantayn": 14,
    "quinzaine": 15,
    "شهرين": 60,
    "chehrayn": 60,
    "chahrayn": 60,
    "chhrayn": 60,
    "chhrin": 60,
}
"""Duals, in days."""
