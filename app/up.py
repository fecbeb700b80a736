"""`maalem up`: everything on one machine, from an empty folder to an address that answers."""

# ruff: noqa: PLC0415 - database and model are only loaded when it is their turn

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from typing import Final

from rich.console import Console

from app.processes import stop_on_signals
from app.progress import Stopwatch, step
from app.supervisor import ChildSpec, Supervisor
from app.surroundings import CannotStart, folder_problem, only_one, port_problem
from runtime import logs
from runtime.hash_key import with_hash_key
from runtime.settings import PROJECT, Settings, is_loopback

HOPELESS_AFTER: Final = 3
"""Deaths in a row of one process, before anything ever answered, after which `up` gives up."""
READY_TIMEOUT_S: Final = 120.0
TELL_EVERY_S: Final = 3.0
"""How often a waiting person hears that it goes on, seconds."""
STOP_WITHIN_S: Final = 8.0


def up(settings: Settings, console: Console) -> None:
    """Check the machine, bring the database and the model up to date, run every process until Ctrl-C.

    Raises:
        CannotStart: With what is in the way and a way out.
    """
    clock = Stopwatch()
    for problem in (
        folder_problem(settings.home, "MAALEM_HOME"),
        port_problem(settings.host, settings.port),
    ):
        if problem:
            raise CannotStart(problem)
    with only_one(settings.home):
        settings = with_hash_key(settings)
        logs.configure(settings)
        stop = stop_on_signals()
        migrate(settings, console)
        if not stop.is_set():
            train_if_needed(settings, console, stop)
        if not stop.is_set():
            _run(settings, console, stop, clock)


def migrate(settings: Settings, console: Console) -> None:
    """Bring the database to the tables of this version.

    Raises:
        CannotStart: It cannot be reached, or a newer version wrote it.
    """
    import sqlalchemy.exc

    from storage import migrate as migrations

    try:
        state = migrations.state(settings.database_url)
        if state == "ahead":
            raise CannotStart(
                "The database was written by a newer version. Take that version, or another folder: MAALEM_HOME=…"
            )
        if state != "current":
            with step(console, "Preparing the database"):
                migrations.upgrade(settings.database_url)
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise CannotStart(
            f"The database cannot be used ({type(error).__name__}). Is MAALEM_DATABASE_URL right and the server up?\n"
            "Without that variable a file in the home folder is used: ./maalem doctor"
        ) from error


def train_if_needed(settings: Settings, console: Console, stop: threading.Event) -> None:
    """Train where the model is missing or older than its data, in a process of its own that shows its progress.

    What training needs in memory goes with that process. `stop` ends it early.

    Raises:
        CannotStart: The training failed; its own words stand above.
    """
    from bot.engine.training import Freshness, model_state

    freshness = model_state(settings).freshness
    if freshness is Freshness.FRESH:
        return
    problem = folder_problem(settings.model_dir, "MAALEM_MODEL_DIR")
    if problem:
        raise CannotStart(problem)
    why = "There is no model yet" if freshness is Freshness.MISSING else "The model is older than its data"
    console.print(f"{why}: training one, about a minute.")
    training = subprocess.Popen([sys.executable, "-m", "app", "train"], cwd=PROJECT)
    while training.poll() is None:
        if stop.wait(0.1):
            training.terminate()
            training.wait()
            return
    if stop.is_set():
        return
    code = training.returncode
    if code != 0:
        raise CannotStart("The model could not be trained; the reason stands above. Check the data: ./maalem validate")


def child_specs(settings: Settings) -> list[ChildSpec]:
    """The processes that `up` keeps alive: the workers first, since they take longest to load."""
    simulator = settings.simulator
    if "simulator" not in settings.model_fields_set:
        simulator = is_loopback(settings.host)
    environment = {
        "MAALEM_HOST": settings.host,
        "MAALEM_PORT": str(settings.port),
        "MAALEM_SIMULATOR": "1" if simulator else "0",
    }
    kinds = [("worker", settings.workers), ("gateway", 1), ("sender", settings.senders)]
    return [
        ChildSpec(
            name=name,
            command=(sys.executable, "-m", "app", kind, "--name", name),
            environment=environment,
            folder=PROJECT,
        )
        for kind, count in kinds
        for name in (["gateway"] if kind == "gateway" else [f"{kind}-{number}" for number in range(1, count + 1)])
    ]


def _run(settings: Settings, console: Console, stop: threading.Event, clock: Stopwatch) -> None:
    specs = child_specs(settings)
    supervisor = Supervisor(specs, stop_within_s=STOP_WITHIN_S)
    try:
        supervisor.start()
        console.print(f"Starting {', '.join(spec.name for spec in specs)} …")
        ready = _wait_until_ready(settings, supervisor, stop, console)
        if ready:
            open_page = specs[0].environment["MAALEM_SIMULATOR"] == "1"
            console.print(f"[bold green]Maalem answers at {address(settings)}[/]  (after {clock}; Ctrl-C stops it)")
            if not open_page:
                console.print("The simulator is off: it only opens by itself on 127.0.0.1.")
            supervisor.run(stop)
    finally:
        console.print("Stopping …")
        supervisor.stop()
        console.print("Stopped.")


def _wait_until_ready(settings: Settings, supervisor: Supervisor, stop: threading.Event, console: Console) -> bool:
    waited = Stopwatch()
    told_s = 0.0
    while not stop.wait(0.1):
        for name in supervisor.poll():
            if supervisor.failures(name) >= HOPELESS_AFTER:
                raise CannotStart(f"The {name} does not stay up; its last words stand above. Check: ./maalem doctor")
        if is_ready(settings.host, settings.port):
            return True
        if waited.seconds > READY_TIMEOUT_S:
            raise CannotStart(f"Nothing is ready after {READY_TIMEOUT_S:.0f} s. Check: ./maalem doctor")
        if waited.seconds >= told_s + TELL_EVERY_S:
            told_s = waited.seconds
            console.print(f"… loading the model, {told_s:.0f} s")
    return False


def is_ready(host: str, port: int) -> bool:
    """Whether the gateway answers there, on a database of this version, with a worker to serve it."""
    body = fetch(host, port, "/readyz")
    try:
        return body is not None and int(json.loads(body).get("workers", 0)) > 0
    except (ValueError, AttributeError):
        return False


def fetch(host: str, port: int, path: str, timeout_s: float = 2.0) -> bytes | None:
    """What a program there answers with 200 to a GET; None for any other answer, or none."""
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read() if answer.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _reachable(host: str) -> str:
    """An address to call for what listens on `host`: "every address" includes this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound


def address(settings: Settings) -> str:
    """Where a person on this machine finds the gateway."""
    host = _reachable(settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
