"""The sentences themselves: gettext catalogs in four forms, read once, asked by message id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from i18n.languages import LANGUAGES, Language
from i18n.messages import DOMAINS

CATALOGS: Final = Path(__file__).with_name("catalogs")
SMS: Final = "sms"
"""gettext context of the shorter text for SMS."""
_Texts = Mapping[tuple[str, str | None], tuple[str, ...]]


class UnknownMessage(LookupError):
    """No catalog text for this id in this language: `maalem validate` finds it before a person does."""


class MissingValue(LookupError):
    """A text needs a value that was not given."""


class _Values(dict[str, Any]):
    def __init__(self, message_id: str, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._message_id = message_id

    def __missing__(self, name: str) -> NoReturn:
        raise MissingValue(f"{self._message_id} needs a value for {{{name}}}")


def catalog_path(language: Language, folder: Path = CATALOGS, domain: str = "maalem") -> Path:
    """Where the catalog of a language stands, gettext's way."""
    return folder / language.folder / "LC_MESSAGES" / f"{domain}.po"


def read_catalog(language: Language, folder: Path = CATALOGS, domain: str = "maalem") -> Catalog:
    """Read one catalog with Babel.

    Raises:
        OSError: It cannot be read.
        babel.messages.pofile.PoFileError: It is not a catalog.
    """
    with catalog_path(language, folder, domain).open("rb") as file:
        return read_po(file, locale=language.folder, domain=domain, abort_invalid=True)


def forms(entry: Any) -> tuple[str, ...]:
    """The texts of a catalog entry: one, or one for each plural form; empty strings where nobody wrote any."""
    texts = entry.string if isinstance(entry.string, (tuple, list)) else (entry.string,)
    return tuple(text or "" for text in texts)


@dataclass(frozen=True, slots=True)
class Catalogs:
    """Every text, by language.

    Attributes:
        texts: Language code to message id and context to the texts: several where there are plural forms.
    """

    texts: Mapping[str, _Texts]

    @classmethod
    def load(cls, folder: Path = CATALOGS) -> Catalogs:
        """Read every catalog: some 200 ms, so once a process.

        Raises:
            OSError: One of them cannot be read.
            babel.messages.pofile.PoFileError: One of them is not a catalog.
        """
        return cls(
            {
                code: {key: text for domain in DOMAINS for key, text in _texts(language, folder, domain)}
                for code, language in LANGUAGES.items()
            }
        )

    def text(self, message_id: str, language: str, /, *, sms: bool = False, **values: Any) -> str:
        """The text of a message.

        Args:
            message_id: As in messages.yml.
            language: Code of one of `LANGUAGES`.
            sms: Take the shorter text where there is one.
            values: What stands in braces in the text. A text with plural forms chooses by its value `n`, 0 or more.

        Raises:
            UnknownMessage: The language or the id is unknown, or nobody has written the text yet.
            MissingValue: The text needs a value that was not given.
        """
        known = self.texts.get(language, {})
        found = (known.get((message_id, SMS)) if sms else None) or known.get((message_id, None))
        if found is None:
            raise UnknownMessage(f"{message_id} has no text in {language}")
        given = _Values(message_id, values)
        chosen = found[0] if len(found) == 1 else found[LANGUAGES[language].plural(int(given["n"]))]
        return chosen.format_map(given)


def _texts(language: Language, folder: Path, domain: str) -> Iterator[tuple[tuple[str, str | None], tuple[str, ...]]]:
    for entry in read_catalog(language, folder, domain):
        message_id = entry.id[0] if entry.pluralizable else entry.id
        texts = forms(entry)
        if message_id and all(texts):
            yield (message_id, entry.context), texts
