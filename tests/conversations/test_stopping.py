"""No more messages: on the list at the first word, answered all the same, and off it again when they say so."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from conversation import Outbound, Purpose, Surface
from storage import outbox, sends, suppressions
from storage.suppressions import Reason
from storage.tables import identity
from tests.conversations.scripts import SCRIPTS, Begin, go
from tests.talk import Talk


def standing(person: Talk) -> set[Reason]:
    """Why this person is not to be written to."""
    with person.database.read() as connection:
        (found,) = connection.execute(sa.select(identity).where(identity.c.address == person.address)).all()
        return set(suppressions.standing(connection, found.person_id, found.channel))


@pytest.mark.parametrize(
    ("hello", "stop", "resume"),
    [
        ("Bonjour", "STOP", "reprendre les messages"),
        ("salam", "7bes", "rej3o les messages"),
        ("سلام عليكم", "حبس", "رجعو الميساجات"),
        ("السلام عليكم ورحمة الله", "إلغاء", "أعيدوا الرسائل"),
        ("Bonjour", "ne m'envoyez plus de messages svp", "je veux recevoir à nouveau vos messages"),
    ],
)
def test_stop_and_back_in_every_form(talk: Begin, hello: str, stop: str, resume: str) -> None:
    """The word, the list, a sentence that says how to come back, and back."""
    person = talk(Surface.SMS)
    person.say(hello)
    assert person.say(stop)
    assert standing(person) == {Reason.SAID_STOP}
    assert person.say(stop)  # once more changes nothing
    assert person.say(hello)  # what they write is answered
    assert standing(person) == {Reason.SAID_STOP}
    assert person.say(resume)
    assert standing(person) == set(), "\n".join(person.transcript)


def test_only_what_nobody_asked_for_is_held_back(talk: Begin) -> None:
    """Just before each send: a reminder is not begun, an answer is."""
    person = talk(Surface.TELEGRAM, "telegram-1")
    person.say("Bonjour")
    person.say("STOP")
    now, channel = person.clock.now(), person.person.channel
    with person.database.begin() as connection:
        for held in outbox.claim(connection, owner="s", channel=channel, now=now):
            sends.sent(connection, held.outbox_id, provider_message_id="1", now=now)
        (found,) = connection.execute(sa.select(identity)).all()
        begun = {}
        for purpose in Purpose:
            outbox.add(
                connection,
                Outbound("x", "fr"),
                conversation_id=found.conversation_id,
                channel=channel,
                address=person.address,
                turn_id=None,
                purpose=purpose,
                now=now,
            )
        while held_now := outbox.claim(connection, owner="s", channel=channel, now=now):
            (held,) = held_now
            begun[held.purpose] = sends.begin(connection, held, parts=1)
            sends.sent(connection, held.outbox_id, provider_message_id="1", now=now)
    assert {
        purpose: reason for purpose, reason in begun.items() if purpose in (Purpose.REMINDER, Purpose.CAMPAIGN)
    } == {
        Purpose.REMINDER: Reason.SAID_STOP,
        Purpose.CAMPAIGN: Reason.SAID_STOP,
    }
    assert begun[Purpose.ANSWER] is None


def test_stop_in_the_middle_leaves_the_journey_and_says_how_to_stop_messages(talk: Begin) -> None:
    """A bare word is about the questions; the phrase it tells is about messages, and the question comes again."""
    person = talk(Surface.SMS)
    go(person, SCRIPTS["fr"], until="town")
    asked = person.say("STOP")
    assert "stop messages" in asked, "\n".join(person.transcript)
    assert person.last is not None
    assert "Quitter" in [choice.label for choice in person.last.choices]
    assert standing(person) == set()
    person.say("non")
    answer = person.say("stop messages")
    assert standing(person) == {Reason.SAID_STOP}
    assert "reprendre les messages" in answer
    assert answer != person.say("Sefrou")  # the journey went on
    assert person.last.choices  # the craft is asked
