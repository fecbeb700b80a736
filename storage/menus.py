"""What a person was last offered: typed numbers, tapped buttons and the labels' own words are resolved against it.

A choice carries a short random token; the Rasa payload behind it never leaves the conversation's row, so nobody can
inject one. The last few menus are kept in `conversation.menus`, newest first.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

REMEMBERED: Final = 5
"""Menus of a conversation that can still be answered; older ones are answered politely."""

TOKEN_BYTES: Final = 6
"""Random bytes of a token: 48 bits, 8 characters of URL-safe base64 (Telegram allows 64 bytes of callback data)."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One choice as it was offered.

    Attributes:
        key: What a person types for it.
        token: What a button carries.
        label: As shown.
        payload: What it means to the dialogue.
        role: `yes` or `no` where a plain yes or no means this choice.
    """

    key: str
    token: str
    label: str
    payload: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A set of choices shown together.

    Attributes:
        question: What was pending; nothing if the choices may be picked at any time.
        offered: In the order shown.
        rest: What "more" shows next: text and choices that did not fit.
    """

    question: str | None
    offered: tuple[Offered, ...]
    rest: dict[str, Any] | None = None


def new_token() -> str:
    """A token nobody can guess, 8 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def dump(menus: Sequence[Menu]) -> list[dict[str, Any]]:
    """The newest menus as JSON, for the conversation's row."""
    return [
        {
            "question": menu.question,
            "offered": [[one.key, one.token, one.label, one.payload, one.role] for one in menu.offered],
            "rest": menu.rest,
        }
        for menu in menus[:REMEMBERED]
    ]


def load(stored: Sequence[dict[str, Any]]) -> list[Menu]:
    """The menus again, newest first."""
    return [
        Menu(menu["question"], tuple(Offered(*one) for one in menu["offered"]), menu.get("rest")) for menu in stored
    ]
