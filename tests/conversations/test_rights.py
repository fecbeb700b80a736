"""Consent, status, change, withdrawal, own data, a person: what belongs to people around the enrolment."""

from __future__ import annotations

from conversation import Surface
from storage import journeys, staff
from tests.conversations.scripts import REFERENCE, SCRIPTS, Begin, go


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
    foreign = person.say("où en est ma demande EXP-26-7731 ?")  # another office's: never answered with one's own state
    assert "EXP-26-7731" in foreign
    assert reference.group() not in foreign
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
