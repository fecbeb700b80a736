"""Places in four written forms, as people write them."""

from __future__ import annotations

import math

import pytest

from knowledge import load
from knowledge.places import PlaceIndex, PlaceMatch, plain_latin

PLACES = load().places


def codes(matches: list[PlaceMatch]) -> list[str]:
    """Codes in order, each once."""
    return list(dict.fromkeys(match.code for match in matches))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("فاس", ["MA-FES"]),
        ("Fès", ["MA-FES"]),
        ("fes", ["MA-FES"]),
        ("ana men fez", ["MA-FES"]),
        ("fas", ["MA-FES"]),
        ("casa", ["MA-CAS"]),
        ("كازا", ["MA-CAS"]),
        ("casablanca", ["MA-CAS"]),
        ("dar lbida", ["MA-CAS"]),
        ("darlbida", ["MA-CAS"]),
        ("الدار البيضاء", ["MA-CAS"]),
        ("فالدار البيضاء", ["MA-CAS"]),
        ("derb sultan", ["MA-CAS"]),
        ("Mogador", ["MA-ESI"]),
        ("الصويرة", ["MA-ESI"]),
        ("ssawira", ["MA-ESI"]),
        ("Chaouen", ["MA-CHE"]),
        ("الشاون", ["MA-CHE"]),
        ("chefchawn", ["MA-CHE"]),
        ("Kech", ["MA-MAR"]),
        ("marrakesh", ["MA-MAR"]),
        ("كنسكن فصفرو", ["MA-SEF"]),
        ("sfrou", ["MA-SEF"]),
        ("Taznakht", ["MA-OUA"]),
        ("tazenakhte", ["MA-OUA"]),
        ("bzou", ["MA-AZI"]),
        ("بزو", ["MA-AZI"]),
        ("azmour", ["MA-JDI"]),
        ("ait ben haddou", ["MA-OUA"]),
        ("tamgrout", ["MA-ZAG"]),
        ("wazzan", ["MA-OUZ"]),
        ("zawyat chikh", ["MA-BEM"]),
        ("ain louh", ["MA-IFR"]),
        ("عين اللوح", ["MA-IFR"]),
        ("البهاليل", ["MA-SEF"]),
        ("bejaâd", ["MA-KHO"]),
        ("أبي الجعد", ["MA-KHO"]),
        ("warzazat", ["MA-OUA"]),
        ("خريبݣة", ["MA-KHO"]),
        ("l'oriental", ["MA-02"]),
        ("souss massa", ["MA-09"]),
        ("جهة مراكش", ["MA-07"]),
        ("région de Souss", ["MA-09"]),
        ("fes meknes", ["MA-03"]),
        ("Fès, Meknès", ["MA-FES", "MA-MEK"]),
        ("al haouz", ["MA-HAO"]),
        ("imouzzer", ["MA-AGD", "MA-SEF", "MA-BOM"]),
        ("j'ai un atelier à Safi", ["MA-SAF"]),
        ("ana mn safi", ["MA-SAF"]),
        ("mn ljdida", ["MA-JDI"]),
        ("المحل بفاس", ["MA-FES"]),
        ("لأكادير", ["MA-AGD"]),
        ("الناضور", ["MA-NAD"]),
        ("حدا بوجعد", ["MA-KHO"]),
        ("jihat fas meknas", ["MA-03"]),
        ("ana mn taza", ["MA-TAZ"]),
        ("أنا فالخنيفرة", ["MA-KHN"]),
        ("ساكنة فتزناخت", ["MA-OUA"]),
        ("أقطن بالعيون", ["MA-LAA"]),
        ("حافلة إلى الناظور", ["MA-NAD"]),
        ("chapeaux en raphia essaouria", ["MA-ESI"]),
    ],
)
def test_places_are_found_in_running_text(text: str, found: list[str]) -> None:
    """Every common way of writing a place leads to its province or region."""
    assert codes(PLACES.find(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "Mohamed",
        "smiyti mohamed alaoui",
        "سميتي محمد العلوي",
        "Fassi",
        "الفاسي",
        "naima el ouazzani",
        "zellij fassi",
        "tapis rbati",
        "سميتي فاطمة الزهراء",
        "safi",
        "صافي واخا",
        "السلعة الجديدة ديالي",
        "العيون ديالي كيضروني",
        "sla",
        "je vis seul",
        "vas y",
        "c'est sale",
        "الفاس تهرس ليا",
        "الناظور آلة لرؤية البعيد",
        "lkhobz taza",
        "sous le bras",
        "أعمل في المنزل",
        "السلعة فالمرسى",
        "50 euro l koliya",
        "style oriental",
        "bghit ntsjel",
        "شحال الثمن",
        "من الصفر",
        "je parle à qui là",
        "j'ai un problème",
        "عندي أسئلة",
        "أريد حجز فندق",
        "تاتا",
        "شراء الأفران",
        "كوليا صغيرة",
        "khas tkoun wajda",
        "3youni 3yaw",
        "",
        "😀",
        "0612345678",
    ],
)
def test_what_is_no_place_stays_none(text: str) -> None:
    """Names of persons, everyday words and people of a town are not places."""
    assert PLACES.find(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sfroo", ["Sefrou"]),
        ("safi", ["Safi"]),
        ("sla", ["Salé"]),
        ("jdida", ["El Jadida"]),
        ("العيون", ["Laâyoune"]),
        ("fkih bensaleh", ["Fquih Ben Salah"]),
        ("ouarzzate", ["Ouarzazate"]),
        ("bouja3d", ["Boujaad"]),
        ("agdiir", ["Agadir"]),
        ("tafrout", ["Tafraout"]),
        ("ait mhamed", ["Ait M'hamed"]),
        ("douar ait ouazik hda zagora", ["Zagora"]),
        ("ana mn lbled smiytha bni ayat", ["Bni A'yat"]),
        ("sidi ghanem", ["Sidi Ghanem (Chichaoua)", "Sidi Ghanem (Rehamna)"]),
        ("imouzzer", ["Imouzzer Ida Ou Tanane", "Imouzzer Kandar", "Imouzzer Marmoucha"]),
        ("lhaouz", [None]),
        ("mohamed", []),
        ("je ne sais pas", []),
        ("ماعرفتش", []),
        ("12", []),
        ("", []),
        ("wach khassni chi wra9", []),
    ],
)
def test_an_answer_is_read_more_freely(text: str, names: list[str | None]) -> None:
    """Where a place was asked for, ordinary words, slips and small communes are read; sentences are not."""
    assert [match.name for match in PLACES.read(text)] == names


def test_a_name_of_several_places_is_never_certain() -> None:
    """Several places of one name score under 1, a single one scores 1."""
    assert {match.score for match in PLACES.read("imouzzer")} == {0.95}
    assert [match.score for match in PLACES.read("Sefrou")] == [1.0]


def test_a_town_goes_before_its_province() -> None:
    """Where town and province share a name, the town is meant."""
    (match,) = PLACES.find("Azilal")
    assert match == PlaceMatch("MA-AZI", "town", "Azilal", 1.0, 0, 6)


def test_a_province_without_a_town_of_its_name() -> None:
    """A province or region has no town's name."""
    assert [(match.kind, match.name) for match in PLACES.find("Rehamna")] == [("province", None)]
    assert [(match.kind, match.name) for match in PLACES.find("Souss-Massa")] == [("region", None)]


def test_offsets_are_those_of_the_text() -> None:
    """Start and end cut the place out of what was written."""
    text = "ana f dar  lbida o khoya f fes"
    assert [text[match.start : match.end] for match in PLACES.find(text)] == ["dar  lbida", "fes"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "province"),
    [
        (33.83, -4.83, "MA-SEF"),
        (31.63, -8.0, "MA-MAR"),
        (23.7, -15.95, "MA-OUD"),
        (35.889, -5.32, None),
        (35.294, -2.938, None),
        (34.85, -1.728, None),
        (48.85, 2.35, None),
        (0.0, 0.0, None),
        (25.5, -9.0, None),
        (91.0, 0.0, None),
        (0.0, 181.0, None),
        (math.nan, 0.0, None),
        (math.inf, -math.inf, None),
    ],
)
def test_the_nearest_town(latitude: float, longitude: float, province: str | None) -> None:
    """A point belongs to the nearest town within 60 km; beyond the border, in the sea and nowhere is nowhere."""
    near = PLACES.nearest(latitude, longitude)
    assert (near.code if near else None) == province


@pytest.mark.parametrize(
    ("code", "language", "label"),
    [
        ("MA-03", "ary", "فاس مكناس"),
        ("MA-INE", "fr", "Inezgane-Aït Melloul"),
        ("MA-INE", "ary-Latn", "Inezgane-Ait Melloul"),
        ("MA-TET", "ary-Latn", "Tétouan"),
        ("Sefrou", "ar", "صفرو"),
        ("Laâyoune", "ary-Latn", "Laayoune"),
        ("Sidi Ghanem (Rehamna)", "ary", "سيدي غانم (الرحامنة)"),
        ("دوار الزيتون", "fr", "دوار الزيتون"),
    ],
)
def test_labels(code: str, language: str, label: str) -> None:
    """Places are named in each form; a name kept as typed is given back."""
    assert PLACES.label(code, language) == label


def test_regions_and_their_provinces() -> None:
    """Codes lead from region to province and back; unknown ones lead nowhere."""
    assert PLACES.regions()[0] == "MA-01"
    assert PLACES.provinces("MA-12") == ["MA-OUD", "MA-AOU"]
    assert PLACES.provinces("MA-13") == []
    assert PLACES.region_of("MA-SEF") == "MA-03"
    assert PLACES.knows("MA-SEF")
    assert PLACES.knows("MA-03")
    assert not PLACES.knows("Sefrou")
    with pytest.raises(KeyError):
        PLACES.region_of("MA-03")


def test_plain_latin_keeps_what_a_plain_sms_carries() -> None:
    """é è à ù stay, other accents go, decomposed letters too."""
    assert plain_latin("Aït Béni Kelâa è") == "Ait Béni Kelaa è"
    assert plain_latin("Be\u0301ni") == "Béni"


def test_an_index_without_towns_knows_no_town() -> None:
    """Nothing known, nothing found."""
    assert PlaceIndex([], [], []).nearest(33.83, -4.83) is None
