"""Concepts shared by three languages."""

from __future__ import annotations

import pytest

from darija.concepts import LEXICON, Concepts, LexiconError, concepts
from darija.fold import phonetic_words
from darija.text import normalise


def found(text: str) -> list[str]:
    return concepts().find(phonetic_words(normalise(text)))


@pytest.mark.parametrize("text", ["je veux m'inscrire", "بغيت نتسجل", "bghit ntsejjel", "أريد التسجيل"])
def test_one_wish_is_the_same_concepts(text: str) -> None:
    """Whatever the language and the script."""
    assert found(text) == ["want", "register"]


def test_a_negated_verb_keeps_its_concept() -> None:
    """The ma…ch around a verb is a "not" before it."""
    made = Concepts(["want | veux | أريد | بغيت |"])
    assert made.find(phonetic_words("mabghitch")) == ["not", "want"]
    assert made.find(phonetic_words("mazzbdch")) == ["not"]


def test_phrases_go_before_their_words() -> None:
    """The longest phrase wins; unknown words are passed over."""
    made = Concepts(["# a comment", "", "password | mot de passe | كلمة السر | |", "word | mot | كلمة | |"])
    assert made.find(phonetic_words("le mot de passe zzz mot")) == ["password", "word"]


def test_consonants_without_affixes_are_enough() -> None:
    """A form nobody listed is found by what is left without person, tense and pronoun."""
    made = Concepts(["send | envoi* | إرسال | صيفط |"])
    assert made.find(phonetic_words(normalise("كنصيفطو"))) == ["send"]
    assert made.find(phonetic_words("safit")) == ["send"]
    assert made.find(phonetic_words("l envoi")) == ["send"]
    assert made.find(phonetic_words("qqqq")) == []


def test_a_line_of_another_shape_is_refused() -> None:
    """Four fields are no line of the lexicon."""
    with pytest.raises(LexiconError, match="4 fields"):
        Concepts(["a | b | c | d"])


def test_every_line_of_a_file_is_another_concept() -> None:
    """Within a file, each concept has one line; a concept may have words in several files."""
    for path in LEXICON.glob("*.txt"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert len({line.partition("|")[0].strip() for line in lines}) == len(lines)
