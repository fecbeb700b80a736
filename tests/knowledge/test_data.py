"""What the project's own data files promise."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final

import pytest
import yaml

from knowledge import load
from knowledge.loading import DATA
from knowledge.models import DESCRIPTION_MAX, FORMS, LABEL_MAX, Confidence, Family, TrackState, Trade

GSM_EXTRA: Final = frozenset("éèàùÉ '’-,.()[]:/&+")


def test_every_entry_says_where_it_comes_from() -> None:
    """Source, confidence and both dates stand on every entry after loading."""
    entries = load().entries
    assert len(entries) > 1500
    assert all(entry.source and entry.confidence and entry.checked < entry.review_by for entry in entries)


def test_nothing_was_checked_in_the_future() -> None:
    """No entry claims to have been checked after the day its research ended."""
    assert max(entry.checked for entry in load().entries) <= date(2026, 11, 23)


def test_regions_and_provinces_are_complete() -> None:
    """The twelve regions hold 75 provinces and prefectures, each in one region."""
    places = load().places
    assert len(places.regions()) == 12
    provinces = [code for region in places.regions() for code in places.provinces(region)]
    assert len(provinces) == len(set(provinces)) == 75
    assert Counter(map(places.region_of, provinces))["MA-03"] == 9


def test_every_province_has_a_town_or_its_own_name() -> None:
    """Each province can be reached by its French and its Arabic name."""
    places = load().places
    for region in places.regions():
        for code in places.provinces(region):
            for language in ("fr", "ar"):
                name = places.label(code, language)
                assert code in {match.code for match in places.read(name)}, name


def test_every_region_is_read_by_its_own_names() -> None:
    """Each region is understood in French and Arabic when it was asked for."""
    places = load().places
    for code in places.regions():
        for language in ("fr", "ar"):
            name = f"جهة {places.label(code, language)}"
            assert code in {match.code for match in places.read(name)}, name


def test_every_town_is_read_by_its_own_names() -> None:
    """Each town is among the answers to its own French and Arabic name."""
    towns = yaml.safe_load((DATA / "places.yml").read_text("utf-8"))["towns"]["entries"]
    assert len(towns) >= 250
    places = load().places
    for town in towns:
        for name in (town["fr"], town["ar"], *town.get("also", ()), *town.get("asked", ())):
            assert town["province"] in {match.code for match in places.read(name.partition(" (")[0])}, name


def test_towns_with_coordinates_are_nearest_to_themselves() -> None:
    """A point on a town belongs to its province, or to a neighbour within a stone's throw."""
    towns = yaml.safe_load((DATA / "places.yml").read_text("utf-8"))["towns"]["entries"]
    places = load().places
    placed = [town for town in towns if "at" in town]
    assert len(placed) > 250
    for town in placed:
        near = places.nearest(*town["at"])
        assert near is not None
        assert near.code == town["province"], town["fr"]


@pytest.mark.parametrize("form", FORMS)
def test_labels_fit_a_list(form: str) -> None:
    """Crafts, tracks and countries have a label of at most 24 characters in every written form."""
    knowledge = load()
    labels = [knowledge.crafts.entry(craft.id).label[form] for craft in knowledge.crafts.families()]
    labels += [trade.label[form] for craft in knowledge.crafts.families() for trade in craft.trades]
    labels += [track.label[form] for track in knowledge.tracks]
    labels += [knowledge.destinations.label(code, form) for code in knowledge.destinations.codes()]
    assert all(0 < len(label) <= LABEL_MAX for label in labels)
    assert all(len(track.description[form]) <= DESCRIPTION_MAX for track in knowledge.tracks)


def test_latin_darija_labels_fit_a_plain_sms() -> None:
    """Labels in Latin letters hold only letters of the SMS alphabet, and of the digits only 3 and 9."""
    knowledge = load()
    labels = [craft.label["ary-Latn"] for craft in knowledge.crafts.families()]
    labels += [trade.label["ary-Latn"] for craft in knowledge.crafts.families() for trade in craft.trades]
    labels += [track.label["ary-Latn"] for track in knowledge.tracks]
    labels += [track.description["ary-Latn"] for track in knowledge.tracks]
    labels += [knowledge.destinations.label(code, "ary-Latn") for code in knowledge.destinations.codes()]
    places = knowledge.places
    labels += [places.label(code, "ary-Latn") for region in places.regions() for code in places.provinces(region)]
    for label in labels:
        assert all(letter.isascii() or letter in GSM_EXTRA for letter in label), label
        assert not any(digit in "0124678" for digit in label if digit.isdecimal()), label


@pytest.mark.parametrize("form", FORMS)
def test_labels_in_a_list_differ(form: str) -> None:
    """No two families, and no two trades of a family, share a label."""
    families = load().crafts.families()
    for labels in ([one.label[form] for one in families], *([one.label[form] for one in f.trades] for f in families)):
        assert len(labels) == len(set(labels)), labels


def test_every_craft_is_read_by_its_labels_and_aliases() -> None:
    """What a list shows, and every alias, leads to its own craft or one of its family."""
    crafts = load().crafts
    for family in crafts.families():
        own = {family.id, *(trade.id for trade in family.trades)}
        ones: tuple[Family | Trade, ...] = (family, *family.trades)
        for one in ones:
            for name in (*one.also, *one.asked):
                assert own & {match.code for match in crafts.read(name)}, (one.id, name)


def test_every_country_is_found_by_its_labels_and_names() -> None:
    """Each label and each other name is found in running text."""
    destinations = load().destinations
    entries = yaml.safe_load((DATA / "destinations.yml").read_text("utf-8"))["destinations"]["entries"]
    assert len(entries) >= 36
    for entry in entries:
        for name in (*entry["label"].values(), *entry["also"]):
            assert [match.code for match in destinations.find(name)] == [entry["code"]], name


def test_every_informing_message_of_the_catalog_rests_on_facts() -> None:
    """No sentence that states something lacks its facts, and every answer there is has its sentence."""
    catalog = yaml.safe_load((DATA.parents[1] / "i18n" / "messages.yml").read_text("utf-8"))["messages"]
    informing = {
        name for name in catalog if name.startswith("answer_") or name.endswith(("_how", "_consent", "_details"))
    }
    assert len(informing) > 100
    assert informing <= load().messages.keys()
    assert load().messages.keys() <= catalog.keys()
    assert all(load().facts_of(message_id) for message_id in informing)


def test_every_fact_is_used() -> None:
    """No fact stands there without a message that states it."""
    knowledge = load()
    used = {fact_id for ids in knowledge.messages.values() for fact_id in ids}
    assert used == knowledge.facts.keys()


def test_weak_facts_are_marked() -> None:
    """What is weak or was not found may only be said as to be confirmed."""
    weak = [fact for fact in load().facts.values() if fact.confidence in {Confidence.LOW, Confidence.NOT_FOUND}]
    assert weak
    assert all(fact.unconfirmed for fact in weak)


def test_volatile_facts_of_the_budget_are_reviewed_when_it_ends() -> None:
    """What rests on the budget of 2026 is overdue on the day it ends, and not before."""
    knowledge = load()
    budget = knowledge.facts["agreement_budget"]
    assert budget not in knowledge.overdue(date(2026, 12, 30))
    assert budget in knowledge.overdue(date(2026, 12, 31))


def test_no_track_is_open_without_confirmed_dates() -> None:
    """None of today's tracks has published dates, so none is called open, now or next year."""
    knowledge = load()
    assert [track.id for track in knowledge.tracks] == [
        "export_coaching", "excellence", "aggregation", "training", "fairs", "funding",
    ]  # fmt: skip
    for day in (date(2026, 11, 23), date(2027, 1, 1)):
        assert knowledge.open_tracks(day) == []
        assert {knowledge.track_state(track, day) for track in knowledge.tracks} == {TrackState.UNCONFIRMED}
