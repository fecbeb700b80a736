"""How many turns a second one core answers: our worker and stock Rasa with the same bot, side by side in one run.

    python -m benchmarks.turns [--quick] [--json FILE] [--profile FILE]

Both sides are trained from the same files and get the same texts, block after block in turn, so that a slow moment of
the machine hits both. All that is measured runs on one core, all that measures on another. A turn of ours begins with
the commit of its inbox row and ends with the commit of the answer; a turn of stock Rasa is one request to its REST
channel, answered.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import machine, write
from benchmarks.processes import Pinned, ProcessFailed, cores
from benchmarks.script import ENROLMENTS, Conversation, People
from benchmarks.stock import Stock
from benchmarks.stock_environment import find_environment
from benchmarks.turns_figures import Blocks, figures_of, growth_of, show, targets
from runtime.settings import PROJECT
from storage import migrate

TRAIN_S: Final = 900


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
        cpu_s = self.process.cpu_s()
        started = time.perf_counter()
        self.process.process.stdin.write((json.dumps(asked) + "\n").encode())
        self.process.process.stdin.flush()
        told = self._answer()
        self.peak_mb = max(self.peak_mb, self.process.memory_mb())
        return {**told, "took_s": time.perf_counter() - started, "cpu_s": self.process.cpu_s() - cpu_s}

    def _answer(self) -> dict[str, Any]:
        assert self.process.process.stdout is not None
        line = self.process.process.stdout.readline()
        if not line:
            self.process.process.wait()
            self.process.check()
        answer: dict[str, Any] = json.loads(line)
        return answer


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
    for old in set(models["ours"].parent.iterdir()) - set(models.values()):
        old.unlink()
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
        did = _done(folder, size, stock.actions_run())
        stock_mb = stock.memory_mb()
        _tell("long conversations")
        long_talks = ours.talk([people.long_talk() for _ in range(size.long_talks)])
        if profile is not None:
            ours.talk(people.enrolments(size.each), profile)
    figures = figures_of(blocks)
    return {
        "stock_is": environment.about,
        "training": training,
        "start": start_s,
        "memory_mb": {"ours": ours.peak_mb, "stock": sum(stock_mb.values()), **stock_mb},
        **figures,
        "done": did,
        "growth": growth_of(long_talks["seconds"]),
    }


def _tell(what: str) -> None:
    print(f"{what} …", file=sys.stderr)


def _blocks(size: Size, ours: Ours, stock: Stock, people: People) -> Blocks:
    blocks = Blocks()
    for number in range(-1, size.blocks):  # the first warms up and is not counted
        _tell(f"block {number + 1} of {size.blocks}" if number >= 0 else "warming up")
        gc.collect()
        found = ours.talk(people.enrolments(size.each))
        talked = {at_once: asyncio.run(stock.talk(people.enrolments(size.each), at_once)) for at_once in blocks.stock}
        if number >= 0:
            blocks.ours.append(found)
            for at_once, one in talked.items():
                blocks.stock[at_once].append(one)
    return blocks


def _done(folder: Path, size: Size, stock_ran: Counter[str]) -> dict[str, Any]:
    """Whether both sides did the same: registrations filed, and how often each action ran, for the same conversations.

    Raises:
        ProcessFailed: A conversation did not come to its end: figures of different work are not compared.
    """
    rounds = 2  # stock Rasa has every block twice
    conversations = size.each * len(ENROLMENTS) * (size.blocks + 1)
    filed = {}
    for side, expected in {"ours": conversations, "stock": conversations * rounds}.items():
        with closing(sqlite3.connect(folder / side / "maalem.db")) as database:
            (filed[side],) = database.execute("SELECT count(*) FROM journey").fetchone()
            if side == "ours":
                rows = database.execute("SELECT actions FROM turn").fetchall()
        if filed[side] != expected:
            raise ProcessFailed(f"{side}: {filed[side]} of {expected} conversations ended with a registration.")
    ours_ran = Counter(name for (actions,) in rows for name in json.loads(actions) for _ in range(rounds))
    names = sorted(ours_ran | stock_ran) if stock_ran else ()
    different = {name: [ours_ran[name], stock_ran[name]] for name in names if ours_ran[name] != stock_ran[name]}
    return {"registrations": filed, "actions_each_side": ours_ran.total(), "ours_and_stock_differ": different}


def main() -> int:
    """Measure, print, and keep the figures if asked to; 0 if every promise is kept."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.turns", description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--quick", action="store_true", help="a short run, under a minute once the models are there")
    options.add_argument("--json", type=Path, metavar="FILE", help="keep the figures here")
    options.add_argument("--profile", type=Path, metavar="FILE", help="profile one more block of ours (cProfile)")
    chosen = options.parse_args()
    about = machine()
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
    report = {"benchmark": "turns", "machine": about, "database": "SQLite, WAL, synchronous FULL", **results}
    report["targets"] = [{"promise": promise, "kept": is_kept} for promise, is_kept in promises]
    show(report, promises)
    if chosen.json:
        write(chosen.json, report)
    return 0 if all(is_kept for _, is_kept in promises) else 1


if __name__ == "__main__":
    sys.exit(main())
