"""Whether the catalogs say everything, the same in each form, and as we write; `maalem validate` asks here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError

from conversation import Surface
from i18n.catalog import CATALOGS, SMS, Catalogs, catalog_path, forms, read_catalog
from i18n.formats import format_date
from i18n.languages import LANGUAGES, Language
from i18n.messages import DOMAINS, Message, load_messages
from i18n.writing import faults, first_word, sign_of, without_sign

LABEL_MAX_CHARS: Final = 20
"""A WhatsApp button, in UTF-16 units (channel facts 3.4)."""
LIST_LABEL_MAX_CHARS: Final = 24
"""A WhatsApp list row, in UTF-16 units: for labels whose note says "24 characters, list only"."""
LIST_ONLY: Final = "24 characters, list only"
TITLE_MAX_CHARS: Final = 60
"""Title of a step: a line of a list that is read at a glance, and below the 72 of a WhatsApp row's second line."""
CHAT_MAX_CHARS: Final = 500
"""Longest text of a message for chat: what is longer is not read."""
ANYWHERE: Final = (Surface.SMS, Surface.WHATSAPP, Surface.TELEGRAM)


@dataclass(frozen=True, slots=True)
class Entry:
    """One text as a person may get it, values filled in with the longest usual ones.

    Attributes:
        sms: Whether it is the shorter text for SMS.
        choices: Texts of the labels usually shown under it.
        surfaces: Where it is shown: a text that has a shorter one beside it never goes by SMS.
    """

    message_id: str
    language: str
    text: str
    sms: bool
    choices: tuple[str, ...]
    surfaces: tuple[Surface, ...]


def entries(folder: Path = CATALOGS, domains: Mapping[str, Path] = DOMAINS) -> Iterator[Entry]:
    """Every text with its usual choices, for whoever counts what a channel can show.

    `{lines}` of a summary is filled with one line: how many there are is known only while talking, and
    `bot.responses` pages them.

    Raises:
        OSError: A catalog cannot be read.
        i18n.catalog.UnknownMessage: A catalog lacks an id: ask `problems` first.
    """
    known = [message for path in domains.values() for message in load_messages(path).values()]
    catalogs = Catalogs.load(folder)
    for code in LANGUAGES:
        for message in known:
            choices = tuple(catalogs.text(label, code) for label in message.choices)
            values = {name: _usual(name, code, catalogs) for name in message.values}
            for count in (1, 2, 5, 12) if message.plural else (values.get("n"),):
                filled = values | ({"n": count} if "n" in values else {})
                text = catalogs.text(message.id, code, **filled)
                surfaces = tuple(surface for surface in ANYWHERE if surface is not Surface.SMS or not message.sms)
                yield Entry(message.id, code, text, sms=False, choices=choices, surfaces=surfaces)
            if message.sms:
                short = catalogs.text(message.id, code, sms=True, **values)
                yield Entry(message.id, code, short, sms=True, choices=choices, surfaces=(Surface.SMS,))


def problems(folder: Path = CATALOGS, domains: Mapping[str, Path] = DOMAINS) -> list[str]:
    """Everything a reader of the catalogs would have to mend, one sentence each; empty when all is well.

    Raises:
        i18n.messages.MessagesUnreadable: The list of ids itself has another shape.
    """
    found: list[str] = []
    for domain, path in domains.items():
        known = load_messages(path)
        for language in LANGUAGES.values():
            try:
                catalog = read_catalog(language, folder, domain)
            except FileNotFoundError:
                found.append(f"{language.code}: {catalog_path(language, folder, domain).name} is missing")
                continue
            except (OSError, PoFileError, UnicodeDecodeError) as error:
                found.append(f"{language.code}: {domain}.po cannot be read ({type(error).__name__})")
                continue
            found += [f"{language.code}: {problem}" for problem in _of_catalog(catalog, language, known, path.name)]
    return found


def _of_catalog(catalog: Catalog, language: Language, known: Mapping[str, Message], source: str) -> Iterator[str]:
    if catalog.plural_forms != language.plural_forms:
        yield f"the header has other plural forms than the table of languages: {catalog.plural_forms}"
    texts = {_key(entry): entry for entry in catalog if entry.id}
    wanted = {(message.id, context) for message in known.values() for context in (None, SMS)[: 1 + message.sms]}
    yield from (f"{_name(key)} is missing" for key in sorted(wanted - texts.keys(), key=_name))
    yield from (f"{_name(key)} is not in {source}" for key in sorted(texts.keys() - wanted, key=_name))
    for key in (key for key in texts if key in wanted):
        yield from (f"{_name(key)} {fault}" for fault in _of_entry(texts[key], known[key[0]], language))
    for message in known.values():
        yield from _of_choices(message, texts)


def _of_entry(entry: Any, message: Message, language: Language) -> Iterator[str]:
    written = forms(entry)
    wanted_forms = language.plurals if message.plural else 1
    if len(written) != wanted_forms:
        yield f"has {len(written)} forms instead of {wanted_forms}"
    if entry.fuzzy:
        yield "is marked fuzzy: nobody has said that it is right"
    names = [_placeholders(text) for text in written]
    if any(found is None for found in names):
        yield "has braces that do not close, or more than a name in them"
        return
    used = {name for found in names if found is not None for name in found}
    if used != set(message.values):
        yield f"has the values {_braces(used)} instead of {_braces(set(message.values))}"
    for text in written:
        words = without_sign(text) if message.kind == "label" else text
        yield from faults(words, language.code, sms=entry.context == SMS)
        yield from _of_size(text, message)


def _of_size(text: str, message: Message) -> Iterator[str]:
    limit = {"label": LABEL_MAX_CHARS, "title": TITLE_MAX_CHARS}.get(message.kind, CHAT_MAX_CHARS)
    if message.kind == "label" and LIST_ONLY in message.note:
        limit = LIST_LABEL_MAX_CHARS
    if message.id.startswith("field_"):  # a choice too: "what do you want to change?"
        limit = LABEL_MAX_CHARS
    if _units(text) > limit:
        yield f"has {_units(text)} characters, {limit} fit"
    if message.kind != "label" or text == without_sign(text):
        wanted = sign_of(message.note) if message.kind == "label" else None
        if wanted and _units(f"{text} {wanted}") <= limit:
            yield f"lacks the sign {wanted}"
    elif text != f"{without_sign(text)} {sign_of(message.note)}":
        yield f"has another sign than its note, or not at the end: {text}"


def _of_choices(message: Message, texts: Mapping[tuple[str, str | None], Any]) -> Iterator[str]:
    beginnings = Counter(
        first_word(forms(texts[label, None])[0]) for label in message.choices if (label, None) in texts
    )
    for word, times in beginnings.items():
        if word and times > 1:
            yield f"{message.id} offers {times} choices that begin with {word}"


def _key(entry: Any) -> tuple[str, str | None]:
    return (entry.id[0] if entry.pluralizable else entry.id), entry.context


def _name(key: tuple[str, str | None]) -> str:
    return key[0] if key[1] is None else f"{key[0]} ({key[1]})"


def _braces(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"


def _placeholders(text: str) -> set[str] | None:
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    if any(name is not None and (not name.isidentifier() or form or convert) for _, name, form, convert in parts):
        return None
    return {name for _, name, _, _ in parts if name is not None}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


_LONG_DAY: Final = date(2025, 9, 25)


def _usual(name: str, language: str, catalogs: Catalogs) -> Any:
    """A value of the length a person may well see."""
    if name in ("date", "changed"):
        return format_date(_LONG_DAY, language, today=_LONG_DAY)
    if name == "state":
        return catalogs.text("state_needs_answer", language)
    if name == "controller":
        return catalogs.text("controller_unnamed", language)
    if name == "topic":
        return max((catalogs.text(label, language) for label in _intent_labels()), key=len)
    if name == "lines":
        return f"{catalogs.text('field_phone', language)}: 0612345678"
    return _USUAL[name]


def _intent_labels() -> list[str]:
    return [message for message in load_messages() if message.startswith("label_intent_")]


_USUAL: Final[Mapping[str, Any]] = {
    "n": 12,
    "done": 10,
    "total": 12,
    "text": "Ouled Teima Ouled Teima Ouled",
    "ice": "001561191000066",
    "phone": "0520000000",
    "reference": "M48217360",
    "sources": "Office des Changes, Le Site Info",
}
