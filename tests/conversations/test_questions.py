"""Questions to the real bot, in four forms: short answers, more, source, a person where nobody is sure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conversation import Surface
from storage import staff
from tests.conversations.scripts import SCRIPTS, go
from tests.talk import Talk

Begin = Callable[..., Talk]


def words(talk: Talk) -> str:
    """The conversation, to read when a test fails."""
    return "\n".join(talk.transcript)


def labels(talk: Talk) -> list[str]:
    """What the last answer offers."""
    assert talk.last is not None
    return [choice.label for choice in talk.last.choices]


def for_staff(talk: Talk) -> list[tuple[str, dict[str, Any]]]:
    """Kind and details of what waits for the team."""
    with talk.database.read() as connection:
        return [(kind, details) for _, kind, details, _ in staff.waiting(connection)]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        # Darija in Latin letters
        ("Chnou howa RNA?", "rna.gov.ma"),
        ("Ana ma3ndich diplôme, wach n9der ntsejjel f RNA?", "3 snin"),
        ("Achmen wra9 khassni l RNA?", "carte nationale"),
        ("Auto-entrepreneur ola coopérative, chno 7sen?", "500 mille dh"),
        ("Chkoun y9der y stafed mn lbarnamaj?", "mazal ma khrjoch"),
        ("TijarIA, chno kaydir?", "16 juin 2025"),
        ("Wach kayn takwin dyal export?", "12 jiha"),
        ("PortNet, bch7al?", "3600 dh"),
        ("Zerbiya 9dima bzaf, n9der nbi3ha l berra?", "ministère de la Culture"),
        ("Lbarid ykfi bach nseft commandes sgharin?", "Amana"),
        ("Chhal dyal douane f marikan daba?", "ma3refnahach"),
        ("Khcheb l3ar3ar l Oroba: chno khas?", "30 décembre 2026"),
        ("bghit kridi bach nechri soufa", "Intelaka"),
        # French
        ("Carte d'artisan : à quoi sert-elle ?", "septembre 2025"),
        ("NIA, c'est quoi ?", "numéro d'artisan"),
        ("Capital d'une coopérative ?", "1000 dh"),
        ("Dois-je avoir un ICE ?", "15 chiffres"),
        ("Mon dossier RNA traîne, qui appeler ?", "chambre d'artisanat"),
        ("Formation pour mon fils ou mon apprenti ?", "11 mois"),
        ("Je ne sais pas lire, puis-je suivre des cours ?", "Alpha Nour"),
        ("Le label coûte-t-il cher ?", "pas publié"),
        ("Faut-il un registre de commerce ?", "RC"),
        ("C'est quoi le certificat d'exportation de l'artisanat ?", "PortNet"),
        ("Engagement de change : obligatoire ?", "2014"),
        ("Combien de temps pour rentrer l'argent ?", "150 jours"),
        ("Je pose du zellige à l'étranger (service) : même délai pour le paiement ?", "90 jours"),
        ("J'envoie des échantillons gratuits : limite ?", "20000 dh"),
        ("Un touriste achète un grand tapis : formalités ?", "sans limite de valeur"),
        ("Caisses en bois : faut-il un tampon ?", "NIMP 15"),
        ("France / Europe : droits de douane ?", "TVA"),
        ("Petits colis vers l'Europe : c'est quoi les 3 € ?", "3 euros par sorte"),
        ("Personne responsable en Europe : obligatoire ?", "13 décembre 2024"),
        ("Tajine peint : test plomb obligatoire ?", "cadmium"),
        ("Bijoux : pourquoi on me parle de nickel ?", "nickel est limité"),
        # Darija in Arabic letters
        ("فين نتسجل فالسجل الوطني", "rna.gov.ma"),
        ("كيفاش نغلف السلعة", "NIMP 15"),
        ("السوق ديال فرنسا", "11 %"),
        ("كيفاش نسجل ولدي فالتدرج", "الغرفة"),
        ("واش بايبال خدام فالمغرب", "PayPal"),
        # Arabic
        ("شهادة المنشأ للسعودية", "شهادة المنشأ العربية"),
        ("متى المعارض القادمة", "2027"),
        ("ماذا نعرف عن التدرج المهني", "80 حرفة"),
        ("ما هي الوثائق المطلوبة للتسجيل في السجل الوطني للصناعة التقليدية", "البطاقة الوطنية"),
    ],
)
def test_frequent_questions_have_their_answers(talk: Begin, question: str, told: str) -> None:
    """Not the general word on the subject: what was asked."""
    person = talk()
    assert told in person.say(question), words(person)
    assert any(sign in labels(person)[-1] for sign in ("quelqu'un", "chi wahd", "شخص", "شي حد")), words(person)


def test_more_and_source_follow_a_short_answer(talk: Begin) -> None:
    """By a tap: the detail, then who says so and when it was read."""
    person = talk()
    person.say("c'est quoi un certificat d'origine pour la France ?")
    assert "REVISED RULES" in person.pick("En savoir plus"), words(person)
    source = person.pick("La source")
    assert "ACTE International" in source, words(person)
    assert "23 novembre" in source, words(person)


def test_more_and_source_in_words_and_by_number(talk: Begin) -> None:
    """In Darija, on a basic telephone."""
    person = talk(Surface.SMS)
    person.say("شنو هو السجل الوطني")
    assert "50-17" in person.say("كثر"), words(person)
    assert "rna.gov.ma" in person.say("منين جبتو هاد المعلومة"), words(person)
    assert "50-17" in person.pick("نعرف كثر"), words(person)


def test_an_old_menu_still_answers_about_its_own_topic(talk: Begin) -> None:
    """Its "more" is about the first question, after a second one too."""
    person = talk()
    person.say("comment être payé de l'étranger ?")
    more = person.choice("En savoir plus")
    person.say("c'est quoi la carte d'artisan ?")
    assert "janvier 2026" in person.tap(more), words(person)


@pytest.mark.parametrize(
    ("form", "question", "told", "pending"),
    [
        ("fr", "c'est quoi EUR.1 ?", "6000 euros", "village"),
        ("ar", "ما هو الأجل لاسترجاع ثمن التصدير", "150 يوما", "القرية"),
        ("ary", "واش كاين شي تكوين", "12 جهة", "الدوار"),
        ("ary-Latn", "chno hiya TijarIA", "16 juin 2025", "douar"),
    ],
)
def test_a_question_in_the_middle_is_answered_and_the_pending_one_comes_back(
    talk: Begin, form: str, question: str, told: str, pending: str
) -> None:
    """The short answer, then where we were; "more" and "source" in words are answered there too."""
    person = talk()
    go(person, SCRIPTS[form], until="town")
    answer = person.say(question)
    assert told in answer, words(person)
    assert answer.index(told) < answer.rindex(pending), words(person)
    source = person.say("source" if form in ("fr", "ary-Latn") else "المصدر")
    assert "23 " in source, words(person)
    assert pending in source, words(person)


def test_what_nobody_is_sure_of_goes_to_a_person_with_its_topic(talk: Begin) -> None:
    """Said to be unconfirmed; whoever picks the person is put before the team with the question, once."""
    person = talk()
    answer = person.say("un auto-entrepreneur peut-il exporter ?")
    assert "À confirmer avec l'équipe" in answer, words(person)
    ask = person.choice("Parler à quelqu'un")
    person.tap(ask)
    person.tap(ask)
    assert [(kind, details["topic"]) for kind, details in for_staff(person)] == [("question", "legal_auto_export")]
    person.say("combien coûte l'inscription au RNA ?")
    person.pick("Parler à quelqu'un")
    assert [details["topic"] for _, details in for_staff(person)] == ["legal_auto_export", "rna_cost"]


def test_zero_under_an_answer_is_a_person_with_its_topic(talk: Begin) -> None:
    """The key that always means a person keeps the question in mind."""
    person = talk(Surface.SMS)
    person.say("chhal kaykhelles tsjil f RNA?")
    person.say("0")
    assert [(kind, details.get("topic")) for kind, details in for_staff(person)] == [("question", "rna_cost")]


def test_what_may_change_is_dated(talk: Begin) -> None:
    """An amount shows the day it was checked, with the year once that is over."""
    person = talk()
    assert "Vérifié le 23 novembre." in person.say("combien coûte PortNet ?"), words(person)
    person.clock.advance(60 * 86_400)
    assert "Vérifié le 23 novembre 2026." in person.say("combien coûte PortNet ?"), words(person)


def test_what_is_due_for_review_is_no_longer_stated(talk: Begin) -> None:
    """A year on, the same sure fact is to be confirmed."""
    person = talk()
    assert "À confirmer" not in person.say("c'est quoi le RNA ?"), words(person)
    person.clock.advance(300 * 86_400)
    assert "À confirmer avec l'équipe" in person.say("c'est quoi le RNA ?"), words(person)
