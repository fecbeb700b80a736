"""How well the pipeline understands: what it makes of labelled examples, and the figures on that."""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from bot.nlu.fallback import FALLBACK
from bot.nlu.intents import OUT_OF_SCOPE
from bot.nlu.measuring import scoring
from bot.nlu.measuring.examples import Entities, Example, draw, folds
from bot.nlu.measuring.pipeline import Pipeline

_WARM_UP: Final = 50
"""Messages understood before the clock is looked at."""

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the pipeline made of an example.

    Attributes:
        example: With what was expected.
        guess: The likeliest intent, whatever gate and fallback made of it.
        confidence: Of the guess, 0…1.
        decided: The intent that the whole pipeline put first: may be the fallback.
        entities: Name and value of each found.
    """

    example: Example
    guess: str
    confidence: float
    decided: str
    entities: Entities


def judge(pipeline: Pipeline, example: Example) -> Judged:
    """See what the pipeline makes of an example."""
    guess, confidence = pipeline.guess(example.text)
    parsed = pipeline.parse(example.text)
    entities = tuple((one["entity"], str(one["value"])) for one in parsed["entities"])
    return Judged(example, guess, confidence, str(parsed["intent"]["name"]), entities)


def _train(examples: Sequence[Example]) -> tuple[Pipeline, int]:
    """A pipeline trained on examples, and the bytes that what it learnt takes on disk."""
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline.train(examples, Path(folder))
        return pipeline, sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())


def judge_all(pipeline: Pipeline, examples: Sequence[Example], advance: Advance) -> list[Judged]:
    """Judge examples in their order; `advance` is told of each."""
    judged = []
    for one in examples:
        judged.append(judge(pipeline, one))
        advance(1)
    return judged


def cross_validate(examples: Sequence[Example], count: int, advance: Advance) -> list[Judged]:
    """Judge every example by a pipeline that was trained without its fold.

    Args:
        examples: Of two intents or more.
        count: Folds, 2 or more.
        advance: Told how many examples were trained on or judged since it was told last; `count` times all of them
            together.

    Returns:
        In the order of the examples.

    Raises:
        NothingToLearnError: The examples do not tell two intents apart.
    """
    judged: dict[int, Judged] = {}
    for fold in folds(examples, count):
        tested = set(fold)
        kept = [one for place, one in enumerate(examples) if place not in tested]
        pipeline, _ = _train(kept)
        advance(len(kept))
        tried = judge_all(pipeline, [examples[place] for place in fold], advance)
        judged.update(zip(fold, tried, strict=True))
    return [judged[place] for place in range(len(examples))]


def _f1_by_form(judged: Sequence[Judged]) -> dict[str, scoring.F1]:
    return {
        form: scoring.f1([judged[place].example.intent for place in places], [judged[place].guess for place in places])
        for form, places in scoring.by_form([one.example.form for one in judged]).items()
    }


def figures(judged: Sequence[Judged], worst: int) -> dict[str, Any]:
    """Everything that can be said on how well examples were understood, ready for JSON.

    Args:
        judged: One or more.
        worst: How many of the most confident mistakes are listed.

    Returns:
        `f1` by form, `intents` (F1 of each), `out_of_scope` (None where none is expected), `calibration_error`,
        `entities` (None where nobody labelled them), `confused` (pairs), `confusion`, `worst`, `predictions`.
    """
    expected, given = [one.example.intent for one in judged], [one.guess for one in judged]
    labels, counts = scoring.confusion(expected, given)
    mistakes = [one for one in judged if one.guess != one.example.intent]
    return {
        "f1": {form: asdict(score) for form, score in _f1_by_form(judged).items()},
        "intents": scoring.f1_by_label(expected, given),
        "out_of_scope": _out_of_scope(judged),
        "calibration_error": scoring.calibration_error(
            [one.confidence for one in judged], [one.guess == one.example.intent for one in judged]
        ),
        "entities": _entities(judged),
        "confused": scoring.most_confused(labels, counts),
        "confusion": {"intents": labels, "counts": counts.tolist()},
        "worst": [prediction(one) for one in sorted(mistakes, key=lambda one: -one.confidence)[:worst]],
        "predictions": [prediction(one) for one in judged],
    }


def prediction(judged: Judged) -> dict[str, Any]:
    """One example with what was made of it, ready for JSON."""
    return {
        "text": judged.example.text,
        "intent": judged.example.intent,
        "form": judged.example.form,
        "guess": judged.guess,
        "confidence": round(judged.confidence, 4),
        "decided": judged.decided,
    }


def _entities(judged: Sequence[Judged]) -> dict[str, Any] | None:
    labelled = [(one.example.entities, one.entities) for one in judged if one.example.entities is not None]
    if not labelled:
        return None
    expected, given = zip(*labelled, strict=True)
    return {name: asdict(one) for name, one in scoring.entities_found(expected, given).items()}


def _out_of_scope(judged: Sequence[Judged]) -> dict[str, Any] | None:
    """How well foreign messages are told: as such, and as such or by a question back."""
    foreign = [one.example.intent == OUT_OF_SCOPE for one in judged]
    if not any(foreign):
        return None
    result: dict[str, Any] = {}
    for name, signs in (("refused", {OUT_OF_SCOPE}), ("refused_or_asked", {OUT_OF_SCOPE, FALLBACK})):
        said = [one.decided in signs for one in judged]
        good = [one for one, is_foreign in zip(said, foreign, strict=True) if not is_foreign]
        result[name] = {**asdict(scoring.found(foreign, said)), "good": sum(good) / len(good) if good else None}
    return result


def benchmark(
    train: Sequence[Example], test: Sequence[Example], *, shots: int | None, seeds: int, advance: Advance
) -> dict[str, Any]:
    """Train the pipeline on some examples, of whatever domain, and measure it on others.

    Args:
        train: Of two intents or more.
        test: One or more.
        shots: Examples drawn of each intent in each form (all where there are fewer); None trains on all.
        seeds: How many draws, 1 or more; each trains anew.
        advance: Told how many examples were trained on or judged since it was told last.

    Returns:
        Ready for JSON; latencies in ms of one message on one core, sizes in bytes, times in seconds. Deviations are
        those of the seeds, None where there is one.

    Raises:
        NothingToLearnError: The examples do not tell two intents apart.
    """
    _train([Example("un", "one"), Example("deux", "two")])  # what is loaded once is not to be counted
    runs, sizes, seconds, whole, intent_alone = [], [], [], [], []
    for seed in range(seeds):
        drawn = draw(train, shots, seed)
        begun = time.perf_counter()
        pipeline, size = _train(drawn)
        seconds.append(time.perf_counter() - begun)
        sizes.append(size)
        advance(len(drawn))
        judged = []
        with threadpool_limits(1):
            for one in test[:_WARM_UP]:
                judge(pipeline, one)
            for one in test:
                begun = time.perf_counter()
                pipeline.parse(one.text)
                parsed = time.perf_counter()
                guess, confidence = pipeline.guess(one.text)
                intent_alone.append(time.perf_counter() - parsed)
                whole.append(parsed - begun)
                judged.append(Judged(one, guess, confidence, guess, ()))
                advance(1)
        runs.append(_f1_by_form(judged))
    return {
        "train": _counted(train),
        "shots": shots,
        "seeds": seeds,
        "drawn": _counted(drawn),
        "test": _counted(test),
        "unknown_intents": unknown_intents(train, test),
        "f1": {
            form: {
                "examples": score.examples,
                "intents": score.labels,
                "macro": _spread([run[form].macro for run in runs]),
                "micro": _spread([run[form].micro for run in runs]),
            }
            for form, score in runs[0].items()
        },
        "latency_ms": {"parse": _latency(whole), "intent": _latency(intent_alone)},
        "model_bytes": _spread(sizes),
        "training_s": _spread(seconds),
        "machine": {"python": platform.python_version(), "processor": platform.machine(), "cores": os.cpu_count()},
    }


def unknown_intents(train: Sequence[Example], test: Sequence[Example]) -> list[str]:
    """Intents that are tested and were never trained on: every example of them counts as a miss."""
    return sorted({one.intent for one in test} - {one.intent for one in train})


def _counted(examples: Sequence[Example]) -> dict[str, Any]:
    of_strata = Counter((one.intent, one.form) for one in examples)
    return {
        "examples": len(examples),
        "intents": len({one.intent for one in examples}),
        "forms": dict(sorted(Counter(one.form for one in examples if one.form).items())),
        "per_intent_and_form": {"fewest": min(of_strata.values()), "most": max(of_strata.values())},
    }


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    return {"mean": statistics.fmean(values), "sd": statistics.stdev(values) if len(values) > 1 else None}


def _latency(seconds: Sequence[float]) -> dict[str, float]:
    middle, high = np.quantile(seconds, [0.5, 0.95]) * 1000
    return {"p50": float(middle), "p95": float(high)}
