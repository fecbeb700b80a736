"""Entries without their source, and data that contradict themselves, are refused."""

from __future__ import annotations

import shutil
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from knowledge import KnowledgeError, load
from knowledge.loading import DATA, read_folder
from knowledge.models import FORMS, Fact, Town, Track, TrackState

FACT: dict[str, Any] = {
    "id": "one",
    "statement": "A statement of some length.",
    "source": "law 50-17",
    "publisher": "law",
    "confidence": "high",
    "checked": date(2026, 11, 23),
    "review_by": date(2027, 11, 23),
}
TRACK: dict[str, Any] = {
    **{name: FACT[name] for name in ("source", "confidence", "checked", "review_by")},
    "id": "fairs",
    "label": dict.fromkeys(FORMS, "x"),
    "description": dict.fromkeys(FORMS, "x"),
    "state": "open",
    "eligibility": "everybody",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the data files to spoil."""
    shutil.copytree(DATA, tmp_path / "data")
    return tmp_path / "data"


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    """Change one place in a data file."""
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("missing", ["source", "confidence", "checked", "review_by", "statement"])
def test_a_fact_without_one_of_its_parts_is_refused(missing: str) -> None:
    """Each of source, confidence and the two dates is needed."""
    with pytest.raises(ValidationError, match=missing):
        Fact.model_validate({name: value for name, value in FACT.items() if name != missing})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"review_by": date(2026, 11, 23)}, "later than checked"),
        ({"confidence": "sure"}, "confidence"),
        ({"source": ""}, "source"),
        ({"confidence": "low"}, "unconfirmed"),
        ({"confidence": "not_found"}, "unconfirmed"),
        ({"colour": "blue"}, "colour"),
        ({"publisher": None}, "publisher"),
        ({"confidence": "not_found", "unconfirmed": True}, "publisher"),
        ({"id": "Not an id"}, "id"),
    ],
)
def test_a_fact_that_cannot_be_is_refused(change: dict[str, Any], reason: str) -> None:
    """Wrong dates, confidence, unknown keys and weak facts stated as sure are refused."""
    with pytest.raises(ValidationError, match=reason):
        Fact.model_validate({**FACT, **change})


def test_a_weak_fact_may_be_unconfirmed() -> None:
    """A fact that was not found is kept as long as it is only said as to be confirmed."""
    assert Fact.model_validate({**FACT, "confidence": "not_found", "publisher": None, "unconfirmed": True}).unconfirmed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"label": {"fr": "x"}}, "wanted the forms"),
        ({"label": dict.fromkeys(FORMS, " ")}, "empty"),
        ({"label": dict.fromkeys(FORMS, "x" * 25)}, "at most 24"),
        ({"description": dict.fromkeys(FORMS, "x" * 73)}, "at most 72"),
        ({"opens": date(2027, 2, 1), "closes": date(2027, 1, 1)}, "closes before it opens"),
    ],
)
def test_a_track_that_cannot_be_shown_is_refused(change: dict[str, Any], reason: str) -> None:
    """Labels need four forms of the right length, dates the right order."""
    with pytest.raises(ValidationError, match=reason):
        Track.model_validate({**TRACK, **change})


def test_a_point_off_the_earth_is_refused() -> None:
    """Coordinates are degrees."""
    with pytest.raises(ValidationError):
        Town.model_validate({**{k: FACT[k] for k in ("source", "confidence", "checked", "review_by")}, "fr": "X",
                             "ar": "س", "province": "MA-FES", "at": [91.0, 0.0]})  # fmt: skip


@pytest.mark.parametrize(
    ("change", "day", "state"),
    [
        ({}, date(2026, 12, 31), TrackState.OPEN),
        ({}, date(2027, 1, 1), TrackState.UNCONFIRMED),
        ({"closes": date(2027, 3, 1)}, date(2027, 3, 1), TrackState.OPEN),
        ({"closes": date(2027, 3, 1)}, date(2027, 3, 2), TrackState.CLOSED),
        ({"opens": date(2026, 12, 1)}, date(2026, 11, 30), TrackState.UNCONFIRMED),
        ({"opens": date(2026, 12, 1)}, date(2026, 12, 1), TrackState.OPEN),
        ({"state": "unconfirmed"}, date(2026, 12, 1), TrackState.UNCONFIRMED),
        ({"state": "unconfirmed", "closes": date(2026, 12, 1)}, date(2026, 12, 2), TrackState.CLOSED),
        ({"state": "closed"}, date(2026, 12, 1), TrackState.CLOSED),
    ],
)
def test_a_track_is_open_only_while_its_dates_say_so(change: dict[str, Any], day: date, state: TrackState) -> None:
    """Beyond the end of the known budget a track without a later date is never silently open."""
    assert load().track_state(Track.model_validate({**TRACK, **change}), day) is state


def test_one_track_by_its_id() -> None:
    """A track is found by id, an unknown one is an error."""
    assert load().track("training").id == "training"
    with pytest.raises(KeyError):
        load().track("flying")


def test_a_message_without_facts_has_none() -> None:
    """A greeting states nothing."""
    assert load().facts_of("utter_greet") == []


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("places.yml", "  review_by: 2027-11-23\n", "", "review_by"),
        ("places.yml", "region: MA-01, fr: Tétouan", "region: MA-13, fr: Tétouan", "MA-13"),
        ("places.yml", "seat: Tanger", "seat: Atlantis", "Atlantis"),
        ("places.yml", "province: MA-TNG, at", "province: MA-XXX, at", "MA-XXX"),
        ("places.yml", "code: MA-TET", "code: MA-TNG", "MA-TNG stands twice"),
        ("communes.yml", "province: MA-HOC", "province: MA-XXX", "MA-XXX"),
        ("crafts.yml", "- id: bejmat", "- id: zellige_fassi", "zellige_fassi stands twice"),
        ("crafts.yml", 'hs: ["6907"]', 'hs: ["69"]', "hs"),
        ("crafts.yml", "  fillers: [", "  filler: [", "words: .*filler"),
        ("tracks.yml", "known_until: 2026-12-31", "", "known_until missing"),
        ("tracks.yml", "- id: excellence", "- id: fairs", "fairs stands twice"),
        ("destinations.yml", "code: FR", "code: US", "US stands twice"),
        ("facts.yml", "utter_ask_ice: [", "utter_ask_ice: [nothing, ", "unknown nothing"),
        ("facts.yml", "      unconfirmed: true\n", "", "unconfirmed"),
        ("facts.yml", "      publisher: le360\n", "", "publisher"),
        ("facts.yml", "publisher: le360", "publisher: nobody", "publisher: unknown nobody"),
        ("facts.yml", "  odco: {fr: ODCO, ar: مكتب تنمية التعاون}", "  odco: {fr: ODCO}", "ar"),
        ("answers.yml", "- id: rna_who", "- id: rna_what", "rna_what stands twice"),
        ("answers.yml", "  tijara_info: [tijara]", "  tijara_info: [tajara]", "unknown tajara"),
        ("answers.yml", "  sample_info: [samples]", "  sample_info: [antique]", "of no intent: unknown samples"),
        ("answers.yml", "facts: [rna_cost]", "facts: [rna_price]", "unknown rna_price"),
        ("answers.yml", "facts: [rna_cost]", "facts: []", "facts"),
        ("answers.yml", "destinations: [US]", "destinations: [XX]", "destinations: unknown XX"),
        ("answers.yml", "families: [wood]", "families: [wool]", "families: unknown wool"),
        ("answers.yml", "channels: [post]", "channels: [pigeon]", "channels: unknown pigeon"),
        ("answers.yml", "legal_forms: [cooperative]", "legal_forms: [guild]", "legal_forms: unknown guild"),
    ],
)
def test_files_that_contradict_themselves_are_refused(folder: Path, name: str, old: str, new: str, reason: str) -> None:
    """Missing parts, links that lead nowhere and ids that stand twice stop the start."""
    spoil(folder, name, old, new)
    with pytest.raises(KnowledgeError, match=reason):
        read_folder(folder)


def test_a_file_that_is_no_mapping_is_refused(folder: Path) -> None:
    """An emptied file is not taken for one without entries."""
    (folder / "facts.yml").write_text("[]", "utf-8")
    with pytest.raises(KnowledgeError, match="not a mapping"):
        read_folder(folder)


def test_a_missing_file_is_an_error(folder: Path) -> None:
    """All files are needed."""
    (folder / "communes.yml").unlink()
    with pytest.raises(FileNotFoundError):
        read_folder(folder)


def test_trades_inherit_from_their_family() -> None:
    """A trade has its family's id, flags and source, and keeps its own confidence."""
    stone = load().crafts.entry("pierre")
    assert getattr(stone, "family", None) == "pottery_ceramics"
    assert stone.flags == ("food_contact", "heavy_fragile", "heritage_risk")
    assert stone.confidence == "medium"
    assert stone.source == load().crafts.entry("pottery_ceramics").source


def test_it_is_read_once() -> None:
    """The same object serves the whole process."""
    assert load() is load()


def test_loading_is_fast() -> None:
    """Reading and indexing everything takes well under two seconds of processor time, even on a slow machine."""
    begun = time.process_time()
    read_folder()
    assert time.process_time() - begun < 2.0


def test_files_are_plain_yaml() -> None:
    """No file needs more than the safe loader."""
    for path in sorted(DATA.glob("*.yml")):
        assert yaml.safe_load(path.read_text("utf-8"))
