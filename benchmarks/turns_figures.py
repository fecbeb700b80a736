"""From what the blocks of `benchmarks.turns` took to figures, promises and a page to read."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.figures import latencies, show_machine, show_spread, show_targets, spread, table
from benchmarks.script import EARLY, LATE
from benchmarks.stock import Talked

AT_ONCE: Final = 4
"""Conversations at once with stock Rasa in its second round: with one, its core waits while the disk does."""
TARGET_RATIO: Final = 6.0
TARGET_P99_MS: Final = 20.0
TARGET_MB: Final = 300.0
TARGET_GROWTH: Final = 1.2


@dataclass
class Blocks:
    """What the blocks of both sides took."""

    ours: list[dict[str, Any]] = field(default_factory=list)
    stock: dict[int, list[Talked]] = field(default_factory=lambda: {1: [], AT_ONCE: []})


def _flat(lists: Sequence[Sequence[float]]) -> list[float]:
    return [value for one in lists for value in one]


def figures_of(blocks: Blocks) -> dict[str, Any]:
    """Turns a second, latencies and processor time of both sides, and the ratios, taken block by block."""
    turns = [len(_flat(block["seconds"])) for block in blocks.ours]
    ours_per_s = [count / sum(_flat(block["seconds"])) for count, block in zip(turns, blocks.ours, strict=True)]
    stock_per_s = {
        at_once: [len(one.seconds) / one.took_s for one in talked] for at_once, talked in blocks.stock.items()
    }
    best = [max(rates) for rates in zip(*stock_per_s.values(), strict=True)]
    seconds = _flat([_flat(block["seconds"]) for block in blocks.ours])
    kept_first = _flat([_flat(block["inbox_seconds"]) for block in blocks.ours])
    ours_cpu = [block["cpu_s"] / count * 1000 for count, block in zip(turns, blocks.ours, strict=True)]
    stock_cpu = {
        at_once: [one.cpu_s / len(one.seconds) * 1000 for one in talked] for at_once, talked in blocks.stock.items()
    }
    figures: dict[str, Any] = {
        "ours": {
            "turns_per_s": spread(ours_per_s),
            "cpu_ms_a_turn": spread(ours_cpu),
            **latencies(seconds),
            "without_inbox": latencies([whole - inbox for whole, inbox in zip(seconds, kept_first, strict=True)]),
        },
        "ratio": spread([ours / stock for ours, stock in zip(ours_per_s, best, strict=True)]),
        "cpu_ratio": spread([min(stock) / ours for ours, *stock in zip(ours_cpu, *stock_cpu.values(), strict=True)]),
    }
    for at_once, talked in blocks.stock.items():
        figures[f"stock_{at_once}_at_once"] = {
            "turns_per_s": spread(stock_per_s[at_once]),
            "cpu_ms_a_turn": spread(stock_cpu[at_once]),
            **latencies(_flat([one.seconds for one in talked])),
            "silent_turns": sum(one.silent for one in talked),
        }
    return figures


def growth_of(talks: Sequence[Sequence[float]]) -> dict[str, Any]:
    """What the 1,000th turn costs beside the 10th: medians of the eleven turns around each, for each conversation."""
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


def show(report: dict[str, Any], promises: Sequence[tuple[str, bool]]) -> None:
    """Print a report for people."""
    stock = report["stock_is"]
    print(show_machine(report["machine"]))
    print(f"stock Rasa: {stock['environment']}; {stock['tracker_store']}\n")
    sides = {
        "ours": "ours",
        "stock_1_at_once": "stock, 1 at once",
        f"stock_{AT_ONCE}_at_once": f"stock, {AT_ONCE} at once",
    }
    rows = [
        [
            label,
            show_spread(report[name]["turns_per_s"], 1),
            show_spread(report[name]["cpu_ms_a_turn"], 1),
            *(f"{report[name][key]:.1f}" for key in ("p50_ms", "p95_ms", "p99_ms", "max_ms")),
            str(report[name]["samples"]),
        ]
        for name, label in sides.items()
    ]
    print(table(["", "turns/s (min to max)", "CPU ms a turn", "p50 ms", "p95 ms", "p99 ms", "max ms", "turns"], rows))
    print(f"\nratio (to the better of stock's two, block by block): {show_spread(report['ratio'], 1)}")
    print(f"ratio of processor time a turn: {show_spread(report['cpu_ratio'], 1)}")
    inner = report["ours"]["without_inbox"]
    print(f"ours without the inbox's commit: p50 {inner['p50_ms']:.1f} ms, p99 {inner['p99_ms']:.1f} ms")
    memory, start, training = report["memory_mb"], report["start"], report["training"]
    print(f"memory: ours {memory['ours']:.0f} MB, stock {memory['stock']:.0f} MB in two processes")
    print(f"start: ours {start['ours_s']:.1f} s, stock {start['stock_s']:.1f} s")
    print(
        "training: " + (", ".join(f"{name[:-2]} {took:.1f} s" for name, took in training.items()) or "not in this run")
    )
    growth = report["growth"]
    print(
        f"growth: turns 5 to 15 {show_spread(growth['turns_5_to_15_ms'], 2)} ms, "
        f"turns 995 to 1005 {show_spread(growth['turns_995_to_1005_ms'], 2)} ms, "
        f"ratio {show_spread(growth['ratio'], 2)}"
    )
    print(f"actions that ran more often on one side: {report['done']['ours_and_stock_differ'] or 'none'}")
    print("\n" + show_targets(promises))
