"""Concepts shared by three languages."""

from __future__ import annotations

import pytest

from darija.concepts import LEXICON, Concepts, LexiconError, concepts
from darija.fold import bare, phonetic_words
from darija.text import normalise


def found(text: str) -> list[str]:
    return concepts().find(phonetic_words(normalise(text)))


@pytest.mark.parametrize("text", ["je veux m'inscrire", "بغيت نتسجل", "bghit ntsejjel", "أريد التسجيل"])
def test_one_wish_is_the_same_concepts(text: str) -> None:
    """Whatever the language and the script."""
    assert found(text) == ["want", "register"]


def test_a_negated_verb_keeps_its_concept() -> None:
    """The ma…ch around a verb is a "negation" before it, as pas and لم are."""
    made = Concepts(["want | veux | أريد | بغيت |"])
    assert made.find(phonetic_words("mabghitch")) == ["negation", "want"]
    assert made.find(phonetic_words("mbghitch")) == ["negation", "want"]
    assert made.find(phonetic_words("mazzbdch")) == ["negation"]
    assert made.find(phonetic_words("mzzbdch")) == []


def test_phrases_go_before_their_words() -> None:
    """The longest phrase wins; unknown words are passed over, and what is no word."""
    made = Concepts(["# a comment", "", "password | mot de passe, + | كلمة السر | |", "word | mot | كلمة | |"])
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


def test_a_word_without_a_concept_hides_those_that_sound_alike() -> None:
    """The des of French is not the dis of "say"; within a phrase it still counts."""
    made = Concepts(["- | des, de, la | | |", "say | dis | قال | |", "again | de nouveau | مجددا | |"])
    assert made.find(phonetic_words("des dis de la قال de nouveau")) == ["say", "again"]


def test_the_article_tells_words_apart() -> None:
    """الما is water, though ما is not."""
    made = Concepts(["- | ma | ما | |", "water | eau | الماء | الما |"])
    assert made.find(phonetic_words(normalise("ما الما ma lma"))) == ["water", "water"]


def test_the_end_of_a_beginning_may_change_its_sound() -> None:
    """The c of annonc- is soft in annonce, the t of recept- in reception."""
    made = Concepts(["publish | annonc* | | |", "receive | recept* | | |"])
    assert made.find(phonetic_words("annonce annoncait reception receptionner")) == [
        "publish",
        "publish",
        "receive",
        "receive",
    ]


def test_a_word_has_one_concept() -> None:
    """Two lines do not claim one sound: the second would never be found by it."""
    owner: dict[tuple[str, ...], str] = {}
    for path in sorted(LEXICON.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            concept, *fields = (field.strip() for field in line.split("|"))
            for word in ",".join(fields).split(","):
                heard = phonetic_words(normalise(word))
                if heard and not word.endswith("*"):
                    sound = tuple(heard) if len(heard) == 1 else tuple(bare(one) for one in heard[:3])
                    assert owner.setdefault(sound, concept) == concept, word


def test_every_line_of_a_file_is_another_concept() -> None:
    """Within a file, each concept has one line; a concept may have words in several files."""
    for path in LEXICON.glob("*.txt"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert len({line.partition("|")[0].strip() for line in lines}) == len(lines)
