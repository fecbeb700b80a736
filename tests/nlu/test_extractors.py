"""Entities: names that are looked up, and things given by number."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.gazetteer import Gazetteer
from bot.nlu.identifiers import Identifiers
from knowledge.reference import new_reference
from runtime.clock import day_in_morocco

REFERENCE = new_reference(random.Random(7))


@pytest.fixture(scope="module")
def gazetteer(session_bench: Any) -> Any:
    """With the project's own facts."""
    return session_bench.create(Gazetteer)


@pytest.fixture(scope="module")
def identifiers(session_bench: Any) -> Any:
    """As the pipeline makes it."""
    return session_bench.create(Identifiers)


def entities(component: Any, text: str) -> list[dict[str, Any]]:
    """What one component adds to a message."""
    message = component.process([Message({"text": text})])[0]
    assert "entities" in message.output_properties
    found: list[dict[str, Any]] = message.get("entities")
    return found


def values(component: Any, text: str) -> set[tuple[str, str]]:
    """Name and value of everything found."""
    return {(found["entity"], found["value"]) for found in entities(component, text)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ana mn Sefrou", {("province", "MA-SEF")}),
        ("كنخدم ففاس", {("province", "MA-FES")}),
        ("جهة فاس مكناس", {("region", "MA-03")}),
        ("je vends en France et aux USA", {("destination", "FR"), ("destination", "US")}),
        ("تعاونية فصفرو", {("legal_form", "cooperative"), ("province", "MA-SEF")}),
        ("auto-entrepreneur", {("legal_form", "auto_entrepreneur")}),
        ("سميتي محمد", {("person_name", "محمد")}),
        ("smiti Karim Haddad", {("person_name", "Karim Haddad")}),
        ("bonjour", set()),
        ("", set()),
        ("🙂", set()),
    ],
)
def test_names_are_looked_up(gazetteer: Any, text: str, found: set[tuple[str, str]]) -> None:
    """Towns give their province; nothing is made of names of people or plain words."""
    assert values(gazetteer, text) == found


def test_crafts_are_looked_up(gazetteer: Any) -> None:
    """A craft named in passing is an entity with a known id."""
    names = {found["entity"] for found in entities(gazetteer, "كنصاوب الزرابي")}
    assert names == {"craft"}


def test_an_entity_has_rasas_shape(gazetteer: Any) -> None:
    """Offsets point at the very characters, and it says who found it and how surely."""
    text = "salam, ana men Fès daba"
    assert entities(gazetteer, text) == [
        {
            "entity": "province",
            "value": "MA-FES",
            "start": text.index("Fès"),
            "end": text.index("Fès") + 3,
            "text": "Fès",
            "extractor": "Gazetteer",
            "confidence_entity": 1.0,
        }
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0661234567", {("phone", "+212661234567")}),
        ("nmrti ٠٦٦١٢٣٤٥٦٧ hada", {("phone", "+212661234567")}),
        ("06 61 23 45 67", {("phone", "+212661234567")}),
        ("+33 6 12 34 56 78", {("phone", "+33612345678")}),
        ("ICE 001525713000033", {("ice", "001525713000033")}),
        (REFERENCE, {("reference", REFERENCE)}),
        (f"fin wsel {REFERENCE.lower()} ?", {("reference", REFERENCE)}),
        (f"م {REFERENCE[1:]}", {("reference", REFERENCE)}),
        (REFERENCE[1:], {("reference", REFERENCE)}),
        ("12 3am", {("number", "12")}),
        ("عشر سنين", {("number", "10")}),
        ("jouj", {("number", "2")}),
        ("0661234567 o 3andi 5 snin", {("phone", "+212661234567"), ("number", "5")}),
        ("b darija", {("language", "ary")}),
        ("oui", {("yes_no", "yes")}),
        ("لا شكرا", {("yes_no", "no")}),
        ("RNA 123456/FES", {("nia", "123456/FES")}),
        ("rdv le 05/01/2027 au 0661234567", {("date", "2027-01-05"), ("phone", "+212661234567")}),
        ("2027/02/14", {("date", "2027-02-14")}),
        ("référence m 3906", {("reference", "M3906")}),
        ("السجل التجاري 123456", {("number", "123456")}),
        ("النيا ديالي 4471920", {("nia", "4471920")}),
        ("ref dyali EXP-26-7731 fin wsel", {("reference", "EXP-26-7731")}),
        ("dossier n° 26/1187", {("reference", "26/1187")}),
        ("ملفي مرجعه 118/26 منذ مدة", {("reference", "118/26")}),
        ("رقم الطلب ديالي ط-٢٠٢٦-٠٤١٨", {("reference", "ط-2026-0418")}),
        ("numéro de dossier 77812", {("reference", "77812")}),
        ("référence : 5533", {("reference", "5533")}),
        ("demande de 500 pièces", {("number", "500")}),
        ("طلب 500 زربية", {("number", "500")}),
        ("demande de 10-12 tapis", {("number", "10"), ("number", "12")}),
        ("dossier du 12/01/2027", {("date", "2027-01-12")}),
        ("mon dossier 0612345678", {("phone", "+212612345678")}),
        ("dossier dyali 7ta l daba", set()),
        ("du 3 au 5 mars 2027", {("date", "2027-03-03"), ("date", "2027-03-05")}),
        ("وثمنه 900 درهم", {("number", "900")}),
        ("سنسجل 1200 قطعة", {("number", "1200")}),
        ("une formation", set()),
        ("wa7ed lmra galtha liya", set()),
        ("100% laine", set()),
        ("20 في المائة", set()),
        ("EUR.1", set()),
        ("ISPM-15", set()),
        ("AB123456", set()),
        ("RNA 12", {("number", "12")}),
        ("+0000000000", set()),
        ("0000000000", set()),
        ("123456/FES", {("number", "123456")}),
        ("salam", set()),
        ("", set()),
    ],
)
def test_what_is_given_by_number_or_closed_word(identifiers: Any, text: str, found: set[tuple[str, str]]) -> None:
    """Each by its own shape; digits that belong to one thing are not counted as another."""
    assert values(identifiers, text) == found


def test_a_mistyped_reference_is_given_as_typed(identifiers: Any) -> None:
    """One digit wrong: the answer can say that the number has a slip."""
    last = (int(REFERENCE[-1]) + 1) % 10
    typo = f"{REFERENCE[:-1]}{last}"
    assert values(identifiers, typo) == {("reference", typo)}


def test_what_others_found_stays(identifiers: Any) -> None:
    """An extractor adds to the entities found before it."""
    message = Message({"text": "oui", "entities": [{"entity": "craft", "value": "x"}]})
    assert [found["entity"] for found in identifiers.process([message])[0].get("entities")] == ["craft", "yes_no"]


def test_a_message_without_text_has_no_entities(gazetteer: Any, identifiers: Any) -> None:
    """Nothing is read where nothing was written."""
    for component in (gazetteer, identifiers):
        assert component.process([Message({})])[0].get("entities") == []


@pytest.mark.parametrize("unit", ["0661234567 ", "fes ", "1", "m4", "RNA السجل "])
def test_a_hundred_thousand_characters_cost_little(gazetteer: Any, identifiers: Any, unit: str) -> None:
    """Cost is bounded by the first thousand characters."""
    text = unit * (100_000 // len(unit))
    begun = time.process_time()
    entities(gazetteer, text)
    entities(identifiers, text)
    assert time.process_time() - begun < 1


def test_days_are_counted_from_the_day_of_the_turn(identifiers: Any) -> None:
    """Whoever runs a turn hands in its day; stock Rasa does not, and the machine's day in Morocco stands in."""
    told = Message({"text": "غدا", "metadata": {"today": "2026-12-31"}})
    (found,) = identifiers.process([told])[0].get("entities")
    assert (found["entity"], found["value"]) == ("date", "2027-01-01")
    before = day_in_morocco(datetime.now(UTC))
    (found,) = entities(identifiers, "lyoum")
    assert found["value"] in {before.isoformat(), day_in_morocco(datetime.now(UTC)).isoformat()}


def test_a_number_points_at_its_own_words(identifiers: Any) -> None:
    """Not at the whole message."""
    text = "3ndi khamsa w 3chrin zerbiya"
    (found,) = entities(identifiers, text)
    assert (found["value"], found["text"]) == ("25", "khamsa w 3chrin")
