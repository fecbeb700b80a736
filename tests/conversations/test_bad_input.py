"""What nobody should send and somebody will: every message gets one clear answer, nothing is stuck."""

from __future__ import annotations

import pytest

from conversation import InboundKind, Surface
from tests.conversations.scripts import SCRIPTS, Begin, go


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
