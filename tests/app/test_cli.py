"""The command line: what is known, what is refused, and in which words."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from app.cli import app
from runtime.settings import PROJECT, load_settings
from tests.app.answering import answering

COMMANDS = (
    "up",
    "test",
    "gateway",
    "worker",
    "sender",
    "train",
    "chat",
    "validate",
    "rasa",
    "doctor",
    "catalogs",
    "nlu",
    "fakes",
    "telegram",
    "twilio",
    "outbox",
    "media",
)
TOKEN = "123:made-up-token"


def _maalem(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_every_command() -> None:
    """Whoever types nothing, or --help, sees what there is."""
    shown = CliRunner().invoke(app, ["--help"]).output
    for command in COMMANDS:
        assert f" {command} " in shown


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "rasa"])
def test_every_command_explains_itself(command: str) -> None:
    """Help loads nothing that could be broken."""
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_a_misspelt_setting_is_told_without_a_traceback() -> None:
    """The message names what was meant; nothing of Python is shown."""
    done = _maalem("up", MAALEM_PROT="1")
    assert done.returncode == 2
    assert "MAALEM_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_in_the_way_is_told_without_a_traceback(tmp_path: Path) -> None:
    """A home that cannot be written ends in a sentence and exit code 1."""
    (tmp_path / "file").write_text("", "utf-8")
    done = _maalem("up", MAALEM_HOME=str(tmp_path / "file" / "home"))
    assert done.returncode == 1
    assert "MAALEM_HOME" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["up", "--prot", "1"], ["chat", "--channel", "fax"], ["telegram", "webhook", "nonsense"]],
)
def test_what_is_not_known_is_refused(arguments: list[str]) -> None:
    """A misspelt command or option is exit code 2."""
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_the_port_of_the_command_line_is_checked_like_a_setting() -> None:
    """`--port 0` is refused in the same words."""
    done = _maalem("up", "--port", "0")
    assert done.returncode == 2
    assert "MAALEM_PORT" in done.stderr


def test_telegram_is_told_where_to_call() -> None:
    """The webhook carries address and secret; the commands of the menu follow."""
    ok = (200, {"ok": True, "result": True})
    with answering(*[ok] * 10) as server:
        done = _maalem(
            *("telegram", "webhook", "set"),
            MAALEM_TELEGRAM_TOKEN=TOKEN,
            MAALEM_TELEGRAM_SECRET="made-up",
            MAALEM_TELEGRAM_BASE_URL=server.url,
            MAALEM_PUBLIC_URL="https://bot.example.org/",
        )
    assert done.returncode == 0, done.stderr
    assert "https://bot.example.org/webhooks/telegram" in done.stdout
    methods = [path.rpartition("/")[2] for _, path, _ in server.asked]
    assert methods[0] == "setWebhook"
    assert set(methods[1:]) == {"setMyCommands", "setMyShortDescription", "setMyDescription"}
    assert "made-up" in str(server.asked[0][2])


def test_telegram_tells_how_its_calls_go() -> None:
    """Address, waiting updates and the last failure are shown."""
    info = {
        "url": "https://bot.example.org/webhooks/telegram",
        "has_custom_certificate": False,
        "pending_update_count": 7,
        "last_error_date": 1_800_000_000,
        "last_error_message": "Connection refused",
    }
    with answering((200, {"ok": True, "result": info})) as server:
        done = _maalem("telegram", "webhook", "info", MAALEM_TELEGRAM_TOKEN=TOKEN, MAALEM_TELEGRAM_BASE_URL=server.url)
    assert done.returncode == 0, done.stderr
    assert "waiting  7" in done.stdout
    assert "Connection refused" in done.stdout


@pytest.mark.parametrize(
    ("mode", "info", "said"),
    [
        ("webhook", {"url": ""}, "expected https://bot.example.org/webhooks/telegram: ./maalem telegram webhook set"),
        ("webhook", {"url": "https://other.example.org/"}, "expected https://bot.example.org/webhooks/telegram"),
        ("polling", {"url": "https://bot.example.org/webhooks/telegram"}, "./maalem telegram webhook delete"),
        (
            "webhook",
            {"url": "https://bot.example.org/webhooks/telegram", "allowed_updates": ["message", "my_chat_member"]},
            "not sent callback_query, edited_message: ./maalem telegram webhook set",
        ),
    ],
)
def test_what_does_not_agree_with_the_settings_is_told(mode: str, info: dict[str, Any], said: str) -> None:
    """With the command that mends it."""
    answer = {"has_custom_certificate": False, "pending_update_count": 0, **info}
    with answering((200, {"ok": True, "result": answer})) as server:
        done = _maalem(
            *("telegram", "webhook", "info"),
            MAALEM_TELEGRAM_MODE=mode,
            MAALEM_TELEGRAM_TOKEN=TOKEN,
            MAALEM_TELEGRAM_SECRET="made-up",
            MAALEM_TELEGRAM_BASE_URL=server.url,
            MAALEM_PUBLIC_URL="https://bot.example.org/",
        )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_telegram_stops_calling() -> None:
    """Afterwards long polling may fetch updates."""
    with answering((200, {"ok": True, "result": True})) as server:
        done = _maalem(
            "telegram", "webhook", "delete", MAALEM_TELEGRAM_TOKEN=TOKEN, MAALEM_TELEGRAM_BASE_URL=server.url
        )
    assert done.returncode == 0, done.stderr
    assert [path.rpartition("/")[2] for _, path, _ in server.asked] == ["deleteWebhook"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "MAALEM_PUBLIC_URL"),
        ({"MAALEM_PUBLIC_URL": "https://bot.example.org"}, "MAALEM_TELEGRAM_SECRET"),
        ({"MAALEM_PUBLIC_URL": "https://bot.example.org", "MAALEM_TELEGRAM_SECRET": "abc"}, "MAALEM_TELEGRAM_TOKEN"),
    ],
)
def test_what_telegram_needs_is_named(settings: dict[str, str], said: str) -> None:
    """A webhook is never set half."""
    done = _maalem("telegram", "webhook", "set", **settings)
    assert done.returncode == 1
    assert said in done.stderr


def test_a_refusal_of_telegram_is_told_without_the_token() -> None:
    """A wrong token is said to be wrong, and not shown."""
    with answering((401, {"ok": False, "error_code": 401, "description": "Unauthorized"})) as server:
        done = _maalem(
            "telegram", "webhook", "delete", MAALEM_TELEGRAM_TOKEN=TOKEN, MAALEM_TELEGRAM_BASE_URL=server.url
        )
    assert done.returncode == 1
    assert "Telegram did not do it" in done.stderr
    assert TOKEN not in done.stdout + done.stderr


def test_the_providers_that_are_made_up_tell_how_to_reach_them() -> None:
    """Every variable they name exists, together they are a whole setup, and each can be steered."""
    started = subprocess.Popen(
        [sys.executable, "-m", "app", "fakes", "--free-ports"], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert started.stdout is not None
        lines = list(itertools.takewhile(lambda line: not line.startswith("# These lines"), started.stdout))
        variables = dict(line.strip().split("=", 1) for line in lines if line.startswith("MAALEM_"))
        given: dict[str, Any] = {name.removeprefix("MAALEM_").lower(): value for name, value in variables.items()}
        settings = load_settings(**given)
        assert (settings.sms_gateway, settings.telegram_mode, settings.whatsapp) == ("kannel", "polling", True)
        assert settings.twilio_sms_from
        assert settings.twilio_whatsapp_from
        shown = [line.rpartition(" ")[2].strip() for line in lines if line.endswith("/_control/messages\n")]
        assert [httpx.get(url, timeout=5).json() for url in shown] == [[]] * 4
    finally:
        started.terminate()
        started.communicate(timeout=10)


def test_a_provider_nobody_made_up_is_refused() -> None:
    """Those that exist are named."""
    done = _maalem("fakes", "fax")
    assert done.returncode == 2
    assert "telegram" in done.stderr
