"""Which answer a question gets, how sure it is, and where it comes from."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge import load
from knowledge.answers import DETAIL, SHORT, Answers, Asked
from knowledge.models import FORMS, Topic

RESEARCHED = date(2026, 11, 23)
LATER = date(2028, 1, 1)


def asked(text: str = "", **named: str) -> Asked:
    """A question with the one country, family, way or form it names."""
    return Asked(text, **{name: frozenset({value}) for name, value in named.items()})


@pytest.mark.parametrize(
    ("intent", "question", "topic"),
    [
        ("rna_info", asked(), "rna_what"),
        ("rna_info", asked("chnou howa RNA"), "rna_what"),
        ("rna_info", asked("ana ma3ndich diplôme, wach n9der ntsejjel"), "rna_who"),
        ("rna_info", asked("شنو هي الوراق ديال السجل الوطني"), "rna_papers"),
        ("rna_info", asked("achmen wra9 khassni"), "rna_papers"),
        ("rna_info", asked("بشحال التسجيل"), "rna_cost"),
        ("rna_info", asked("combien ça coûte de s'inscrire au RNA"), "rna_cost"),
        ("rna_info", asked("combien de temps pour le RNA"), "rna_delay"),
        ("rna_info", asked("fin nmchi ntsejjel f RNA"), "rna_where"),
        ("rna_info", asked("أين أسجل في السجل الوطني"), "rna_where"),
        ("rna_info", asked("chnou rba7 f tsjil"), "rna_benefits"),
        ("rna_info", asked("une entreprise peut-elle s'inscrire au RNA"), "rna_company"),
        ("rna_card_info", asked("NIA c'est quoi"), "card_nia"),
        ("legal_form_info", asked("c'est quoi un auto-entrepreneur", legal_forms="auto_entrepreneur"), "legal_auto"),
        ("legal_form_info", asked("auto entrepreneur wach n9der nsedder"), "legal_auto_export"),
        ("legal_form_info", asked("Auto-entrepreneur ola coopérative, chno 7sen"), "legal_forms"),
        ("legal_form_info", asked("شحال راس المال ديال التعاونية"), "legal_coop"),
        ("legal_form_info", asked("dois-je avoir un ICE"), "legal_ice"),
        ("social_cover_info", asked("AMO : combien je paie ?"), "social_cost"),
        ("programme_info", asked("chkoun y9der y stafed"), "programme_who"),
        ("programme_info", asked("c'est quoi la convention de 30 millions"), "programme_what"),
        ("contact_info", asked("رقم CNSS"), "contact_cnss"),
        ("contact_info", asked("fin ja l mandoubiya"), "contact_office"),
        ("apprenticeship_info", asked("شحال المنحة ديال التدرج"), "tadaroj_grant"),
        ("origin_info", asked("شهادة المنشأ لفرانسا", destinations="FR"), "origin_eu"),
        ("origin_info", asked("proof of origin", destinations="US"), "origin_us"),
        ("origin_info", asked("شهادة المنشأ لدبي", destinations="AE"), "origin_arab"),
        ("origin_info", asked("c'est quoi EUR.1"), "origin_eur1"),
        ("origin_info", asked("EUR1 pour l'Allemagne", destinations="DE"), "origin_eur1"),
        ("customs_duty_info", asked("les 3 € des petits colis", destinations="EU"), "duty_eu_parcel"),
        ("customs_duty_info", asked("mon colis de 60 $ paie-t-il", destinations="US"), "duty_us_parcel"),
        ("customs_duty_info", asked("chhal dyal douane f marikan daba", destinations="US"), "duty_us"),
        ("customs_duty_info", asked("الرسوم الجمركية لفرنسا", destinations="FR"), "duty_eu"),
        ("shipping_info", asked("b la poste", channels="post"), "ship_post"),
        ("shipping_info", asked("chhal kaykhelles l colis"), "ship_price"),
        ("packaging_info", asked("caisses en bois : faut-il un tampon"), "pack_what"),
        ("packaging_info", asked("شنو نكتب فالتيكيت"), "pack_label"),
        ("payment_info", asked("combien de temps pour rentrer l'argent"), "pay_what"),
        ("payment_info", asked("je pose du zellige à l'étranger (service) : même délai ?"), "pay_service"),
        ("payment_info", asked("واش بايبال خدام فالمغرب"), "pay_online"),
        ("payment_info", asked("engagement de change obligatoire"), "pay_engagement"),
        ("product_rules_info", asked("tajine peint : test plomb obligatoire"), "rules_lead"),
        ("product_rules_info", asked("plomb f tajine", destinations="US"), "rules_lead_us"),
        ("product_rules_info", asked("bijoux : nickel"), "rules_nickel"),
        ("product_rules_info", asked("khcheb l3ar3ar l oroba chno khas", destinations="EU"), "rules_wood"),
        ("product_rules_info", asked("", families="wood", destinations="US"), "rules_wood_us"),
        ("product_rules_info", asked("personne responsable obligatoire ?", destinations="EU"), "rules_responsible"),
        ("product_rules_info", asked("", families="carpets_weaving"), "rules_textile"),
        ("product_rules_info", asked("القوانين ديال السعودية", destinations="SA"), "rules_saudi"),
        ("product_rules_info", asked("اليابان", destinations="JP"), "rules_other"),
        ("quality_label_info", asked("le label coûte-t-il cher"), "label_cost"),
        ("tourist_sale_info", asked("un touriste achète un grand tapis"), "tourist"),
        ("tourist_sale_info", asked("السائح بغا نصيفط ليه الزربية"), "tourist_sent"),
        ("market_info", asked("السوق ديال ميريكان", destinations="US"), "market_us"),
        ("market_info", asked("Allemagne", destinations="DE"), "market_europe"),
        ("market_info", asked("", families="carpets_weaving"), "market_carpets"),
        ("fairs_list", asked("comment participer à un salon"), "fair_apply"),
        ("fair_signup", asked("bghit ncharek f ma3rid"), "fair_apply"),
        ("funding_info", asked("prêt pour acheter la matière première"), "funding_credit"),
        ("funding_info", asked("subvention pour exporter"), "funding_export"),
        ("funding_info", asked("كاين شي دعم للتعاونيات", legal_forms="cooperative"), "funding_coop"),
        ("funding_info", asked("quelle aide pour les coopératives"), "funding_coop"),
        ("export_step_explain", asked("portnet bch7al"), "step_portnet"),
        ("export_step_explain", asked("chno hiya chahadat tasdir"), "step_certificate"),
        ("export_step_explain", asked("faut-il un registre de commerce"), "legal_rc"),
        ("privacy_info", asked("3lach bghitou la carte nationale dyali"), "privacy_id"),
    ],
)  # fmt: skip
def test_a_question_gets_its_topic(intent: str, question: Asked, topic: str) -> None:
    """By its words in any script, by country, craft, way of sending or legal form; else the first of the intent."""
    assert load().answers.choose(intent, question).id == topic


def test_a_topic_for_certain_countries_is_for_no_other() -> None:
    """Without its country, or with another, the answer is a general one."""
    answers = load().answers
    for country in (None, "GB", "DE"):
        found = answers.choose("product_rules_info", asked("plomb", **({"destinations": country} if country else {})))
        assert found.id == "rules_lead"


def test_among_equals_the_first_stands() -> None:
    """What fits as well does not change with the order of words."""
    topics = [Topic(id=name, facts=("f",), words=("laine",)) for name in ("a", "b")]
    assert Answers({"x": ("a", "b")}, topics).choose("x", asked("la laine")).id == "a"


def test_an_intent_without_answers_is_an_error() -> None:
    """Nothing is answered at random."""
    with pytest.raises(KeyError):
        load().answers.choose("greet", asked())


def test_every_topic_can_be_reached() -> None:
    """By its own words, country, craft, way or form; the first of an intent by nothing."""
    answers = load().answers
    for intent, ids in answers.intents().items():
        for rank, topic_id in enumerate(ids):
            topic = answers.topic(topic_id)
            assert topic is not None
            question = Asked(
                topic.words[0] if topic.words else "",
                frozenset(topic.destinations[:1]),
                frozenset(topic.families[:1]),
                frozenset(topic.channels[:1]),
                frozenset(topic.legal_forms[:1]),
            )
            assert rank == 0 or topic.told_apart or topic.destinations, topic_id
            assert answers.choose(intent, question if rank else asked()).id == topic_id
    assert answers.topic("nothing") is None


@pytest.mark.parametrize("intent", sorted(load().answers.intents()))
def test_every_word_is_heard(intent: str) -> None:
    """No word of a topic is lost on the way to the one alphabet of sounds."""
    answers = load().answers
    for topic_id in answers.intents()[intent]:
        assert all(answers._words[topic_id]), topic_id


def test_every_answer_rests_on_facts_that_are_not_due() -> None:
    """On the day of the research none of its facts was past its day of review."""
    knowledge = load()
    for topic in knowledge.answers.topics():
        for message_id in (SHORT.format(topic.id), *([DETAIL.format(topic.id)] if topic.more else [])):
            facts = knowledge.facts_of(message_id)
            assert facts
            assert all(fact.review_by > RESEARCHED for fact in facts), message_id


def test_what_is_weak_is_to_be_confirmed() -> None:
    """A fact that was not found makes its answer unsure; sure facts do not."""
    knowledge = load()
    assert knowledge.standing("answer_rna_cost", RESEARCHED).to_confirm
    assert not knowledge.standing("answer_rna_where", RESEARCHED).to_confirm


def test_what_is_due_for_review_is_to_be_confirmed() -> None:
    """From the day of review on nobody vouches for it, sure as it was."""
    knowledge = load()
    assert not knowledge.standing("answer_rules_wood", date(2026, 12, 29)).to_confirm
    assert knowledge.standing("answer_rules_wood", date(2026, 12, 30)).to_confirm
    assert all(knowledge.standing(message_id, LATER).to_confirm for message_id in knowledge.messages)


def test_what_may_change_shows_its_date() -> None:
    """An amount carries the day it was checked; a rule of law does not."""
    knowledge = load()
    assert knowledge.standing("answer_step_portnet", RESEARCHED).as_of == date(2026, 11, 23)
    assert knowledge.standing("answer_rules_textile", RESEARCHED).as_of is None


@pytest.mark.parametrize("form", FORMS)
def test_every_stated_fact_names_who_says_so(form: str) -> None:
    """In each form, by a name people can read; what was not found names nobody."""
    knowledge = load()
    for fact in knowledge.facts.values():
        name = knowledge.publisher(fact, form)
        assert (name is None) == (fact.publisher is None)
        assert name is None or form != "ary-Latn" or all(letter.isascii() or letter in "éèàùÉ" for letter in name)


def test_offices_are_named_in_the_reader_s_script() -> None:
    """Arabic readers see the Arabic name of an office, the others the French one."""
    knowledge = load()
    fact = knowledge.facts["pay_150_days"]
    assert [knowledge.publisher(fact, form) for form in FORMS] == [
        "مكتب الصرف", "Office des Changes", "مكتب الصرف", "Office des Changes",
    ]  # fmt: skip
