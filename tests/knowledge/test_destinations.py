"""Countries in four written forms."""

from __future__ import annotations

import pytest

from knowledge import load

DESTINATIONS = load().destinations


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("marikan", ["US"]),
        ("مريكان", ["US"]),
        ("USA", ["US"]),
        ("Amérique", ["US"]),
        ("aux États-Unis", ["US"]),
        ("nbi3 f fransa o talyan", ["FR", "IT"]),
        ("بعت لفرنسا ومريكان", ["FR", "US"]),
        ("فصبانيا", ["ES"]),
        ("لمارات", ["AE"]),
        ("Dubai", ["AE"]),
        ("j'ai vendu en Allemagne et au Japon", ["DE", "JP"]),
        ("europe", ["EU"]),
        ("chinwa", ["CN"]),
        ("talian", ["IT"]),
        ("almaniya", ["DE"]),
        ("des clients français", ["FR"]),
        ("uk", ["GB"]),
        ("لألمانيا", ["DE"]),
        ("لإيطاليا", ["IT"]),
        ("السعوديين كيعجبهم", ["SA"]),
        ("يطلب الفرنسيون هذا النوع", ["FR"]),
        ("lmrikaniyin", ["US"]),
        ("ngliz bghaw ychriw", ["GB"]),
        ("les Espagnols", ["ES"]),
        ("aux Américains", ["US"]),
        ("mes clients sont japonais", ["JP"]),
        ("السوق الألماني", ["DE"]),
        ("wahed torki", ["TR"]),
        ("new york", ["US"]),
        ("newyork", ["US"]),
        ("l italiyan bghaw zlij", ["IT"]),
        ("conteneur pour Rotterdam", ["NL"]),
        ("klian jazairi", ["DZ"]),
    ],
)
def test_countries_are_found(text: str, found: list[str]) -> None:
    """Names people use lead to the country's code."""
    assert [match.code for match in DESTINATIONS.find(text)] == found


@pytest.mark.parametrize(
    "text",
    ["je parle espagnol", "en anglais", "arabe ou français", "un seul compte", "code-barres",
     "nous", "oui", "ok", "je suis d'accord", "en français svp", "بالفرنسية", "l'arabe", "Maroc", "ce n'est pas ça",
     "où s'inscrire", "الاشتراك", "je travaille seul", "قطرة", "", "12",
     "le 3 mars il reste des places", "chi marrat", "مرات كنعيط"],
)  # fmt: skip
def test_what_is_no_country_stays_none(text: str) -> None:
    """Languages, short words and Morocco itself are no destination."""
    assert DESTINATIONS.find(text) == []


def test_offsets_and_score() -> None:
    """A match tells where it stands and how sure it is."""
    (match,) = DESTINATIONS.find("b3t l fransa")
    assert (match.code, match.score, match.start, match.end) == ("FR", 1.0, 4, 12)


def test_labels() -> None:
    """Countries are named in each form; an unknown one is an error."""
    assert DESTINATIONS.label("US", "ary") == "مريكان"
    assert DESTINATIONS.label("EU", "fr") == "Europe"
    assert "US" in DESTINATIONS.codes()
    with pytest.raises(KeyError):
        DESTINATIONS.label("XX", "fr")
