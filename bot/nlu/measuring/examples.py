"""Labelled examples: read from files, with a plain word on what is wrong in them, and shared out for measuring."""

from __future__ import annotations

import json
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from rasa.shared.exceptions import YamlException
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.forms import form_of

YAML: Final = (".yml", ".yaml")
_SEED: Final = 7

Entities = tuple[tuple[str, str], ...]


class BadExamples(ValueError):
    """A file of examples cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Example:
    """A message and what it means.

    Attributes:
        text: As somebody wrote it.
        intent: What it means.
        form: The form it is written in; None where nobody said.
        entities: Name and value of each; None where nobody labelled them, which is not the same as none at all.
    """

    text: str
    intent: str
    form: str | None = None
    entities: Entities | None = None


def read_examples(path: Path, pass_over: Callable[[str], None] | None = None) -> list[Example]:
    """Read labelled examples.

    Args:
        path: Lines of JSON ({"text", "intent"} and, if known, "form" and "entities": [{"entity", "value"}]; other keys
            are passed over), a file of training data in YAML, or a folder of those.
        pass_over: Told where and why, of each line that is no example; the others are used. Without it one such line
            is an error: in data of our own it is a slip.

    Returns:
        In the order of the file, 1 or more.

    Raises:
        BadExamples: Nothing there, or something that is no example.
    """
    if path.is_dir():
        found = [one for file in sorted(path.iterdir()) if file.suffix in YAML for one in _of_yaml(file)]
    elif path.suffix in YAML:
        found = list(_of_yaml(path))
    else:
        found = list(_of_lines(path, pass_over))
    if not found:
        raise BadExamples(f"{path}: no example in it")
    return found


def _content(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadExamples(f"{path}: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadExamples(f"{path}:{line}: not UTF-8") from error


def _of_lines(path: Path, pass_over: Callable[[str], None] | None) -> Iterator[Example]:
    for number, line in enumerate(_content(path).split("\n"), start=1):  # splitlines would cut inside texts
        if not line.strip():
            continue
        try:
            yield _of_json(json.loads(line))
        except json.JSONDecodeError as error:
            problem = f"{path}:{number}: broken JSON: {error.msg}, character {error.colno}"
        except ValueError as error:
            problem = f"{path}:{number}: {error}"
        else:
            continue
        if pass_over is None:
            raise BadExamples(problem)
        pass_over(problem)


def _of_json(row: Any) -> Example:
    """Make an example of what a line holds.

    Raises:
        ValueError: What is wrong with it.
    """
    if not isinstance(row, dict):
        raise ValueError('not an object like {"text": …, "intent": …}')  # noqa: TRY004 - the file's fault, not the caller's
    form = _words(row, "form") if row.get("form") is not None else None
    entities = row.get("entities")
    if entities is not None:
        if not isinstance(entities, list) or not all(isinstance(one, dict) for one in entities):
            raise ValueError('"entities" is not a list like [{"entity": …, "value": …}]')
        entities = tuple((_words(one, "entity"), _words(one, "value")) for one in entities)
    return Example(_words(row, "text"), _words(row, "intent"), form, entities)


def _words(row: dict[str, Any], key: str) -> str:
    found = row.get(key)
    if found is None:
        raise ValueError(f'"{key}" is missing')
    if not isinstance(found, str):
        raise ValueError(f'"{key}" is no text')  # noqa: TRY004 - the file's fault, not the caller's
    if not found.strip():
        raise ValueError(f'"{key}" is empty')
    try:
        found.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f'"{key}" holds half a character') from error
    return found


def _of_yaml(path: Path) -> Iterator[Example]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Rasa's schema library is old: pkg_resources, load_module
            read = RasaYAMLReader().reads(_content(path), filename=str(path)).training_examples
    except YamlException as error:
        raise BadExamples(f"{path}: {error}") from error
    for message in read:
        text, intent, form = (message.get("text") or "").strip(), message.get("intent"), form_of(message)
        if not text or not intent:
            raise BadExamples(f"{path}: an example of {intent or 'no intent'}, {form or 'no form'}, is empty")
        entities = tuple((one["entity"], str(one["value"])) for one in message.get("entities") or ())
        yield Example(text, intent, form, entities or None)


def training_data(examples: Sequence[Example]) -> TrainingData:
    """Examples as the components are trained on them."""
    return TrainingData(
        [
            Message({"text": one.text, "intent": one.intent, "metadata": {"intent": {"form": one.form}}})
            for one in examples
        ]
    )


def _strata(examples: Sequence[Example], seed: int) -> Iterator[list[int]]:
    """Places of the examples of each intent and form, shuffled; the same for the same seed."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(examples):
        places[one.intent, one.form or ""].append(place)
    dice = np.random.default_rng(seed)
    for key in sorted(places):
        yield [int(place) for place in dice.permutation(places[key])]


def folds(examples: Sequence[Example], count: int) -> list[list[int]]:
    """Share examples out so that each intent in each form is spread evenly; the same text is never in two folds.

    Args:
        examples: Any number.
        count: Folds, 2 or more.

    Returns:
        The places of the examples in each fold, ascending; the same for the same examples.
    """
    shared: list[list[int]] = [[] for _ in range(count)]
    fold_of: dict[str, int] = {}
    dealt = 0
    for stratum in _strata(examples, _SEED):
        for place in stratum:
            text = examples[place].text.casefold()
            if text not in fold_of:
                fold_of[text] = dealt % count
                dealt += 1
            shared[fold_of[text]].append(place)
    return [sorted(fold) for fold in shared]


def draw(examples: Sequence[Example], shots: int | None, seed: int) -> list[Example]:
    """Draw so many examples of each intent in each form, or all where there are fewer.

    Args:
        examples: Any number.
        shots: 1 or more; None draws all.
        seed: 0 or more; another one draws others.
    """
    return [examples[place] for stratum in _strata(examples, seed) for place in sorted(stratum[:shots])]
