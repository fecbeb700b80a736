"""Where a message may fall into two: at a mark, at "and", or where an asking word begins anew.

Only proposals: whoever knows meanings decides (`bot.nlu.wishes`). Words are compared by their sound, so that و, w and
o, وبغيت and wbghit are the same; "ou" is "and" in Darija and "or" in French, and both join.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from darija.fold import phonetic
from darija.text import MARKS

_TOKEN: Final = re.compile(rf"(?:[37]['’](?=[^\W\d_])|[^\W_]|[{MARKS}'’-])+|[.!?؟…;؛:,،\n]")
_STRONG: Final = frozenset(".!?؟…;؛\n")
_WEAK: Final = frozenset(":,،")
_JOINING: Final = (
    *("و", "wa", "et", "ou", "ثم", "حتى", "7ta", "أيضا", "كذلك", "aussi", "puis", "ensuite", "زيد", "zid", "plus"),
    *("ومن", "من", "mn", "بعد", "be3d", "après", "egalement", "également", "بعدها", "en", "mais", "walakin", "ولكن"),
)
_WANTING: Final = (
    *("بغيت", "bghit", "بغينا", "bghina", "باغي", "baghi", "باغية", "حبيت", "نبغي", "خاصني", "khasni", "عفاك", "3afak"),
    *("أريد", "نريد", "أود", "أرغب", "أرجو", "je", "j'aimerais", "j'ai", "عندي", "3ndi", "voudrais", "svp", "dites"),
)
_ASKING: Final = (
    *_WANTING,
    *("كيفاش", "kifach", "شحال", "ch7al", "بشحال", "شنو", "chno", "اشنو", "achno", "واش", "wach", "فين", "fin", "علاش"),
    *("فوقاش", "fo9ach", "وقتاش", "شكون", "chkoun", "قولو", "goulo", "gol", "عطيني", "3tini", "وريني", "werrini"),
    *(
        "كيف",
        "كم",
        "هل",
        "متى",
        "أين",
        "ما",
        "ماذا",
        "ماهي",
        "لماذا",
        "دلوني",
        "أخبروني",
        "سجلوني",
        "سجلني",
        "sejjelni",
    ),
    *("comment", "combien", "quand", "quel", "quelle", "quels", "quelles", "est-ce", "c'est", "qu'est-ce", "pourquoi"),
    *("donnez", "pouvez", "peut-on", "y", "où", "نعرف", "n3ref", "نسول", "nsewel", "نقدر", "n9der", "كاين", "kayn"),
    *("matb9awch", "ماتبقاوش", "ما", "arretez", "supprimez", "effacez", "مسحو", "حيدو", "7eydo", "mes7ou"),
    *("inscrivez", "envoyez", "montrez", "نتسجل", "ntsejjel", "savoir", "connaitre", "m'inscrire", "نشوف", "nchouf"),
)
_LEFT_OVER: Final = 3
"""Words before a second "I want" or on both sides of a mark, from which they are parts and not a beginning."""


@cache
def _sounds(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(sound.split()[0] for word in words if (sound := phonetic(word)))


def places_to_cut(text: str) -> list[tuple[int, int]]:
    """Where a text may be two: behind a mark, before an asking word that is joined to what was said, before "I want".

    Args:
        text: Any string; the cost grows with its length.

    Returns:
        (end of the first part, start of the second) in characters, in order; both parts have a word.
    """
    joining, asking, wanting = _sounds(_JOINING), _sounds(_ASKING), _sounds(_WANTING)
    found: list[tuple[int, int]] = []
    words = 0
    end = 0  # of the last word that is no joining one
    strong = joined = False
    for token in _TOKEN.finditer(text):
        if token[0] in _STRONG or token[0] in _WEAK:
            strong, joined = strong or (token[0] in _STRONG and words >= _LEFT_OVER), True
            continue
        heard = (phonetic(token[0]).split() or [""])[0]
        if words and heard in joining:
            joined = True
            continue
        glued = (heard.startswith("o") and heard[1:] in asking and heard not in asking) or token[0].startswith("وو")
        anew = heard in wanting and words >= _LEFT_OVER <= len(text[token.start() :].split(None, _LEFT_OVER))
        if words and (strong or (joined and heard in asking) or glued or anew):
            found.append((end, token.start()))
        words += 1
        end = token.end()
        strong = joined = False
    return found
