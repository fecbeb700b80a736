"""One answer from everything a turn said: words, values, choices, and what must wait for "more"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from bot.responses import labels
from conversation import Choice, Outbound, Surface
from i18n.catalog import Catalogs
from i18n.formats import format_date
from storage.menus import Offered, new_token

MAX_CHOICES: Final = 10
"""Rows of a WhatsApp list (channel facts 1): the smallest of the surfaces, kept on all so that numbers agree."""
PART: Final = "\n"
FEWEST_CHOICES: Final = 3
"""Below so many choices on a page the text is cut instead."""

CLEAR_ALONE: Final = frozenset(
    {
        "field_track",
        "field_category",
        "field_person_name",
        "field_organisation",
        "field_place",
        "field_craft",
    }
)
"""Fields whose value needs no name beside it where each character costs (SMS)."""

Fits = Callable[[Outbound, Surface], bool]
"""Whether a surface can show an answer whole: segments of an SMS, characters of a bubble."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message as an action or a rule said it."""

    message_id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    picks: Sequence[Mapping[str, Any]] | None = None
    question: str | None = None
    ask_phone: bool = False
    ask_location: bool = False

    @classmethod
    def of(cls, custom: Mapping[str, Any]) -> Said:
        """Read it back from what Rasa collected."""
        said = custom.get("said") or {}
        return cls(
            message_id=custom["id"],
            values=said.get("values") or {},
            picks=said.get("picks"),
            question=said.get("question"),
            ask_phone=bool(said.get("ask_phone")),
            ask_location=bool(said.get("ask_location")),
        )


@dataclass(frozen=True, slots=True)
class Composed:
    """What goes out, what it offers, and what was left for "more"."""

    outbound: Outbound
    offered: tuple[Offered, ...]
    question: str | None
    rest: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    payload: str
    role: str | None
    description: str | None


class Composer:
    """Turns message ids into answers.

    Args:
        catalogs: The sentences.
        choices: The usual choices of each message id (i18n/messages.yml).
        fits: What each surface can show.
    """

    def __init__(self, catalogs: Catalogs, choices: Mapping[str, Sequence[str]], fits: Fits) -> None:
        self._catalogs = catalogs
        self._choices = choices
        self._fits = fits

    def compose(self, said: Sequence[Said], *, language: str, surface: Surface, now: datetime) -> Composed:
        """One bubble from all that was said; the choices are those of the last message that has any."""
        sms = surface is Surface.SMS
        texts = [self._text(one, language, sms=sms, now=now) for one in said]
        rows: list[_Row] = []
        for one in reversed(said):
            rows = self._rows(one, language)
            if rows:
                break
        last = said[-1]
        outbound = Outbound(
            text=(PART if sms else PART * 2).join(texts),
            language=language,
            list_title=self._catalogs.text("label_list", language),
            ask_phone=self._catalogs.text("label_share_phone", language) if last.ask_phone else None,
            ask_location=self._catalogs.text("label_share_location", language) if last.ask_location else None,
        )
        question = next((one.question for one in reversed(said) if one.question), None)
        return self._page(outbound, rows, question, surface, [text for text in texts if text])

    def more(self, rest: Mapping[str, Any], *, language: str, surface: Surface, question: str | None) -> Composed:
        """The next page of what did not fit."""
        rows = [_Row(*row) for row in rest["rows"]]
        outbound = Outbound(
            text=rest["text"], language=language, list_title=self._catalogs.text("label_list", language)
        )
        return self._page(outbound, rows, question, surface)

    def _text(self, said: Said, language: str, *, sms: bool, now: datetime) -> str:
        values = {name: self._value(value, language, sms=sms, now=now) for name, value in said.values.items()}
        return self._catalogs.text(said.message_id, language, sms=sms, **values)

    def _value(self, value: Any, language: str, *, sms: bool, now: datetime) -> Any:
        if isinstance(value, list):
            return "\n".join(self._line(name, shown, language, sms=sms, now=now) for name, shown in value)
        if isinstance(value, dict) and "id" in value:
            return self._catalogs.text(value["id"], language, **value.get("values", {}))
        if isinstance(value, dict) and "date" in value:
            return format_date(datetime.fromisoformat(value["date"]).date(), language, today=now.date())
        return value

    def _line(self, name: str, value: Any, language: str, *, sms: bool, now: datetime) -> str:
        shown = self._value(value, language, sms=sms, now=now)
        if sms and name in CLEAR_ALONE:
            return str(shown)
        colon = " :" if language == "fr" else ":"
        return f"{self._catalogs.text(name, language, sms=sms)}{colon} {shown}"

    def _rows(self, said: Said, language: str) -> list[_Row]:
        if said.picks is None:
            return [
                _Row(
                    self._catalogs.text(label, language),
                    labels.payload(said.message_id, label),
                    labels.role(said.message_id, label),
                    None,
                )
                for label in self._choices.get(said.message_id, ())
            ]
        return [
            _Row(
                pick["text"] or self._catalogs.text(pick["label"], language),
                pick["payload"],
                labels.role(said.message_id, pick["label"] or ""),
                pick["description"],
            )
            for pick in said.picks
        ]

    def _page(
        self,
        outbound: Outbound,
        rows: list[_Row],
        question: str | None,
        surface: Surface,
        texts: Sequence[str] = (),
    ) -> Composed:
        whole = self._with(outbound, rows, question)
        if len(rows) <= MAX_CHOICES and self._fits(whole.outbound, surface):
            return whole
        more = _Row(self._catalogs.text("label_more", outbound.language), labels.MORE, None, None)
        for count in range(min(len(rows), MAX_CHOICES) - 1, FEWEST_CHOICES - 1, -1):
            head = self._with(outbound, [*rows[:count], more], question)
            if self._fits(head.outbound, surface):
                return replace(head, rest={"text": outbound.text, "rows": [_as_list(row) for row in rows[count:]]})
        for head_text, tail_text in (*_between(texts), *_cuts(outbound.text)):
            head = self._with(replace(outbound, text=head_text, ask_phone=None, ask_location=None), [more], question)
            if self._fits(head.outbound, surface):
                return replace(head, rest={"text": tail_text, "rows": [_as_list(row) for row in rows]})
        return whole  # nothing to cut at: the channel splits it

    def _with(self, outbound: Outbound, rows: Sequence[_Row], question: str | None) -> Composed:
        offered = []
        choices = []
        number = 0
        for row in rows:
            if row.payload.partition("{")[0] == labels.PERSON:
                key = "0"
            else:
                number += 1
                key = str(number)
            token = new_token()
            offered.append(Offered(key, token, row.label, row.payload, row.role))
            choices.append(Choice(label=row.label, token=token, key=key, description=row.description))
        return Composed(replace(outbound, choices=tuple(choices)), tuple(offered), question)


def _as_list(row: _Row) -> list[str | None]:
    return [row.label, row.payload, row.role, row.description]


def _between(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Ways to part an answer between two of its messages, the longest beginning first."""
    return [(PART.join(texts[:count]), PART.join(texts[count:])) for count in range(len(texts) - 1, 0, -1)]


def _cuts(text: str) -> list[tuple[str, str]]:
    """Ways to part a text in two at the end of a line or sentence, the longest beginning first."""
    places = [
        index + 1 for index, character in enumerate(text[:-1]) if character == "\n" or text[index : index + 2] in _ENDS
    ]
    return [(text[:place].strip(), text[place:].strip()) for place in reversed(places) if text[place:].strip()]


_ENDS: Final = (". ", "؟ ", "? ")
