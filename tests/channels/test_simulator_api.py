"""The simulator's API (docs/simulator.md): what it answers, what it refuses, and that it loses nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.fits import fits
from bot.engine.loading import load_engine
from bot.engine.turn import Engine
from bot.engine.worker import Worker
from channels.gateway import create_app
from channels.simulator import routes
from runtime.clock import SystemClock
from runtime.settings import Settings, load_settings
from runtime.wakeup import Wakeups
from storage import database as database_module
from storage import migrate, tables
from storage.database import Database

PATH = "/simulator/messages"
REPLY_KEYS = {
    "id",
    "text",
    "choices",
    "shown_as",
    "direction",
    "segments",
    "units",
    "encoding",
    "parts",
    "media",
}
"""What docs/simulator.md promises of a reply."""


@pytest.fixture(scope="module")
def engine(trained_model: Path) -> Engine:
    """Rasa with the trained model, loaded once."""
    return load_engine(load_settings(), fits, trained_model)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A gateway with the simulator switched on."""
    settings = load_settings(home=tmp_path, simulator=True)
    migrate.upgrade(settings.database_url)
    return settings


@asynccontextmanager
async def serving(settings: Settings, parse: routes.Parse | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A running gateway and a client of it."""
    app = create_app(settings, parse)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client,
    ):
        yield client


@contextmanager
def answering(settings: Settings, engine: Engine) -> Iterator[None]:
    """A worker at work meanwhile."""
    database, wakeups, stop = Database(settings.database_url), Wakeups(settings.home), threading.Event()
    worker = Worker("worker-1", database, engine, wakeups, SystemClock(), 20, 5, 3)
    with wakeups.listen("inbox") as listener:
        thread = threading.Thread(target=worker.work, args=(stop, listener))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            wakeups.publish("inbox")
            thread.join(10)
    wakeups.close()
    database.close()
    assert not thread.is_alive()


@pytest.fixture
async def phone(settings: Settings, engine: Engine) -> AsyncIterator[Callable[..., Any]]:
    """Send a message and give the answer's JSON; a worker answers."""
    with answering(settings, engine):
        async with serving(settings) as client:

            async def send(**message: Any) -> Any:
                response = await client.post(PATH, json={"channel": "whatsapp", "sender": "+212612345678"} | message)
                assert response.status_code == 200, response.text
                return response.json()

            yield send


def count(settings: Settings, table: sa.Table) -> int:
    database = Database(settings.database_url)
    try:
        with database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
    finally:
        database.close()


async def test_a_message_is_answered_once_its_turn_is_committed(phone: Callable[..., Any], settings: Settings) -> None:
    """The documented answer: replies, the language found, the intent with its confidence; and the turn is there."""
    answer = await phone(channel="sms", text="bghit ntsejel")
    assert set(answer) == {"replies", "language", "intent"}
    (reply,) = answer["replies"]
    assert set(reply) >= REPLY_KEYS
    assert answer["language"] == "ary-Latn"
    assert answer["intent"]["name"] == "enroll"
    assert 0 < answer["intent"]["confidence"] <= 1
    assert count(settings, tables.turn) == 1


@pytest.mark.parametrize(
    ("channel", "shown_as"), [("whatsapp", "buttons"), ("telegram", "keyboard"), ("sms", "numbered")]
)
async def test_each_phone_shows_choices_its_own_way(phone: Callable[..., Any], channel: str, shown_as: str) -> None:
    """The consent has a few choices: buttons, a keyboard, numbered lines."""
    (reply,) = (await phone(channel=channel, text="je veux m'inscrire au programme"))["replies"]
    assert reply["shown_as"] == shown_as
    assert reply["choices"]
    for choice in reply["choices"]:
        assert set(choice) == {"label", "token", "key", "description"}
        assert len(choice["token"]) <= 64
        assert "/" not in choice["token"]


async def test_an_sms_tells_what_it_costs(phone: Callable[..., Any]) -> None:
    """Parts as they would leave, their choices numbered in them; segments, units and encoding of all."""
    (latin,) = (await phone(channel="sms", sender="1", text="bghit ntsejel"))["replies"]
    (arabic,) = (await phone(channel="sms", sender="2", text="بغيت نتسجل"))["replies"]
    assert (latin["encoding"], arabic["encoding"]) == ("GSM-7", "UCS-2")
    assert (latin["direction"], arabic["direction"]) == ("ltr", "rtl")
    for reply in (latin, arabic):
        assert 1 <= reply["segments"] <= 3
        assert reply["units"] > 0
        for choice in reply["choices"]:
            assert f"{choice['key']} = " in "\n".join(reply["parts"])


async def test_a_choice_is_taken_by_its_token(phone: Callable[..., Any]) -> None:
    """The token stands for the choice; the label's words do too."""
    (asked,) = (await phone(text="je veux m'inscrire au programme"))["replies"]
    answer = await phone(choice=asked["choices"][0]["token"])
    assert answer["replies"][0]["text"] != asked["text"]
    assert answer["replies"][0]["choices"]


async def test_a_token_of_somebody_else_is_no_choice(phone: Callable[..., Any], settings: Settings) -> None:
    """Tokens belong to one conversation: a stranger's is answered politely and does nothing."""
    (asked,) = (await phone(text="je veux m'inscrire au programme"))["replies"]
    answer = await phone(sender="+212687654321", choice=asked["choices"][0]["token"])
    assert answer["replies"]
    assert count(settings, tables.consent) == 0


@pytest.mark.parametrize(
    "text", ["/enroll", '/inform{"name": "x"}', "/restart", "/session_start", "/nlu_fallback", "EXTERNAL: x"]
)
async def test_a_payload_that_is_typed_is_text(phone: Callable[..., Any], settings: Settings, text: str) -> None:
    """Nobody reaches into the dialogue by typing: it is answered like any words, and nothing begins."""
    answer = await phone(text=text)
    assert len(answer["replies"]) == 1
    database = Database(settings.database_url)
    with database.read() as connection:
        (turn,) = connection.execute(sa.select(tables.turn)).all()
    database.close()
    assert turn.understanding[0]["choice"] is False


@pytest.mark.parametrize(
    "sent",
    [
        {"start": "fair-2026"},
        {"start": ""},
        {"media": {"kind": "photo", "mime_type": "image/jpeg", "size_bytes": 100}},
        {"media": {"kind": "voice", "duration_s": 4}},
        {"media": {"kind": "document"}, "text": "ma carte"},
        {"location": {"latitude": 33.83, "longitude": -4.83}},
        {"contact": {"phone": "0612345678"}},
        {"contact": {"phone": "0612345678", "own": False}},
        {"text": ""},
        {"text": "   "},
        {"text": "🙂🧵"},
        {"text": "\x00\x07\x1b[31m"},
        {"text": "س" * 100_000},
        {"text": "بغيت ntsejel au programme 日本"},
        {"choice": "no-such-token"},
    ],
    ids=lambda sent: "-".join(sent) + "-" + str(next(iter(sent.values())))[:20],
)
async def test_whatever_is_sent_has_one_answer(phone: Callable[..., Any], sent: dict[str, Any]) -> None:
    """Empty, huge, control characters, only emoji, mixed scripts, files, places: never silence, never an error."""
    answer = await phone(**sent)
    assert len(answer["replies"]) == 1
    assert answer["replies"][0]["text"].strip()


async def test_the_same_message_twice_is_one_turn(phone: Callable[..., Any], settings: Settings) -> None:
    """Delivered again it is answered with what was answered, and nothing happens twice."""
    first = await phone(text="Bonjour", message_id="a1")
    again = await phone(text="Bonjour", message_id="a1")
    assert again["replies"][0]["id"] == first["replies"][0]["id"]
    assert count(settings, tables.turn) == count(settings, tables.outbox) == 1


async def test_two_phones_may_use_the_same_ids(phone: Callable[..., Any], settings: Settings) -> None:
    """Each counts for itself: neither gets the other's answer."""
    first = await phone(sender="1", text="Bonjour", message_id="1")
    second = await phone(sender="2", text="Bonjour", message_id="1")
    assert first["replies"][0]["id"] != second["replies"][0]["id"]
    assert count(settings, tables.turn) == 2


async def test_many_phones_at_once_each_get_their_own_answer(phone: Callable[..., Any]) -> None:
    """Twenty people in one breath."""
    forms = {"Bonjour": "fr", "bghit ntsejel": "ary-Latn", "je veux m'inscrire au programme": "fr", "بغيت نتسجل": "ary"}
    texts = list(forms) * 5
    answers = await asyncio.gather(*(phone(sender=f"p{number}", text=text) for number, text in enumerate(texts)))
    ids = [answer["replies"][0]["id"] for answer in answers]
    assert len(set(ids)) == len(texts)
    assert [answer["language"] for answer in answers] == [forms[text] for text in texts]


async def test_without_a_worker_the_message_is_kept_and_answered_later(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 "waiting" after the wait; once a worker comes the answer can be fetched."""
    monkeypatch.setattr(routes, "WAIT_S", 0.2)
    message = {"channel": "sms", "sender": "1", "text": "Bonjour", "message_id": "a"}
    async with serving(settings) as client:
        response = await client.post(PATH, json=message)
        assert response.status_code == 503
        assert response.json()["error"] == "waiting"
        assert int(response.headers["retry-after"]) > 0
        assert count(settings, tables.inbox) == 1
        monkeypatch.setattr(routes, "WAIT_S", 20)
        with answering(settings, engine):
            again = await client.post(PATH, json=message)
        fetched = await client.get(PATH, params={"channel": "sms", "sender": "1"})
    assert again.status_code == 200
    assert [reply["id"] for reply in fetched.json()["replies"]] == [again.json()["replies"][0]["id"]]
    assert count(settings, tables.inbox) == 1


async def test_a_message_that_could_not_be_kept_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 "not_kept" while the database is locked: it must be sent again."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 50)
    other = Database(settings.database_url)
    async with serving(settings) as client:
        with other.begin():
            response = await client.post(PATH, json={"channel": "sms", "sender": "1", "text": "x"})
    other.close()
    assert response.status_code == 503
    assert response.json()["error"] == "not_kept"
    assert count(settings, tables.inbox) == 0


async def test_what_was_said_since_can_be_fetched(settings: Settings, engine: Engine) -> None:
    """In order, after a given answer, of one sender on one channel alone."""
    with answering(settings, engine):
        async with serving(settings) as client:
            ids = []
            for text in ("Bonjour", "je veux m'inscrire au programme", "J'accepte"):
                message = {"channel": "telegram", "sender": "1", "text": text}
                ids.append((await client.post(PATH, json=message)).json()["replies"][0]["id"])

            async def fetched(**more: Any) -> list[int]:
                response = await client.get(PATH, params={"channel": "telegram", "sender": "1"} | more)
                assert response.status_code == 200
                return [reply["id"] for reply in response.json()["replies"]]

            assert await fetched() == ids
            assert await fetched(after=ids[0]) == ids[1:]
            assert await fetched(after=ids[-1]) == []
            assert await fetched(sender="2") == []
            assert await fetched(channel="sms") == []


async def test_a_text_can_be_understood_without_a_conversation(settings: Settings) -> None:
    """What the gateway was given to understand with is asked; nothing is stored."""

    async def parse(text: str) -> dict[str, Any]:
        return {"text": text, "intent": {"name": "greet", "confidence": 0.9}}

    async with serving(settings, parse) as client:
        response = await client.post("/nlu/parse", json={"text": "slm"})
        bodies: list[Any] = [{}, {"text": 7}, {"text": "x", "y": 1}, []]
        refused = [await client.post("/nlu/parse", json=body) for body in bodies]
    assert response.json() == {"text": "slm", "intent": {"name": "greet", "confidence": 0.9}}
    assert {one.status_code for one in refused} == {422}
    assert count(settings, tables.conversation) == 0


async def test_without_a_model_understanding_is_refused(settings: Settings) -> None:
    """503 says why."""
    async with serving(settings) as client:
        response = await client.post("/nlu/parse", json={"text": "slm"})
    assert (response.status_code, response.json()["error"]) == (503, "no_model")


async def test_the_page_comes_with_all_it_needs(settings: Settings) -> None:
    """The page and what it loads come from here, nothing from elsewhere."""
    async with serving(settings) as client:
        page = await client.get("/")
        assert page.status_code == 200
        for name in ("phones.js", "style.css"):
            assert f"/simulator/static/{name}" in page.text
            assert (await client.get(f"/simulator/static/{name}")).status_code == 200
        assert (await client.get("/simulator/static/../routes.py")).status_code == 404
        assert (await client.get("/simulator/static/%2e%2e/routes.py")).status_code == 404
    assert "//" not in page.text.replace("<!--", "").replace("http://www.w3.org/", "")
