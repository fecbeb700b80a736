"""What a message means before any understanding: a tap, a typed number, a label's own words, a file, a place.

Only what was offered can become a payload. Text that begins with a slash is text.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.engine.stop_words import Wish, wish_of
from bot.journeys.answering import about
from bot.journeys.words import PART_WORDS, only_named
from bot.responses.labels import PERSON
from conversation import Inbound, InboundKind
from darija.fold import phonetic
from darija.numbers import read_number
from darija.text import normalise
from knowledge.identifiers import read_phone
from storage.menus import Menu, Offered

NUMBER_MAX_CHARS: Final = 12
"""A typed choice is short: "2", "٢", "جوج", "le 3"; longer texts with a number in them are answers."""
ALIKE: Final = {normalise("إلغاء"): "/cancel", normalise("اللغة"): "/change_language"}
"""Two words that sound alike, so that understanding cannot tell them apart: told by their letters."""
SOMEBODY: Final = frozenset(map(phonetic, ("شي حد", "شي واحد", "chi wahd", "chi wa7ed", "chi 7ed", "chi had")))
"""What we tell people to write for a person of the team; its "wahd" is not the first choice."""
NOD: Final = frozenset("👍👌✅✔☑")
"""Signs that stand for a yes."""
SKIN: Final = frozenset("🏻🏼🏽🏾🏿\ufe0f\u200d ")
"""What a sign may carry besides."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A payload for Rasa, or the text to understand.

    Attributes:
        payload: `/intent{…}` of a choice or a thing sent; nothing where `text` is to be understood.
        text: What was typed, without control characters.
        menu: The menu a choice was picked from.
        also: A message to say before the answer.
    """

    payload: str | None
    text: str
    menu: Menu | None = None
    also: str | None = None


def resolve(
    inbound: Inbound,
    menus: Sequence[Menu],
    *,
    shown: bool,
    pending: str | None,
    text_max: int,
    topic: tuple[str, str] | None = None,
) -> Resolved:
    """What an inbound message means, as far as it needs no understanding.

    Args:
        inbound: The message.
        menus: Newest first.
        shown: Whether the newest menu stood under the very last answer: only then does a bare number pick from it.
        pending: Slot of the pending question.
        text_max: Characters from which a message is too long to read.
        topic: Intent and topic of the last question answered: "more" and "source" in words are about it.
    """
    text = clean(inbound.text)
    if inbound.kind is InboundKind.CHOICE or inbound.token:
        return _tapped(inbound.token or "", menus, pending, shown=shown)
    if inbound.kind is InboundKind.MEDIA and inbound.attachment is not None:
        return Resolved(_payload("media", {"answer": inbound.attachment.kind}), text)
    if inbound.kind is InboundKind.LOCATION and inbound.location is not None:
        where = {"latitude": inbound.location.latitude, "longitude": inbound.location.longitude}
        return Resolved(_payload("inform", {"location": where}), text)
    if inbound.kind is InboundKind.CONTACT and inbound.contact is not None:
        if not inbound.contact.own:
            return Resolved(_payload("unreadable", {"answer": "not_own"}), text)
        found = read_phone(inbound.contact.phone)
        return Resolved(_payload("inform", {"phone": found.e164 if found else inbound.contact.phone}), text)
    if inbound.kind is InboundKind.START:
        return Resolved("/greet", text)
    if inbound.payload and inbound.payload.startswith("intent:"):
        return Resolved(f"/{inbound.payload.removeprefix('intent:')}", text)
    typed = _typed(text, menus, shown=shown, pending=pending, text_max=text_max)
    if typed.payload is None and topic is not None and (part := only_named(text, PART_WORDS)):
        return Resolved(_payload(topic[0], {"answer": about(topic[1], part)}), text)
    return typed


def clean(text: str) -> str:
    """A text without control characters, its white space kept single; line breaks stay."""
    kept = "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn")
    )
    return "\n".join(" ".join(line.split()) for line in kept.splitlines()).strip()


def _typed(text: str, menus: Sequence[Menu], *, shown: bool, pending: str | None, text_max: int) -> Resolved:
    if not text:
        return Resolved(_payload("unreadable", {"answer": "empty"}), text)
    if len(text) > text_max:
        return Resolved(_payload("unreadable", {"answer": "too_long"}), text[:text_max])
    if set() < set(text) - SKIN <= NOD:
        return Resolved("/affirm", text)
    if not any(character.isalnum() for character in text):
        return Resolved(_payload("media", {"answer": "sticker"}), text)
    if len(text) <= NUMBER_MAX_CHARS:
        number = 0 if phonetic(text) in SOMEBODY else read_number(text)
        if number is not None and shown and menus and (picked := _keyed(menus[0], str(number))):
            return Resolved(picked.payload, text, menus[0])
        if number == 0:
            return Resolved(PERSON, text)
    return (
        _labelled(text, menus, shown=shown, pending=pending)
        or _stopped(text, menus, shown=shown, pending=pending)
        or Resolved(ALIKE.get(normalise(text)), text)
    )


def _stopped(text: str, menus: Sequence[Menu], *, shown: bool, pending: str | None) -> Resolved | None:
    """A word that stops messages or has them again; in a journey a bare one is about the journey."""
    wish = wish_of(text)
    asked = pending is not None or (shown and bool(menus) and any(one.role for one in menus[0].offered))
    if wish is None or (wish is Wish.CANCEL and asked):
        return None
    if wish is Wish.STOP and pending is not None:
        return Resolved("/cancel", text, also="utter_how_to_stop")
    return Resolved("/resume_messages" if wish is Wish.RESUME_MESSAGES else "/stop_messages", text)


def _labelled(text: str, menus: Sequence[Menu], *, shown: bool, pending: str | None) -> Resolved | None:
    open_ = [
        menu
        for index, menu in enumerate(menus)
        if (index == 0 and shown) or menu.question is None or menu.question == pending
    ]
    for same in (normalise, phonetic):  # letter for letter first: two labels may sound alike (إلغاء, اللغة)
        said = same(text)
        for menu in open_:
            for one in menu.offered:
                if said and same(one.label) == said:
                    return Resolved(_meant(one, current=shown and menu is menus[0]), text, menu)
    return None


def _meant(one: Offered, *, current: bool) -> str:
    """The payload of a choice; a yes to an earlier "erase all?" only voices the wish, and is asked about once more."""
    return one.payload if current or one.role != "yes" else one.payload.partition("{")[0]


def _tapped(token: str, menus: Sequence[Menu], pending: str | None, *, shown: bool) -> Resolved:
    for menu in menus:
        for one in menu.offered:
            if one.token == token:
                if menu.question is None or menu.question == pending:
                    return Resolved(_meant(one, current=shown and menu is menus[0]), one.label, menu)
                return Resolved(_payload("unreadable", {"answer": "old"}), one.label)
    return Resolved(_payload("unreadable", {"answer": "old"}), "")


def _keyed(menu: Menu, key: str) -> Offered | None:
    return next((one for one in menu.offered if one.key == key), None)


def yes_or_no(intent: str, menu: Menu | None) -> str | None:
    """The payload that a plain yes or no means under the menu just shown, if it says so."""
    wanted = {"affirm": "yes", "deny": "no"}.get(intent)
    if menu is None or wanted is None:
        return None
    return next((one.payload for one in menu.offered if one.role == wanted), None)


def _payload(intent: str, entities: dict[str, Any]) -> str:
    return f"/{intent}{json.dumps(entities, ensure_ascii=False)}"
