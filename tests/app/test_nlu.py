"""`maalem nlu …` as a person types it, on a model of a few examples."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.nlu import evaluation
from app.surroundings import CannotStart

TINY = Path(__file__).parent.parent / "nlu" / "tiny.yml"
ROWS: list[dict[str, Any]] = [
    {"text": "bghit ntsjel 3afak", "intent": "enroll", "form": "ary-Latn"},
    {"text": "je veux m'inscrire", "intent": "enroll", "form": "fr"},
    {"text": "bonsoir monsieur", "intent": "greet", "form": "fr"},
    {"text": "salam khouya", "intent": "greet", "form": "ary-Latn"},
    {"text": "je travaille à Fès [b]", "intent": "greet", "form": "fr"},  # wrong on purpose, and markup to rich
    {
        "text": "أعمل في مدينة فاس",
        "intent": "inform",
        "form": "ar",
        "entities": [{"entity": "province", "value": "MA-FES"}],
    },
]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    return _lines(tmp_path / "labelled.jsonl", ROWS)


@pytest.fixture
def model_dir(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(tiny_model, folder / "maalem-20261125T000000-0000000000000000.tar.gz")
    monkeypatch.setenv("MAALEM_MODEL_DIR", str(folder))
    return folder


def _lines(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def _nlu(*arguments: str | Path, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["nlu", *map(str, arguments)], input=typed)


def _done(*arguments: str | Path, typed: str | None = None) -> str:
    result = _nlu(*arguments, typed=typed)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("model_dir")
def test_a_file_is_scored(tmp_path: Path, labelled: Path) -> None:
    """Tables for a person, every figure as JSON, the confusion as a picture."""
    out, picture = tmp_path / "out.json", tmp_path / "out.png"
    said = _done("evaluate", "--file", labelled, "--json", out, "--picture", picture, "--worst", "3")
    report = json.loads(out.read_text("utf-8"))
    assert {form: score["examples"] for form, score in report["f1"].items()} == {
        "all": 6,
        "ary-Latn": 2,
        "ar": 1,
        "fr": 3,
    }
    assert report["f1"]["all"]["micro"] == pytest.approx(5 / 6)
    assert (report["file"], report["folds"], report["out_of_scope"]) == (str(labelled), None, None)
    assert report["model"] == "maalem-20261125T000000-0000000000000000.tar.gz"
    assert report["entities"]["province"]["f1"] == 1
    assert [row["guess"] for row in report["predictions"]].count("inform") == 2
    assert picture.read_bytes().startswith(b"\x89PNG")
    for words in ("macro F1", "ary-Latn", "no such example", "province", "je travaille à Fès [b]"):
        assert words in said


@pytest.mark.usefixtures("model_dir")
def test_without_labels_entities_are_not_scored(tmp_path: Path) -> None:
    """Nobody labelled them, so nothing is claimed; foreign messages have their table."""
    rows = [*ROWS[:3], {"text": "weather in Paris", "intent": "out_of_scope"}]
    said = _done("evaluate", "--file", _lines(tmp_path / "x.jsonl", rows))
    assert "none are labelled" in said
    assert "refused or asked back" in said


def test_the_method_is_cross_validated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file: the project's data, and no model is needed."""
    monkeypatch.setattr(evaluation, "DATA", TINY)
    out = tmp_path / "out.json"
    _done("evaluate", "--folds", "2", "--json", out)
    report = json.loads(out.read_text("utf-8"))
    assert (report["folds"], report["model"]) == (2, None)
    assert len(report["predictions"]) == sum(map(sum, report["confusion"]["counts"])) == 24
    assert {len(report["confusion"]["intents"])} == {3}


def test_two_models_are_compared(tmp_path: Path, labelled: Path, model_dir: Path) -> None:
    """The same model twice differs by nothing, and that is called chance."""
    (model,) = model_dir.iterdir()
    said = _done("compare", model, model, "--file", labelled)
    assert "+0.000 to +0.000" in said
    assert "may be chance" in said
    out = tmp_path / "run.json"
    _done("evaluate", "--file", labelled, "--model", model, "--json", out)
    assert _done("compare", out, model, "--file", labelled) == said


def test_two_evaluations_are_compared(tmp_path: Path) -> None:
    """What one got right and the other wrong decides; the sentence says for whom."""
    rows = [{"text": f"t{place}", "intent": "ab"[place % 2], "form": None} for place in range(200)]
    good = [{**row, "guess": row["intent"]} for row in rows]
    bad = [{**row, "guess": "a"} for row in rows]
    for name, predictions in (("good", good), ("bad", bad)):
        (tmp_path / f"{name}.json").write_text(json.dumps({"predictions": predictions}), "utf-8")
    said = _done("compare", tmp_path / "bad.json", tmp_path / "good.json")
    assert "The second understands better by 66.7 points" in said
    assert "The first understands better" in _done("compare", tmp_path / "good.json", tmp_path / "bad.json")


@pytest.mark.usefixtures("model_dir")
def test_a_message_is_parsed() -> None:
    """Form, intents and entities with their places; words need no quotes."""
    said = _done("parse", "je", "travaille", "à", "Fès")
    for words in ("form: fr", "inform", "province = MA-FES", "“Fès”, characters 15 to 18"):
        assert words in said
    assert "form: open" in _done("parse", "🙂")


@pytest.mark.usefixtures("model_dir")
def test_lines_are_parsed_as_they_come() -> None:
    """Without words, each line of the input is a message, and each has its line of JSON."""
    said = _done("parse", "--json", typed="salam\nje veux m'inscrire\n\n")
    parsed = [json.loads(line) for line in said.splitlines()]
    assert [one["text"] for one in parsed] == ["salam", "je veux m'inscrire", ""]
    assert [one["intent"]["name"] for one in parsed] == ["greet", "enroll", "nlu_fallback"]
    odd = CliRunner().invoke(app, ["nlu", "parse", "--json"], input=b"\xe9t\xe9 salam\n")
    assert json.loads(odd.stdout)["intent"]["name"] == "greet"


@pytest.mark.usefixtures("model_dir")
def test_a_decision_is_explained() -> None:
    """N-grams with their weights, the distance to the runner-up, and what gate and fallback did."""
    said = _done("explain", "je", "veux", "m'inscrire", "--top", "3")
    for words in ("n-gram", "concepts", "more", "ahead of", "Gate: none", "Fallback: ", "Decided: enroll"):
        assert words in said
    assert "behind enroll" in _done("explain", "je veux m'inscrire", "--intent", "greet")
    assert "too little of the message was seen in training" in _done("explain", "你好")


def test_a_benchmark_is_json(tmp_path: Path) -> None:
    """Nothing but JSON on standard output; what is worth knowing meanwhile goes to the other."""
    train = _lines(tmp_path / "t.jsonl", ROWS[:4] * 2)
    test = _lines(tmp_path / "s.jsonl", [*ROWS[:2], {"text": "kidney", "intent": "organ"}])
    result = _nlu("benchmark", "--train", train, "--test", test, "--shots", "1", "--seeds", "2")
    report = json.loads(result.stdout)
    assert report["f1"]["all"]["micro"]["mean"] <= 2 / 3
    assert (report["shots"], report["drawn"]["examples"], report["unknown_intents"]) == (1, 4, ["organ"])
    assert "counted as misses: organ" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "--file", "none.jsonl"), "does not exist"),
        (("evaluate", "--file", "bad.jsonl"), "bad.jsonl:2: broken JSON"),
        (("evaluate", "--file", "good.jsonl", "--folds", "3"), "nothing is trained"),
        (("evaluate", "--model", "good.jsonl"), "give --file as well"),
        (("evaluate", "--folds", "1"), "greater than or equal to 2"),
        (("evaluate", "--picture", "x.gif"), "ends in .png"),
        (("evaluate", "--json", "none/x.json"), "there is no folder"),
        (("evaluate", "--file", "good.jsonl", "--model", "good.jsonl"), "not a model of this version"),
        (("compare", "model", "model"), "need labelled examples"),
        (("compare", "bad.json", "bad.json"), "not what"),
        (("compare", "one.json", "other.json"), "scored on different examples"),
        (("explain", "salam", "--intent", "enrol"), "did you mean enroll?"),
        (("explain", "salam", "--intent", "dance"), "no intent dance"),
        (("benchmark", "--train", "good.jsonl", "--test", "good.jsonl"), "nothing to learn"),
        (("benchmark", "--train", "good.jsonl", "--test", "good.jsonl", "--seeds", "3"), "only with --shots"),
        (("benchmark", "--train", "good.jsonl"), "Missing option"),
    ],
)
def test_a_wrong_argument_is_a_sentence(
    tmp_path: Path, model_dir: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    """Exit code 2, what is wrong, and no traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")  # or the sentence is broken into lines
    good = _lines(tmp_path / "good.jsonl", ROWS[:1])
    (tmp_path / "bad.jsonl").write_text(good.read_text("utf-8") + '{"text"', "utf-8")
    (tmp_path / "bad.json").write_text('{"predictions": [{"text": "x"}]}', "utf-8")
    for name in ("one", "other"):
        rows = [{"text": name, "intent": "a", "guess": "a"}]
        (tmp_path / f"{name}.json").write_text(json.dumps({"predictions": rows}), "utf-8")
    shutil.copy(next(model_dir.iterdir()), tmp_path / "model")
    result = _nlu(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_without_a_model_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that needs one says how to train it."""
    monkeypatch.setenv("MAALEM_MODEL_DIR", str(tmp_path))
    for arguments in (("parse", "salam"), ("explain", "salam"), ("evaluate", "--file", TINY)):
        result = _nlu(*arguments)
        assert isinstance(result.exception, CannotStart)
        assert "./maalem train" in str(result.exception)
