"""The gateway's other doors: health, figures, and those that are closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.clock import FixedClock
from runtime.settings import Settings, load_settings
from storage import channel_state, migrate, ways
from storage.database import Database
from tests.channels.incoming import PATH, rows, serving
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.updates import HEADERS, SECRET, text_update


@pytest.fixture
def settings(tmp_path: Path, telegram: FakeTelegram) -> Settings:
    """A gateway for Telegram's webhook, on a database of this version."""
    settings = load_settings(
        home=tmp_path,
        telegram_mode="webhook",
        telegram_token=TOKEN,
        telegram_secret=SECRET,
        telegram_base_url=telegram.url,
        webhook_max_bytes=100_000,
    )
    migrate.upgrade(settings.database_url)
    return settings


async def test_without_its_database_the_gateway_says_so_everywhere(
    settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    """Where the file cannot be opened a webhook and /readyz give 503; the process itself lives."""
    _put_a_folder_in_place_of_the_database(tmp_path)
    async with serving(settings, clock) as client:
        kept = await client.post(PATH, headers=HEADERS, json=text_update(1, 7, "x"))
        ready = await client.get("/readyz")
        scraped = await client.get("/metrics")
        alive = await client.get("/healthz")
    assert (kept.status_code, ready.status_code, alive.status_code) == (503, 503, 200)
    assert kept.headers["retry-after"]
    assert ready.json()["status"] == "not ready"
    assert scraped.status_code == 200
    assert "maalem_workers_alive NaN" in scraped.text
    assert 'maalem_webhooks_total{channel="telegram",outcome="later"} 1.0' in scraped.text


async def test_a_webhook_that_is_not_switched_on_is_not_there(clock: FixedClock, tmp_path: Path) -> None:
    """Without a secret nobody can be trusted: 404 also with an empty header."""
    settings = load_settings(home=tmp_path)
    migrate.upgrade(settings.database_url)
    async with serving(settings, clock) as client:
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": ""}, HEADERS):
            response = await client.post(PATH, headers=headers, json=text_update(1, 7, "x"))
            assert response.status_code == 404
    assert rows(settings) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_the_webhook_takes_posts_alone(settings: Settings, clock: FixedClock, method: str) -> None:
    """Anything else is 405, with the right secret too."""
    async with serving(settings, clock) as client:
        response = await client.request(method, PATH, headers=HEADERS)
    assert response.status_code == 405


async def test_ready_counts_the_workers_that_gave_a_sign(settings: Settings, clock: FixedClock) -> None:
    """A worker counts for thirty seconds after its sign; a gateway without one still takes what comes."""
    database = Database(settings.database_url)
    async with serving(settings, clock) as client:
        assert (await client.get("/readyz")).json() == {"status": "ready", "database": "current", "workers": 0}
        for name in ("worker-1", "worker-2", "worker-1"):
            with database.begin() as connection:
                channel_state.put(connection, channel_state.WORKER + name, "ready", now=clock.now())
        assert (await client.get("/readyz")).json()["workers"] == 2
        clock.advance(29)
        assert (await client.get("/readyz")).json()["workers"] == 2
        clock.advance(2)
        response = await client.get("/readyz")
    database.close()
    assert (response.status_code, response.json()["workers"]) == (200, 0)


async def test_ready_needs_the_tables_of_this_version(clock: FixedClock, tmp_path: Path) -> None:
    """An empty database, or one that is behind, is 503: webhooks would not be kept."""
    settings = load_settings(home=tmp_path)
    async with serving(settings, clock) as client:
        response = await client.get("/readyz")
        assert (response.status_code, response.json()["database"]) == (503, "empty")
        assert (await client.get("/healthz")).json() == {"status": "alive"}


async def test_metrics_tell_what_happened_and_what_waits(settings: Settings, clock: FixedClock) -> None:
    """Webhooks by outcome, messages without repeats, the queues as they stand."""
    async with serving(settings, clock) as client:
        for update_id in (1, 2, 2):
            await client.post(PATH, headers=HEADERS, json=text_update(update_id, 7, "x"))
        await client.post(PATH, json=text_update(3, 7, "x"))
        await client.post(PATH, headers=HEADERS, content=b"{")
        text = (await client.get("/metrics")).text
    for line in (
        'maalem_webhooks_total{channel="telegram",outcome="kept"} 3.0',
        'maalem_webhooks_total{channel="telegram",outcome="refused"} 1.0',
        'maalem_webhooks_total{channel="telegram",outcome="malformed"} 1.0',
        'maalem_messages_received_total{channel="telegram"} 2.0',
        'maalem_inbox_rows{state="waiting"} 2.0',
        "maalem_workers_alive 0.0",
    ):
        assert line in text.splitlines(), text


async def test_two_gateways_in_one_process_do_not_mix_their_counts(settings: Settings, clock: FixedClock) -> None:
    """Counters belong to an application."""
    async with serving(settings, clock) as first, serving(settings, clock) as second:
        await first.post(PATH, headers=HEADERS, json=text_update(1, 7, "x"))
        text = (await second.get("/metrics")).text
    assert "outcome=" not in text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/simulator/messages?channel=sms&sender=1"),
        ("POST", "/simulator/messages"),
        ("GET", "/simulator/static/index.html"),
        ("POST", "/nlu/parse"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
    ],
)
async def test_without_the_simulator_none_of_its_doors_exists(
    settings: Settings, clock: FixedClock, method: str, path: str
) -> None:
    """A gateway on the internet has webhooks and health pages, nothing else."""
    async with serving(settings, clock) as client:
        response = await client.request(method, path, json={} if method == "POST" else None)
    assert response.status_code == 404


async def test_no_log_line_holds_words_names_or_addresses(
    settings: Settings, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever comes in, the log says what happened and not what was said, nor by whom."""
    update = text_update(1, 70123456, "chwia dyal lkhobz")
    broken = {**update, "update_id": 2, "message": {**update["message"], "date": "khobz"}}
    async with serving(settings, clock) as client:
        for one in (update, broken):
            await client.post(PATH, headers=HEADERS, json=one)
        await client.post(PATH, headers={"X-Telegram-Bot-Api-Secret-Token": "khobz"}, json=update)
    written = "".join(capsys.readouterr())
    for word in ("khobz", "Prénom", "70123456", SECRET, TOKEN):
        assert word not in written


def _put_a_folder_in_place_of_the_database(home: Path) -> None:
    for file in home.glob("maalem.db*"):
        file.unlink()
    (home / "maalem.db").mkdir()


async def test_metrics_tell_which_channel_is_paused_and_what_got_no_answer(
    settings: Settings, clock: FixedClock
) -> None:
    """Counted by the senders in the database, so that every gateway shows the same."""
    database = Database(settings.database_url)
    with database.begin() as connection:
        ways.count_unanswered(connection, "telegram", 3)
        ways.pause(connection, "telegram", "provider_trouble", until=clock.now(), now=clock.now())
        ways.count_unanswered(connection, "sms")
    database.close()
    async with serving(settings, clock) as client:
        text = (await client.get("/metrics")).text
    assert 'maalem_sends_ambiguous_total{channel="telegram"} 3.0' in text
    assert 'maalem_sends_ambiguous_total{channel="sms"} 1.0' in text
    assert 'maalem_channel_paused{channel="telegram",reason="provider_trouble"} 1.0' in text
    assert 'maalem_channel_paused{channel="sms"' not in text
