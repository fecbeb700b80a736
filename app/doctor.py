"""`maalem doctor`: looks at everything the bot needs and says what to do about what is not well."""

# ruff: noqa: PLC0415 - whatever is broken must not keep the rest from being looked at

from __future__ import annotations

import importlib.metadata
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from rich.console import Console

from app.surroundings import folder_problem, port_problem
from app.up import fetch
from runtime.settings import PROJECT, Settings, SettingsError, load_settings

DISK_NEEDED_BYTES: Final = 500_000_000
"""Room for models, database and logs of a first month."""
PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
LOCK: Final = PROJECT / "requirements.lock"


class State(StrEnum):
    """How a thing is."""

    WELL = "✓"
    LATER = "○"
    """Not there yet; `up` sees to it."""
    MIND = "!"
    """It works, and somebody must know how far."""
    ILL = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: what was looked at, how it is, what to do."""

    what: str
    state: State
    words: str


def examine() -> Iterator[Finding]:
    """Look at one thing after the other; a look that breaks is itself a finding."""
    yield _interpreter()
    yield _dependencies(LOCK)
    try:
        settings = load_settings()
    except SettingsError as error:
        yield Finding("settings", State.ILL, "; ".join(error.problems) + " (see .env.example)")
        return
    yield Finding("settings", State.WELL, "read; every name and value is known")
    looks: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
        ("home", _home),
        ("disk", _disk),
        ("database", _database),
        ("model", _model),
        ("port", _port),
        ("redis", _redis),
        ("telegram", _telegram),
        ("sending", _sending),
        ("twilio", _twilio),
    )
    for what, look in looks:
        try:
            yield look(settings)
        except Exception as error:  # noqa: BLE001 - the doctor reports what breaks, it does not break with it
            yield Finding(what, State.ILL, f"could not be looked at: {type(error).__name__}: {error}")


def report(console: Console, findings: Iterator[Finding]) -> bool:
    """Print the findings as they come.

    Returns:
        Whether nothing is ill.
    """
    well = show(console, findings)
    console.print("All is well: ./maalem up" if well else "Mend what is marked ✗, then: ./maalem doctor")
    return well


def show(console: Console, findings: Iterable[Finding]) -> bool:
    """Print findings alone; whether nothing is ill."""
    colours = {State.WELL: "green", State.LATER: "yellow", State.MIND: "yellow", State.ILL: "red"}
    well = True
    for finding in findings:
        well = well and finding.state is not State.ILL
        console.print(f"[{colours[finding.state]}]{finding.state}[/] {finding.what:<16}", end="")
        console.print(finding.words, markup=False, highlight=False, soft_wrap=True)
    return well


def _interpreter() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    inside = sys.prefix != sys.base_prefix
    if sys.version_info[:2] != (3, 11):
        return Finding(
            "interpreter", State.ILL, f"Python {version}; 3.11 is needed: remove .venv, then ./maalem doctor"
        )
    if not inside:
        return Finding("interpreter", State.ILL, f"Python {version} outside .venv: start it with ./maalem")
    return Finding("interpreter", State.WELL, f"Python {version} in {sys.prefix}")


def _dependencies(lock: Path) -> Finding:
    try:
        pinned = [found.groups() for line in lock.read_text("utf-8").splitlines() if (found := PINNED.match(line))]
    except OSError as error:
        return Finding(
            "dependencies", State.ILL, f"requirements.lock cannot be read ({error.strerror}): fetch it again"
        )
    wrong = [name for name, version in pinned if _installed(name) != version]
    if wrong:
        few = ", ".join(wrong[:5]) + (" …" if len(wrong) > len(wrong[:5]) else "")
        return Finding(
            "dependencies",
            State.ILL,
            f"{len(wrong)} of {len(pinned)} differ from the lock ({few}): remove .venv, then ./maalem doctor",
        )
    return Finding("dependencies", State.WELL, f"{len(pinned)} packages as in requirements.lock")


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _home(settings: Settings) -> Finding:
    problem = folder_problem(settings.home, "MAALEM_HOME")
    return Finding("home", State.ILL, problem) if problem else Finding("home", State.WELL, str(settings.home))


def _disk(settings: Settings) -> Finding:
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    words = f"{free / 1e9:.1f} GB free"
    if free < DISK_NEEDED_BYTES:
        return Finding(
            "disk", State.ILL, f"{words}; {DISK_NEEDED_BYTES / 1e9} GB needed: make room or move MAALEM_HOME"
        )
    return Finding("disk", State.WELL, words)


def _database(settings: Settings) -> Finding:
    import sqlalchemy as sa

    from storage import migrate

    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return Finding("database", State.LATER, "not made yet: ./maalem up makes it")
    kind = url.get_backend_name()
    match migrate.state(settings.database_url):
        case "current":
            return Finding("database", State.WELL, f"{kind}, all migrations run")
        case "ahead":
            return Finding("database", State.ILL, f"{kind}, written by a newer version: take that version")
        case state:
            return Finding("database", State.LATER, f"{kind}, {state}: ./maalem up brings it up to date")


def _model(settings: Settings) -> Finding:
    from bot.engine.training import Freshness, model_state

    found = model_state(settings)
    if found.freshness is Freshness.FRESH and found.path is not None:
        return Finding("model", State.WELL, found.path.name)
    words = "none yet" if found.freshness is Freshness.MISSING else "older than its data"
    return Finding("model", State.LATER, f"{words}: ./maalem up trains it, or ./maalem train")


def _port(settings: Settings) -> Finding:
    problem = port_problem(settings.host, settings.port)
    if problem is None:
        return Finding("port", State.WELL, f"{settings.port} is free on {settings.host}")
    if fetch(settings.host, settings.port, "/healthz") is not None:
        return Finding("port", State.WELL, f"{settings.port}: Maalem answers there")
    return Finding("port", State.ILL, problem)


def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("redis", State.WELL, "not used: one machine")
    import redis

    try:
        with redis.Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=2) as server:
            server.ping()
    except (redis.RedisError, OSError) as error:
        return Finding(
            "redis", State.ILL, f"does not answer ({type(error).__name__}): start it, or clear MAALEM_REDIS_URL"
        )
    return Finding("redis", State.WELL, "answers")


def _telegram(settings: Settings) -> Finding:
    if settings.telegram_mode == "off":
        return Finding("telegram", State.WELL, "off: MAALEM_TELEGRAM_MODE=polling with a token switches it on")
    if settings.telegram_mode == "webhook" and settings.public_url is None:
        return Finding("telegram", State.ILL, "webhook without MAALEM_PUBLIC_URL: Telegram has no address to call")
    return Finding("telegram", State.WELL, f"{settings.telegram_mode}; the token is set")


def _sending(settings: Settings) -> Finding:
    from app.outbox import ages, reason
    from channels.errors import ErrorCode
    from runtime.clock import SystemClock
    from storage import migrate, outbox, ways
    from storage.database import Database

    if _database(settings).state is not State.WELL or migrate.state(settings.database_url) != "current":
        return Finding("sending", State.LATER, "nothing yet")
    database = Database(settings.database_url)
    try:
        with database.read() as connection:
            paused = [way for way in ways.known(connection) if way.reason is not None]
            failed = outbox.counts(connection).get("failed", 0)
    finally:
        database.close()
    dead = f"; {failed} gave up: ./maalem outbox list" if failed else ""
    if not paused:
        return Finding("sending", State.WELL, f"no channel is paused{dead}")
    now = SystemClock().now()
    words = ", ".join(
        f"{way.channel} is paused for {ages(way.since, now)}: {reason(way.reason or '')}" for way in paused
    )
    ours = {ErrorCode.CONFIGURATION, ErrorCode.SUSPENDED} & {way.reason for way in paused}
    return Finding("sending", State.ILL if ours else State.LATER, words + dead)


def _twilio(settings: Settings) -> Finding:
    from app.twilio import ONE_WAY

    if settings.twilio_sms_from is not None:
        return Finding("twilio", State.MIND, f"{ONE_WAY}. More: ./maalem twilio check")
    if settings.twilio_whatsapp_from is not None:
        return Finding("twilio", State.WELL, "WhatsApp is on; ./maalem twilio check asks Twilio how it is set up")
    return Finding("twilio", State.WELL, "off: MAALEM_TWILIO_WHATSAPP_FROM with an account switches it on")
