"""The enrolment, as people live it: in four written forms, on three channels, straight and crooked."""

from __future__ import annotations

import pytest

from conversation import Surface
from knowledge.reference import Reference, read_reference
from storage import journeys
from tests.conversations.scripts import MOST_MESSAGES, REFERENCE, SCRIPTS, Begin, go


@pytest.mark.parametrize("surface", list(Surface))
@pytest.mark.parametrize("form", list(SCRIPTS))
def test_enrolment_from_hello_to_reference(talk: Begin, form: str, surface: Surface) -> None:
    """The longest way ends with a reference within fourteen messages, typed, in each form on each channel."""
    person = talk(surface, "telegram-1" if surface is Surface.TELEGRAM else "+212612345678")
    go(person, SCRIPTS[form])
    summary = person.last
    assert summary is not None
    for fact in ("45872", "001561191000066"):
        assert fact in summary.text, "\n".join(person.transcript)
    final = person.say(SCRIPTS[form].right)
    found = REFERENCE.search(final)
    assert found, "\n".join(person.transcript)
    assert isinstance(read_reference(found.group()), Reference)
    assert person.sent <= MOST_MESSAGES
    with person.database.read() as connection:
        filed = journeys.by_reference(connection, found.group())
    assert filed is not None
    assert filed.answers["category"] == "maitre_artisan"
    assert filed.answers["place"]["province"] == "MA-SEF"
    assert filed.answers["legal_form"] == "auto_entrepreneur"
    assert filed.answers["ice"] == "001561191000066"
    assert filed.answers["rna"]["nia"] == "45872"
    assert filed.answers["phone"] == "+212612345678"
    assert set(filed.answers["export"]["countries"]) == {"FR", "US"}
    assert filed.answers["craft"]


@pytest.mark.parametrize("surface", list(Surface))
@pytest.mark.parametrize("form", list(SCRIPTS))
def test_the_reply_keeps_the_form_of_the_person(talk: Begin, form: str, surface: Surface) -> None:
    """Every answer comes in the form the person writes in."""
    person = talk(surface)
    person.say(SCRIPTS[form].enrol)
    assert person.last is not None
    assert person.last.language == form
    person.say("1")
    assert person.last is not None
    assert person.last.language == form


def test_only_taps_and_numbers_are_enough(talk: Begin) -> None:
    """Someone who types no word but name and town gets to the end."""
    person = talk(Surface.SMS)
    person.say("السلام عليكم")
    person.say("1")  # enrol
    person.say("1")  # accept
    person.say("1")  # first track
    person.say("3")  # cooperative
    person.say("خديجة")
    person.say("تعاونية الأطلس")
    person.say("فاس")
    person.say("2")
    person.say("3")  # register: does not know
    person.say("1")  # more: the way to register filled the SMS
    person.say("1")  # no ICE
    person.say("1")  # never sold abroad
    final = person.say("1")
    assert REFERENCE.search(final), "\n".join(person.transcript)


def test_a_cooperative_is_not_asked_for_a_legal_form(talk: Begin) -> None:
    """What is known is not asked: a cooperative's form is known, its name is asked instead."""
    person = talk()
    go(person, SCRIPTS["fr"], until="maitre")
    person.say("coopérative")
    asked = person.say("Fatima Alaoui")
    assert "coopérative" in asked.lower()
    person.say("Coopérative Atlas")
    person.say("Fès")
    person.say("tapis")
    asked = person.say("non")
    assert "ICE" in asked, "\n".join(person.transcript)


def test_a_question_in_the_middle_is_answered_and_the_pending_one_put_again(talk: Begin) -> None:
    """Curiosity does not lose one's place."""
    person = talk()
    go(person, SCRIPTS["ary"], until="town")
    pending = person.last
    answer = person.say("شنو هو السجل الوطني ديال الصناعة التقليدية؟")
    assert "rna.gov.ma" in answer, "\n".join(person.transcript)
    assert pending is not None
    assert pending.text in answer
    person.say("صفرو")
    assert person.last is not None
    assert person.last.choices  # the craft is asked


@pytest.mark.parametrize(("word", "form"), [("رجع", "ary"), ("rje3", "ary-Latn"), ("رجوع", "ar"), ("retour", "fr")])
def test_back_asks_the_question_before(talk: Begin, word: str, form: str) -> None:
    """Back leads to the question before, whose answer can then be another."""
    person = talk()
    go(person, SCRIPTS[form], until="craft")
    asked_town = person.transcript[-3]
    again = person.say(word)
    assert again.split("\n")[0] in asked_town, "\n".join(person.transcript)
    person.say("Fès")
    assert person.last is not None
    assert person.last.choices


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ("غلطت فالسمية", "ary"),
        ("ghlet f smiya", "ary-Latn"),
        ("أخطأت في الاسم", "ar"),
        ("je me suis trompé de nom", "fr"),
    ],
)
def test_a_given_answer_is_corrected_by_naming_it(talk: Begin, said: str, form: str) -> None:
    """Naming the field asks it again; the rest is kept."""
    person = talk()
    go(person, SCRIPTS[form], until="legal")
    person.say(said)
    person.say("Khadija Benani")
    go_on = SCRIPTS[form]
    for field in ("legal", "ice", "export"):
        person.say(getattr(go_on, field))
    assert person.last is not None
    assert "Khadija Benani" in person.last.text, "\n".join(person.transcript)


def test_the_summary_can_be_changed(talk: Begin) -> None:
    """Change, pick a field, answer it, and the summary comes back with the new value."""
    person = talk()
    go(person, SCRIPTS["fr"])
    person.pick("Modifier")
    person.pick("Ville")
    summary = person.say("Meknès")
    assert "Meknès" in summary, "\n".join(person.transcript)
    assert REFERENCE.search(person.pick("Confirmer"))


def test_what_may_be_skipped_is_skipped_and_the_rest_is_not(talk: Begin) -> None:
    """The ICE may be passed over, the town may not."""
    person = talk()
    go(person, SCRIPTS["fr"], until="town")
    answer = person.say("passer cette question")
    assert person.last is not None
    assert "Sefrou" in answer  # the town is asked again, with its example
    person.say("Sefrou")
    for field in ("craft", "nia", "legal"):
        person.say(getattr(SCRIPTS["fr"], field))
    person.say("je ne l'ai pas, passe")
    person.pick("pas encore")
    assert person.last is not None
    assert "ICE" not in person.last.text, "\n".join(person.transcript)


def test_leaving_asks_first_and_keeps_the_answers(talk: Begin) -> None:
    """Cancel is a question; what was answered is there when the person comes back."""
    person = talk()
    go(person, SCRIPTS["fr"], until="town")
    person.say("annuler")
    person.pick("Continuer")
    assert person.last is not None
    assert "Sefrou" in person.last.text
    person.say("annuler")
    person.say("oui")
    again = person.say("je veux m'inscrire")
    assert "Sefrou" in again, "\n".join(person.transcript)


def test_after_days_of_silence_it_asks_whether_to_go_on(talk: Begin) -> None:
    """Coming back is asked about, and both ways work."""
    person = talk()
    go(person, SCRIPTS["ary"], until="town")
    person.clock.advance(3 * 86_400)
    person.say("السلام")
    assert person.last is not None
    assert len(person.last.choices) == 3, "\n".join(person.transcript)
    person.tap(person.last.choices[0])
    assert person.last is not None
    assert "صفرو" in person.last.text
    person.clock.advance(3 * 86_400)
    person.say("السلام عليكم")
    assert person.last is not None
    person.tap(person.last.choices[1])  # start over
    assert person.last is not None
    assert len(person.last.choices) >= 2  # consent again


def test_an_answer_after_days_is_simply_taken(talk: Begin) -> None:
    """A tap on the pending question's own button needs no "shall we go on?"."""
    person = talk()
    go(person, SCRIPTS["fr"], until="maitre")
    person.clock.advance(5 * 86_400)
    answer = person.pick("Coopérative")
    assert "om" in answer.lower()  # the name is asked
    assert person.last is not None
    assert not person.last.choices


def test_the_language_changes_at_any_moment(talk: Begin) -> None:
    """Said in words, at once, in the middle; the pending question follows in the new language."""
    person = talk()
    go(person, SCRIPTS["ary"], until="town")
    answer = person.say("هضر معايا بالفرنسية")
    assert person.last is not None
    assert person.last.language == "fr"
    assert "Sefrou" in answer
