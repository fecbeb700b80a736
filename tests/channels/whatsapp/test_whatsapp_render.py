"""An answer as one WhatsApp message: text, buttons or a list, never cut."""

from __future__ import annotations

import pytest

from channels.errors import CannotShow, LabelTooLong, NothingToSay, TextTooLong, TokenTooLong, TooManyChoices
from channels.whatsapp.payloads import request_body
from channels.whatsapp.render import fits, render
from conversation import Choice, Outbound


def choice(number: int, label: str = "", description: str | None = None, token: str = "") -> Choice:
    return Choice(
        label=label or f"Choix {number}", token=token or f"t{number}", key=str(number), description=description
    )


def answer(text: str = "Votre choix ?", *choices: Choice, list_title: str | None = "Choisir") -> Outbound:
    return Outbound(text=text, language="fr", choices=choices, list_title=list_title)


def test_text_alone_is_a_text_message() -> None:
    """No choice, no button; a link shows no picture."""
    (payload,) = render(answer("فين كتخدمو؟"))
    assert request_body(payload, "212600000000") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "212600000000",
        "type": "text",
        "text": {"body": "فين كتخدمو؟", "preview_url": False},
    }


def test_three_short_choices_are_reply_buttons() -> None:
    """A button shows the label and carries the token."""
    (payload,) = render(
        answer("Votre choix ?", choice(1, "Oui, c'est juste ✅ x"), choice(2), choice(0, "Une personne"))
    )
    body = request_body(payload, "212600000000")
    assert body["type"] == "interactive"
    assert body["interactive"] == {
        "type": "button",
        "body": {"text": "Votre choix ?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "t1", "title": "Oui, c'est juste ✅ x"}},
                {"type": "reply", "reply": {"id": "t2", "title": "Choix 2"}},
                {"type": "reply", "reply": {"id": "t0", "title": "Une personne"}},
            ]
        },
    }


def test_four_choices_are_a_list() -> None:
    """One section without a title, opened by the list's button; a row without a description has none."""
    choices = [choice(1, "a" * 24, "b" * 72), choice(2), choice(3, "Trois", ""), choice(4)]
    (payload,) = render(answer("Votre choix ?", *choices))
    assert request_body(payload, "x")["interactive"] == {
        "type": "list",
        "body": {"text": "Votre choix ?"},
        "action": {
            "button": "Choisir",
            "sections": [
                {
                    "rows": [
                        {"id": "t1", "title": "a" * 24, "description": "b" * 72},
                        {"id": "t2", "title": "Choix 2"},
                        {"id": "t3", "title": "Trois"},
                        {"id": "t4", "title": "Choix 4"},
                    ]
                }
            ],
        },
    }


@pytest.mark.parametrize(
    ("choices", "shape"),
    [
        ([choice(1)], "button"),
        ([choice(n) for n in range(3)], "button"),
        ([choice(n) for n in range(4)], "list"),
        ([choice(n) for n in range(10)], "list"),
        ([choice(1, "a" * 20)], "button"),
        ([choice(1, "a" * 21)], "list"),  # too long for a button, short enough for a row
        ([choice(1, description="Avec plus de mots")], "list"),  # a button has no second line
        ([choice(1, description="")], "button"),
        ([choice(1, "م" * 20, token="t" * 200)], "button"),
    ],
)
def test_number_and_length_choose_the_shape(choices: list[Choice], shape: str) -> None:
    """Buttons where all choices fit them, else a list."""
    (payload,) = render(answer("Votre choix ?", *choices))
    assert request_body(payload, "x")["interactive"]["type"] == shape
    assert fits(answer("Votre choix ?", *choices))


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (answer(""), NothingToSay),
        (answer(" \n "), NothingToSay),
        (answer("a" * 4097), TextTooLong),
        (answer("🙂" * 2049), TextTooLong),
        (answer("a" * 1025, choice(1)), TextTooLong),
        (answer("a", *[choice(n) for n in range(11)]), TooManyChoices),
        (answer("a", choice(1, "a" * 25)), LabelTooLong),
        (answer("a", choice(1, "a" * 23 + "🙂")), LabelTooLong),
        (answer("a", choice(1, description="a" * 73)), LabelTooLong),
        (answer("a", choice(1, " ")), NothingToSay),
        (answer("a", *[choice(n) for n in range(4)], list_title=None), NothingToSay),
        (answer("a", *[choice(n) for n in range(4)], list_title="a" * 21), LabelTooLong),
        (answer("a", choice(1, token="t" * 257)), TokenTooLong),
        (answer("a", *[choice(n, token="t" * 201) for n in range(4)]), TokenTooLong),
    ],
)
def test_what_has_no_shape_is_refused_and_never_cut(message: Outbound, error: type[CannotShow]) -> None:
    """The build finds these before a person does."""
    with pytest.raises(error):
        render(message)
    assert not fits(message)


@pytest.mark.parametrize("message", [answer("a" * 4096), answer("🙂" * 2048), answer("a" * 1024, choice(1))])
def test_the_longest_texts_pass(message: Outbound) -> None:
    """4096 units of text alone, 1024 above choices."""
    assert len(render(message)) == 1
