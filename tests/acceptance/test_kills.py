"""Kills at random moments of a busy hour, and a provider in every mood: all are answered, nothing happens twice."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest
import sqlalchemy as sa

from storage import tables
from storage.database import Database
from tests.acceptance.conftest import PATIENCE_S, Lives, rows
from tests.fakes.telegram import Answer, FakeTelegram
from tests.updates import HEADERS, text_update

SEND: Final = "sendMessage"
PEOPLE: Final = 40
KILLS: Final = {"worker": 8, "sender": 8, "gateway": 5}
LIMIT_S: Final = 60
FAULTS_LIMIT_S: Final = 150
"""With faults: answers are tried again after 2, 4, 8 … seconds."""
FAULTS: Final = (
    *(Answer(SEND, cut="before"), Answer(SEND, cut="after"), Answer(SEND, 500), Answer(SEND, 502)),
    Answer(SEND, 429, "Too Many Requests", retry_after=1),
)
ONE_IN: Final = 6
"""One send in so many goes wrong."""
SLOW: Final = (Answer(SEND, delay_s=10.5), Answer(SEND, delay_s=10.5, cut="before"))
"""Time-outs after and before the message was taken; the sender waits for ten seconds."""
LETTERS: Final = "abcdefghijklmnopqrst"
SETTLED: Final = {"sent", "failed", "dropped"}


@dataclass
class Street:
    """Everybody who writes at the same time, and Telegram in between.

    Attributes:
        acknowledged: Updates for which the gateway said 200.
        attempts: How often each update was posted.
        settled: Updates whose answer has left, or never will.
        changed: Set and replaced whenever there are more of these.
    """

    database: Database
    client: httpx.AsyncClient
    acknowledged: set[int] = field(default_factory=set)
    attempts: Counter[int] = field(default_factory=Counter)
    settled: set[int] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    updates: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def person(self, chat: int) -> None:
        """Enrol as far as the name, each message after the answer to the one before."""
        for text in ("je veux m'inscrire au programme", "J'accepte", "1", "maître artisan", name_of(chat)):
            update_id = next(self.updates)
            await self._deliver(text_update(update_id, chat, text))
            while update_id not in self.settled:
                await self.changed.wait()

    async def _deliver(self, update: dict[str, Any]) -> None:
        """As Telegram does: again until there is a 200."""
        while True:
            self.attempts[update["update_id"]] += 1
            try:
                response = await self.client.post("/webhooks/telegram", json=update, headers=HEADERS)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if response.status_code == 200:
                self.acknowledged.add(update["update_id"])
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
                found = connection.execute(answered.where(tables.outbox.c.state.in_(SETTLED))).scalars()
                settled = {int(one) for one in found}
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


def name_of(chat: int) -> str:
    """A name of one's own, of letters."""
    return f"Fatima B{LETTERS[chat // 20 % 20]}{LETTERS[chat % 20]}laoui"


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


@pytest.mark.parametrize("faults", [False, True], ids=["kills", "kills-and-faults"])
async def test_whatever_is_killed_everybody_is_answered_once(
    faults: bool,  # noqa: FBT001 - a parameter of the test
    processes: dict[str, Undying],
    environment: dict[str, str],
    database: Database,
    telegram: FakeTelegram,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """SIGKILL to gateway, worker and sender while forty people write: nothing lost, nothing applied twice.

    Telegram meanwhile answers all or, with faults, cuts connections, is slow, throttles and breaks. An answer may be
    seen twice only where a send got no answer, and is given up only where two of its sends got none: then it stands
    among those an operator sees. How often that was is counted, and shown.
    """
    seed = random.SystemRandom().randrange(10**6)
    rng = random.Random(seed)
    victims = [processes[name] for name, times in KILLS.items() for _ in range(times)]
    rng.shuffle(victims)
    if faults:
        telegram.queue(*_weather(rng))
    chats = range(1000, 1000 + PEOPLE)
    url = f"http://127.0.0.1:{environment['MAALEM_PORT']}"
    async with (
        httpx.AsyncClient(base_url=url, timeout=30) as client,
        asyncio.timeout(FAULTS_LIMIT_S if faults else LIMIT_S),
    ):
        street = Street(database, client)
        watching = asyncio.create_task(street.watch())
        killing = asyncio.create_task(street.kill(victims, rng))
        await asyncio.gather(*(street.person(chat) for chat in chats))
        await killing
        watching.cancel()

    _every_message_had_its_turn(database, street)
    for chat in chats:
        _is_where_they_should_be(database, chat)
    twice = sum(_seen_twice(database, telegram, chat) for chat in chats)
    answers = rows(database, tables.outbox)
    counted = sum(row.unanswered for row in rows(database, tables.way_out))
    assert counted == sum(row.unanswered for row in answers)
    assert twice <= counted
    with capsys.disabled():
        print(  # noqa: T201 - what nobody can rule out is said
            f"\n  {len(victims)} kills (seed {seed}): {len(answers)} answers, {sum(row.unanswered for row in answers)} "
            f"sends without an answer, {twice} answers seen twice, {sum(row.state != 'sent' for row in answers)} given "
            f"up; {sum(times - 1 for times in street.attempts.values())} webhooks repeated"
        )


def _weather(rng: random.Random) -> list[Answer]:
    """What Telegram does with each send of the hour, in its order."""
    usual = [rng.choice(FAULTS) if rng.randrange(ONE_IN) == 0 else Answer(SEND) for _ in range(PEOPLE * 8)]
    for slow in SLOW:
        usual.insert(rng.randrange(PEOPLE * 5), slow)
    return usual


def _every_message_had_its_turn(database: Database, street: Street) -> None:
    """What was acknowledged is there once, and went through one turn."""
    inbox = rows(database, tables.inbox)
    assert len(street.acknowledged) == PEOPLE * 5
    assert sorted(int(row.provider_message_id) for row in inbox) == sorted(street.acknowledged)
    assert {row.state for row in inbox} == {"done"}
    turns = rows(database, tables.turn)
    understood = [one["inbox_id"] for turn in turns for one in turn.understanding]
    assert sorted(understood) == sorted(row.id for row in inbox)
    assert Counter(row.turn_id for row in rows(database, tables.outbox)) == Counter(turn.id for turn in turns)
    assert rows(database, tables.staff_request) == []


def _is_where_they_should_be(database: Database, chat: int) -> None:
    """Every answer was taken, and taken once: no step was repeated or left out."""
    (identity,) = [row for row in rows(database, tables.identity) if row.address == str(chat)]
    (talk,) = [row for row in rows(database, tables.conversation) if row.id == identity.conversation_id]
    slots = talk.tracker["slots"]
    told = {name: slots.get(name) for name in ("consent", "track", "category", "person_name", "requested_slot")}
    assert told == {
        "consent": "accept",
        "track": "export_coaching",
        "category": "maitre_artisan",
        "person_name": name_of(chat),
        "requested_slot": "place",
    }
    assert len([row for row in rows(database, tables.consent) if row.person_id == identity.person_id]) == 1
    assert len([row for row in rows(database, tables.turn) if row.conversation_id == talk.id]) == 5


def _seen_twice(database: Database, telegram: FakeTelegram, chat: int) -> int:
    """How many answers this person saw twice: all of them in order, and only where the outbox says that it may be."""
    texts = [str(message["text"]) for message in telegram.messages(chat)]
    seen = [(text, len(list(copies))) for text, copies in itertools.groupby(texts)]
    answers = [row for row in rows(database, tables.outbox) if row.address == str(chat)]
    assert all(row.state == "sent" or row.unanswered >= 2 for row in answers)
    shown = [row for row in answers if row.state == "sent" or row.body["text"] in texts]
    assert [text for text, _ in seen] == [row.body["text"] for row in shown]
    for (_, copies), row in zip(seen, shown, strict=True):
        assert 1 <= copies <= 1 + row.unanswered
    return sum(copies - 1 for _, copies in seen)
