"""An answer as SMS: numbered lines, the person last, three segments at most."""

from __future__ import annotations

import pytest

from channels.errors import NothingToSay
from channels.sms.render import MAX_SEGMENTS, fits, pages, render
from channels.sms.segments import measure
from conversation import Choice, Outbound


def answer(text: str, *labels: tuple[str, str], language: str = "fr", list_title: str | None = None) -> Outbound:
    choices = tuple(Choice(label=label, token=f"token-{key}", key=key) for key, label in labels)
    return Outbound(text=text, language=language, choices=choices, list_title=list_title, ask_phone="Téléphone")


def test_choices_become_numbered_lines_with_the_person_last() -> None:
    """Each line is what is typed, an equals sign and the label; 0 stands last wherever it was given."""
    message = answer("Que voulez-vous ?", ("0", "Une personne 📞"), ("1", "M'inscrire 📝"), ("2", "Reçus"))
    assert [payload.text for payload in render(message)] == [
        "Que voulez-vous ?\n1 = M'inscrire\n2 = Recus\n0 = Une personne"
    ]


@pytest.mark.parametrize(
    ("text", "language", "encoding", "segments"),
    [
        ("Où travaillez-vous ? Écrivez le nom de la ville.", "fr", "GSM-7", 1),
        ("Chno bghito? Ktbo wla 9oulo.", "ary-Latn", "GSM-7", 1),
        ("فين كتخدمو؟ كتبو ولا قولو سمية المدينة ولا الدوار. مثلا: صفرو", "ary", "UCS-2", 1),
        ("م" * 71, "ar", "UCS-2", 2),
    ],
)
def test_the_payload_says_what_it_costs(text: str, language: str, encoding: str, segments: int) -> None:
    """Encoding and segments stand beside the text, for the simulator and the bill."""
    (payload,) = render(answer(text, language=language))
    assert (payload.size.encoding, payload.size.segments) == (encoding, segments)
    assert payload.size == measure(payload.text)


@pytest.mark.parametrize(
    ("message", "whole"),
    [
        (answer("a" * 459), True),
        (answer("a" * 460), False),
        (answer("a" * 450, ("1", "Oui")), True),
        (answer("a" * 452, ("1", "Oui")), False),
        (answer("م" * 201, language="ar"), True),
        (answer("م" * 202, language="ar"), False),
        (answer("a" * 200 + "ç"), True),
        (answer("a" * 200 + "ç", language="ar"), True),
        (answer("a" * 201 + "ç", language="ar"), False),
        (answer("a" * 450 + " 🙂" * 50), True),
    ],
)
def test_fits_means_three_segments_with_the_choices(message: Outbound, whole: bool) -> None:  # noqa: FBT001
    """Counted after folding, choices included, in the encoding the text will have."""
    assert fits(message) is whole
    assert (len(render(message)) == 1) is whole


def test_what_does_not_fit_is_sent_in_affordable_parts_and_whole() -> None:
    """Nothing is lost, no part costs more than three segments, and the choices stand in the last."""
    message = answer("Un mot encore. " * 100, ("1", "Oui"), ("0", "Une personne"))
    payloads = render(message)
    assert len(payloads) > 1
    assert all(payload.size.segments <= MAX_SEGMENTS for payload in payloads)
    assert " ".join(payload.text for payload in payloads).split() == [
        *("Un mot encore. " * 100).split(), "1", "=", "Oui", "0", "=", "Une", "personne",
    ]  # fmt: skip
    assert payloads[-1].text.endswith("\n1 = Oui\n0 = Une personne")


@pytest.mark.parametrize("text", ["", "  \n ", "🙂", "\u200f"])
def test_an_empty_answer_is_refused(text: str) -> None:
    """An SMS without text would be paid for and say nothing."""
    with pytest.raises(NothingToSay):
        render(answer(text))


def test_pages_leave_room_for_the_more_line() -> None:
    """Each page with "1 = …" under it stays within three segments; no page is blank."""
    more = "\n1 = الباقي"
    text = "كتبو ولا قولو سمية المدينة ولا الدوار. " * 20
    found = pages(text, len(more))
    assert len(found) > 1
    assert all(measure(page + more).segments <= MAX_SEGMENTS for page in found)
    assert " ".join(found).split() == text.split()


@pytest.mark.parametrize("text", ["", " \n\n ", " " * 2000])
def test_blank_texts_have_no_pages(text: str) -> None:
    """White space alone is nothing to send."""
    assert pages(text) == []


def test_a_reserve_without_room_is_refused() -> None:
    """The lines below may not fill the page."""
    with pytest.raises(ValueError, match="reserve"):
        pages("Un mot", 459)
