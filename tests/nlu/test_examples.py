"""Labelled files: what is read, what is refused and in which words, and how examples are shared out."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.nlu.measuring.examples import BadExamples, Example, draw, folds, read_examples

GOOD = b'{"text": "salam", "intent": "greet"}\n'


def _written(folder: Path, content: bytes, name: str = "some.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_lines_are_read(tmp_path: Path) -> None:
    """Form and entities are optional, other keys are passed over, as are empty lines and a byte order mark."""
    rows = [
        {"text": "سلام\u2028خويا", "intent": "greet", "form": "ary", "who": 3},
        {"text": "à Fès", "intent": "inform", "form": None, "entities": [{"entity": "province", "value": "MA-FES"}]},
        {"text": "non", "intent": "deny", "entities": []},
    ]
    lines = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    assert read_examples(_written(tmp_path, b"\xef\xbb\xbf" + lines.encode())) == [
        Example("سلام\u2028خويا", "greet", "ary"),
        Example("à Fès", "inform", None, (("province", "MA-FES"),)),
        Example("non", "deny", None, ()),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"text": "x", "intent": ', "broken JSON"),
        (b'["x", "greet"]', "not an object"),
        (b'{"text": "", "intent": "greet"}', '"text" is empty'),
        (b'{"text": "  ", "intent": "greet"}', '"text" is empty'),
        (b'{"intent": "greet"}', '"text" is missing'),
        (b'{"text": "x"}', '"intent" is missing'),
        (b'{"text": 3, "intent": "greet"}', '"text" is no text'),
        (b'{"text": "x", "intent": "greet", "form": 1}', '"form" is no text'),
        (b'{"text": "x", "intent": "greet", "entities": "Fes"}', '"entities" is not a list'),
        (b'{"text": "x", "intent": "greet", "entities": ["Fes"]}', '"entities" is not a list'),
        (b'{"text": "x", "intent": "greet", "entities": [{"entity": "province"}]}', '"value" is missing'),
        (b'{"text": "\\ud83d", "intent": "greet"}', '"text" holds half a character'),
        (b'{"text": "\xe9t\xe9", "intent": "greet"}', "not UTF-8"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, said: str) -> None:
    """File, line and what is wrong, whatever is wrong with it."""
    path = _written(tmp_path, GOOD + b"\n" + line + b"\n" + GOOD)
    with pytest.raises(BadExamples) as refused:
        read_examples(path)
    assert str(refused.value).startswith(f"{path}:3: ")
    assert said in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """Nothing to score is told, not scored."""
    with pytest.raises(BadExamples, match="no example"):
        read_examples(_written(tmp_path, content))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """In the system's words, with its name."""
    with pytest.raises(BadExamples, match=r"none\.jsonl: No such file"):
        read_examples(tmp_path / "none.jsonl")


def test_training_data_is_read(tmp_path: Path) -> None:
    """A file or a folder of Rasa's YAML, with forms, and entities where they are marked."""
    one = """
version: "3.1"
nlu:
- intent: inform
  metadata: {form: fr}
  examples: |
    - je suis à [Fès]{"entity": "province", "value": "MA-FES"}
    - mon métier
"""
    other = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - salam\n'
    _written(tmp_path, one.encode(), "b.yml")
    _written(tmp_path, other.encode(), "a.yml")
    inform = [
        Example("je suis à Fès", "inform", "fr", (("province", "MA-FES"),)),
        Example("mon métier", "inform", "fr"),
    ]
    assert read_examples(tmp_path / "b.yml") == inform
    assert read_examples(tmp_path) == [Example("salam", "greet"), *inform]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'version: "3.1"\nnlu:\n- intent: a\n  examples: |\n  - b\n : c', "line"),
        (b"nlu: 3\n", "is not a list"),
        (b'version: "3.1"\nnlu:\n- intent: a\n  examples: |\n    - b\n    - \n', "an example of a, no form, is empty"),
        (b"\xe9", "not UTF-8"),
        (b"stories: []\n", "no example"),
    ],
)
def test_bad_training_data_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    """The file, and what Rasa or we have against it."""
    path = _written(tmp_path, content, "some.yml")
    with pytest.raises(BadExamples) as refused:
        read_examples(path)
    assert str(refused.value).startswith(str(path))
    assert said in str(refused.value)


EXAMPLES = [
    Example(f"{intent} {form} {number}", intent, form)
    for intent, size in (("a", 25), ("b", 10), ("c", 3))
    for form in ("fr", "ary")
    for number in range(size)
]


def test_folds_spread_every_intent_and_form() -> None:
    """Each example is in one fold; no fold has two more of an intent in a form than another."""
    shared = folds(EXAMPLES, 5)
    assert sorted(place for fold in shared for place in fold) == list(range(len(EXAMPLES)))
    for stratum in {(one.intent, one.form) for one in EXAMPLES}:
        sizes = [sum((EXAMPLES[place].intent, EXAMPLES[place].form) == stratum for place in fold) for fold in shared]
        assert max(sizes) - min(sizes) <= 1
    assert folds(EXAMPLES, 5) == shared


def test_a_text_is_never_trained_on_and_tested() -> None:
    """The same words in several forms or cases stay together."""
    twice = [*EXAMPLES, *(Example(one.text.upper(), one.intent, "mixed") for one in EXAMPLES)]
    for fold in folds(twice, 4):
        texts = Counter(twice[place].text.casefold() for place in fold)
        assert set(texts.values()) == {2}


def test_draws_are_of_each_intent_and_form() -> None:
    """So many of each, all where there are fewer; another seed draws others, the same one the same."""
    drawn = draw(EXAMPLES, 4, 0)
    assert Counter((one.intent, one.form) for one in drawn) == {
        (intent, form): size for intent, size in (("a", 4), ("b", 4), ("c", 3)) for form in ("fr", "ary")
    }
    assert drawn == draw(EXAMPLES, 4, 0)
    assert set(drawn) != set(draw(EXAMPLES, 4, 1))
    assert Counter(draw(EXAMPLES, None, 0)) == Counter(EXAMPLES)
