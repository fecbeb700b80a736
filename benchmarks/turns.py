"""How many turns a second one core answers: our worker and stock Rasa with the same bot, side by side in one run.

    python -m benchmarks.turns [--quick] [--json FILE] [--profile FILE]

Both sides are trained from the same files and get the same texts, block after block in turn, so that a slow moment of the machine
hits both. All that is measured runs on one core, all that measures on another. A turn of ours begins with the commit of its inbox
row and ends with the commit of the answer; a turn of stock Rasa is one request to its REST channel, answered.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import latencies, machine, show_spread, show_targets, spread, table, write
from benchmarks.processes import Pinned, ProcessFailed, cores
from benchmarks.script import EARLY, LATE, Conversation, People
from benchmarks.stock import Stock, Talked, find_environment
from runtime.settings import PROJECT
from storage import migrate

AT_ONCE: Final = 4
"""Conversations at once with stock Rasa in its second round: with one, its core waits while the disk does."""
TRAIN_S: Final = 900
TARGET_RATIO: Final = 6.0
TARGET_P99_MS: Final = 20.0
TARGET_MB: Final = 300.0
TARGET_GROWTH: Final = 1.2


@dataclass(frozen=True, slots=True)
class Size:
    """How much is run."""

    blocks: int
    each: int
    long_talks: int
    trains: bool


FULL: Final = Size(blocks=9, each=3, long_talks=4, trains=True)
QUICK: Final = Size(blocks=3, each=1, long_talks=1, trains=False)


@dataclass
class Ours:
    """Our worker, spoken to over a pipe.

    Attributes:
        start_s: From the start of the process until it could have answered.
    """

    process: Pinned
    start_s: float = 0.0
    peak_mb: float = 0.0

    def wait(self) -> None:
        """Wait until it is ready."""
        self._answer()
        self.start_s = time.perf_counter() - self.process.started_at

    def talk(self, conversations: Sequence[Conversation], profile: Path | None = None) -> dict[str, Any]:
        """Have conversations; the seconds of each turn, conversation by conversation, and what the block took."""
        asked = {"conversations": [asdict(one) for one in conversations], "profile": str(profile) if profile else None}
        assert self.process.process.stdin is not None
        started = time.perf_counter()
        self.process.process.stdin.write((json.dumps(asked) + "\n").encode())
        self.process.process.stdin.flush()
        told = self._answer()
        self.peak_mb = max(self.peak_mb, self.process.memory_mb())
        return {**told, "took_s": time.perf_counter() - started}

    def _answer(self) -> dict[str, Any]:
        assert self.process.process.stdout is not None
        line = self.process.process.stdout.readline()
        if not line:
            self.process.process.wait()
            self.process.check()
        answer: dict[str, Any] = json.loads(line)
        return answer


@dataclass
class Blocks:
    """What the blocks of both sides took."""

    ours: list[dict[str, Any]] = field(default_factory=list)
    stock: dict[int, list[Talked]] = field(default_factory=lambda: {1: [], AT_ONCE: []})


def _settings(home: Path) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    url = f"sqlite:///{home / 'maalem.db'}"
    migrate.upgrade(url)
    return {
        "MAALEM_HOME": str(home),
        "MAALEM_DATABASE_URL": url,
        "MAALEM_MODEL_DIR": str(home / "models"),
        "MAALEM_LOG_FORMAT": "json",
        "MAALEM_ENV_FILE": str(home / "none.env"),
    }


def _train_ours(folder: Path, core: int, settings: dict[str, str], model: Path) -> float:
    command = [sys.executable, "-m", "app", "train"]
    with Pinned("our-training", command, core=core, folder=folder, environment=settings) as training:
        took_s = training.finish(TRAIN_S)
    trained = max(Path(settings["MAALEM_MODEL_DIR"]).glob("maalem-*.tar.gz"))
    trained.replace(model)
    return took_s


def measure(size: Size, folder: Path, kept: Path, profile: Path | None) -> dict[str, Any]:
    """Train, start, and run all blocks.

    Args:
        size: How much.
        folder: For this run's databases and logs.
        kept: Where environments and models stay from run to run.
        profile: Where a profile of one more block of ours goes, if wanted.

    Raises:
        benchmarks.processes.ProcessFailed: A process of the run failed; its last lines are in the message.
    """
    from bot.engine.training import fingerprint  # noqa: PLC0415 - only a run needs it

    measured, measuring = cores()
    os.sched_setaffinity(0, {measuring})
    environment = find_environment(kept)
    settings = _settings(folder / "ours")
    about_model = fingerprint()
    models = {name: kept / "models" / f"{name}-{about_model}.tar.gz" for name in ("ours", "stock")}
    models["ours"].parent.mkdir(exist_ok=True)
    stock = Stock(environment, folder, measured, _settings(folder / "stock"))
    training = {}
    if size.trains or not models["ours"].exists():
        _tell("training ours")
        training["ours_s"] = _train_ours(folder, measured, settings, models["ours"])
    if size.trains or not models["stock"].exists():
        _tell("training stock")
        training["stock_s"] = stock.train(models["stock"])
    with ExitStack() as stack:
        _tell("starting both")
        command = [sys.executable, "-m", "benchmarks.ours", str(models["ours"])]
        worker = Pinned("ours", command, core=measured, folder=folder, environment=settings, pipes=True)
        ours = Ours(stack.enter_context(worker))
        ours.wait()
        start_s = {"ours_s": ours.start_s, "stock_s": stack.enter_context(stock).start(models["stock"])}
        people = People()
        blocks = _blocks(size, ours, stock, people)
        asked_of_ours = _actions_run(folder / "ours" / "maalem.db")
        asked_of_stock = stock.actions_run()
        stock_mb = stock.memory_mb()
        _tell("long conversations")
        long_talks = ours.talk([people.long_talk() for _ in range(size.long_talks)])
        if profile is not None:
            ours.talk(people.enrolments(size.each), profile)
    figures = _figures(blocks)
    return {
        "stock_is": environment.about,
        "training": training,
        "start": start_s,
        "memory_mb": {"ours": ours.peak_mb, "stock": sum(stock_mb.values()), **stock_mb},
        **figures,
        "same_actions": _compare(asked_of_ours, asked_of_stock, figures),
        "growth": _growth(long_talks["seconds"]),
    }


def _tell(what: str) -> None:
    print(f"{what} …", file=sys.stderr)


def _blocks(size: Size, ours: Ours, stock: Stock, people: People) -> Blocks:
    blocks = Blocks()
    for number in range(-1, size.blocks):  # the first warms up and is not counted
        _tell(f"block {number + 1} of {size.blocks}" if number >= 0 else "warming up")
        gc.collect()
        found = ours.talk(people.enrolments(size.each))
        talked = {
            at_once: asyncio.run(stock.talk(people.enrolments(size.each), at_once)) for at_once in blocks.stock
        }
        if number >= 0:
            blocks.ours.append(found)
            for at_once, one in talked.items():
                blocks.stock[at_once].append(one)
    return blocks


def _flat(lists: Sequence[Sequence[float]]) -> list[float]:
    return [value for one in lists for value in one]


def _figures(blocks: Blocks) -> dict[str, Any]:
    turns = [len(_flat(block["seconds"])) for block in blocks.ours]
    ours_per_s = [count / sum(_flat(block["seconds"])) for count, block in zip(turns, blocks.ours, strict=True)]
    stock_per_s = {
        at_once: [len(one.seconds) / one.took_s for one in talked] for at_once, talked in blocks.stock.items()
    }
    best = [max(rates) for rates in zip(*stock_per_s.values(), strict=True)]
    seconds = _flat([_flat(block["seconds"]) for block in blocks.ours])
    kept_first = _flat([_flat(block["inbox_seconds"]) for block in blocks.ours])
    figures: dict[str, Any] = {
        "ours": {
            "turns_per_s": spread(ours_per_s),
            **latencies(seconds),
            "without_inbox": latencies([whole - inbox for whole, inbox in zip(seconds, kept_first, strict=True)]),
        },
        "ratio": spread([ours / stock for ours, stock in zip(ours_per_s, best, strict=True)]),
    }
    for at_once, talked in blocks.stock.items():
        figures[f"stock_{at_once}_at_once"] = {
            "turns_per_s": spread(stock_per_s[at_once]),
            **latencies(_flat([one.seconds for one in talked])),
            "silent_turns": sum(one.silent for one in talked),
            "enrolled": sum(one.enrolled for one in talked),
        }
    return figures


def _actions_run(database: Path) -> Counter[str]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT actions FROM turn").fetchall()
    return Counter(name for (actions,) in rows for name in json.loads(actions))


def _compare(ours: Counter[str], stock: Counter[str], figures: dict[str, Any]) -> dict[str, Any]:
    """Whether both did the same: every action's share, since stock Rasa had twice as many conversations."""
    rounds = sum(name.startswith("stock_") for name in figures)
    different = {
        name: {"ours": ours[name] * rounds, "stock": stock[name]}
        for name in sorted(ours | stock)
        if stock and ours[name] * rounds != stock[name]
    }
    return {"actions": ours.total(), "different": different}


def _growth(talks: Sequence[Sequence[float]]) -> dict[str, Any]:
    early = [statistics.median(talk[EARLY]) * 1000 for talk in talks]
    late = [statistics.median(talk[LATE]) * 1000 for talk in talks]
    return {
        "turns_5_to_15_ms": spread(early),
        "turns_995_to_1005_ms": spread(late),
        "ratio": spread([after / before for before, after in zip(early, late, strict=True)]),
        "all_turns": latencies(_flat(talks)),
    }


def targets(results: dict[str, Any]) -> list[tuple[str, bool]]:
    """What is promised, and whether this run keeps it."""
    ours, ratio, growth = results["ours"], results["ratio"]["median"], results["growth"]["ratio"]["median"]
    memory = results["memory_mb"]["ours"]
    return [
        (f"{TARGET_RATIO:.0f} times the turns of stock Rasa a second: {ratio:.1f}", ratio >= TARGET_RATIO),
        (f"p99 of a turn under {TARGET_P99_MS:.0f} ms: {ours['p99_ms']:.1f} ms", ours["p99_ms"] < TARGET_P99_MS),
        (f"a worker under {TARGET_MB:.0f} MB: {memory:.0f} MB", memory < TARGET_MB),
        (f"the 1,000th turn at most {TARGET_GROWTH} times the 10th: {growth:.2f}", growth <= TARGET_GROWTH),
    ]


def _print(report: dict[str, Any], promises: Sequence[tuple[str, bool]]) -> None:
    about, stock = report["machine"], report["stock_is"]
    print(f"{about['cpu']}, {about['cores']} cores, Python {about['python']}; everything measured on one core")
    print(f"stock Rasa: {stock['environment']}; {stock['tracker_store']}\n")
    sides = {"ours": "ours", "stock_1_at_once": "stock, 1 at once", f"stock_{AT_ONCE}_at_once": f"stock, {AT_ONCE} at once"}
    rows = [
        [
            label,
            show_spread(report[name]["turns_per_s"], 1),
            *(f"{report[name][key]:.1f}" for key in ("p50_ms", "p95_ms", "p99_ms", "max_ms")),
            str(report[name]["samples"]),
        ]
        for name, label in sides.items()
    ]
    print(table(["", "turns/s (min to max)", "p50 ms", "p95 ms", "p99 ms", "max ms", "turns"], rows))
    print(f"\nratio (to the better of stock's two, block by block): {show_spread(report['ratio'], 1)}")
    inner = report["ours"]["without_inbox"]
    print(f"ours without the inbox's commit: p50 {inner['p50_ms']:.1f} ms, p99 {inner['p99_ms']:.1f} ms")
    memory, start, training = report["memory_mb"], report["start"], report["training"]
    print(f"memory: ours {memory['ours']:.0f} MB, stock {memory['stock']:.0f} MB in two processes")
    print(f"start: ours {start['ours_s']:.1f} s, stock {start['stock_s']:.1f} s")
    print("training: " + (", ".join(f"{name[:-2]} {took:.1f} s" for name, took in training.items()) or "not in this run"))
    growth = report["growth"]
    print(
        f"growth: turns 5 to 15 {show_spread(growth['turns_5_to_15_ms'], 2)} ms, "
        f"turns 995 to 1005 {show_spread(growth['turns_995_to_1005_ms'], 2)} ms, "
        f"ratio {show_spread(growth['ratio'], 2)}"
    )
    differences = report["same_actions"]["different"]
    print(f"actions that ran more often on one side: {differences or 'none'}")
    print("\n" + show_targets(promises))


def main() -> int:
    """Measure, print, and keep the figures if asked to; 0 if every promise is kept."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.turns", description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--quick", action="store_true", help="a short run, under a minute once the models are there")
    options.add_argument("--json", type=Path, metavar="FILE", help="keep the figures here")
    options.add_argument("--profile", type=Path, metavar="FILE", help="profile one more block of ours (cProfile)")
    chosen = options.parse_args()
    kept = PROJECT / "var" / "bench"  # on a real disk: /tmp may be memory, where a flush costs nothing
    kept.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="turns-", dir=kept) as folder:
            profile = chosen.profile.resolve() if chosen.profile else None
            results = measure(QUICK if chosen.quick else FULL, Path(folder), kept, profile)
    except ProcessFailed as error:
        print(error, file=sys.stderr)
        return 2
    promises = targets(results)
    report = {"benchmark": "turns", "machine": machine(), "database": "SQLite, WAL, synchronous FULL", **results}
    report["targets"] = [{"promise": promise, "kept": is_kept} for promise, is_kept in promises]
    _print(report, promises)
    if chosen.json:
        write(chosen.json, report)
    return 0 if all(is_kept for _, is_kept in promises) else 1


if __name__ == "__main__":
    sys.exit(main())
