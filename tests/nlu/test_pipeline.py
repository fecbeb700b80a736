"""The pipeline without Rasa's graph: the same as with it, on data of any kind, and what is measured on it."""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bot.nlu.fitting import NothingToLearnError
from bot.nlu.measuring import judging
from bot.nlu.measuring.examples import Example, read_examples
from bot.nlu.measuring.explaining import NoSuchIntent, explain
from bot.nlu.measuring.judging import Judged
from bot.nlu.measuring.pipeline import NotAModel, Pipeline

TINY = Path(__file__).with_name("tiny.yml")
CARDS = [
    Example(text, intent)
    for intent, texts in {
        "lost": ("I lost my card", "my card is gone", "someone stole the card", "card stolen yesterday"),
        "limit": ("what is my limit", "raise the limit", "how much can I spend", "spending limit please"),
    }.items()
    for text in texts
]
WORDS = ("نتسجل فالبرنامج", "je veux m'inscrire", "bghit ntsjel", "سلام", "كنخدم ففاس 0612345678")


@pytest.fixture(scope="module")
def scoped(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Trained on the tiny set and on messages that are not for us, enough of each to hold some out for the gate."""
    foreign = ("quel temps fait-il", "qui a gagné le match", "كيداير الجو غدا", "شكون ربح الماتش", "chkon rbe7 lmatch")
    examples = [*read_examples(TINY), *(Example(text, "out_of_scope", "fr") for text in foreign)]
    return Pipeline.train(examples, tmp_path_factory.mktemp("scoped"))


def test_it_gives_what_rasas_graph_gives(tiny_model: Path, tmp_path: Path) -> None:
    """A model trained by Rasa and one trained here on the same examples say the same, entities included."""
    loaded, trained = Pipeline.load(tiny_model), Pipeline.train(read_examples(TINY), tmp_path)
    for text in WORDS:
        assert loaded.parse(text) == trained.parse(text)
    parsed = loaded.parse("كنخدم ففاس 0612345678")
    assert parsed.keys() == {"text", "language", "intent", "intent_ranking", "wishes", "entities"}
    assert parsed["intent"]["name"] == "inform"
    assert {one["entity"] for one in parsed["entities"]} == {"province", "phone"}


def test_the_guess_is_what_stands_behind_the_fallback(tiny_model: Path) -> None:
    """The likeliest intent and its probability, sure or not; a text of which nothing is known has none."""
    pipeline = Pipeline.load(tiny_model)
    for text in WORDS:
        ranking = [one for one in pipeline.parse(text)["intent_ranking"] if one["name"] != "nlu_fallback"]
        guess, confidence = pipeline.guess(text)
        assert guess == ranking[0]["name"]
        assert confidence == pytest.approx(ranking[0]["confidence"])
    assert pipeline.guess("你好")[1] == 0


def test_a_foreign_domain_is_learnt(tmp_path: Path) -> None:
    """Other intents in no named form: nothing tells forms apart, and the rest works."""
    pipeline = Pipeline.train(CARDS, tmp_path)
    assert "language" not in pipeline.parse("my card was stolen")
    assert pipeline.guess("my card was stolen")[0] == "lost"
    assert pipeline.guess("raise my spending limit")[0] == "limit"


def test_forms_without_a_letter_are_left_out(tmp_path: Path) -> None:
    """Where all that names its form is signs, no form is learnt, and intents are."""
    signs = [Example("🙂", "affirm", "fr"), Example("👎", "deny", "ar")]
    pipeline = Pipeline.train([*signs, Example("oui", "affirm"), Example("لا", "deny")], tmp_path)
    assert "language" not in pipeline.parse("oui")
    assert pipeline.guess("oui")[0] == "affirm"


@pytest.mark.parametrize(
    "examples", [CARDS[:4], [Example("🙂", "a"), Example("👍", "b")]], ids=["one intent", "no letter"]
)
def test_what_cannot_be_learnt_is_refused(tmp_path: Path, examples: list[Example]) -> None:
    """Without two intents, or without a letter, there is no pipeline."""
    with pytest.raises(NothingToLearnError):
        Pipeline.train(examples, tmp_path)


@pytest.mark.parametrize("kind", ["missing", "text", "cut off", "empty", "part missing"])
def test_what_is_no_model_is_refused(tmp_path: Path, tiny_model: Path, kind: str) -> None:
    """Whatever is wrong with a file, its name is told."""
    path = tmp_path / "maalem-x.tar.gz"
    if kind == "text":
        path.write_text("no archive", "utf-8")
    elif kind == "cut off":
        path.write_bytes(tiny_model.read_bytes()[:2000])
    elif kind == "empty":
        path.write_bytes(gzip.compress(b""))
    elif kind == "part missing":
        with tarfile.open(tiny_model) as archive:
            archive.extractall(tmp_path / "open", filter="data")
        for part in (tmp_path / "open/components").glob("*FoldedIntentClassifier*"):
            shutil.rmtree(part)
        with tarfile.open(path, "w:gz") as archive:
            archive.add(tmp_path / "open", "")
    with pytest.raises(NotAModel, match=r"maalem-x\.tar\.gz: (no such file|not a model)"):
        Pipeline.load(path)


def test_reasons_add_up_to_the_margin(scoped: Pipeline) -> None:
    """The weights and the intercept are the margin, for the intent and for its rival."""
    why = explain(scoped, "bghit ntsjel f lbarnamaj")
    model = scoped.classifier.model
    start, rival_start = (float(model.intercepts[model.classes.index(name)]) for name in (why.intent, why.rival))
    assert why.intent == "enroll"
    assert sum(one.weight for one in why.reasons) + start == pytest.approx(why.margin, abs=1e-4)
    assert why.margin > why.rival_margin
    assert why.probability > why.rival_probability
    assert abs(why.reasons[0].weight) == max(abs(one.weight) for one in why.reasons)
    assert {one.view for one in why.reasons} <= set(model.look.names)
    rival = explain(scoped, "bghit ntsjel f lbarnamaj", why.rival)
    assert sum(one.weight for one in rival.reasons) + rival_start == pytest.approx(why.rival_margin, abs=1e-4)
    assert rival.rival == why.intent
    assert rival.rival_margin == pytest.approx(why.margin)


def test_gate_and_fallback_are_explained(scoped: Pipeline, tiny_model: Path) -> None:
    """What is said of them is what the pipeline does."""
    unknown = explain(scoped, "你好")
    assert (unknown.known, unknown.doubt, unknown.decided) == (0.0, "known", "nlu_fallback")
    foreign = explain(scoped, "qui a gagné le match")
    assert foreign.foreign is not None
    assert foreign.foreign >= foreign.gate or foreign.intent == "out_of_scope"
    assert explain(Pipeline.load(tiny_model), "salam").foreign is None
    with pytest.raises(NoSuchIntent, match="dance"):
        explain(scoped, "salam", "dance")


def test_cross_validation_judges_every_example_unseen() -> None:
    """Each once, in its order, by a model that never saw it; whoever watches is told of all the work."""
    examples = read_examples(TINY)
    lonely = Example("xyzzy", "greet", "fr")
    done: list[int] = []
    judged = judging.cross_validate([*examples, lonely], 3, done.append)
    assert [one.example for one in judged] == [*examples, lonely]
    assert sum(done) == 3 * (len(examples) + 1)
    assert judged[-1].confidence == 0  # its one word was never seen


def _judged(intent: str, guess: str, confidence: float, decided: str = "", form: str | None = None) -> Judged:
    return Judged(Example("x", intent, form), guess, confidence, decided or guess, ())


def test_figures_know_good_messages_from_foreign_ones() -> None:
    """F1 is of the guess, out of scope of what was decided; the fallback counts where it is asked about."""
    report = judging.figures(
        [
            _judged("greet", "greet", 0.9, form="fr"),
            _judged("greet", "greet", 0.5, "nlu_fallback", "fr"),
            _judged("greet", "enroll", 0.7, "out_of_scope", "ary"),
            _judged("enroll", "enroll", 0.8),
            _judged("out_of_scope", "out_of_scope", 0.9),
            _judged("out_of_scope", "greet", 0.4, "nlu_fallback"),
        ],
        1,
    )
    assert {form: score["micro"] for form, score in report["f1"].items()} == {"all": 4 / 6, "ary": 0, "fr": 1}
    told, asked = report["out_of_scope"]["refused"], report["out_of_scope"]["refused_or_asked"]
    assert (told["there"], told["precision"], told["recall"], told["good"]) == (2, 0.5, 0.5, 0.25)
    assert (asked["precision"], asked["recall"], asked["good"]) == (0.5, 1.0, 0.5)
    assert report["entities"] is None
    assert [(one["intent"], one["guess"]) for one in report["worst"]] == [("greet", "enroll")]
    assert report["confused"] == [("greet", "enroll", 1), ("out_of_scope", "greet", 1)]
    json.dumps(report)


def test_figures_do_not_speak_of_what_is_not_there() -> None:
    """No foreign example: no figure on them. Labelled entities are scored, others are not held against anybody."""
    one = Judged(Example("à Fès", "inform", None, (("province", "MA-FES"),)), "inform", 1.0, "inform", ())
    other = Judged(Example("à Fès", "inform"), "inform", 1.0, "inform", (("province", "MA-FES"),))
    report = judging.figures([one, other], 5)
    assert report["out_of_scope"] is None
    assert report["entities"]["province"]["recall"] == 0
    assert report["entities"]["province"]["precision"] is None
    assert report["worst"] == []


def _bench(**options: Any) -> dict[str, Any]:
    tested = [Example("the card got lost", "lost", "en"), Example("close my account", "close", "en")]
    return judging.benchmark(CARDS, tested, advance=lambda _: None, **options)


def test_a_benchmark_counts_unknown_intents_as_misses() -> None:
    """What was never trained on cannot be right, and is named."""
    report = _bench(shots=None, seeds=1)
    assert report["unknown_intents"] == ["close"]
    assert report["f1"]["all"]["examples"] == 2
    assert report["f1"]["en"]["micro"] == {"mean": 0.5, "sd": None}
    assert report["f1"]["en"]["macro"]["mean"] <= 0.5
    assert report["drawn"] == report["train"]
    assert 0 < report["latency_ms"]["intent"]["p50"] <= report["latency_ms"]["intent"]["p95"]
    assert 0 < report["latency_ms"]["parse"]["p50"] <= report["latency_ms"]["parse"]["p95"]
    assert report["model_bytes"]["mean"] > 1000
    assert report["training_s"]["mean"] > 0
    json.dumps(report)


def test_a_benchmark_with_few_shots_spreads() -> None:
    """Each seed draws as many of each intent; mean and deviation are over the seeds."""
    report = _bench(shots=2, seeds=3)
    assert (report["shots"], report["seeds"]) == (2, 3)
    assert report["drawn"]["examples"] == 4
    assert report["drawn"]["per_intent_and_form"] == {"fewest": 2, "most": 2}
    assert report["model_bytes"]["sd"] > 0  # other examples, other terms
