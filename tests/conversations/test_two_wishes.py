"""Two wishes in one message: both are answered, at once or when the first has come to its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.engine.wishes import KEPT_FOR
from tests.conversations.scripts import SCRIPTS, Begin, go


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("شنو هو السجل الوطني، وبغيت نتسجل فالبرنامج", "السجل"),
        ("chno howa registre national, w bghit ntsejjel f lbarnamaj", "rna.gov.ma"),
        ("c'est quoi le registre national ? et je veux m'inscrire au programme", "rna.gov.ma"),
        ("ما هو السجل الوطني للصناعة التقليدية؟ وأريد التسجيل في البرنامج", "السجل"),
    ],
)
def test_a_question_and_a_journey(talk: Begin, text: str, topic: str) -> None:
    """The question is answered first, then the journey begins: one bubble, with the journey's choices."""
    person = talk()
    answer = person.say(text)
    assert topic in answer, "\n".join(person.transcript)
    alone = talk(address="+212612345679")
    alone.say(text.split("?", maxsplit=1)[0].split("،", maxsplit=1)[0].split(",", maxsplit=1)[0])
    consent = alone.say("نتسجل" if any(letter > "\u0600" for letter in text) else "m'inscrire")
    assert answer.endswith(consent.splitlines()[-1]), "\n".join(alone.transcript)
    assert person.last is not None
    assert alone.last is not None
    assert [one.label for one in person.last.choices] == [one.label for one in alone.last.choices]


def test_the_order_said_does_not_matter(talk: Begin) -> None:
    """What opens a journey comes last, or its question would be lost under the answer."""
    person = talk()
    answer = person.say("je veux m'inscrire au programme et c'est quoi le registre national ?")
    assert answer.index("rna.gov.ma") < len(answer) / 2, "\n".join(person.transcript)


def test_in_the_middle_of_a_journey_the_question_follows(talk: Begin) -> None:
    """Two questions are answered, and the pending one is put once."""
    person = talk()
    go(person, SCRIPTS["fr"], until="town")
    answer = person.say("c'est quoi le registre national ? et comment avoir la carte professionnelle ?")
    assert answer.count("Sefrou") == 1, "\n".join(person.transcript)


def test_of_two_journeys_the_second_waits_and_comes_back(talk: Begin) -> None:
    """Told so at once; taken up by itself when the first has ended."""
    person = talk()
    kept = person.say("je veux m'inscrire au programme et je veux effacer toutes mes données")
    assert "Nous gardons aussi" in kept, "\n".join(person.transcript)
    back = person.pick("Je refuse")
    assert "Vous aviez aussi demandé" in back, "\n".join(person.transcript)
    assert person.last is not None
    assert any("ffac" in choice.label for choice in person.last.choices)
    assert "Vous aviez aussi demandé" not in person.say("bonjour")


def test_a_wish_kept_too_long_is_forgotten(talk: Begin) -> None:
    """Nobody waits for it any more."""
    person = talk()
    person.say("je veux m'inscrire au programme et je veux effacer toutes mes données")
    person.clock.advance((KEPT_FOR + timedelta(hours=1)).total_seconds())
    person.say("bonjour")
    assert "Vous aviez aussi demandé" not in person.pick("Quitter")


def test_a_wish_said_again_is_answered_then(talk: Begin) -> None:
    """And does not come back a second time."""
    person = talk()
    person.say("je veux m'inscrire au programme et je veux effacer toutes mes données")
    person.say("effacez toutes mes données")
    assert "Vous aviez aussi demandé" not in person.say("je refuse")
