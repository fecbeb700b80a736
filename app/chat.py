"""`maalem chat`: a talk with the running bot in a terminal, through the simulator's own door."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final

import httpx
from rich.console import Console

from app.surroundings import CannotStart

TIMEOUT_S: Final = 40.0
"""Longer than the longest turn."""
DOOR: Final = "/simulator/messages"


class Chat:
    """One person's talk.

    Args:
        base_url: Where the gateway answers.
        channel: "whatsapp", "telegram" or "sms".
        sender: Who is talking: the same name finds the same conversation again.
    """

    def __init__(self, base_url: str, channel: str, sender: str | None = None) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=TIMEOUT_S, trust_env=False)
        self._base_url = base_url
        self._channel = channel
        self._sender = sender or f"terminal-{secrets.token_hex(3)}"
        self._choices: list[dict[str, Any]] = []

    def send(self, typed: str) -> list[str]:
        """Send what was typed, or the choice whose number was typed.

        Returns:
            The lines to show.

        Raises:
            CannotStart: Nothing answers there, or the simulator is off.
        """
        body = {"channel": self._channel, "sender": self._sender}
        token = self._token(typed)
        body |= {"choice": token} if token else {"text": typed}
        try:
            answer = self._client.post(DOOR, json=body)
        except httpx.ConnectError:
            raise CannotStart(f"Nothing answers at {self._base_url}. Start it in another window: ./maalem up") from None
        except httpx.HTTPError as error:
            return [f"({type(error).__name__}: no answer; send it again)"]
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise CannotStart("The simulator is off there: MAALEM_SIMULATOR=1, or ./maalem up on 127.0.0.1")
        if answer.is_error:
            return [f"(refused: {answer.status_code})"]
        return self._shown(answer.json())

    def _token(self, typed: str) -> str | None:
        """The token of a choice by its number. On SMS the number itself travels, as from a real phone."""
        if self._channel == "sms":
            return None
        return next((one["token"] for key, one in _numbered(self._choices) if key == typed.strip()), None)

    def _shown(self, body: dict[str, Any]) -> list[str]:
        lines: list[str] = []
        self._choices = []
        for reply in body.get("replies", []):
            lines.append(reply["text"])
            choices = reply.get("choices") or []
            if self._channel != "sms":  # an SMS carries its own list
                lines += [f"  {key} = {one['label']}" for key, one in _numbered(choices)]
            else:
                lines.append(f"  ({reply.get('segments', '?')} SMS)")
            self._choices = choices or self._choices
        return lines or ["(no reply)"]

    def close(self) -> None:
        """Hang up."""
        self._client.close()


def _numbered(choices: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [(str(one.get("key") or number), one) for number, one in enumerate(choices, start=1)]


def talk(chat: Chat, console: Console, read: Callable[[], str]) -> None:
    """Carry lines there and back until the person ends it (Ctrl-D, Ctrl-C).

    Raises:
        CannotStart: As `Chat.send`.
    """
    console.print("Write, then Enter. A number picks a choice. Ctrl-D ends it.", style="dim")
    while True:
        try:
            typed = read()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if not typed.strip():
            continue
        for line in chat.send(typed):
            console.print(line, markup=False, highlight=False)
