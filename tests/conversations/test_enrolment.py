"""The enrolment, as people live it: in four written forms, on three channels, straight and crooked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from conversation import InboundKind, Surface
from knowledge.reference import Reference, read_reference
from storage import journeys, staff
from tests.talk import Talk

Begin = Callable[..., Talk]
MOST_MESSAGES = 14
REFERENCE = re.compile(r"M\d{8}")


@dataclass(frozen=True)
class Script:
    """What an artisan types in one form, where a choice is typed by its words."""

    hello: str
    enrol: str
    accept: str
    coaching: str
    maitre: str
    name: str
    town: str
    craft: str
    nia: str
    legal: str
    ice: str
    export: str
    phone: str
    right: str


SCRIPTS = {
    "ary": Script(
        "السلام عليكم",
        "بغيت نتسجل",
        "كنوافق",
        "1",
        "معلم",
        "فاطمة العلوي",
        "صفرو",
        "كنصاوب الزرابي",
        "عندي الرقم ديال السجل 45872",
        "مقاول ذاتي",
        "001561191000066",
        "بعت لفرانسا و مريكان",
        "0612345678",
        "نعم صحيح",
    ),
    "ary-Latn": Script(
        "slm 3likom",
        "bghit ntsejel",
        "kanwafe9",
        "1",
        "m3allem",
        "Fatima Alaoui",
        "sfrou",
        "kansaweb zrabi",
        "3ndi ra9m 45872",
        "auto entrepreneur",
        "001561191000066",
        "b3t l fransa o marikan",
        "0612345678",
        "ah sahih",
    ),
    "ar": Script(
        "السلام عليكم ورحمة الله",
        "أريد التسجيل في البرنامج",
        "أوافق",
        "1",
        "صانع معلم",
        "فاطمة العلوي",
        "صفرو",
        "أصنع الزرابي",
        "رقمي في السجل 45872",
        "مقاول ذاتي",
        "001561191000066",
        "بعت إلى فرنسا وأمريكا",
        "0612345678",
        "نعم",
    ),
    "fr": Script(
        "Bonjour",
        "Je veux m'inscrire au programme",
        "J'accepte",
        "1",
        "maître artisan",
        "Fatima Alaoui",
        "Sefrou",
        "je fais des tapis",
        "mon numero est 45872",
        "auto-entrepreneur",
        "001561191000066",
        "oui en France et aux USA",
        "0612345678",
        "oui c'est juste",
    ),
}


def go(talk: Talk, script: Script, *, until: str | None = None) -> None:
    """Answer every question up to a field."""
    for field in (
        "hello",
        "enrol",
        "accept",
        "coaching",
        "maitre",
        "name",
        "town",
        "craft",
        "nia",
        "legal",
        "ice",
        "export",
    ) + (("phone",) if talk.surface is Surface.TELEGRAM else ()):
        if field == until:
            return
        talk.say(getattr(script, field))


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


def test_consent_comes_first_and_is_kept(talk: Begin) -> None:
    """Nothing personal is asked before the consent; its version, words and answer are kept."""
    person = talk()
    asked = person.say("بغيت نتسجل")
    person.pick("كنوافق")
    with person.database.read() as connection:
        (row,) = connection.exec_driver_sql("SELECT version, answer, language, text FROM consent").all()
    assert (row.version, row.answer, row.language) == ("1", "accepted", "ary")
    assert row.text == asked


def test_refusing_leaves_information_open(talk: Begin) -> None:
    """A refusal ends the enrolment, is kept as an answer, and questions are still answered."""
    person = talk()
    person.say("Je veux m'inscrire")
    person.pick("Je refuse")
    answer = person.say("c'est quoi le registre national RNA")
    assert "rna.gov.ma" in answer, "\n".join(person.transcript)
    with person.database.read() as connection:
        assert connection.exec_driver_sql("SELECT answer FROM consent").scalar() == "refused"
        assert journeys.latest_of(connection, 1) is None


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


def test_a_person_is_one_word_away_and_staff_see_where_it_was(talk: Begin) -> None:
    """The wish is filed once with its context, and the pending question comes back."""
    person = talk()
    go(person, SCRIPTS["fr"], until="town")
    answer = person.say("je veux parler à quelqu'un")
    assert "Sefrou" in answer, "\n".join(person.transcript)
    person.say("je veux parler à une personne")
    with person.database.read() as connection:
        waiting = staff.waiting(connection)
    assert [(kind, details["question"]) for _, kind, details, _ in waiting] == [("person", "place")]


def test_zero_is_always_a_person(talk: Begin) -> None:
    """Under any menu, shown or not."""
    person = talk(Surface.SMS)
    person.say("Bonjour")
    person.say("0")
    with person.database.read() as connection:
        assert [kind for _, kind, _, _ in staff.waiting(connection)] == ["person"]


def test_status_change_and_withdrawal(talk: Begin) -> None:
    """After the reference: where it stands, a change under the same reference, and taking it back."""
    person = talk()
    go(person, SCRIPTS["fr"])
    reference = REFERENCE.search(person.pick("Confirmer"))
    assert reference is not None
    assert reference.group() in person.say("où en est mon inscription ?")
    again = person.say("je veux m'inscrire")
    assert reference.group() in again
    person.say("je veux modifier mon inscription")
    person.pick("Ville")
    person.say("Rabat")
    changed = person.pick("Confirmer")
    assert reference.group() in changed, "\n".join(person.transcript)
    person.say("je veux retirer mon inscription")
    person.say("oui")
    with person.database.read() as connection:
        found = journeys.by_reference(connection, reference.group())
        assert found is not None
        assert found.state == "withdrawn"
        assert found.answers["place"]["province"] == "MA-RAB"
        events = [event for event, _, _ in journeys.history(connection, found.journey_id)]
    assert events == ["submitted", "changed", "withdrawn"]


def test_somebody_elses_reference_tells_no_more_than_its_state(talk: Begin) -> None:
    """A reference said on another phone gives state and dates, no name."""
    person = talk()
    go(person, SCRIPTS["fr"])
    reference = REFERENCE.search(person.pick("Confirmer"))
    assert reference is not None
    other = talk(address="+212687654321")
    answer = other.say(f"{reference.group()}")
    assert reference.group() in answer, "\n".join(other.transcript)
    assert "Fatima" not in answer
    digit = reference.group()[-1]
    typo = reference.group()[:-1] + ("1" if digit != "1" else "2")
    assert typo in other.say(typo)


def test_own_data_is_shown_and_erased_everywhere(talk: Begin) -> None:
    """My data reads it back; erasing asks, and leaves nothing of the person."""
    person = talk()
    go(person, SCRIPTS["fr"])
    person.pick("Confirmer")
    assert "Fatima Alaoui" in person.say("montre moi mes données")
    person.say("efface toutes mes données")
    person.say("oui")
    with person.database.read() as connection:
        left = [
            str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            for table in ("journey", "message", "turn", "consent", "journey_event", "inbox")
        ]
    assert "Fatima" not in "".join(left)
    assert "212612345678" not in "".join(left)
    assert "Bonjour" in person.say("Bonjour") or person.last is not None


def test_erasing_in_the_middle_of_the_enrolment(talk: Begin) -> None:
    """The question of erasing takes precedence over the pending one, and ends the enrolment."""
    person = talk()
    go(person, SCRIPTS["fr"], until="town")
    asked = person.say("supprimez mes données")
    assert "Sefrou" not in asked, "\n".join(person.transcript)
    person.say("oui")
    with person.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM erasure").scalar() == 1


def test_a_burst_is_answered_once(talk: Begin) -> None:
    """Three short messages at once: one bubble, the last question, nothing lost."""
    person = talk()
    messages = [person.inbound(InboundKind.TEXT, text=text) for text in ("slm", "bghit ntsejel", "kanwafe9")]
    person.send(*messages)
    assert person.last is not None
    assert len(person.last.choices) >= 3  # the tracks
    assert person.last.text.count("?") <= 2


@pytest.mark.parametrize("payload", ["/enroll", '/inform{"answer": "confirm"}', "/restart", "/session_start"])
def test_nobody_injects_a_payload_by_typing(talk: Begin, payload: str) -> None:
    """A leading slash is text: no form opens, nothing restarts."""
    person = talk()
    person.say("bonjour")
    person.say(payload)
    with person.database.read() as connection:
        (tracker,) = connection.exec_driver_sql("SELECT tracker FROM conversation").one()
    assert "enroll_form" not in str(tracker) or payload == "/enroll"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("", "utter_empty"),
        ("x" * 100_000, "utter_too_long"),
        ("\x00\x01\x02", "utter_empty"),
        ("👍", "sticker"),
        ("سلام hello merci 123 😀 bghit", None),
        ("9" * 300, None),
        ("؟؟؟!!!", "sticker"),
    ],
)
def test_bad_input_gets_an_answer(talk: Begin, text: str, question: str | None) -> None:
    """Empty, huge, control characters, emoji, mixed scripts: always one clear bubble, nothing stuck."""
    del question
    person = talk()
    assert person.say(text)
    assert person.say("bghit ntsejel")


def test_unusable_answers_are_told_and_the_question_stays(talk: Begin) -> None:
    """A photo or a number as a name, a town nobody knows twice, an impossible ICE: each gets its own help."""
    person = talk()
    go(person, SCRIPTS["fr"], until="name")
    assert person.photo()
    assert "nom" in person.say("12345").lower()
    refused = person.say("AB123456")
    assert "carte nationale" in refused.lower()
    person.say("Fatima Alaoui")
    first = person.say("Zblouglouville")
    assert "Zblouglouville" in first, "\n".join(person.transcript)
    person.say("Zblouglouville")
    assert person.last is not None
    assert len(person.last.choices) >= 5  # the regions
    person.tap(person.last.choices[2])
    person.tap(person.last.choices[0])
    person.say("tapis")
    person.say("non")
    person.say("auto-entrepreneur")
    assert "15" in person.say("123")
    warned = person.say("123456789012345")
    assert "123456789012345" in warned
    person.say("123456789012345")  # the same again: the person is sure
    assert person.last is not None
    with person.database.read() as connection:
        kept = str(connection.exec_driver_sql("SELECT text FROM message").all())
    assert "AB123456" not in kept


def test_a_shared_place_is_an_answer(talk: Begin) -> None:
    """The map's point leads to the province; one in the sea is told."""
    person = talk()
    go(person, SCRIPTS["fr"], until="town")
    assert person.place(31.0, -25.0)
    person.place(33.8305, -4.8353)
    assert person.last is not None
    assert len(person.last.choices) > 5  # the crafts


def test_a_contact_answers_the_phone_question(talk: Begin) -> None:
    """On Telegram the own contact is taken, somebody else's is not."""
    person = talk(Surface.TELEGRAM, "telegram-7")
    go(person, SCRIPTS["fr"], until="phone")
    assert person.last is not None
    assert person.last.ask_phone
    person.contact("+212600000000", own=False)
    assert "0600" not in str(person.last)
    summary = person.contact("212612345678")
    assert "06" in summary


def test_an_old_button_is_answered_politely(talk: Begin) -> None:
    """A button of an earlier question does not change the answer it once gave."""
    person = talk()
    go(person, SCRIPTS["fr"], until="accept")
    refuse = person.choice("refuse")
    person.pick("J'accepte")
    answer = person.tap(refuse)
    assert person.last is not None
    assert len(person.last.choices) > 3, "\n".join(person.transcript)  # the track is asked again
    assert answer


def test_three_times_not_understood_offers_a_person(talk: Begin) -> None:
    """Not understanding is admitted, and the third time a person is offered first."""
    person = talk()
    for _ in range(3):
        person.say("qsdkjf qlskdjf mlkqsdf")
    assert person.last is not None
    assert any(choice.key == "0" for choice in person.last.choices), "\n".join(person.transcript)
