"""What is said to a question: the pure part, for every topic there is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

import pytest

from app.fits import fits
from bot.actions.saying import _pick
from bot.engine.resolve import resolve
from bot.journeys.answering import MORE, SOURCE, answer, asked, wanted
from bot.journeys.model import Say, Understood
from bot.journeys.wishes import QUESTIONS
from bot.responses.compose import Composed, Composer, Said
from channels.sms.render import render
from channels.sms.segments import measure
from conversation import Inbound, InboundKind, PersonKey, Surface
from i18n.catalog import Catalogs
from i18n.languages import LANGUAGES
from knowledge import load
from knowledge.models import Topic

TODAY: Final = date(2026, 11, 23)
NEXT_YEAR: Final = datetime(2027, 5, 30, tzinfo=UTC)
"""When dates carry their year, and so are longest."""
TOPICS: Final = [topic.id for topic in load().answers.topics()]
ONE_SMS_FIRST: Final = ("fr", "ary-Latn")
COMPOSER: Final = Composer(Catalogs.load(), {}, fits)


def topic(topic_id: str) -> Topic:
    found = load().answers.topic(topic_id)
    assert found is not None
    return found


def says(
    topic_id: str, part: str = "", *, on: date = TODAY, language: str = "fr", inside: bool = False
) -> tuple[Say, ...]:
    return answer(topic(topic_id), part, "rna_info", load(), on=on, language=language, inside=inside)


def composed(topic_id: str, part: str, language: str, surface: Surface) -> Composed:
    said = [
        Said(say.message_id, dict(say.values), [_pick(pick) for pick in say.picks or ()])
        for say in says(topic_id, part, on=NEXT_YEAR.date(), language=language)
    ]
    return COMPOSER.compose(said, language=language, surface=surface, now=NEXT_YEAR)


def understood(**entities: str) -> Understood:
    return Understood("", "", 1, None, {name: (value,) for name, value in entities.items()}, "fr")


def test_the_questions_are_those_that_have_answers() -> None:
    """The intents the rules send here, and those answers.yml answers, are the same."""
    assert load().answers.intents().keys() == QUESTIONS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("surface", Surface)
def test_every_answer_is_shown_whole(language: str, surface: Surface) -> None:
    """Three segments at most by SMS, one bubble elsewhere, with its choices and every date: nothing is paged."""
    for topic_id in TOPICS:
        for part in ("", MORE, SOURCE):
            found = composed(topic_id, part, language, surface)
            assert found.rest is None, (topic_id, part, found.outbound.text)
            assert fits(found.outbound, surface), (topic_id, part, found.outbound.text)
            if surface is Surface.SMS:
                assert sum(measure(page.text).segments for page in render(found.outbound)) <= 3, (topic_id, part)


@pytest.mark.parametrize("language", ONE_SMS_FIRST)
def test_a_first_answer_is_one_segment(language: str) -> None:
    """Where letters are cheap, the short answer itself fits one SMS."""
    for topic_id in TOPICS:
        said = [Said(f"answer_{topic_id}", picks=())]
        found = COMPOSER.compose(said, language=language, surface=Surface.SMS, now=NEXT_YEAR)
        (page,) = render(found.outbound)
        assert measure(page.text).segments == 1, (topic_id, page.text)


def test_a_person_is_offered_under_every_answer_as_zero() -> None:
    """With the topic, so that the team knows what was asked."""
    for topic_id in TOPICS:
        for part in ("", MORE, SOURCE):
            last = composed(topic_id, part, "fr", Surface.SMS).offered[-1]
            assert (last.key, last.payload) == ("0", f'/ask_human{{"answer": "{topic_id}"}}')


def test_more_and_source_carry_their_topic() -> None:
    """So an old menu still answers what stood above it."""
    offered = composed("rna_what", "", "fr", Surface.WHATSAPP).offered
    assert [one.payload for one in offered[:2]] == [
        '/rna_info{"answer": "rna_what:more"}',
        '/rna_info{"answer": "rna_what:source"}',
    ]
    for part in (MORE, SOURCE):
        assert wanted(f"rna_what:{part}", load()) == (topic("rna_what"), part)
    assert wanted("accept", load()) is None
    assert wanted(None, load()) is None


def test_nothing_is_offered_twice() -> None:
    """After the detail only its source, after the source only the detail, without a detail only the source."""
    labels = [[pick.label for pick in says("rna_what", part)[-1].picks or ()] for part in ("", MORE, SOURCE)]
    assert labels == [
        ["label_detail", "label_source", "label_person"],
        ["label_source", "label_person"],
        ["label_detail", "label_person"],
    ]
    assert [pick.label for pick in says("rna_where")[-1].picks or ()] == ["label_source", "label_person"]
    assert [say.message_id for say in says("rna_where", MORE)] == ["answer_rna_where", "utter_as_of"]


def test_in_a_journey_nothing_is_offered() -> None:
    """Its own choices follow."""
    assert all(not say.picks for part in ("", MORE, SOURCE) for say in says("rna_what", part, inside=True))


def test_what_is_not_sure_says_so() -> None:
    """A fact not found, and one whose review is due, are to be confirmed; a sure one is stated."""
    assert "utter_to_confirm" in [say.message_id for say in says("rna_cost")]
    assert "utter_to_confirm" not in [say.message_id for say in says("rna_benefits")]
    assert "utter_to_confirm" in [say.message_id for say in says("rna_benefits", on=date(2027, 6, 1))]


def test_what_may_change_carries_its_date() -> None:
    """The day its facts were checked."""
    dated = [say for say in says("step_portnet") if say.message_id == "utter_as_of"]
    assert [say.values for say in dated] == [{"date": {"date": "2026-11-23"}}]
    assert not [say for say in says("rules_textile") if say.message_id == "utter_as_of"]


def test_the_source_names_everybody_once() -> None:
    """Those behind the short answer and the detail, and the day we read them."""
    (say,) = says("pay_what", SOURCE)
    assert say.values == {"sources": "Office des Changes, Aujourd'hui le Maroc", "date": {"date": "2026-11-23"}}
    (arabic,) = says("pay_what", SOURCE, language="ar")
    assert arabic.values["sources"] == "مكتب الصرف، Aujourd'hui le Maroc"


def test_what_was_not_found_says_until_when_it_was_looked_for() -> None:
    """Alone, or beside the sources of the rest."""
    assert [say.message_id for say in says("rna_cost", SOURCE)] == ["utter_source_missing"]
    assert [say.message_id for say in says("rna_papers", SOURCE)] == ["utter_source", "utter_source_missing"]


def test_a_trade_asks_for_its_family() -> None:
    """What is known of the craft, the country and the way of sending decides."""
    found = asked(
        understood(craft="babouche", destination="FR", export_channel="post", legal_form="cooperative"), load()
    )
    assert [set(found.families), set(found.destinations)] == [{"leather"}, {"FR"}]
    assert [set(found.channels), set(found.legal_forms)] == [{"post"}, {"cooperative"}]
    assert asked(understood(craft="wood"), load()).families == {"wood"}


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("plus", '/rna_info{"answer": "rna_what:more"}'),
        ("N3ref kter", '/rna_info{"answer": "rna_what:more"}'),
        ("المزيد", '/rna_info{"answer": "rna_what:more"}'),
        ("source", '/rna_info{"answer": "rna_what:source"}'),
        ("المصدر؟", '/rna_info{"answer": "rna_what:source"}'),
        ("mnin jbtou had lma3louma", '/rna_info{"answer": "rna_what:source"}'),
        ("je veux en savoir plus sur les foires", None),
        ("l'eau de source", None),
    ],
)
def test_more_and_source_in_words_are_about_the_last_answer(text: str, payload: str | None) -> None:
    """Said alone, in any script; within a sentence they are the person's own words."""
    inbound = Inbound(PersonKey("simulator-sms", "+212612345678"), "1", InboundKind.TEXT, NEXT_YEAR, text=text)
    for last, meant in ((("rna_info", "rna_what"), payload), (None, None)):
        assert resolve(inbound, [], shown=False, pending=None, text_max=500, topic=last).payload == meant
