"""An answer as one WhatsApp message: text, buttons or a list, never cut."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from channels.errors import CannotShow, LabelTooLong, NothingToSay, TextTooLong, TokenTooLong, TooManyChoices
from channels.whatsapp.payloads import FilePayload, WhatsAppPayload, request_body
from channels.whatsapp.render import MAX_CAPTION, fits, render, render_template
from conversation import AttachmentKind, Choice, Outbound, OutboundFile, Template


def choice(number: int, label: str = "", description: str | None = None, token: str = "") -> Choice:
    return Choice(
        label=label or f"Choix {number}", token=token or f"t{number}", key=str(number), description=description
    )


def answer(text: str = "Votre choix ?", *choices: Choice, list_title: str | None = "Choisir") -> Outbound:
    return Outbound(text=text, language="fr", choices=choices, list_title=list_title)


def body_of(payload: WhatsAppPayload, to: str = "212600000000") -> dict[str, Any]:
    return request_body(payload.uploaded("4000") if isinstance(payload, FilePayload) else payload, to)


def test_text_alone_is_a_text_message() -> None:
    """No choice, no button; a link shows no picture."""
    (payload,) = render(answer("فين كتخدمو؟"))
    assert body_of(payload, "212600000000") == {
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
    body = body_of(payload)
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
    assert body_of(payload, "x")["interactive"] == {
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
    assert body_of(payload, "x")["interactive"]["type"] == shape
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


def test_the_place_is_asked_for_by_the_apps_own_button() -> None:
    """A question for the place without choices; with choices, or with more words than stand above it, only words."""
    asked = replace(answer("فين كتخدمو؟"), ask_location="شارك المكان")
    (payload,) = render(asked)
    assert body_of(payload)["interactive"] == {
        "type": "location_request_message",
        "body": {"text": "فين كتخدمو؟"},
        "action": {"name": "send_location"},
    }
    (with_choices,) = render(replace(asked, choices=(choice(1),)))
    assert body_of(with_choices)["interactive"]["type"] == "button"
    (long,) = render(replace(asked, text="a" * 1025))
    assert body_of(long)["type"] == "text"


def file(kind: AttachmentKind = AttachmentKind.DOCUMENT) -> OutboundFile:
    return OutboundFile(kind=kind, key="files/1", mime_type="application/pdf", name="دليل.pdf")


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (AttachmentKind.PHOTO, {"type": "image", "image": {"id": "4000", "caption": "هاك"}}),
        (AttachmentKind.VIDEO, {"type": "video", "video": {"id": "4000", "caption": "هاك"}}),
        (
            AttachmentKind.DOCUMENT,
            {"type": "document", "document": {"id": "4000", "caption": "هاك", "filename": "دليل.pdf"}},
        ),
    ],
)
def test_words_stand_under_a_file(kind: AttachmentKind, shown: dict[str, Any]) -> None:
    """One message, paid for once; only a document has a name."""
    (payload,) = render(replace(answer("هاك"), file=file(kind)))
    assert body_of(payload).items() >= shown.items()


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (AttachmentKind.VOICE, {"type": "audio", "audio": {"id": "4000", "voice": True}}),
        (AttachmentKind.AUDIO, {"type": "audio", "audio": {"id": "4000"}}),
        (AttachmentKind.STICKER, {"type": "sticker", "sticker": {"id": "4000"}}),
    ],
)
def test_what_takes_no_words_goes_before_them(kind: AttachmentKind, shown: dict[str, Any]) -> None:
    """A voice note is one that plays by itself; the words follow."""
    first, second = render(replace(answer("هاك"), file=file(kind)))
    assert body_of(first).items() >= shown.items()
    assert body_of(second)["text"]["body"] == "هاك"


@pytest.mark.parametrize(
    "message",
    [
        replace(answer("a", choice(1)), file=file()),
        replace(answer("a" * (MAX_CAPTION + 1)), file=file()),
        replace(answer("a"), file=file(), ask_location="…"),
    ],
)
def test_what_does_not_fit_under_a_file_follows_it(message: Outbound) -> None:
    """Buttons, long words and a question for the place are a message of their own."""
    first, second = render(message)
    assert first == FilePayload(file())
    assert second == render(replace(message, file=None))[0]


def test_a_file_may_come_without_words() -> None:
    """But not with choices under nothing."""
    assert render(replace(answer(" "), file=file())) == [FilePayload(file())]
    with pytest.raises(NothingToSay):
        render(replace(answer(" ", choice(1)), file=file()))


@pytest.mark.parametrize(("language", "code"), [("ary", "ar_MA"), ("ary-Latn", "fr"), ("ar", "ar"), ("fr", "fr")])
def test_a_template_speaks_the_persons_language(language: str, code: str) -> None:
    """As far as Meta has one; what stands in its places has neither line breaks nor rows of spaces."""
    template = Template("enrolment_reminder", variables=("M123", "Prénom\n\tNom     x"))
    (payload,) = render_template(Outbound("…", language, template=template))
    assert body_of(payload)["template"] == {
        "name": "enrolment_reminder",
        "language": {"code": code},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "M123"}, {"type": "text", "text": "Prénom Nom x"}],
            }
        ],
    }


def test_a_template_without_places_has_no_components() -> None:
    """Meta refuses an empty list of them."""
    (payload,) = render_template(Outbound("…", "fr", template=Template("hello")))
    assert body_of(payload)["template"] == {"name": "hello", "language": {"code": "fr"}}


@pytest.mark.parametrize(
    ("template", "error"),
    [
        (None, NothingToSay),
        (Template("x", variables=("a", " ")), NothingToSay),
        (Template("x", variables=("a" * 1025,)), TextTooLong),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(template: Template | None, error: type[CannotShow]) -> None:
    """None, an empty place, or more in it than Meta takes."""
    with pytest.raises(error):
        render_template(Outbound("…", "fr", template=template))


@pytest.mark.parametrize(
    ("address", "field"), [("212600000000", "to"), ("MA.1000000000000001", "recipient"), ("MA.ENT.1", "recipient")]
)
def test_a_number_and_an_id_stand_in_different_fields(address: str, field: str) -> None:
    """Our mark goes along, and comes back with each status."""
    (payload,) = render(answer("a"))
    assert not isinstance(payload, FilePayload)
    body = request_body(payload, address, "42.0")
    assert {name: body.get(name) for name in ("to", "recipient")} == {"to": None, "recipient": None} | {field: address}
    assert body["biz_opaque_callback_data"] == "42.0"
