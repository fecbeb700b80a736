"""Words that stop messages: whole messages only, in every form, and the ones we tell people to write are among them."""

from __future__ import annotations

import pytest

from bot.engine.resolve import resolve
from bot.engine.stop_words import WORDS, Wish, wish_of
from conversation import Inbound, InboundKind, PersonKey
from i18n.catalog import Catalogs
from i18n.languages import LANGUAGES
from runtime.clock import FixedClock
from storage.menus import Menu, Offered

YES_NO = [Menu(None, (Offered("t", "1", "Oui", "/delete_my_data", role="yes"),), None)]


def resolved(
    text: str, clock: FixedClock, *, pending: str | None = None, menus: list[Menu] | None = None
) -> str | None:
    """The payload of a typed message."""
    inbound = Inbound(PersonKey("sms", "+212600000000"), "1", InboundKind.TEXT, clock.now(), text)
    return resolve(inbound, menus or [], shown=bool(menus), pending=pending, text_max=4000).payload


@pytest.mark.parametrize(("wish", "form"), [(wish, form) for wish, forms in WORDS.items() for form in forms])
def test_every_word_is_heard_however_it_is_typed(wish: Wish, form: str) -> None:
    """Capitals, accents left out, signs around it, Arabic typing habits."""
    for phrase in WORDS[wish][form]:
        for typed in (phrase, phrase.upper(), f" {phrase}!! ", phrase.replace("ê", "e").replace("أ", "ا")):
            assert wish_of(typed) is wish, typed


@pytest.mark.parametrize(
    "text",
    [
        *("je veux arrêter la formation", "stop au four ?", "non stop", "ما نقدرش نحبس الخدمة", "safi", "صافي", ""),
        *("!!!", "start", "stop stop stop je rigole", "إلغاء التسجيل", "٠", "l'arrêt de bus"),
    ],
)
def test_a_word_within_other_words_stops_nothing(text: str) -> None:
    """A whole message or none: what else they mean is for understanding to find out."""
    assert wish_of(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_we_tell_people_to_write_are_heard(language: str) -> None:
    """What stands behind the colon of each sentence, in the long text and in the SMS."""
    catalogs = Catalogs.load()
    for sms in (False, True):
        stopped = catalogs.text("utter_messages_stopped", language, sms=sms).rpartition(":")[2]
        how = catalogs.text("utter_how_to_stop", language, sms=sms).rpartition(":")[2]
        assert wish_of(stopped) is Wish.RESUME_MESSAGES
        assert wish_of(how) is Wish.STOP_MESSAGES


def test_a_bare_word_is_about_the_journey_where_there_is_one(clock: FixedClock) -> None:
    """In a journey it leaves the journey; a phrase is about messages everywhere."""
    assert resolved("stop", clock) == "/stop_messages"
    assert resolved("stop", clock, pending="craft") == "/cancel"
    assert resolved("stop messages", clock, pending="craft") == "/stop_messages"
    assert resolved("reprendre les messages", clock, pending="craft") == "/resume_messages"


def test_the_arabic_word_for_cancel_cancels_what_there_is(clock: FixedClock) -> None:
    """Under a journey or a yes-or-no question it means that; with nothing to cancel it stops messages."""
    assert resolved("إلغاء", clock, pending="craft") == "/cancel"
    assert resolved("إلغاء", clock, menus=YES_NO) == "/cancel"
    assert resolved("إلغاء", clock) == "/stop_messages"
