"""An answer as WhatsApp messages by Twilio: quick replies, a list, or words with numbers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import CannotShow, NothingToSay
from channels.graphemes import utf16_units
from channels.twilio import templates
from channels.twilio.render import MAX_INTERACTIVE_TEXT, MAX_TEXT, NO_DESCRIPTION, render, render_template
from conversation import Choice, Outbound, Template


def choice(number: int, label: str = "", description: str | None = None, token: str | None = None) -> Choice:
    return Choice(label or f"Choix {number}", f"t{number}" if token is None else token, str(number), description)


def answer(text: str, *choices: Choice, list_title: str | None = "Choisir") -> Outbound:
    return Outbound(text, "fr", choices, list_title)


def test_words_alone_are_words() -> None:
    """No template, nothing changed."""
    (payload,) = render(answer("فين كتخدمو؟\n\n*زليج*"))
    assert (payload.text, payload.content) == ("فين كتخدمو؟\n\n*زليج*", None)


def test_up_to_three_short_choices_are_quick_replies() -> None:
    """Text, then label and token of each; beside it the same in words, the person's line last."""
    (payload,) = render(answer("Votre  choix ?", choice(0, "Une personne"), choice(1, "Oui"), choice(2, "Non")))
    assert payload.content is not None
    assert payload.content.name == templates.buttons(3)
    assert payload.content.numbered() == {
        "1": "Votre choix ?", "2": "Une personne", "3": "t0", "4": "Oui", "5": "t1", "6": "Non", "7": "t2",
    }  # fmt: skip
    assert payload.text == "Votre  choix ?\n1 = Oui\n2 = Non\n0 = Une personne"


@pytest.mark.parametrize(
    "choices",
    [
        [choice(number) for number in range(1, 5)],
        [choice(1, "a label of 21 letters")],
        [choice(number, "x" * 24) for number in range(1, 11)],
    ],
    ids=["four", "one long", "ten"],
)
def test_more_or_longer_choices_are_a_list(choices: list[Choice]) -> None:
    """Text, opening button, then title and token of each row."""
    (payload,) = render(answer("Votre choix ?", *choices))
    assert payload.content is not None
    assert payload.content.name == templates.rows(len(choices), described=False)
    rows = [part for one in choices for part in (one.label, one.token)]
    assert payload.content.variables == ("Votre choix ?", "Choisir", *rows)


def test_descriptions_stand_in_every_row_or_in_none() -> None:
    """An empty variable would be refused: a dot stands in for what is not said."""
    (payload,) = render(answer("Ville ?", choice(1, "Fès", "Région Fès-Meknès"), choice(0, "Une personne")))
    assert payload.content is not None
    assert payload.content.name == templates.rows(2, described=True)
    assert payload.content.variables[2:] == (
        "Fès", "t1", "Région Fès-Meknès", "Une personne", "t0", NO_DESCRIPTION,
    )  # fmt: skip


@pytest.mark.parametrize(
    "message",
    [
        answer("x", *[choice(number) for number in range(11)]),
        answer("x", choice(1, "x" * 25)),
        answer("x", choice(1, "x", "y" * 73)),
        answer("x", *[choice(number) for number in range(4)], list_title=None),
        answer("x", *[choice(number) for number in range(4)], list_title="a title of 21 letters"),
        answer("x", choice(1, token="t" * 201)),
        answer("x", choice(1, token="")),
        answer("x" * (MAX_INTERACTIVE_TEXT + 1), choice(1)),
    ],
    ids=["eleven", "long title", "long description", "no button", "long button", "long token", "no token", "long text"],
)
def test_what_neither_shows_goes_as_numbered_lines(message: Outbound) -> None:
    """Nothing is cut and no choice is lost: people answer with a number."""
    (payload,) = render(message)
    assert payload.content is None
    assert payload.text.split("\n")[1:] == [
        f"{one.key} = {one.label}" for one in sorted(message.choices, key=lambda one: one.key == "0")
    ]


def test_blanks_that_twilio_refuses_are_one_blank() -> None:
    """Tabs and runs of blanks in a variable are error 21656; lines stay lines in the text, not in a label."""
    (payload,) = render(answer("a\tb      c\n\nd", choice(1, "x\ny", token="t")))
    assert payload.content is not None
    assert payload.content.variables == ("a b c\n\nd", "x y", "t")


def test_long_words_are_parted_where_people_pause() -> None:
    """Several messages of at most 1600 characters, together the whole; the choices stand in the last."""
    text = "\n\n".join(f"Page {number} " + "é" * 700 for number in range(4))
    payloads = render(answer(text, choice(1), choice(2)))
    assert len(payloads) > 1
    assert all(1 <= utf16_units(one.text) <= MAX_TEXT and one.content is None for one in payloads)
    assert "".join("".join(one.text for one in payloads).split()) == "".join((text + "1=Choix12=Choix2").split())
    assert payloads[-1].text.endswith("1 = Choix 1\n2 = Choix 2")


@pytest.mark.parametrize("message", [answer(" \n "), answer("x", choice(1, "  "))], ids=["text", "label"])
def test_nothing_is_not_said(message: Outbound) -> None:
    """Neither a message without words nor a button without a label."""
    with pytest.raises(NothingToSay):
        render(message)


def test_an_approved_template_has_no_words_beside() -> None:
    """Outside the window words would not be taken: its own name for each language, its variables in order."""
    payload = render_template(Template("reminder", variables=("Fatima", "12\nmars")), "ary-Latn")
    assert payload.text == ""
    assert payload.content is not None
    assert payload.content.name == "maalem_reminder_ary-Latn"
    assert payload.content.numbered() == {"1": "Fatima", "2": "12 mars"}


def test_an_approved_template_needs_its_variables() -> None:
    """An empty one is refused by Twilio: it is found here."""
    with pytest.raises(NothingToSay):
        render_template(Template("reminder", variables=("",)), "fr")


@given(
    st.text(max_size=3000),
    st.lists(st.tuples(st.text(max_size=30), st.none() | st.text(max_size=80)), max_size=12),
    st.none() | st.text(max_size=25),
)
def test_every_answer_has_a_shape_within_the_limits(
    text: str, labels: list[tuple[str, str | None]], title: str | None
) -> None:
    """Whatever is said: only nothing at all has none."""
    choices = [choice(number, label or " ", description) for number, (label, description) in enumerate(labels)]
    try:
        payloads = render(answer(text, *choices, list_title=title))
    except CannotShow:
        assert not text.strip() or not all(one.label.strip() for one in choices)
        return
    known = templates.generic()
    for payload in payloads:
        assert 1 <= utf16_units(payload.text) <= MAX_TEXT
        if payload.content is not None:
            variables = payload.content.numbered()
            assert all(variables.values())
            assert set(variables) == set(known[payload.content.name]["variables"])


def test_the_generic_templates_are_all_different() -> None:
    """Buttons for one to three, lists for one to ten with and without descriptions; names fit where they are kept."""
    known = templates.generic()
    assert len(known) == 3 + 10 + 10
    assert all(len(name) <= 45 for name in known)
    for name, shape in known.items():
        assert shape["friendly_name"] == name
        words = json.dumps(shape["types"])
        assert all(f"{{{{{number}}}}}" in words for number in shape["variables"])
