"""`maalem twilio`: templates made once and remembered, and a look at how the account is set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.doctor import Finding, State, examine
from app.surroundings import CannotStart
from app.twilio import check, make_templates
from channels.twilio import templates
from channels.twilio.ways_out import sid_of
from runtime.settings import Settings, SettingsError, load_settings
from storage import migrate
from storage.database import Database
from tests.fakes.twilio import SMS_FROM, WHATSAPP_FROM, Answer, FakeTwilio
from tests.fakes.twilio_account import ACCOUNT, SERVICE, TOKEN

PUBLIC = "https://bot.example.org"
DOOR = f"{PUBLIC}/webhooks/twilio/whatsapp"
RETRIES = "#rc=3&rp=all&ct=2000&rt=4000"
COUNT = len(templates.generic())


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake
        assert fake.failures == []


@pytest.fixture
def settings(tmp_path: Path, twilio: FakeTwilio) -> Settings:
    settings = load_settings(
        home=tmp_path,
        public_url=PUBLIC,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_whatsapp_from=WHATSAPP_FROM,
        twilio_base_url=twilio.url,
    )
    migrate.upgrade(settings.database_url)
    return settings


def known(settings: Settings, account: str = ACCOUNT) -> int:
    database = Database(settings.database_url)
    try:
        return sum(sid_of(database, account)(name) is not None for name in templates.generic())
    finally:
        database.close()


async def test_templates_are_made_once(settings: Settings, twilio: FakeTwilio) -> None:
    """The second run makes nothing and knows the same; another account knows none of them."""
    said = await make_templates(settings)
    assert len(said) == COUNT + 1
    assert len(twilio.state.contents) == known(settings) == COUNT
    twilio.state.page_size = 5
    assert await make_templates(settings) == [f"{COUNT} of {COUNT} were there already"]
    assert len(twilio.state.contents) == COUNT
    assert known(settings, "AC" + "f" * 32) == 0


async def test_a_dry_run_makes_nothing(settings: Settings, twilio: FakeTwilio) -> None:
    """It says what would be made."""
    said = await make_templates(settings, dry_run=True)
    assert sum("would be made" in line for line in said) == COUNT
    assert (twilio.state.contents, known(settings)) == ({}, 0)
    assert twilio.requests("POST /v1/Content") == []


async def test_what_was_made_before_a_failure_is_kept(settings: Settings, twilio: FakeTwilio) -> None:
    """The next run makes the rest."""
    twilio.queue(*[Answer("POST /v1/Content")] * 4, Answer("POST /v1/Content", 429, 20429))
    with pytest.raises(CannotStart, match="20429"):
        await make_templates(settings)
    assert known(settings) == 4
    said = await make_templates(settings)
    assert sum(line.startswith("made") for line in said) == COUNT - 4


async def test_approved_and_outgrown_templates_are_named(settings: Settings, twilio: FakeTwilio) -> None:
    """Those approved by WhatsApp are found by their name; what others keep in the account is left out."""
    for name in ("maalem_reminder_fr", "maalem_buttons_2_00000000", "invoice", "maalem_" + "x" * 60):
        sid = twilio.state.new_sid("HX")
        twilio.state.contents[sid] = {"sid": sid, "friendly_name": name}
    said = await make_templates(settings)
    assert said[-2:] == ["other    maalem_reminder_fr", "other    maalem_buttons_2_00000000"]
    database = Database(settings.database_url)
    assert sid_of(database, ACCOUNT)("maalem_reminder_fr") is not None
    database.close()


async def test_without_account_or_database_it_is_said_what_to_do(tmp_path: Path, settings: Settings) -> None:
    """Each missing thing by its name."""
    bare = load_settings(home=tmp_path / "bare")
    with pytest.raises(CannotStart, match=r"maalem up"):
        await make_templates(bare)
    migrate.upgrade(bare.database_url)
    with pytest.raises(CannotStart, match="MAALEM_TWILIO_ACCOUNT_SID"):
        await make_templates(bare)
    unknown = settings.model_copy(update={"twilio_account_sid": "AC" + "f" * 32})
    with pytest.raises(CannotStart, match="20003"):
        await check(unknown)


def sender(url: str, status: str = "ONLINE") -> dict[str, object]:
    return {"sender_id": f"whatsapp:{WHATSAPP_FROM}", "status": status, "webhook": {"callback_url": url}}


async def found(settings: Settings, what: str) -> Finding:
    return next(one for one in await check(settings) if one.what == what)


@pytest.mark.parametrize(
    ("senders", "state", "words"),
    [
        ([sender(DOOR + RETRIES)], State.WELL, DOOR),
        ([sender(DOOR)], State.MIND, "#rc=3"),
        ([sender("https://elsewhere.example.org/x")], State.ILL, DOOR),
        ([sender("")], State.ILL, "nobody"),
        ([sender(DOOR, "OFFLINE")], State.ILL, "OFFLINE"),
        ([{**sender(DOOR), "sender_id": "whatsapp:+212533333333"}], State.ILL, "not a sender"),
        ([], State.ILL, "not a sender"),
    ],
    ids=["well", "no retries", "elsewhere", "nowhere", "offline", "another", "none"],
)
async def test_whatsapps_sender_is_looked_at(
    settings: Settings, twilio: FakeTwilio, senders: list[dict[str, object]], state: State, words: str
) -> None:
    """Whether it is there, is on, and calls us."""
    twilio.state.senders = senders
    finding = await found(settings, "twilio-whatsapp")
    assert finding.state is state
    assert words in finding.words


@pytest.mark.parametrize(
    ("service", "state", "words"),
    [
        ({"inbound_request_url": DOOR + RETRIES, "use_inbound_webhook_on_number": False}, State.WELL, DOOR),
        ({"inbound_request_url": None, "use_inbound_webhook_on_number": False}, State.ILL, "nobody"),
        ({"inbound_request_url": DOOR, "use_inbound_webhook_on_number": True}, State.ILL, "each number's own"),
    ],
)
async def test_a_messaging_service_is_looked_at(
    settings: Settings, twilio: FakeTwilio, service: dict[str, object], state: State, words: str
) -> None:
    """It calls an address of its own, or leaves it to its numbers."""
    twilio.state.service = service
    finding = await found(settings.model_copy(update={"twilio_whatsapp_from": SERVICE}), "twilio-whatsapp")
    assert finding.state is state
    assert words in finding.words


async def test_sms_is_told_to_be_one_way(settings: Settings, twilio: FakeTwilio) -> None:
    """Loudly, beside what the number calls; a name calls nobody."""
    twilio.state.numbers = [{"phone_number": SMS_FROM, "sms_url": f"{PUBLIC}/webhooks/twilio/sms{RETRIES}"}]
    on = settings.model_copy(update={"twilio_sms_from": SMS_FROM})
    assert (await found(on, "twilio-sms")).state is State.WELL
    assert "ONE-WAY" in (await found(on, "morocco")).words
    assert (await found(on, "opt-out")).state is State.MIND
    named = settings.model_copy(update={"twilio_sms_from": "Maalem"})
    assert "nobody can answer" in (await found(named, "twilio-sms")).words
    unknown = settings.model_copy(update={"twilio_sms_from": "+15005550009"})
    assert (await found(unknown, "twilio-sms")).state is State.ILL
    assert not [one for one in await check(settings) if one.what == "morocco"]


@pytest.mark.parametrize(
    ("status", "kind", "state"),
    [("active", "Full", State.WELL), ("active", "Trial", State.MIND), ("suspended", "Full", State.ILL)],
)
async def test_the_account_is_looked_at(
    settings: Settings, twilio: FakeTwilio, status: str, kind: str, state: State
) -> None:
    """A trial account writes to few people, a suspended one to nobody."""
    twilio.state.facts = {"status": status, "type": kind}
    assert (await found(settings, "account")).state is state


async def test_missing_templates_are_told(settings: Settings, twilio: FakeTwilio) -> None:
    """Until they are made, choices go as numbers; a look that fails hides no other."""
    assert (await found(settings, "templates")).state is State.ILL
    await make_templates(settings)
    assert (await found(settings, "templates")).state is State.WELL
    twilio.queue(Answer("GET Senders", 500))
    assert "HTTP 500" in (await found(settings, "twilio-whatsapp")).words


def test_the_commands_are_there(settings: Settings, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed, and a status that says whether all is well."""
    for name in ("home", "public_url", "twilio_account_sid", "twilio_whatsapp_from", "twilio_base_url"):
        monkeypatch.setenv(f"MAALEM_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("MAALEM_TWILIO_AUTH_TOKEN", TOKEN)
    runner = CliRunner()
    assert "would be made" in runner.invoke(app, ["twilio", "content", "--dry-run"]).output
    assert runner.invoke(app, ["twilio", "check"]).exit_code == 1
    assert runner.invoke(app, ["twilio", "content"]).exit_code == 0
    twilio.state.senders = [sender(DOOR + RETRIES)]
    done = runner.invoke(app, ["twilio", "check"])
    assert done.exit_code == 0
    assert TOKEN not in done.output


@pytest.mark.parametrize(
    ("given", "state", "words"),
    [
        ({}, State.WELL, "off"),
        ({"TWILIO_WHATSAPP_FROM": WHATSAPP_FROM}, State.WELL, "maalem twilio check"),
        ({"TWILIO_SMS_FROM": "Maalem"}, State.MIND, "ONE-WAY in Morocco"),
    ],
)
def test_the_doctor_tells_of_twilio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], state: State, words: str
) -> None:
    """Above all that nobody in Morocco can answer an SMS."""
    monkeypatch.setenv("MAALEM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MAALEM_MODEL_DIR", str(tmp_path / "models"))
    account = {"PUBLIC_URL": PUBLIC, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
    for name, value in {**(account if given else {}), **given}.items():
        monkeypatch.setenv(f"MAALEM_{name}", value)
    finding = next(one for one in examine() if one.what == "twilio")
    assert finding.state is state
    assert words in finding.words


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"twilio_whatsapp_from": WHATSAPP_FROM}, "MAALEM_TWILIO_ACCOUNT_SID is needed"),
        ({"twilio_sms_from": "Maalem", "twilio_account_sid": ACCOUNT}, "MAALEM_TWILIO_AUTH_TOKEN is needed"),
        (
            {"twilio_sms_from": SERVICE, "twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN},
            "MAALEM_PUBLIC_URL is needed",
        ),
        ({"twilio_account_sid": "AC1"}, "MAALEM_TWILIO_ACCOUNT_SID"),
        ({"twilio_whatsapp_from": "Maalem"}, "MAALEM_TWILIO_WHATSAPP_FROM"),
        ({"twilio_whatsapp_from": "whatsapp:+212500000001"}, "MAALEM_TWILIO_WHATSAPP_FROM"),
        ({"twilio_sms_from": "0612345678"}, "MAALEM_TWILIO_SMS_FROM"),
        ({"twilio_sms_from": "Twelve lette"}, "MAALEM_TWILIO_SMS_FROM"),
        ({"twilio_sms_from": "Artisanat é"}, "MAALEM_TWILIO_SMS_FROM"),
        ({"twilio_reconcile_hours": 0}, "MAALEM_TWILIO_RECONCILE_HOURS"),
        ({"twilio_auth_token": "short"}, "MAALEM_TWILIO_AUTH_TOKEN"),
    ],
)
def test_half_a_setup_does_not_start(tmp_path: Path, given: dict[str, Any], problem: str) -> None:
    """What is missing or wrong is named; a secret's value is not."""
    with pytest.raises(SettingsError) as raised:
        load_settings(home=tmp_path, **given)
    assert any(problem in one for one in raised.value.problems)
    assert "short" not in str(raised.value).replace("too_short", "")
