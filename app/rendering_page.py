"""Writes docs/channels/rendering.md: the same answers as each channel shows them, made by the renderers themselves.

After a change of sentences or renderers: `python -m app.rendering_page`. A test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import knowledge
from app.fits import fits
from bot.journeys import place
from bot.responses.compose import Composed, Composer, Said
from channels.sms import render as sms
from channels.telegram import render as telegram
from channels.whatsapp import render as whatsapp
from channels.whatsapp.payloads import ButtonMessage, InteractivePayload, LocationRequest, TextPayload
from conversation import Outbound, Surface
from i18n.catalog import Catalogs
from i18n.languages import LANGUAGES
from i18n.messages import usual_choices
from runtime.settings import PROJECT

PAGE: Final = PROJECT / "docs" / "channels" / "rendering.md"
NOW: Final = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SHOWN: Final = (
    ("Three choices", "utter_consent", tuple(LANGUAGES)),
    ("Four choices", "utter_menu", ("ary", "fr")),
    ("An open question, with a number that may be shared by a tap", "utter_ask_phone", ("ary-Latn", "fr")),
)
"""Heading, message id, languages."""
HEAD: Final = """# One answer, on every channel

Made by the renderers themselves (`python -m app.rendering_page`; a test compares). An answer is one `Outbound`
(`conversation/model.py`): a text, choices, nothing of any provider. Each channel's `render.py` shows it as it best can:

- **WhatsApp**: one bubble a turn, always: each is paid for. Up to three short choices are buttons, up to ten a list.
- **Telegram**: one message; choices are an inline keyboard, or a reply keyboard where a number or place may be shared.
- **SMS**: numbered lines under the text. GSM-7 (160 characters a segment) wherever the language allows it: letters that
  it lacks are folded there and nowhere else (`ç` becomes `c`, `’` becomes `'`, emoji go); Arabic letters are UCS-2, 70
  a segment. Segments are counted before sending, and an answer over three is paged.

More than ten choices, or more than three segments, are paged with a last choice that says "more". Pages are cut between
paragraphs, lines, sentences or words, never inside what people see as one sign, and counted in the provider's own unit:
segments, UTF-16 units. Labels are never cut: `./maalem validate` refuses one that is too long, in all four catalogs,
and wants 95 % of the messages in French and Latin Darija to be one segment, choices included.
"""


def page() -> str:
    """The page, as it must stand."""
    catalogs = Catalogs.load()
    composer = Composer(catalogs, usual_choices(), fits)
    parts = [HEAD]
    for heading, message_id, languages in SHOWN:
        parts.append(f"## {heading}: `{message_id}`\n")
        said = Said(message_id, ask_phone=message_id == "utter_ask_phone")
        for language in languages:
            parts.append(f"### {language}\n")
            parts += _on_all(composer, said, language)
    asked = place.ask({"place_step": "regions"}, knowledge.load(), "fr")
    regions = [
        {"text": pick.text, "label": None, "payload": "/inform", "description": None} for pick in asked.picks or ()
    ]
    parts.append("## Twelve choices, in pages: `utter_ask_region`\n\n### fr\n")
    parts += _on_all(composer, Said(asked.message_id, picks=regions), "fr")
    return "\n".join(parts)


def _on_all(composer: Composer, said: Said, language: str) -> Iterator[str]:
    for surface in (Surface.WHATSAPP, Surface.TELEGRAM, Surface.SMS):
        composed: Composed | None = composer.compose([said], language=language, surface=surface, now=NOW)
        number = 1
        while composed is not None:
            title = _NAMES[surface] if number == 1 else f'{_NAMES[surface]}, after "more"'
            yield from _shown(title, composed.outbound, surface)
            rest = composed.rest
            composed = composer.more(rest, language=language, surface=surface, question=None) if rest else None
            number += 1


def _shown(title: str, outbound: Outbound, surface: Surface) -> Iterator[str]:
    show = {Surface.WHATSAPP: _whatsapp, Surface.TELEGRAM: _telegram, Surface.SMS: _sms}[surface]
    for kind, lines in show(outbound):
        yield f"**{title}**: {kind}\n\n```text\n" + "\n".join(lines) + "\n```\n"


_NAMES: Final = {Surface.WHATSAPP: "WhatsApp", Surface.TELEGRAM: "Telegram", Surface.SMS: "SMS"}
Shown = Iterator[tuple[str, list[str]]]


def _whatsapp(outbound: Outbound) -> Shown:
    for payload in whatsapp.render(outbound):
        if isinstance(payload, TextPayload):
            yield "one text", [payload.text.body]
        elif not isinstance(payload, InteractivePayload):
            raise TypeError(f"No catalog message is shown as {type(payload).__name__}.")
        elif isinstance(payload.interactive, LocationRequest):
            yield "one bubble, the app's own button to share the place", [payload.interactive.body.text]
        elif isinstance(payload.interactive, ButtonMessage):
            buttons = [f"[ {button.reply.title} ]" for button in payload.interactive.action.buttons]
            yield f"one bubble, {_counted(len(buttons), 'button')}", [payload.interactive.body.text, *buttons]
        else:
            action = payload.interactive.action
            rows = [f"  • {row.title}" for section in action.sections for row in section.rows]
            opening = f"[ {action.button} ]"
            yield f"one bubble, a list of {len(rows)}", [payload.interactive.body.text, opening, *rows]


def _telegram(outbound: Outbound) -> Shown:
    for payload in telegram.render(outbound):
        keyboard: Any = payload.keyboard.to_dict() if payload.keyboard else {}
        kind = "inline" if "inline_keyboard" in keyboard else "reply"
        rows = keyboard.get("inline_keyboard") or keyboard.get("keyboard") or []
        keys = ["".join(f"[ {key['text']} ]" for key in row) for row in rows]
        yield f"one message, {kind} keyboard" if keys else "one message", [payload.text, *keys]


def _sms(outbound: Outbound) -> Shown:
    for payload in sms.render(outbound):
        size = payload.size
        yield f"{size.encoding}, {size.units} units, {_counted(size.segments, 'segment')}", [payload.text]


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
