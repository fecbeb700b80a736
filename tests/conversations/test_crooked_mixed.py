"""Crooked ways of talking, in French, in standard Arabic and in mixtures of both with Darija."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conversation import InboundKind, Surface
from storage import journeys, staff
from tests.talk import Talk

Begin = Callable[..., Talk]
FR = ("inscription", "j'accepte", "1", "artisan", "Fatima Alaoui", "Sefrou", "tapis", "non", "non", "jamais")
AR = ("أريد التسجيل من فضلكم", "أوافق", "1", "صانعة", "فاطمة العلوي", "صفرو", "الزرابي", "لا", "لا", "لا")
DAYS = 3 * 86_400


def told(talk: Talk, *messages: str) -> str:
    """Say one after the other; the last answer."""
    return [talk.say(message) for message in messages][-1]


def words(talk: Talk) -> str:
    """The conversation, to read when a test fails."""
    return "\n".join(talk.transcript)


def labels(talk: Talk) -> list[str]:
    """What the last answer offers."""
    assert talk.last is not None
    return [choice.label for choice in talk.last.choices]


def filed(talk: Talk) -> dict[str, Any]:
    """What the team has received."""
    with talk.database.read() as connection:
        found = journeys.latest_of(connection, 1)
    assert found is not None, words(talk)
    return dict(found.answers)


@pytest.mark.parametrize("wish", ["effacer mes données", "Effacer mes données"])
def test_erasing_is_asked_about_each_time(talk: Begin, wish: str) -> None:
    """The words of a button under an earlier "erase all?" voice the wish; they do not erase."""
    person = talk()
    told(person, *FR[:6], "je veux effacer toutes mes données")
    erase = person.choice("Effacer")
    told(person, "non", wish)
    assert "Non, tout garder" in labels(person), words(person)
    person.say("non")
    person.tap(erase)
    assert "Non, tout garder" in labels(person), words(person)
    with person.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM erasure").scalar() == 0


@pytest.mark.parametrize(
    ("said", "name", "province", "craft"),
    [
        ("je m'appelle Karim El Fassi de Fès, je suis dinandier", "Karim El Fassi", "MA-FES", "dinanderie"),
        ("Khadija Benali, Tiznit, bijoux", "Khadija Benali", "MA-TIZ", "jewellery"),
        ("Karim Fassi Fès dinandier", "Karim Fassi", "MA-FES", "dinanderie"),
        ("اسمي فاطمة الزهراء من صفرو وأصنع الزرابي", "فاطمة الزهراء", "MA-SEF", "carpets_weaving"),
        ("smiti Hassan Amrani mn Marrakech kankhdem f cuir", "Hassan Amrani", "MA-MAR", "leather"),
    ],
)
def test_name_town_and_craft_in_one_message(talk: Begin, said: str, name: str, province: str, craft: str) -> None:
    """What came with the name is taken; neither town nor craft is asked again, and the name holds neither."""
    person = talk()
    told(person, *FR[:4], said)
    assert "RNA" in str(person.last), words(person)
    told(person, "non", "non", "jamais", "oui")
    answers = filed(person)
    assert (answers["person_name"], answers["place"]["province"], answers["craft"]) == (name, province, craft)


@pytest.mark.parametrize("surname", ["Mohamed Haddad", "Ahmed Safi", "Aicha Najjar"])
def test_a_surname_that_is_a_craft_or_a_town_stays_a_name(talk: Begin, surname: str) -> None:
    """Nothing is cut from a name without a word that sets it apart."""
    person = talk()
    assert "Sefrou" in told(person, *FR[:4], surname), words(person)


@pytest.mark.parametrize("said", ["oui tout est juste merci", "non", "0", "👍", "12", "merci beaucoup"])
def test_what_is_no_name_is_not_taken_for_one(talk: Begin, said: str) -> None:
    """Yes, no, thanks, a sign or a number: the name is asked again."""
    person = talk()
    assert "nom" in told(person, *FR[:4], said).lower(), words(person)
    assert "Sefrou" not in words(person)


def test_zero_is_a_person_where_nothing_is_offered(talk: Begin) -> None:
    """Under an open question too, the team hears of it."""
    person = talk(Surface.SMS)
    told(person, *FR[:4], "0")
    with person.database.read() as connection:
        assert [kind for _, kind, _, _ in staff.waiting(connection)] == ["person"]


@pytest.mark.parametrize(
    ("said", "track"),
    [
        ("je voudrais participer aux foires", "fairs"),
        ("financement svp", "funding"),
        ("الفورماسيون", "training"),
        ("foire 3afak", "fairs"),
        ("أريد التمويل", "funding"),
    ],
)
def test_a_track_is_named_in_ones_own_words(talk: Begin, said: str, track: str) -> None:
    """Nobody has to repeat the label."""
    person = talk()
    told(person, *FR[:2], said, *FR[3:], "oui")
    assert filed(person)["track"] == track


@pytest.mark.parametrize(
    ("said", "category"),
    [("ca fait vingt ans", "maitre_artisan"), ("منذ 15 سنة", "maitre_artisan"), ("أرتيزان", "artisan")],
)
def test_years_and_borrowed_words_tell_the_category(talk: Begin, said: str, category: str) -> None:
    """Ten years make a master; French words in Arabic letters are read."""
    person = talk()
    told(person, *FR[:3], said, *FR[4:], "oui")
    assert filed(person)["category"] == category


@pytest.mark.parametrize(
    "said", ["9", "نعم", "oui j'ai vendu par une amie", "ما الفرق بين الصانع والمعلم؟", "un peu de tout"]
)
def test_what_tells_no_category_leaves_the_question(talk: Begin, said: str) -> None:
    """A number that was not offered, a yes, "une amie", a question: the four choices again."""
    person = talk()
    told(person, *FR[:3], said)
    assert len(labels(person)) == 4, words(person)


def test_stop_is_a_wish_to_stop(talk: Begin) -> None:
    """STOP by SMS: asked about within the enrolment, answered outside."""
    person = talk(Surface.SMS)
    told(person, FR[0], "STOP")
    assert "Quitter" in labels(person), words(person)
    person.say("oui")
    assert labels(person) == []
    person.say("STOP")
    assert "reprendre les messages" in words(person), words(person)


def test_cancel_and_language_are_told_apart_in_arabic(talk: Begin) -> None:
    """Two words that sound alike mean what their letters say."""
    person = talk()
    told(person, *AR[:3], "إلغاء")
    assert "التوقف هنا" in labels(person), words(person)
    told(person, "لا", "اللغة")
    assert "Français" in labels(person), words(person)


def test_no_to_shall_we_go_on_stops(talk: Begin) -> None:
    """After days, "no" is no; coming back finds the answers kept."""
    person = talk()
    told(person, *FR[:5])
    person.clock.advance(DAYS)
    person.say("bonjour")
    assert "inscription" in person.say("non"), words(person)
    assert labels(person) == []
    assert "Sefrou" in person.say("inscription")


def test_the_answer_itself_after_days_is_taken(talk: Begin) -> None:
    """The town that was asked for three days ago needs no second telling; a bare yes is asked about."""
    person = talk()
    told(person, *FR[:5])
    person.clock.advance(DAYS)
    person.say("Sefrou")
    assert "Cuir" in labels(person), words(person)
    person.clock.advance(DAYS)
    person.say("oui")
    assert "Recommencer" in labels(person), words(person)


def test_my_data_shows_what_was_told_so_far(talk: Begin) -> None:
    """Before anything is filed, the answers of the open enrolment are the person's data too."""
    person = talk()
    assert "Fatima Alaoui" in told(person, *FR[:5], "mes données"), words(person)


def test_the_number_the_channel_gave_can_be_exchanged(talk: Begin) -> None:
    """Another telephone may be given for a filed request, by name of the field."""
    person = talk(Surface.SMS)
    told(person, *FR, "oui", "modifier ma demande", "telephone", "0655555555", "oui")
    assert filed(person)["phone"] == "+212655555555"


def test_a_yes_confirms_a_doubted_ice(talk: Begin) -> None:
    """Too short is told with its length; doubted, it is taken when the person says it is right."""
    person = talk()
    told(person, *FR[:8], "auto entrepreneur")
    assert "3" in told(person, "123").split("lisons")[-1], words(person)
    told(person, "123456789012345", "oui", "jamais", "oui")
    assert filed(person)["ice"] == "123456789012345"


def test_a_burst_is_answered_without_excuses(talk: Begin) -> None:
    """A greeting, the wish and a "svp" at once: the wish is answered, nothing is called not understood."""
    person = talk(Surface.TELEGRAM, "telegram-8")
    said = ("bonjour", "je veux m'inscrire", "svp")
    answer = person.send(*(person.inbound(InboundKind.TEXT, text=text) for text in said))
    assert "compris" not in answer, words(person)
    assert "J'accepte" in labels(person)


@pytest.mark.parametrize("said", ["👍", "👍🏽", "👌"])
def test_a_thumb_is_a_yes_but_erases_nothing(talk: Begin, said: str) -> None:
    """Consent by a sign is a consent; what cannot be undone wants a word."""
    person = talk()
    told(person, FR[0], said)
    assert "Foires et salons" in labels(person), words(person)
    told(person, "effacer mes données", said)
    with person.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM erasure").scalar() == 0


@pytest.mark.parametrize("insult", ["vous êtes nuls", "connard", "أنتم لصوص"])
def test_an_insult_is_met_with_regret(talk: Begin, insult: str) -> None:
    """Anger is a complaint: the team hears of it, the bot does not introduce itself."""
    person = talk()
    told(person, "bonjour", insult)
    with person.database.read() as connection:
        assert [kind for _, kind, _, _ in staff.waiting(connection)] == ["complaint"], words(person)


def test_two_clear_words_are_enough_to_be_answered_in_arabic(talk: Begin) -> None:
    """A greeting belongs to everybody; the wish after it shows the form."""
    person = talk(Surface.SMS)
    told(person, "السلام عليكم", "أريد التسجيل")
    assert person.last is not None
    assert person.last.language == "ar"


@pytest.mark.parametrize("name", ["محمد أمين الإدريسي", "Karim El Fassi"])
def test_a_name_does_not_change_the_language(talk: Begin, name: str) -> None:
    """Names belong to no language."""
    person = talk()
    told(person, "slm", "bghit ntsejel", "wakha", "1", "sana3i", name)
    assert person.last is not None
    assert person.last.language == "ary-Latn", words(person)


def test_french_nouns_in_darija_are_at_home(talk: Begin) -> None:
    """A mixture from end to end is understood and answered in Darija."""
    person = talk()
    told(person, "slm bghit inscription", "oui d'accord", "foire", "artisan 3ndi 12 ans f lmétier")
    told(person, "smiti Hassan Amrani", "f Marrakech", "cuir", "la mazal", "auto entrepreneur", "ma3ndich")
    told(person, "oui b3t l la France", "oui")
    answers = filed(person)
    assert (answers["category"], answers["years"], answers["craft"]) == ("maitre_artisan", 12, "leather")
    assert answers["export"]["countries"] == ["FR"]


def test_by_sms_in_arabic_the_question_is_never_hidden(talk: Begin) -> None:
    """How to register and the next question stand in one answer of three segments."""
    person = talk(Surface.SMS)
    told(person, *AR[:7], "لا")
    assert len(labels(person)) == 3, words(person)
    assert "rna.gov.ma" in str(person.last)
