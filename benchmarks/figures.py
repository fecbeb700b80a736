"""Numbers as they are told: percentiles, the spread over blocks, and what machine they are from."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

QUIET: Final = 0.5
"""Load below which a machine counts as left alone."""
CPU_FILE: Final = Path("/proc/cpuinfo")
SHOWN_VERSIONS: Final = ("rasa", "rasa-sdk", "sqlalchemy", "numpy", "fastapi", "uvicorn", "uvloop")


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` of the values lie, nearest rank.

    Args:
        values: At least one.
        share: Of the values, 0…1.

    Raises:
        ValueError: No values.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("No values were measured.")
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Smallest, middle and largest of the blocks' figures, and how many blocks there were."""
    return {"min": min(values), "median": statistics.median(values), "max": max(values), "blocks": len(values)}


def latencies(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the slowest in milliseconds, and the number of samples."""
    return {
        "p50_ms": percentile(seconds, 0.5) * 1000,
        "p95_ms": percentile(seconds, 0.95) * 1000,
        "p99_ms": percentile(seconds, 0.99) * 1000,
        "max_ms": max(seconds) * 1000,
        "samples": len(seconds),
    }


def machine() -> dict[str, Any]:
    """Kind of machine, versions, and how busy it is now; no name of a host or of a person. Ask before the run."""
    return {
        "load_before": round(os.getloadavg()[0], 2),  # processes that ran or wanted to, over the last minute
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in SHOWN_VERSIONS},
    }


def _cpu_model() -> str:
    try:
        lines = CPU_FILE.read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side: the first to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        first, *others = (cell.ljust(width) if not index else cell.rjust(width)
                          for index, (cell, width) in enumerate(zip(cells, widths, strict=True)))  # fmt: skip
        return "  ".join([first, *others]).rstrip()

    return "\n".join([line(head), "  ".join("-" * width for width in widths), *(line(row) for row in rows)])


def show_machine(about: dict[str, Any]) -> str:
    """One line about the machine."""
    busy = " – others were using it: take the figures for less than they are" if about["load_before"] > QUIET else ""
    return (
        f"{about['cpu']}, {about['cores']} cores, Python {about['python']}; load before the run "
        f"{about['load_before']}{busy}"
    )


def show_spread(figures: dict[str, float], digits: int = 0) -> str:
    """The middle, with the smallest and largest behind it."""
    return f"{figures['median']:.{digits}f} ({figures['min']:.{digits}f} to {figures['max']:.{digits}f})"


def show_targets(targets: Sequence[tuple[str, bool]]) -> str:
    """One line for each promise: kept or not."""
    return "\n".join(f"{'kept    ' if kept else 'NOT KEPT'}  {promise}" for promise, kept in targets)


def write(path: Path, report: dict[str, Any]) -> None:
    """Keep a report as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
