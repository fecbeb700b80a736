"""An answer as Telegram messages: plain text, one keyboard, limits in Telegram's own units."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import CannotShow, NothingToSay, TokenTooLong, TooManyChoices
from channels.graphemes import utf16_units
from channels.telegram.render import MAX_CAPTION_UNITS, MAX_TEXT_UNITS, fits, render
from conversation import AttachmentKind, Choice, Outbound, OutboundFile

FAMILY = "👨\u200d👩\u200d👧\u200d👦"


def answer(text: str = "Votre choix ?", *labels: str, **fields: Any) -> Outbound:
    choices = tuple(Choice(label=label, token=f"token{n}", key=str(n)) for n, label in enumerate(labels, start=1))
    return Outbound(text=text, language="fr", choices=choices, **fields)


def keyboard(message: Outbound) -> Any:
    found = render(message)[-1].keyboard
    return None if found is None else found.to_dict()


def test_text_alone_has_no_keyboard() -> None:
    """Nothing is asked, nothing is shown; signs of markup are text."""
    (payload,) = render(answer("*oui* _non_ <b>"))
    assert (payload.text, payload.keyboard) == ("*oui* _non_ <b>", None)


def test_choices_are_buttons_that_carry_tokens() -> None:
    """The label is shown, the token comes back."""
    assert keyboard(answer("Votre choix ?", "Inscription longue")) == {
        "inline_keyboard": [[{"text": "Inscription longue", "callback_data": "token1"}]]
    }


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["Oui", "Non"], [["Oui", "Non"]]),
        (["a" * 12, "b" * 12], [["a" * 12, "b" * 12]]),
        (["a" * 13, "b"], [["a" * 13], ["b"]]),
        (["Oui", "b" * 13, "Non"], [["Oui"], ["b" * 13], ["Non"]]),
        (["a", "b", "c"], [["a", "b"], ["c"]]),
        (["م" * 12, "🙂" * 6], [["م" * 12, "🙂" * 6]]),
        (["🙂" * 7, "a"], [["🙂" * 7], ["a"]]),
    ],
)
def test_short_labels_share_a_row(labels: list[str], rows: list[list[str]]) -> None:
    """Two of at most twelve units stand side by side, in the order given; longer ones alone."""
    shown = keyboard(answer("Votre choix ?", *labels))["inline_keyboard"]
    assert [[key["text"] for key in row] for row in shown] == rows


def test_sharing_the_phone_takes_the_whole_keyboard() -> None:
    """Only a reply keyboard can ask for it, and there is one keyboard: choices become plain labels."""
    shown = keyboard(answer("Numéro ?", "Je n'en ai pas", ask_phone="Envoyer mon numéro", ask_location="Ma place"))
    assert shown == {
        "keyboard": [
            [{"text": "Envoyer mon numéro", "request_contact": True}],
            [{"text": "Ma place", "request_location": True}],
            [{"text": "Je n'en ai pas"}],
        ],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }


def test_sharing_the_place_alone() -> None:
    """A place can be asked without a phone and without choices."""
    assert keyboard(answer("Où ?", ask_location="Ma place"))["keyboard"] == [
        [{"text": "Ma place", "request_location": True}]
    ]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (answer("Merci", ends_menu=True), {"remove_keyboard": True}),
        (answer("Merci", "Oui", ends_menu=True), {"inline_keyboard": [[{"text": "Oui", "callback_data": "token1"}]]}),
        (answer("Merci"), None),
    ],
)
def test_an_old_keyboard_goes_where_no_new_one_comes(message: Outbound, shown: Any) -> None:
    """A message has one keyboard: taking the old away is possible only without a new one."""
    assert keyboard(message) == shown


def test_a_long_text_becomes_several_with_the_keyboard_under_the_last() -> None:
    """It is parted after a paragraph, without white space at the ends, and nothing is lost."""
    paragraph = "كتبو سمية المدينة. " * 100
    payloads = render(answer("\n\n".join([paragraph] * 5), "Oui"))
    assert len(payloads) > 1
    assert [payload.keyboard is None for payload in payloads] == [True] * (len(payloads) - 1) + [False]
    assert all(payload.text == payload.text.strip() for payload in payloads)
    assert " ".join(payload.text for payload in payloads).split() == (paragraph * 5).split()
    assert not fits(answer("\n\n".join([paragraph] * 5), "Oui"))


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("a" * 4096, 1),
        ("a" * 4097, 2),
        ("🙂" * 2048, 1),
        ("🙂" * 2049, 2),
        ("a" * 4090 + FAMILY, 2),
        ("م" * 4095 + "لا", 2),
    ],
)
def test_length_is_counted_in_utf16_units(text: str, messages: int) -> None:
    """An emoji is two; what is seen as one sign is never parted."""
    payloads = render(answer(text))
    assert len(payloads) == messages
    assert "".join(payload.text for payload in payloads) == text
    assert fits(answer(text)) is (messages == 1)


def test_white_space_that_fills_a_page_is_not_sent() -> None:
    """Telegram refuses a blank message."""
    assert [payload.text for payload in render(answer("a" + " " * 9000 + "b"))] == ["a", "b"]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (answer(""), NothingToSay),
        (answer(" \n"), NothingToSay),
        (answer("a", " "), NothingToSay),
        (answer("a", *["b"] * 101), TooManyChoices),
        (answer("a", *["b"] * 101, ask_phone="c"), TooManyChoices),
        (Outbound("a", "fr", (Choice("b", "t" * 65, "1"),)), TokenTooLong),
        (Outbound("a", "fr", (Choice("b", "ع" * 33, "1"),)), TokenTooLong),
        (Outbound("a", "fr", (Choice("b", "", "1"),)), TokenTooLong),
    ],
)
def test_what_telegram_would_refuse_is_refused_here(message: Outbound, error: type[CannotShow]) -> None:
    """Counted in bytes where Telegram counts bytes."""
    with pytest.raises(error):
        render(message)
    assert not fits(message)


def test_a_token_of_64_bytes_passes() -> None:
    """The limit itself is allowed."""
    assert fits(Outbound("a", "fr", (Choice("b", "ع" * 32, "1"),)))


@given(st.text(st.sampled_from("aلا 👍\u200d\u0301\n"), min_size=1, max_size=9000))
def test_no_message_is_too_long_or_blank(text: str) -> None:
    """For any text: within the limit, and every visible character arrives."""
    if not text.strip():
        return
    payloads = render(answer(text))
    assert all(1 <= utf16_units(payload.text) <= 4096 for payload in payloads)
    assert "".join("".join(payload.text.split()) for payload in payloads) == "".join(text.split())


FILE = OutboundFile(AttachmentKind.DOCUMENT, "0" * 32, "application/pdf", "liste.pdf")


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("", [("", True, True)]),
        (" \n", [("", True, True)]),
        ("Voici la liste", [("Voici la liste", True, True)]),
        ("م" * MAX_CAPTION_UNITS, [("م" * MAX_CAPTION_UNITS, True, True)]),
        ("🙂" * 512, [("🙂" * 512, True, True)]),
        ("🙂" * 513, [("", True, False), ("🙂" * 513, False, True)]),
        ("م" * (MAX_TEXT_UNITS + 1), [("", True, False), ("م" * MAX_TEXT_UNITS, False, False), ("م", False, True)]),
    ],
)
def test_a_file_goes_first_with_what_fits_under_it(text: str, shape: list[tuple[str, bool, bool]]) -> None:
    """Words under the file where all of them fit (1024 UTF-16 units), else after it; the keyboard under the last."""
    payloads = render(answer(text, "Oui", file=FILE))
    assert [(one.text, one.file is FILE, one.keyboard is not None) for one in payloads] == shape


def test_an_answer_with_file_and_caption_fits() -> None:
    """One message, as fits() promises; with a longer text it is two."""
    assert fits(answer("Voici", file=FILE))
    assert not fits(answer("a" * (MAX_CAPTION_UNITS + 1), file=FILE))
