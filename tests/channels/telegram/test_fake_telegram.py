"""The made-up Telegram server itself: strict like the real one, and steered from another process over HTTP."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.fakes.telegram import TOKEN, FakeTelegram

PROJECT: Final = Path(__file__).resolve().parents[3]


@pytest.fixture
def server() -> Iterator[FakeTelegram]:
    """A server that may be asked for nonsense."""
    with FakeTelegram() as fake:
        yield fake


def call(fake: FakeTelegram, method: str, token: str = TOKEN, **params: Any) -> httpx.Response:
    return httpx.post(f"{fake.url}/bot{token}/{method}", json=params)


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": "a"}, "chat not found"),
        ({"chat_id": "@nobody", "text": "a"}, "chat not found"),
        ({"chat_id": 1}, "text is empty"),
        ({"chat_id": 1, "text": " \n"}, "text is empty"),
        ({"chat_id": 1, "text": "🙂" * 2049}, "too long"),
        ({"chat_id": 1, "text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}}, "BUTTON_DATA_INVALID"),
        (
            {"chat_id": 1, "text": "a", "reply_markup": {"inline_keyboard": [[{"callback_data": "ع" * 33}]]}},
            "BUTTON_DATA_INVALID",
        ),
    ],
)
def test_it_refuses_what_telegram_refuses(server: FakeTelegram, params: dict[str, Any], description: str) -> None:
    """A message Telegram would not take is not taken here either."""
    response = call(server, "sendMessage", **params)
    assert response.status_code == 400
    assert description in response.json()["description"]
    assert server.messages() == []


def test_a_method_nobody_expects_is_a_failure(server: FakeTelegram) -> None:
    """The test that caused it will say so at its end."""
    assert call(server, "sendDice", chat_id=1).status_code == 404
    assert server.failures == ["unexpected method sendDice"]


def test_another_token_is_refused(server: FakeTelegram) -> None:
    """And what was asked with it is not recorded."""
    assert call(server, "getMe", token="1:other").status_code == 401
    assert server.requests() == []


def test_method_names_are_case_insensitive(server: FakeTelegram) -> None:
    """As the Bot API says of itself."""
    assert call(server, "GETME").json()["result"]["username"] == "maalem_bot"
    assert [request.method for request in server.requests()] == ["getMe"]


def test_a_body_that_cannot_be_read_is_a_failure(server: FakeTelegram) -> None:
    """The server lives on and says what happened."""
    url = f"{server.url}/bot{TOKEN}/getMe"
    response = httpx.post(url, content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 500
    assert server.failures == ["unreadable request: JSONDecodeError"]


def test_commands_without_words_are_refused(server: FakeTelegram) -> None:
    """Telegram wants 1 to 256 characters of description."""
    commands = [{"command": "help", "description": ""}]
    assert call(server, "setMyCommands", commands=commands).status_code == 400


def test_it_runs_as_a_program_and_is_steered_over_http() -> None:
    """Updates in, answers queued, requests out, all forgotten again: what acceptance tests with processes need."""
    command = [sys.executable, "-m", "tests.fakes.telegram", "--port", "0"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            url = program.stdout.readline().split()[3]
            control = f"{url}/_control"
            bot = f"{url}/bot{TOKEN}"
            httpx.post(f"{control}/updates", json={"update_id": 8}).raise_for_status()
            httpx.post(f"{control}/answers", json=[{"method": "sendMessage", "status": 403}]).raise_for_status()
            assert httpx.post(f"{bot}/getUpdates", json={}).json()["result"] == [{"update_id": 8}]
            assert httpx.post(f"{bot}/sendMessage", json={"chat_id": 1, "text": "a"}).status_code == 403
            assert httpx.post(f"{bot}/sendMessage", json={"chat_id": 1, "text": "b"}).status_code == 200
            httpx.post(f"{bot}/sendDice")
            sent = httpx.get(f"{control}/requests", params={"method": "sendMessage"}).json()
            assert [(one["params"]["text"], one["taken"]) for one in sent] == [("a", False), ("b", True)]
            assert httpx.get(f"{control}/failures").json() == ["unexpected method sendDice"]
            assert httpx.get(f"{control}/nothing").status_code == 404
            httpx.post(f"{control}/reset").raise_for_status()
            assert httpx.get(f"{control}/requests").json() == []
        finally:
            program.terminate()


def test_a_port_that_is_taken_is_said_at_once() -> None:
    """Nobody waits for a server that cannot start."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        fake = FakeTelegram(port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"), fake:
            pytest.fail("it started")
