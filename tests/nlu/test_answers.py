"""Languages, yes and no, legal forms in running text."""

from __future__ import annotations

import pytest

from bot.nlu.answers import find_languages, find_legal_forms, find_yes_no
from bot.nlu.export_channels import find_export_channels


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("بالفرنسية", ["fr"]),
        ("b l3arbiya", ["ar"]),
        ("en français", ["fr"]),
        ("l français svp", ["fr"]),
        ("French", ["fr"]),
        ("darija", ["ary"]),
        ("هضر معايا بالدارجة", ["ary"]),
        ("hder m3aya b darija", ["ary"]),
        ("arabe marocain", ["ary"]),
        ("arabizi", ["ary-Latn"]),
        ("حروف لاتينية", ["ary-Latn"]),
        ("الدارجة بالحروف اللاتينية", ["ary-Latn"]),
        ("darija b lfransiya", ["ary-Latn"]),
        ("pas en arabe, en français", ["fr"]),
        ("ماشي بالعربية بالدارجة", ["ary"]),
        ("je ne parle pas français", []),
        ("arabe ou français", ["ar", "fr"]),
        ("kteb lia darija b l7orof latiniya", ["ary-Latn"]),
        ("الإمارات العربية المتحدة", []),
        ("des clients français", []),
        ("vendre en France", []),
        ("Arabie Saoudite", []),
        ("السلع المغربية", []),
        ("salam", []),
        ("", []),
        ("🙂", []),
    ],
)
def test_languages_asked_for(text: str, languages: list[str]) -> None:
    """Each is known by its names in every form; one turned down is not asked for."""
    assert [found.value for found in find_languages(text)] == languages


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *((yes, "yes") for yes in ("oui", "نعم", "آه", "wakha", "OK", "c'est ça", "iyeh safi", "oui merci", "ouiiii")),
        *((no, "no") for no in ("la", "لا", "non", "la la", "لالا شكرا", "Non pas encore", "machi", "nn")),
        *((open_, None) for open_ in ("la formation", "oui non", "je veux oui", "", "?", "walo", "12")),
        ("oui je veux m'inscrire au programme", "yes"),
        ("iyeh sifto li lista dyal lwra9", "yes"),
        ("لا، أرسلناها عبر البريد أمس", "no"),
        ("ah je ne comprends pas bien", None),
        ("لا بأس عليكم", None),
        ("لا أعرف", None),
        ("الله يرحم الوالدين", None),
        ("lalla Fatima", None),
        ("ماشي مشكل", None),
        ("ماشي روبو بغيت بنادم", None),
        ("مابغيتش البوسطة", None),
        ("لا أريد", "no"),
        ("لا أقرأ الرسائل", None),
        ("la ma3ndich", "no"),
        ("la ana machi mn safi ana mn lyoussoufia", "no"),
        ("لا ما وصلني والو من عندكم", "no"),
        ("كلا لم أتوصل بشيء منذ شهر", "no"),
        ("ah 3ndi fnarat bghawhom lfransis", "yes"),
        ("ah bon", None),
        ("la matinée est libre pour vous", None),
        ("لا أعرف شيئا عن هذا الأمر", None),
        ("non merci je préfère un appel", "no"),
        ("à bientôt", None),
    ],
)
def test_plain_yes_and_no(text: str, answer: str | None) -> None:
    """The whole message, or how a short one begins; French la is an article before a noun."""
    found = find_yes_no(text)
    assert [one.value for one in found] == ([answer] if answer else [])


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("auto-entrepreneur", [("auto_entrepreneur", "auto-entrepreneur")]),
        ("أنا مقاول ذاتي", [("auto_entrepreneur", "مقاول ذاتي")]),
        ("تعاونية الأطلس", [("cooperative", "تعاونية")]),
        ("ma coopérative féminine", [("cooperative", "coopérative")]),
        ("عندي السجل التجاري", [("natural_person", "السجل التجاري")]),
        ("SARL", [("company", "SARL")]),
        ("sans statut", [("none", "sans statut")]),
        ("مسجل كشخص طبيعي", [("natural_person", "كشخص طبيعي")]),
        ("التعريف الموحد للمقاولة", []),
        ("ana chakhs dati", [("natural_person", "chakhs dati")]),
        ("ma 3ndi ta statut", [("none", "ma 3ndi ta statut")]),
        ("ليس لدي أي وضع قانوني", [("none", "ليس لدي أي وضع قانوني")]),
        ("ما عندي لا شركة لا تعاونية", [("none", "ما عندي لا شركة لا تعاونية")]),
        ("خدام بلا وراق", [("none", "بلا وراق")]),
        ("je n'ai ni société ni coopérative", [("none", "ni société ni coopérative")]),
        ("ما عنديش شركة، عندي تعاونية", [("cooperative", "تعاونية")]),
        ("nous ne sommes pas une coopérative", []),
        ("ماشي شركة، تعاونية", [("cooperative", "تعاونية")]),
        ("la coopérative de Taznakht", [("cooperative", "coopérative")]),
        ("quel statut choisir", []),
        ("kent bla statut w daba 3ndi auto entrepreneur", [("auto_entrepreneur", "auto entrepreneur")]),
        ("شركة شحن بحري", []),
        ("ma3ndich lwe9t, ana f ta3awniya", [("cooperative", "ta3awniya")]),
        ("bonjour", []),
        ("", []),
    ],
)
def test_legal_forms_are_found_where_they_stand(text: str, forms: list[tuple[str, str]]) -> None:
    """The value, and the very characters that name it."""
    assert [(found.value, text[found.start : found.end]) for found in find_legal_forms(text)] == forms


@pytest.mark.parametrize("unit", ["la ", "a", "دارجة ", "oui oui "])
def test_long_texts_are_read_at_their_beginning(unit: str) -> None:
    """A hundred thousand characters end in a bounded number of finds."""
    text = unit * (100_000 // len(unit))
    assert len(find_languages(text)) + len(find_yes_no(text)) + len(find_legal_forms(text)) <= 100


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("par DHL", ["express_courier"]),
        ("غادي نصيفطها بفيديكس", ["express_courier"]),
        ("صيفطتها مع ارامكس", ["express_courier"]),
        ("b lbosta", ["post"]),
        ("عن طريق بريد المغرب", ["post"]),
        ("envoi en recommandé", ["post"]),
        ("f lbabour m3a transitaire", ["commercial_freight", "commercial_freight"]),
        ("بالشحن البحري", ["commercial_freight"]),
        ("un conteneur", ["commercial_freight"]),
        ("le client repart avec son tapis", ["hand_carried_by_buyer"]),
        ("elle emporte la théière avec elle", ["hand_carried_by_buyer"]),
        ("الكاوري شرا وهز معاه", ["hand_carried_by_buyer"]),
        ("lkliyan kaydih m3ah", ["hand_carried_by_buyer"]),
        ("carnet ATA", ["fair_temporary"]),
        ("غادي نديها للمعرض ونرجعها", ["fair_temporary"]),
        ("je l'expose au salon et je la ramène", ["fair_temporary"]),
        ("nmchi l salon f madrid w nrje3 sel3a", ["fair_temporary"]),
        ("سأعرض سلعتي بلندن ثم أعيدها إلى المغرب", ["fair_temporary"]),
        ("je vais exposer à Milan et je ramène la marchandise", ["fair_temporary"]),
        ("je vais au salon demain, retour jeudi", []),
        ("mchit l ma3rad w rje3t", []),
        ("j'expose mes tapis au salon", []),
        ("pas par DHL", []),
        ("ماشي بالبوسطة", []),
        ("le client est content", []),
        ("كاين شي معرض؟", []),
        ("mon poste de travail", []),
        ("البريد الإلكتروني", []),
        ("code postal 30000", []),
        ("nji m3ah l ssou9", []),
        ("retour à la maison", []),
        ("", []),
    ],
)
def test_ways_to_send(text: str, channels: list[str]) -> None:
    """By carrier, by the buyer's hands, to a fair and back; a customer or a fair alone are none."""
    assert [found.value for found in find_export_channels(text)] == channels


def test_a_way_to_send_stands_where_it_is_said() -> None:
    """A saying of two parts reaches from the one to the other."""
    (found,) = find_export_channels("f lma3rid kaydiha lkliyan m3ah")
    assert "f lma3rid kaydiha lkliyan m3ah"[found.start : found.end] == "kaydiha lkliyan m3ah"
