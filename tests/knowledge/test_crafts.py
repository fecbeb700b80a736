"""Crafts in four written forms, with the words for those who practise them."""

from __future__ import annotations

import pytest

from knowledge import load

CRAFTS = load().crafts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("زلايجي", ["zellige_fassi"]),
        ("zellige", ["zellige_ceramic_tile"]),
        ("zlij", ["zellige_ceramic_tile"]),
        ("zellij fassi", ["zellige_fassi"]),
        ("derraz", ["draza"]),
        ("دراز", ["draza"]),
        ("خياط", ["traditional_clothing"]),
        ("ana khayata", ["traditional_clothing"]),
        ("je suis brodeuse", ["broderie"]),
        ("الطرز الفاسي", ["broderie"]),
        ("terraza", ["broderie"]),
        ("kansawb lblaghi", ["babouche"]),
        ("بلغة", ["babouche"]),
        ("potier à safi", ["pottery_ceramics"]),
        ("lfekkhar", ["pottery_ceramics"]),
        ("nejjar", ["menuiserie_art"]),
        ("fer forgé", ["fer_forge"]),
        ("ana khddam f lkhcheb", ["wood"]),
        ("kanbi3 les sacs en cuir", ["maroquinerie"]),
        ("no9ra", ["bijou_argent_tiznit"]),
        ("savon noir", ["glass_candles_cosmetic"]),
        ("coiffeuse", ["service_crafts"]),
        ("vannerie", ["basketry"]),
        ("doum", ["vannerie_doum"]),
        ("tissage et tapis", ["carpets_weaving", "tapis_noue"]),
        ("نسيج الدرازة", ["draza"]),
        ("bijoux en argent w siyagha", ["bijou_argent_tiznit", "jewellery"]),
        ("zerbiya dyal boucherouite", ["boucherouite"]),
        ("جلابة وسلهام", ["djellaba", "selham_jabador"]),
        ("nous fabriquons des tarbouches", ["feutre"]),
        ("كنصدرو الأركان", ["glass_candles_cosmetic"]),
        ("tadlakt", ["tadelakt"]),
        ("dinandrie", ["dinanderie"]),
        ("maroquinrie", ["maroquinerie"]),
        ("كنخدم الطين", ["pottery_ceramics"]),
        ("je fais des luminaires", ["lanternes"]),
        ("اثنا عشر قفطانا", ["caftan_takchita"]),
        ("poufs en cuir", ["poufs"]),
        ("البوفات ديال الجلد", ["poufs"]),
        ("الزواق على الخشب", ["bois_peint"]),
        ("on tisse des kilims", ["kilim_hanbel"]),
        ("kanchri jld mn dar dbagh", ["leather", "tannerie"]),
        ("kansayeb lfddda", ["bijou_argent_tiznit"]),
        ("selles de cheval", ["sellerie"]),
        ("souffleur de verre", ["verre_souffle"]),
        ("حقائب جلدية", ["maroquinerie"]),
        ("meubles en bois", ["wood"]),
        ("العود والكمبري، كنصاوب العود", ["luth_guembri", "luth_guembri"]),
        ("السروج المطرزة", ["sellerie"]),
        ("مطرزة من شفشاون", ["broderie"]),
        ("نجار فسلا", ["menuiserie_art"]),
        ("bijoux et bracelets en argent", ["jewellery", "bijou_argent_tiznit"]),
    ],
)
def test_crafts_are_found_in_running_text(text: str, found: list[str]) -> None:
    """Names, products and practitioners lead to the trade, or to the family where only that was named."""
    assert [match.code for match in CRAFTS.find(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "sla",
        "3oud",
        "bghit ntsjel",
        "ana f Salé",
        "j'ai une question sur la douane",
        "vous êtes du ministère",
        "couverture sociale",
        "makan3refch n9ra",
        "نحبس هنا",
        "باللغة العربية",
        "je c pas",
        "Karima",
        "السلام عليكم",
        "poser une question",
        "sous le bras",
        "Guercif centre",
        "صاحبي سميتو حداد",
        "c'est pour nous",
        "في القرن الماضي",
        "la caisse en bois",
        "bois ISPM 15",
        "الخشب خاصو ايسبم15",
        "السفارة",
        "المعلم حداد فاطمة",
        "الفانتازيا",
        "nous ne savons pas lire",
        "أوقات الدوام",
        "une tenue pour nos modèles",
        "",
        "12",
    ],
)
def test_what_is_no_craft_stays_none(text: str) -> None:
    """Everyday words that sound like a craft are not taken for one."""
    assert CRAFTS.find(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sla", ["basketry"]),
        ("laine", ["filature_teinture"]),
        ("brodrie", ["broderie"]),
        ("tapisri", ["tapis_noue"]),
        ("cuir et babouches", ["babouche"]),
        ("النقش", ["dinanderie", "menuiserie_art", "gebs"]),
        ("3oud", ["wood", "luth_guembri"]),
        ("dahab", ["bijou_or"]),
        ("informatique", []),
        ("je ne sais pas", []),
        ("1", []),
    ],
)
def test_an_answer_is_read_more_freely(text: str, found: list[str]) -> None:
    """Where the craft was asked for, short and ambiguous words count, and several crafts are offered."""
    assert [match.code for match in CRAFTS.read(text)] == found


def test_one_word_for_family_and_trade_means_the_trade() -> None:
    """The trade says more than its family."""
    (match,) = CRAFTS.find("kherraz")
    assert (match.code, match.kind, match.score) == ("babouche", "trade", 1.0)


def test_a_family_keeps_its_kind() -> None:
    """Only the family was named: the match says so."""
    (match,) = CRAFTS.find("bijouterie")
    assert (match.code, match.kind, match.start, match.end) == ("jewellery", "family", 0, 10)


def test_labels_families_and_trades() -> None:
    """Families are listed in order with their trades, and named in each form."""
    assert CRAFTS.families()[0].id == "zellige_ceramic_tile"
    assert [trade.id for trade in CRAFTS.trades("plaster")] == ["gebs", "tadelakt"]
    assert CRAFTS.trades("service_crafts") == []
    assert CRAFTS.label("wood", "fr") == "Bois"
    assert CRAFTS.label("draza", "ary") == "الدرازة"
    assert CRAFTS.entry("draza").hs == ("6301", "6214", "5208")
    assert CRAFTS.knows("draza")
    assert CRAFTS.knows("wood")
    assert not CRAFTS.knows("flying")


@pytest.mark.parametrize("wanted", [("flying", "fr"), ("wood", "en")])
def test_unknown_crafts_and_languages_are_errors(wanted: tuple[str, str]) -> None:
    """A label of nothing is a mistake in the code."""
    with pytest.raises(KeyError):
        CRAFTS.label(*wanted)


def test_trades_of_an_unknown_family_are_an_error() -> None:
    """So are its trades."""
    with pytest.raises(KeyError):
        CRAFTS.trades("flying")
