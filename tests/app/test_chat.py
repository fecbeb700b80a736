"""`maalem chat` against a server that speaks the simulator's API."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from app.chat import Chat, talk
from app.surroundings import CannotStart
from tests.app.answering import answering

MENU: dict[str, Any] = {
    "replies": [
        {
            "text": "شنو بغيتي؟",
            "choices": [{"label": "نتسجل", "token": "t1"}, {"label": "موظف", "token": "t0", "key": "0"}],
        }
    ]
}
SMS: dict[str, Any] = {
    "replies": [{"text": "Salam\n1 = Ntsejjel", "choices": [{"label": "x", "token": "t"}], "segments": 1}]
}


def test_a_typed_number_picks_the_choice_shown() -> None:
    """A choice is shown with a number; typing it sends the choice's token, and anything else is text."""
    with answering((200, MENU), (200, MENU), (200, MENU)) as server:
        chat = Chat(server.url, "whatsapp", "somebody")
        assert chat.send("salam") == ["شنو بغيتي؟", "  1 = نتسجل", "  0 = موظف"]
        chat.send(" 1 ")
        chat.send("12")
        chat.close()
    person = {"channel": "whatsapp", "sender": "somebody"}
    assert [body for _, _, body in server.asked] == [
        person | {"text": "salam"},
        person | {"choice": "t1"},
        person | {"text": "12"},
    ]
    assert {path for _, path, _ in server.asked} == {"/simulator/messages"}


def test_on_sms_the_number_itself_travels() -> None:
    """As from a basic phone: no token, and the list stands in the text."""
    with answering((200, SMS), (200, SMS)) as server:
        chat = Chat(server.url, "sms", "somebody")
        assert chat.send("salam") == ["Salam\n1 = Ntsejjel", "  (1 SMS)"]
        chat.send("1")
        chat.close()
    assert server.asked[1][2] == {"channel": "sms", "sender": "somebody", "text": "1"}


def test_two_talks_are_two_people() -> None:
    """Without a name everybody is somebody new."""
    with answering((200, MENU), (200, MENU)) as server:
        for _ in range(2):
            chat = Chat(server.url, "telegram")
            chat.send("salam")
            chat.close()
    assert server.asked[0][2]["sender"] != server.asked[1][2]["sender"]


def test_no_gateway_is_told_with_the_command_that_starts_it() -> None:
    """Nothing listens: the way out is `./maalem up`."""
    with answering() as server:
        url = server.url
    chat = Chat(url, "whatsapp")
    with pytest.raises(CannotStart, match=r"\./maalem up"):
        chat.send("salam")
    chat.close()


def test_a_closed_simulator_is_told() -> None:
    """A gateway without simulator answers 404: the message names the switch."""
    with answering((404, {})) as server:
        chat = Chat(server.url, "whatsapp")
        with pytest.raises(CannotStart, match="MAALEM_SIMULATOR"):
            chat.send("salam")
        chat.close()


@pytest.mark.parametrize(
    ("status", "body", "shown"), [(503, {}, "(refused: 503)"), (422, {}, "(refused: 422)"), (200, {}, "(no reply)")]
)
def test_a_refusal_does_not_end_the_talk(status: int, body: object, shown: str) -> None:
    """What goes wrong once is said in a line, and the person writes again."""
    with answering((status, body)) as server:
        chat = Chat(server.url, "whatsapp")
        assert chat.send("salam") == [shown]
        chat.close()


@pytest.mark.parametrize("ending", [EOFError, KeyboardInterrupt])
def test_a_talk_goes_on_until_the_person_ends_it(ending: type[BaseException]) -> None:
    """Lines go there and back, empty ones stay here; Ctrl-D and Ctrl-C end it quietly."""
    typed: Iterator[str] = iter(["salam", "", "  "])

    def read() -> str:
        try:
            return next(typed)
        except StopIteration:
            raise ending from None

    out = io.StringIO()
    with answering((200, MENU)) as server:
        chat = Chat(server.url, "whatsapp")
        talk(chat, Console(file=out, width=80), read)
        chat.close()
    assert len(server.asked) == 1
    assert "1 = نتسجل" in out.getvalue()
