"""Settings: read once, checked wholly, never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from runtime.settings import PROJECT, Settings, SettingsError, is_loopback, load_settings

TOKEN = "123456:AAF-made-up-token"


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "settings.env"
    monkeypatch.setenv("MAALEM_ENV_FILE", str(path))
    return path


def test_everything_has_a_default_that_holds() -> None:
    """With nothing set, the bot runs on this machine alone, with everything inside the project."""
    settings = load_settings()
    assert settings.home == PROJECT / "var"
    assert settings.model_dir == PROJECT / "models"
    assert settings.database_url == f"sqlite:///{PROJECT / 'var' / 'maalem.db'}"
    assert (settings.host, settings.port, settings.simulator) == ("127.0.0.1", 8000, False)
    assert settings.redis_url is None
    assert settings.telegram_mode == "off"


@pytest.mark.parametrize(
    ("given", "expected"),
    [("data", PROJECT / "data"), ("~/data", Path("~/data").expanduser()), ("/srv/maalem", Path("/srv/maalem"))],
)
def test_a_folder_does_not_depend_on_where_the_command_is_typed(
    given: str, expected: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A relative home starts at the project, whatever the current folder, and the database follows it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAALEM_HOME", given)
    settings = load_settings()
    assert settings.home == expected
    assert settings.database_url.endswith(f"{expected}/maalem.db")


def test_the_caller_goes_before_the_environment_and_the_environment_before_the_file(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Command line, environment, file, default: the first that speaks decides."""
    env_file.write_text("MAALEM_PORT=1111\nMAALEM_WORKERS=3\nMAALEM_SENDERS=2\n", "utf-8")
    monkeypatch.setenv("MAALEM_PORT", "2222")
    monkeypatch.setenv("MAALEM_WORKERS", "4")
    settings = load_settings(port=3333, host=None)
    assert (settings.port, settings.workers, settings.senders, settings.host) == (3333, 4, 2, "127.0.0.1")


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """`MAALEM_REDIS_URL=` switches Redis off; it is not an address."""
    monkeypatch.setenv("MAALEM_REDIS_URL", "")
    assert load_settings().redis_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("WORKERS", "0"),
        ("WORKERS", "33"),
        ("SENDERS", "9"),
        ("BURST_WAIT_S", "-1"),
        ("LEASE_S", "1"),
        ("TURN_TIMEOUT_S", "0"),
        ("MAX_ATTEMPTS", "0"),
        ("REPLY_EXPIRES_S", "1"),
        ("RESUME_AFTER_H", "0"),
        ("WEBHOOK_MAX_BYTES", "10"),
        ("TEXT_MAX_CHARS", "5"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("SIMULATOR", "perhaps"),
        ("TELEGRAM_MODE", "push"),
        ("TELEGRAM_SECRET", "with space"),
        ("TELEGRAM_BASE_URL", "http://api.example.org"),
        ("TELEGRAM_BASE_URL", "api.telegram.org"),
        ("PUBLIC_URL", "http://bot.example.org"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("HASH_KEY", "short"),
        ("CONSENT_VERSION", "a b"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused names its variable and never repeats the value."""
    monkeypatch.setenv(f"MAALEM_{name}", value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].startswith(f"MAALEM_{name} ")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("MAALEM_PROT", "MAALEM_PORT"),
        ("MAALEM_TELEGRAM_TOKN", "MAALEM_TELEGRAM_TOKEN"),
        ("MAALEM_DATABASE", "MAALEM_DATABASE_URL"),
        ("maalem_worker", "MAALEM_WORKERS"),
    ],
)
@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_misspelt_variable_stops_the_start(
    written: str, meant: str, place: str, env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable of ours that nobody reads is refused, with the one that was meant."""
    if place == "file":
        env_file.write_text(f"{written}=1\n", "utf-8")
    else:
        monkeypatch.setenv(written, "1")
    with pytest.raises(SettingsError, match=meant) as refused:
        load_settings()
    assert len(refused.value.problems) == 1


def test_a_key_that_is_not_ours_is_refused_in_the_file(env_file: Path) -> None:
    """The settings file holds our settings alone."""
    env_file.write_text("PATH=/bin\n", "utf-8")
    with pytest.raises(SettingsError, match=r"PATH .* is not a setting"):
        load_settings()


def test_a_file_that_is_no_text_is_refused(env_file: Path) -> None:
    """A settings file in another encoding is named, not half read."""
    env_file.write_bytes(b"MAALEM_CONTROLLER_NAME=\xff\xfe\n")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings()


def test_every_problem_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to start ten times to mend ten mistakes."""
    monkeypatch.setenv("MAALEM_PORT", "0")
    monkeypatch.setenv("MAALEM_WORKERS", "0")
    monkeypatch.setenv("MAALEM_NONSENSE", "0")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    ("mode", "token", "secret", "missing"),
    [
        ("polling", None, None, "MAALEM_TELEGRAM_TOKEN"),
        ("webhook", None, "abc", "MAALEM_TELEGRAM_TOKEN"),
        ("webhook", TOKEN, None, "MAALEM_TELEGRAM_SECRET"),
    ],
)
def test_telegram_is_switched_on_wholly_or_not_at_all(
    mode: str, token: str | None, secret: str | None, missing: str
) -> None:
    """A webhook without its secret never opens."""
    with pytest.raises(SettingsError, match=missing):
        load_settings(telegram_mode=mode, telegram_token=token, telegram_secret=secret)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither printing the settings nor refusing them shows a secret, a database password or a Redis password."""
    monkeypatch.setenv("MAALEM_DATABASE_URL", "postgresql://user:pass-word@db/maalem")
    monkeypatch.setenv("MAALEM_REDIS_URL", "redis://:pass-word@cache")
    settings = load_settings(telegram_token=TOKEN, telegram_secret="pass-word", hash_key="pass-word-of-the-logs")
    assert "pass-word" not in repr(settings)
    assert TOKEN not in repr(settings)
    with pytest.raises(SettingsError) as refused:
        load_settings(telegram_token=TOKEN, telegram_secret="pass-word ", port=0)
    assert "pass-word" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_settings_are_frozen() -> None:
    """Nothing changes a setting while the bot runs."""
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]  # that it may not is the promise


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_field_is_described_and_says_its_unit(name: str) -> None:
    """Each field has a sentence, and a number with a unit says it in its name and in that sentence."""
    description = Settings.model_fields[name].description or ""
    assert description.strip().endswith(".")
    for ending, unit in (("_s", "seconds"), ("_h", "hours"), ("_bytes", "bytes"), ("_chars", "characters")):
        if name.endswith(ending):
            assert unit in description


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),  # noqa: S104 - not bound
        ("::", False),
        ("192.168.1.5", False),
        ("bot.example.org", False),
    ],
)
def test_only_loopback_counts_as_this_machine(host: str, *, here: bool) -> None:
    """What decides whether the simulator opens by itself does not take "every address" for this machine."""
    assert is_loopback(host) is here
