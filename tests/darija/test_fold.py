"""One form for both scripts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darija.fold import phonetic, skeleton
from darija.text import normalise

ANY = st.text(max_size=60) | st.text(alphabet="الهوىةفبكعغقabcehkltuwxy0123456789 '-", max_size=40)


@pytest.mark.parametrize(
    "spellings",
    [
        "السلام عليكم|slm 3likom|assalamo 3alaykom|salam 3likoum",
        "المدينة|lmdina|el mdina|al-madina|el-mdina|Lmdina",
        "فالدار|f ldar|f dar|ف الدار",
        "فين كاين المعرض|fin kayn lma3rid",
        "واش|wach|wax|wash",
        "شنو|chno|xno|chnou|shno",
        "ديالي|dyali|diali",
        "سمية|smiya|smia",
        "حاجة|haja|7aja|حاجا|حاجه",
        "بزاف|bzzaaaaf|bezzaf|bzaf",
        "خمسة|5amsa|khamsa|خمسه",
        "غادي|ghadi|4adi|3'adi",
        "قبل|9bel|qbel",
        "الله|allah",
        "نقول|n9oul|ngoul|نگول",
        "والو|walo|walou",
        "التكوين|takwin|ttakwin|ltakwin",
        "فورماسيون|formation|Formasion",
        "وجه|wjeh",
        "فيه|fih",
        "تعاونية|ta3awoniya|ta3awniya|t3awniya",
        "نعم|na3am|n3am",
        "آه|ah",
        "إيه|iyeh|ih",
        "الهاتف|lhatif|el hatif",
        "معقول|ma39oul|m39ol",
        "equipe|équipe",
        "francais|français",
        "بغيتها|bghitha",
        "مابقيتش|mab9itch|mab9itx",
        "فالمدينة|فلمدينة|flmdina",
        "البارح|lbare7|lbareh",
    ],
)
def test_spellings_share_a_skeleton(spellings: str) -> None:
    """What people write for one word, in either script, is one word to us."""
    assert len({skeleton(spelling) for spelling in spellings.split("|")}) == 1


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("", ""),
        ("...", ""),
        ("2", "2"),
        ("٢٠٢٦", "2026"),
        ("12 3am", "12 3am"),
        ("m48217360", "m48217360"),
        ("ISO9001", "iso9001"),
        ("100dh", "100d"),
        ("prix", "bri"),
        ("taxe", "taksi"),
        ("export", "iksbort"),
        ("l'exportation", "liksbortasion"),
        ("langue", "langi"),
        ("wax", "oaC"),
        ("بغيت نتسجل", "bRit ntsjl"),
        ("و المدينة", "o lmdina"),
        ("والمدينة", "o lmdina"),
        ("والدين", "oaldin"),
        ("blmdina", "b lmdina"),
        ("bladi", "bladi"),
        ("22", "22"),
        ("bghit 2a", "bRit a"),
        ("你好", "你好"),
    ],
)
def test_words_are_heard_so(text: str, heard: str) -> None:
    """Sounds, numbers, French x and g, articles and joined small words are read as people mean them."""
    assert phonetic(text) == heard


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("la", "oui"),
        ("نعم", "لا"),
        ("ah", "la"),
        ("m48217360", "m4821760"),
        ("12", "1"),
        ("lia", "bia"),
        ("l3ab", "bab"),
    ],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    """Folding does not swallow what tells short answers and codes apart."""
    assert skeleton(one) != skeleton(other)


@given(ANY)
def test_folding_takes_any_text(text: str) -> None:
    """Any string folds, its plain form folds alike, and both forms have the same number of words."""
    heard = phonetic(text)
    assert phonetic(normalise(text)) == heard
    assert len(skeleton(text).split()) == len(heard.split())


@pytest.mark.parametrize("unit", ["a", "l ", "al ", "ال", "وال", "x ", "ch", "9", "é😀"])
def test_long_texts_cost_time_in_proportion(unit: str) -> None:
    """A hundred thousand characters of anything take well under two seconds."""
    text = unit * (100_000 // len(unit))
    begun = time.process_time()
    skeleton(text)
    assert time.process_time() - begun < 2
