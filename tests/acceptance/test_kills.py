"""Kills at random moments of a busy hour, and a provider in every mood: all are answered, nothing happens twice."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import httpx
import pytest
import sqlalchemy as sa

from storage import tables
from storage.database import Database
from tests.acceptance.conftest import PATIENCE_S, Lives, rows
from tests.acceptance.doors import REPORTS, Door, TelegramDoor, Webhook, WhatsAppDoor
from tests.fakes.known import FAKES
from tests.fakes.telegram import FakeTelegram
from tests.fakes.whatsapp import FakeWhatsApp

PEOPLE: Final = 30
KILLS: Final = {"worker": 7, "sender": 7, "gateway": 4}
LIMIT_S: Final = 60
"""Some 15 to 30 are needed: with faults, answers are tried again after 2, 4, 8 … seconds."""
LETTERS: Final = "abcdefghijklmnopqrst"
SENT: Final = {"sent", "delivered", "read"}
SETTLED: Final = {*SENT, "failed", "dropped"}


@dataclass
class Street:
    """Everybody who writes at the same time, and the provider in between.

    Attributes:
        acknowledged: Messages for which the gateway said 200.
        attempts: How often each message was posted.
        settled: Messages whose answer has left, or never will.
        changed: Set and replaced whenever there are more of these.
    """

    door: Door
    database: Database
    client: httpx.AsyncClient
    acknowledged: set[str] = field(default_factory=set)
    attempts: Counter[str] = field(default_factory=Counter)
    settled: set[str] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def person(self, person: int) -> None:
        """Enrol as far as the name, each message after the answer to the one before."""
        for text in ("je veux m'inscrire au programme", "J'accepte", "1", "maître artisan", name_of(person)):
            webhook = self.door.brought(next(self.numbers), person, text)
            await self._deliver(webhook)
            while webhook.message_id not in self.settled:
                await self.changed.wait()

    async def _deliver(self, webhook: Webhook) -> None:
        """As providers do: again until there is a 200."""
        while True:
            self.attempts[webhook.message_id] += 1
            try:
                response = await self.client.post(webhook.path, content=webhook.body, headers=webhook.headers)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if response.status_code == 200:
                self.acknowledged.add(webhook.message_id)
                return
            assert response.status_code == 503
            await asyncio.sleep(0.1)

    async def watch(self) -> None:
        """See what has been answered."""
        answered = sa.select(tables.inbox.c.provider_message_id).join(
            tables.outbox, tables.outbox.c.turn_id == tables.inbox.c.turn_id
        )
        while True:
            with self.database.read() as connection:
                settled = set(connection.execute(answered.where(tables.outbox.c.state.in_(SETTLED))).scalars())
            if settled != self.settled:
                self.settled = settled
                self.changed.set()
                self.changed = asyncio.Event()
            await asyncio.sleep(0.05)

    async def kill(self, victims: list[Undying], rng: random.Random) -> None:
        """One after the other, each when more has been answered since the last, at any moment of the work."""
        total = PEOPLE * 5
        for number, victim in enumerate(victims):
            while len(self.settled) < total * (number + 0.5) / (len(victims) + 1):
                await self.changed.wait()
            await asyncio.sleep(rng.uniform(0, 0.15))
            await asyncio.to_thread(victim.kill)


class Undying:
    """A process that is started again at once whenever it has been killed."""

    def __init__(self, lives: Lives, environment: dict[str, str]) -> None:
        self._lives = lives
        self._environment = environment
        self._pid = lives.begin(environment)
        self._up = threading.Event()
        self._up.set()
        self._thread = threading.Thread(target=self._keep)
        self._thread.start()

    def kill(self) -> None:
        """SIGKILL, as soon as it runs."""
        assert self._up.wait(PATIENCE_S)
        self._up.clear()
        os.kill(self._pid, signal.SIGKILL)

    def stop(self) -> None:
        """The end, in good order."""
        assert self._up.wait(PATIENCE_S)
        self._lives.ask_to_stop(self._pid, self._environment)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def _keep(self) -> None:
        while self._lives.exit_code() == -signal.SIGKILL:
            self._pid = self._lives.begin(self._environment)
            self._up.set()


def name_of(person: int) -> str:
    """A name of one's own, of letters."""
    return f"Fatima B{LETTERS[person // 20 % 20]}{LETTERS[person % 20]}laoui"


@pytest.fixture
def doors(telegram: FakeTelegram) -> Iterator[dict[str, Door]]:
    """Both providers; at the end nothing unexpected was asked, and every report was acknowledged."""
    with FakeWhatsApp(reports=REPORTS) as fake:
        yield {"telegram": TelegramDoor(telegram), "whatsapp": WhatsAppDoor(fake)}
        assert fake.failures == []


@pytest.fixture
def environment(environment: dict[str, str], doors: dict[str, Door]) -> dict[str, str]:
    """With WhatsApp as well."""
    (known,) = (fake for fake in FAKES if fake.name == "whatsapp")
    door = doors["whatsapp"]
    assert isinstance(door, WhatsAppDoor)
    door.fake.callback = f"http://127.0.0.1:{environment['MAALEM_PORT']}"
    return environment | {f"MAALEM_{name}": value for name, value in known.settings(door.fake).items()}


@pytest.fixture
def processes(
    worker_lives: Lives, sender_lives: Lives, gateway_lives: Lives, environment: dict[str, str]
) -> Iterator[dict[str, Undying]]:
    """Gateway, worker and sender at work, whatever happens to them."""
    running: dict[str, Undying] = {}
    try:
        for name, lives in (("worker", worker_lives), ("sender", sender_lives), ("gateway", gateway_lives)):
            running[name] = Undying(lives, environment)
        yield running
    finally:
        for one in running.values():
            one.stop()


@pytest.mark.parametrize(
    ("channel", "faults"),
    [("telegram", False), ("telegram", True), ("whatsapp", True)],
    ids=["kills", "kills-and-faults", "whatsapp-kills-and-faults"],
)
async def test_whatever_is_killed_everybody_is_answered_once(
    channel: str,
    *,
    faults: bool,
    doors: dict[str, Door],
    processes: dict[str, Undying],
    environment: dict[str, str],
    database: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """SIGKILL to gateway, worker and sender while thirty people write: nothing lost, nothing applied twice.

    The provider meanwhile answers all or, with faults, cuts connections, is slow, throttles and breaks; WhatsApp
    reports on its messages out of order and twice. An answer may be seen twice only where a send got no answer, and is
    given up only where two of its sends got none: then it stands among those an operator sees. How often that was is
    counted, and shown.
    """
    seed = random.SystemRandom().randrange(10**6)
    rng = random.Random(seed)
    door = doors[channel]
    victims = [processes[name] for name, times in KILLS.items() for _ in range(times)]
    rng.shuffle(victims)
    if faults:
        door.queue_weather(rng, PEOPLE * 5)
    people = range(1000, 1000 + PEOPLE)
    url = f"http://127.0.0.1:{environment['MAALEM_PORT']}"
    started = time.monotonic()
    async with (
        httpx.AsyncClient(base_url=url, timeout=30) as client,
        asyncio.timeout(LIMIT_S),
    ):
        street = Street(door, database, client)
        watching = asyncio.create_task(street.watch())
        killing = asyncio.create_task(street.kill(victims, rng))
        await asyncio.gather(*(street.person(person) for person in people))
        await killing
        watching.cancel()
        if channel == "whatsapp":
            await _every_report_is_home(database)
    took_s = time.monotonic() - started

    _every_message_had_its_turn(database, street)
    for person in people:
        _is_where_they_should_be(database, door, person)
    twice = sum(_seen_twice(database, door, person) for person in people)
    answers = rows(database, tables.outbox)
    counted = sum(row.unanswered for row in rows(database, tables.way_out))
    assert counted == sum(row.unanswered for row in answers)
    assert twice <= counted
    shown = (await asyncio.to_thread(httpx.get, f"{url}/metrics", timeout=10)).text
    assert f'maalem_sends_ambiguous_total{{channel="{channel}"}} {counted}.0' in shown
    given_up = sum(row.state not in SENT for row in answers)
    repeated = sum(times - 1 for times in street.attempts.values())
    with capsys.disabled():
        print(  # noqa: T201 - what nobody can rule out is said
            f"\n  {channel}, {took_s:.0f} s: {len(victims)} kills (seed {seed}): {len(answers)} answers, {counted} "
            f"sends without an answer, {twice} answers seen twice, {given_up} given up; {repeated} webhooks repeated"
        )


async def _every_report_is_home(database: Database) -> None:
    """What WhatsApp took was read, whatever came after that."""
    while True:
        if {row.state for row in rows(database, tables.outbox) if row.state in SENT} == {"read"}:
            return
        await asyncio.sleep(0.1)


def _every_message_had_its_turn(database: Database, street: Street) -> None:
    """What was acknowledged is there once, and went through one turn."""
    inbox = rows(database, tables.inbox)
    assert len(street.acknowledged) == PEOPLE * 5
    assert sorted(row.provider_message_id for row in inbox) == sorted(street.acknowledged)
    assert {row.state for row in inbox} == {"done"}
    turns = rows(database, tables.turn)
    understood = [one["inbox_id"] for turn in turns for one in turn.understanding]
    assert sorted(understood) == sorted(row.id for row in inbox)
    assert Counter(row.turn_id for row in rows(database, tables.outbox)) == Counter(turn.id for turn in turns)
    assert rows(database, tables.staff_request) == []


def _is_where_they_should_be(database: Database, door: Door, person: int) -> None:
    """Every answer was taken, and taken once: no step was repeated or left out."""
    (identity,) = [row for row in rows(database, tables.identity) if row.address == door.address(person)]
    (talk,) = [row for row in rows(database, tables.conversation) if row.id == identity.conversation_id]
    slots = talk.tracker["slots"]
    told = {name: slots.get(name) for name in ("consent", "track", "category", "person_name", "requested_slot")}
    assert told == {
        "consent": "accept",
        "track": "export_coaching",
        "category": "maitre_artisan",
        "person_name": name_of(person),
        "requested_slot": "place",
    }
    assert len([row for row in rows(database, tables.consent) if row.person_id == identity.person_id]) == 1
    assert len([row for row in rows(database, tables.turn) if row.conversation_id == talk.id]) == 5


def _seen_twice(database: Database, door: Door, person: int) -> int:
    """How many answers this person saw twice: all of them in order, and only where the outbox says that it may be."""
    texts = door.shown(person)
    seen = [(text, len(list(copies))) for text, copies in itertools.groupby(texts)]
    answers = [row for row in rows(database, tables.outbox) if row.address == door.address(person)]
    assert all(row.state in SENT or row.unanswered >= 2 for row in answers)
    shown = [row for row in answers if row.state in SENT or row.body["text"] in texts]
    assert [text for text, _ in seen] == [row.body["text"] for row in shown]
    for (_, copies), row in zip(seen, shown, strict=True):
        assert 1 <= copies <= 1 + row.unanswered
    return sum(copies - 1 for _, copies in seen)
