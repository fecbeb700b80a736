"""What a person gives by number, day or closed word: telephone, ICE, reference, date, language, channel, yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.answers import find_languages, find_yes_no
from bot.nlu.entities import add_entities, beginning, entity, today_of
from bot.nlu.export_channels import find_export_channels
from darija.dates import find_dates
from darija.numbers import locate_numbers
from darija.text import ascii_digits
from knowledge.identifiers import read_ice, read_nia, read_phone
from knowledge.reference import read_reference

NAME: Final = "Identifiers"

_INVISIBLE: Final = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_DIGIT_RUN: Final = re.compile(rf"[+(]?\d(?:[\s().\-/\u00a0{_INVISIBLE}]{{0,3}}\d)*")
_REFERENCE: Final = re.compile(
    rf"(?<![^\W\d_])[mMم][\s\-.{_INVISIBLE}]{{0,3}}\d(?:[\s.\-/{_INVISIBLE}]{{0,2}}\d){{7}}(?!\d)"
)
_NAMED: Final = (
    r"(?:\br[ée]f(?:[ée]rences?)?\b|\b(?:demande|dos+ier|dos+i)\b|\bl?mila?f{1,2}\b|\bl?m[ae]r[dj]+[ia]?[3â]\b|\b[dt]?talab\b"
    r"|(?<!\w)[وفبل]?(?:ال|ل)?(?:مرجع|طلب|ملف|دوسي)\w{0,3})"
)
"""Reference, request, file."""
_NUMBERED: Final = r"(?:\bn(?:°|º|um[ée]?ro|umro|[o0])|\bnum\b|\bnimiro\b|\bra[9q]e?m\b|\bnemra\b|رقم\w?|نمرة|عدد)"
_BETWEEN: Final = (
    r"(?:[\s:=#.]|\b(?:dyali|diali|dyal|hiya|hia|howa|houwa|est|mon|ma|la|le|c'est|de la|du)\b|ديالي|ديال|هو|هي)*"
)
_CODE: Final = r"(?<![\w/.-])(?P<code>[^\W_](?:[-/.]?[^\W_]){1,19})(?![\w/-])"
_M_REFERENCE: Final = re.compile(
    rf"{_NAMED}[^\d\n]{{0,15}}?(?<![^\W\d_])(?P<code>[mM][\s\-.]{{0,2}}\d{{3,10}})(?![\d\w])", re.IGNORECASE
)
"""A code after the word for it is one even with digits lost: whoever answers can say so."""
_YEAR: Final = re.compile(r"\d{4}")
_OTHER_REFERENCE: Final = re.compile(
    rf"(?P<number>{_NUMBERED}{_BETWEEN}(?:de\s)?)?{_NAMED}(?P<sure>(?:{_BETWEEN}(?:{_NAMED}|{_NUMBERED}))*){_BETWEEN}{_CODE}",
    re.IGNORECASE,
)
"""The code of another office."""
_NAMED_ITSELF: Final = r"r[ée]f|[وفبل]?(?:ال|ل)?مرجع|l?m[ae]r[dj]"
"""A reference is a number; a request or a file may be of 500 pieces."""
_BARE_DIGITS: Final = 3
_MADE_UP: Final = re.compile(r"(?=(?:.*\d){3})(?:.*\d[-/.].*\d{2}|.*\d{2}[-/.].*|[^\W\d_]{1,5}[-/.]?\d{3,})")
"""A code that no number of things looks like: parts with a sign between, letters before digits."""
_REFERENCE_ALONE: Final = re.compile(r"\s*\d(?:[\s.\-/]{0,2}\d){7}\s*")
_NIA: Final = re.compile(
    r"(?:\b(?:rna|nia|n\.\s?i\.\s?a|(?:ال)?نيا)\b|\b[فوب]?(?:ال)?سجل\b(?! (?:ال)?تجاري)"
    r"|\b(?:ال)?هوي\w{1,3} (?:ال)?حرفي\w)"
    r"[^\d\n]{0,25}?(?P<nia>\b[A-Za-z]{0,4}[-/]?\d[\dA-Za-z/-]{2,24})",
    re.IGNORECASE,
)
_PHONE_DIGITS: Final = range(9, 16)
_ICE_DIGITS: Final = 15
_OF_A_NAME: Final = re.compile(r"[A-Za-z][.-]$")
"""Before the number of EUR.1 and ISPM-15."""
_SHARE: Final = re.compile(
    r"\d+(?:[.,]\d+)?(?:\s?[%٪]|\s?pour\s?cents?\b|\s(?:في|ف)\s?(?:ال|ل)?(?:مائة|مئة|مية)|\sf\s?(?:l|la)\s?m[iy]+a?y?a?\b)"
)
_TAKEN: Final = "x"
"""Stands where something was found already: a letter parts the numbers around it, and is none itself."""


class _Found(NamedTuple):
    name: str
    value: str
    start: int
    end: int


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Identifiers(GraphComponent):
    """Adds what is given: phone, ICE, register number, reference, day, number, language, channel, yes or no.

    A register number is taken only where the register is named: alone, it looks like anything. A reference that was
    mistyped is given as typed, for whoever answers to say so.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Identifiers:
        """Make the component; it learns nothing."""
        del config, model_storage, resource, execution_context
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is given to each message."""
        for message in messages:
            add_entities(message, find_identifiers(beginning(message), today_of(message)))
        return messages


def find_identifiers(text: str, today: date) -> Iterator[dict[str, Any]]:
    """Find everything this component names, in Rasa's shape.

    Args:
        text: Any string; cost grows with its length.
        today: The day from which "tomorrow" and days without a year are counted.

    Yields:
        Entities, in no order that matters.
    """
    rest = ascii_digits(text)
    for find in _FINDERS:  # each sees what those before it have left
        for found in list(find(rest, today)):
            yield entity(found.name, found.value, text, start=found.start, end=found.end, extractor=NAME)
            rest = rest[: found.start] + _TAKEN * (found.end - found.start) + rest[found.end :]
    closed = (("language", find_languages), ("export_channel", find_export_channels), ("yes_no", find_yes_no))
    for name, look in closed:
        for phrase in look(text):
            yield entity(name, phrase.value, text, start=phrase.start, end=phrase.end, extractor=NAME)


def _references(text: str, _today: date) -> Iterator[_Found]:
    for found in _REFERENCE.finditer(text):
        read = read_reference(found[0])
        if read is not None:
            yield _Found("reference", read.code, *found.span())


def _named_references(text: str, _today: date) -> Iterator[_Found]:
    for found in _M_REFERENCE.finditer(text):
        yield _Found("reference", "M" + re.sub(r"\D", "", found["code"]), *found.span("code"))


def _other_references(text: str, today: date) -> Iterator[_Found]:
    """Codes as typed, after the word for them; bare digits only after "number" too: a request may be for 500 pieces."""
    for found in _OTHER_REFERENCE.finditer(text):
        code = found["code"]
        told = found["number"] or found["sure"] or re.match(_NAMED_ITSELF, found[0], re.IGNORECASE)
        numbered = bool(told) and code.isdecimal() and len(code) >= _BARE_DIGITS
        days = [one for one in find_dates(code, today) if one.end - one.start == len(code)]
        if (numbered or _MADE_UP.fullmatch(code)) and not days and read_phone(code) is None:
            yield _Found("reference", code, *found.span("code"))


def _register_numbers(text: str, _today: date) -> Iterator[_Found]:
    for found in _NIA.finditer(text):
        number = read_nia(found["nia"])
        if number:
            yield _Found("nia", number, *found.span("nia"))


def _written_days(text: str, today: date) -> Iterator[_Found]:
    """Days in figures with the whole year: they go before numbers of as many digits."""
    if not _YEAR.search(text):
        return
    for found in find_dates(text, today):
        written = text[found.start : found.end]
        if found.iso[:4] in written and not any(map(str.isalpha, written)):
            yield _Found("date", found.iso, found.start, found.end)


def _lone_reference(text: str, _today: date) -> Iterator[_Found]:
    whole = _REFERENCE_ALONE.fullmatch(text)
    read = read_reference(text) if whole else None
    if whole and read is not None:
        yield _Found("reference", read.code, *whole.span())


def _long_numbers(text: str, _today: date) -> Iterator[_Found]:
    for found in _DIGIT_RUN.finditer(text):
        length = sum(character.isdecimal() for character in found[0])
        if length == _ICE_DIGITS and found[0][0] != "+" and (ice := read_ice(found[0])) is not None:
            yield _Found("ice", ice.digits, *found.span())
        elif length in _PHONE_DIGITS and (phone := read_phone(found[0])) is not None:
            yield _Found("phone", phone.e164, *found.span())


def _days(text: str, today: date) -> Iterator[_Found]:
    for found in find_dates(text, today):
        yield _Found("date", found.iso, found.start, found.end)


def _numbers(text: str, _today: date) -> Iterator[_Found]:
    """Numbers that count: no share of a hundred, no part of a name, no "one" in words unless it is all there is."""
    text = _SHARE.sub(lambda share: _TAKEN * len(share[0]), text)
    for found in locate_numbers(text):
        written = text[found.start : found.end]
        article = found.value == 1 and any(map(str.isalpha, written))
        named = _OF_A_NAME.search(text, 0, found.start) is not None
        if not named and (not article or written == text.strip()):
            yield _Found("number", str(found.value), found.start, found.end)


_FINDERS: Final[tuple[Callable[[str, date], Iterator[_Found]], ...]] = (
    _references,
    _named_references,
    _register_numbers,
    _other_references,
    _written_days,
    _lone_reference,
    _long_numbers,
    _days,
    _numbers,
)
