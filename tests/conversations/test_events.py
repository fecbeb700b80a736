"""What is no sentence: edits, blocks, groups, deep links, voice notes, repeats, more pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from conversation import Attachment, AttachmentKind, Inbound, InboundKind, Surface
from storage import inbox, media, staff, suppressions, tables
from storage.suppressions import Reason
from storage.tables import conversation, identity, message, turn
from tests.conversations.scripts import SCRIPTS, Begin, go
from tests.talk import Talk


def standing(person: Talk) -> set[Reason]:
    """Why this person is not to be written to."""
    with person.database.read() as connection:
        (found,) = connection.execute(sa.select(identity)).all()
        return set(suppressions.standing(connection, found.person_id, found.channel))


def test_an_edit_is_kept_for_staff_and_never_run(talk: Begin) -> None:
    """The dialogue does not move, no answer is sent, the new words stand in the log."""
    person = talk(Surface.TELEGRAM, "telegram-1")
    go(person, SCRIPTS["fr"], until="town")
    assert person.send(person.inbound(InboundKind.EDIT, text="Fatima Alaoui-Bennis")) == ""
    person.say("Sefrou")
    assert person.last is not None
    assert person.last.choices  # the craft is asked: the edit changed nothing
    with person.database.read() as connection:
        kinds = connection.execute(sa.select(message.c.kind).where(message.c.text.contains("Bennis"))).scalars().all()
    assert kinds == ["edit"]


def test_a_block_is_remembered_until_the_person_comes_back(talk: Begin) -> None:
    """Blocked: noted, not answered. Writing again lets us in."""
    person = talk(Surface.TELEGRAM, "telegram-1")
    person.say("Bonjour")
    person.send(person.inbound(InboundKind.BLOCKED))
    assert standing(person) == {Reason.BLOCKED}
    assert person.say("Bonjour")
    assert standing(person) == set()


def test_what_the_provider_says_of_messages_is_noted(talk: Begin) -> None:
    """Told the provider to stop: noted and not answered; told it to go on: everything that held them back is over."""
    person = talk(Surface.SMS)
    person.say("Bonjour")
    assert person.send(person.inbound(InboundKind.OPT_OUT)) == ""
    assert standing(person) == {Reason.PROVIDER}
    assert person.send(person.inbound(InboundKind.OPT_IN)) == ""
    assert standing(person) == set()


def test_a_group_gets_one_polite_sentence_a_day(talk: Begin) -> None:
    """Two people in one group never share a dialogue: the bot asks to be written to alone, once."""
    group = talk(Surface.TELEGRAM, "-100123")
    first = group.send(group.inbound(InboundKind.GROUP))
    assert first
    assert group.send(group.inbound(InboundKind.GROUP)) == ""
    group.clock.advance(86_400)
    assert group.send(group.inbound(InboundKind.GROUP)) == first
    with group.database.read() as connection:
        (tracker,) = connection.execute(sa.select(conversation.c.tracker)).one()
    assert not tracker.get("loop")


def test_a_deep_link_greets_and_tells_where_from(talk: Begin) -> None:
    """The first screen after a QR code is the greeting; its payload is kept with the message."""
    person = talk(Surface.TELEGRAM, "telegram-1")
    assert person.send(person.inbound(InboundKind.START, payload="fair-fes"))
    assert person.last is not None
    assert person.last.choices
    with person.database.read() as connection:
        (details,) = connection.execute(sa.select(message.c.details).where(message.c.direction == "in")).one()
    assert details == {"payload": "fair-fes"}


def test_a_voice_note_in_the_middle_goes_to_staff_and_the_question_comes_back(talk: Begin) -> None:
    """Never silence: it is acknowledged, filed with its file, and the talk goes on."""
    person = talk()
    go(person, SCRIPTS["ary"], until="town")
    voice = Attachment(AttachmentKind.VOICE, "file-77", "audio/ogg", 12_000, 7)
    answer = person.send(person.inbound(InboundKind.MEDIA, attachment=voice))
    assert "صفرو" in answer
    with person.database.read() as connection:
        ((_, kind, details, _),) = staff.waiting(connection)
        file = media.one(connection, details["media_ids"][0])
    assert (kind, details["question"]) == ("voice", "place")
    assert file is not None
    assert (file["state"], file["provider_ref"], file["size"]) == ("waiting", "file-77", 12_000)


def test_an_album_is_answered_once_and_is_one_thing_for_staff(talk: Begin) -> None:
    """Each photo has its file, the team one request with all of them, the person one answer."""
    person = talk(Surface.TELEGRAM, "telegram-1")
    photos = [
        person.inbound(InboundKind.MEDIA, attachment=Attachment(AttachmentKind.PHOTO, f"file-{number}"))
        for number in range(3)
    ]
    assert person.send(*photos)
    with person.database.read() as connection:
        ((_, kind, details, _),) = staff.waiting(connection)
        files = [media.one(connection, media_id) for media_id in details["media_ids"]]
        logged = connection.execute(sa.select(message.c.details).where(message.c.direction == "in")).scalars().all()
    assert kind == "media"
    assert [file and file["provider_ref"] for file in files] == ["file-0", "file-1", "file-2"]
    assert [one["attachment"]["media_id"] for one in logged] == details["media_ids"]


def test_a_photo_put_in_place_of_another_is_fetched_and_not_answered(talk: Begin) -> None:
    """An edit brings the file that stands there now: staff must be able to see it."""
    person = talk(Surface.TELEGRAM, "telegram-1")
    photo = Attachment(AttachmentKind.PHOTO, "file-new")
    assert person.send(person.inbound(InboundKind.EDIT, text="hadi hsen", attachment=photo)) == ""
    with person.database.read() as connection:
        assert [row["provider_ref"] for row in media.listed(connection)] == ["file-new"]
        assert staff.waiting(connection) == []


def test_what_was_sent_is_erased_with_the_rest(talk: Begin) -> None:
    """Erasing takes the rows of the files, and dooms those that are on disk."""
    person = talk()
    person.photo()
    with person.database.begin() as connection:
        (wanted,) = media.claim(
            connection,
            channels=[person.person.channel],
            now=person.clock.now(),
            lease=timedelta(minutes=1),
            most=5,
        )
        media.stored(connection, wanted, mime="image/jpeg", size=1, sha256="0", expires_at=person.clock.now())
    person.say("efface toutes mes données")
    person.say("oui")
    with person.database.read() as connection:
        assert media.listed(connection) == []
        assert media.doomed(connection, now=person.clock.now()) == [wanted.key]


def test_say_it_again_says_it_word_for_word(talk: Begin) -> None:
    """Outside a journey the last answer comes again with its choices, and they still work."""
    person = talk()
    first = person.say("Bonjour")
    again = person.say("répétez s'il vous plaît")
    assert again == first, "\n".join(person.transcript)
    assert person.pick("inscri")


def test_the_same_tap_twice_is_answered_once_more_and_changes_nothing(talk: Begin) -> None:
    """A double tap neither jumps a question nor files anything twice."""
    person = talk()
    go(person, SCRIPTS["fr"], until="accept")
    accept = person.choice("accepte")
    person.tap(accept)
    assert person.last is not None
    tracks = [choice.label for choice in person.last.choices]
    person.tap(accept)
    assert person.last is not None
    assert [choice.label for choice in person.last.choices] == tracks


def test_a_message_that_arrives_twice_is_one_message(talk: Begin) -> None:
    """The provider's second delivery finds the first and adds nothing."""
    person = talk()
    person.say("Bonjour")
    with person.database.begin() as connection:
        (found,) = connection.execute(sa.select(tables.inbox.c.provider_message_id)).one()
        again = replace(person.inbound(InboundKind.TEXT, text="Bonjour"), message_id=found)
        assert inbox.store(connection, [again], received_at=person.clock.now()) == 0
        assert connection.execute(sa.select(sa.func.count()).select_from(turn)).scalar() == 1


def test_more_shows_the_rest_of_a_list(talk: Begin) -> None:
    """The families that did not fit come with "more", and can be picked there."""
    person = talk()
    go(person, SCRIPTS["fr"], until="craft")
    assert person.last is not None
    first = [choice.label for choice in person.last.choices]
    person.pick(first[-1])
    assert person.last is not None
    rest = [choice.label for choice in person.last.choices]
    assert rest
    assert not set(first[:-1]) & set(rest)
    person.pick(rest[0])
    assert person.last is not None
    assert "RNA" in person.last.text, "\n".join(person.transcript)


def test_every_kind_of_message_has_an_answer_or_is_noted(talk: Begin) -> None:
    """No kind breaks a turn, whatever it carries."""
    person = talk()
    go(person, SCRIPTS["ar"], until="legal")
    for kind in InboundKind:
        bare: Inbound = person.inbound(kind)
        person.send(bare)
    assert person.say("مقاول ذاتي")


def test_numbers_still_count_after_say_it_again(talk: Begin) -> None:
    """By SMS a repeated menu can be answered by its number, as the one before could."""
    person = talk(Surface.SMS)
    first = person.say("Bonjour")
    assert person.say("répétez s'il vous plaît") == first
    person.say("1")
    assert person.last is not None
    assert "acceptez" in person.last.text.lower(), "\n".join(person.transcript)


def test_more_and_an_answer_in_one_burst_loses_neither(talk: Begin) -> None:
    """Asking for the rest of the list and naming the craft at once: the craft counts, the next question comes."""
    person = talk()
    go(person, SCRIPTS["fr"], until="craft")
    assert person.last is not None
    more = person.last.choices[-1]
    tapped = person.inbound(InboundKind.CHOICE, text=more.label, token=more.token)
    person.send(tapped, person.inbound(InboundKind.TEXT, text="je fais des tapis"))
    assert person.last is not None
    assert "RNA" in person.last.text, "\n".join(person.transcript)
