"""The engine behind every look-up, on a handful of names."""

from __future__ import annotations

import pytest

from darija.fold import bare
from knowledge.hearing import READ_MAX_CHARS, READ_MAX_WORDS, key
from knowledge.names import Certainty, Hit, NameIndex, Spelling, Words, settled

INDEX = NameIndex(
    [
        Spelling("FES", "Fès"),
        Spelling("FES", "فاس"),
        Spelling("FES", "---"),
        Spelling("BENI", "Béni Mellal"),
        Spelling("BENI", "بني ملال"),
        Spelling("KECH", "Marrakech"),
        Spelling("KECH", "مراكش"),
        Spelling("JDI", "El Jadida", Certainty.ASKED),
        Spelling("JDI", "الجديدة", Certainty.ASKED),
        Spelling("CAP", "Cap de l'Eau"),
        Spelling("SHOE", "blgha"),
        Spelling("SAFI", "Safi", Certainty.ASKED),
        Spelling("EAST", "l'oriental"),
        Spelling("RARE", "Tisrasse", Certainty.RARE),
        Spelling("A", "Imouzzer"),
        Spelling("B", "Imouzzer"),
        Spelling("WZZ", "Ouazzane"),
    ],
    Words(openers=("f", "mn", "من", "à"), fillers=("ana", "أنا"), never=("Marrakchi", "Ouazzani", "safi", "Fatima")),
)


def refs(hits: list[Hit]) -> list[str]:
    """What was found."""
    return [hit.ref for hit in hits]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fès", ["FES"]),
        ("ana mn fes", ["FES"]),
        ("أنا من فاس", ["FES"]),
        ("ففاس", ["FES"]),
        ("لفاس", ["FES"]),
        ("bni mellal", ["BENI"]),
        ("benimellal", ["BENI"]),
        ("béni, mellal", []),
        ("mar rakech", []),
        ("f as", []),
        ("فمراكش", ["KECH"]),
        ("ومراكش", ["KECH"]),
        ("marrrakech", ["KECH"]),
        ("marakech o fes", ["KECH", "FES"]),
        ("l'oriental", ["EAST"]),
        ("l'marrakech", ["KECH"]),
        ("f jdida", ["JDI"]),
        ("cap de l'eau", ["CAP"]),
        ("cap de eau", []),
        ("blgha", ["SHOE"]),
        ("باللغة", []),
        ("f el jadida", ["JDI"]),
        ("فالجديدة", ["JDI"]),
        ("la chose el jadida", []),
        ("safi", []),
        ("mn safi", ["SAFI"]),
        ("Imouzzer", ["A", "B"]),
        ("tisrasse", []),
        ("je vis, vas, fus", []),
        ("marrakchi", []),
        ("Ouazzani", []),
        ("ouazzane", ["WZZ"]),
        ("", []),
        ("🙂 !!", []),
        ("ﷺ", []),
        ("ء فاس", ["FES"]),
        ("12 345", []),
    ],
)
def test_find(text: str, found: list[str]) -> None:
    """Equal names are found in any script, joined or apart; ambiguous and rare ones need a sign that they are names."""
    assert refs(INDEX.find(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("marrrakeche", []),
        ("mrrakech", ["KECH"]),
        ("marraketch", ["KECH"]),
        ("marrakesht", ["KECH"]),
        ("barrakesh", []),
        ("marakchi", []),
        ("fatima marrakech", ["KECH"]),
        ("fatima mrkch", []),
    ],
)
def test_find_forgives_small_slips_only(text: str, found: list[str]) -> None:
    """The consonants decide; a family name in -i, or words that are no names, stay what they are."""
    assert refs(INDEX.find(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("safi", ["SAFI"]),
        ("jdida", ["JDI"]),
        ("ljadida", ["JDI"]),
        ("tisrass", ["RARE"]),
        ("tisras", ["RARE"]),
        ("ana mn tisrasse ya sidi lmohtaram", ["RARE"]),
        ("kan tisrasse bzaf dial lhwayj hna", []),
        ("morrakech", ["KECH"]),
        ("marrakesht", ["KECH"]),
        ("fas", ["FES"]),
        ("fis", ["FES"]),
        ("je vis dans la maison", []),
        ("Imouzzer", ["A", "B"]),
        ("marrakchi", []),
        ("12", []),
        ("", []),
        ("ana mn", []),
        ("wach khassni nji l lbiro dyalkom ghedda f sbah bakri bzaf", []),
    ],
)
def test_read(text: str, found: list[str]) -> None:
    """Where the name was asked for, more is believed, but never a whole sentence."""
    assert refs(INDEX.read(text)) == found


def test_offsets_point_at_the_name() -> None:
    """Start and end cut the name out of the text; a joined و or ف is cut off only where it is a word of its own."""
    text = "ana mn Béni  Mellal, o fes"
    assert [text[hit.start : hit.end] for hit in INDEX.find(text)] == ["Béni  Mellal", "fes"]
    assert [hit.before for hit in INDEX.find(text)] == ["mn", "o"]
    text = "فالجديدة"
    (hit,) = INDEX.find(text)
    assert text[hit.start : hit.end] == "الجديدة"


def test_equal_scores_one_and_alike_scores_less() -> None:
    """Only an equal spelling is certain."""
    assert [hit.score for hit in INDEX.find("marrakech")] == [1.0]
    assert all(0.85 <= hit.score < 1 for hit in INDEX.read("marrakesht"))


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    """The cost of a long message stays bounded by characters and by words."""
    assert refs(INDEX.find("x" * READ_MAX_CHARS + " fes")) == []
    assert refs(INDEX.find("a " * READ_MAX_WORDS + "fes")) == []
    assert refs(INDEX.find("a " * (READ_MAX_WORDS - 1) + "fes")) == ["FES"]


@pytest.mark.parametrize(("heard", "cut"), [("lfas", "fas"), ("laraC", "laraC"), ("l3", "l3"), ("fas", "fas")])
def test_the_article_is_cut(heard: str, cut: str) -> None:
    """A leading l before a consonant is an article, before a vowel or in a tiny word it is not."""
    assert bare(heard) == cut


def test_keys_join_words() -> None:
    """Names are compared without spaces and articles, in any script."""
    assert key("الدار البيضاء") == key("dar lbida") == key("Dar el-Bida")


def test_settled_makes_shared_words_uncertain() -> None:
    """Where one spelling names several things none of them is certain; at most five are offered."""
    shared = [Hit(str(number), 1.0, 0, 3) for number in range(7)]
    assert [hit.score for hit in settled(shared)] == [0.95] * 5
    assert settled([Hit("a", 1.0, 0, 3), Hit("b", 1.0, 4, 6)])[0].score == 1.0


def test_an_index_of_nothing_finds_nothing() -> None:
    """No names, no hits."""
    assert NameIndex([]).find("fes") == NameIndex([]).read("fes") == []
