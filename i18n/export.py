"""Keeps the catalogs in step with the lists of ids: new ids come in empty, old ones go, notes are refreshed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from i18n.catalog import CATALOGS, SMS, catalog_path, read_catalog
from i18n.languages import LANGUAGES, Language
from i18n.messages import DOMAINS, load_messages

TO_REVIEW: Final = "review: native speaker"
"""Stands at each Darija text until somebody who grew up speaking it has heard and read it."""
_REVIEWED_FORMS: Final = ("ary", "ary-Latn")
_HEADER: Final = "# What Maalem says. Ids and notes come from i18n/{source}: ./maalem catalogs"
_NO_WRAPPING: Final = 100_000
"""Columns. Babel takes 0 as "none" for texts, but still wraps comments at 76."""
_UNCOUNTED: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Babel insists on a creation date; a fixed one keeps a run that changes nothing from changing a file."""


def template(domain: str = "maalem", domains: Mapping[str, Path] = DOMAINS) -> Catalog:
    """A catalog of every id of a domain, without texts.

    Raises:
        i18n.messages.MessagesUnreadable: The list of ids has another shape.
    """
    made = _new(None, domain, domains[domain])
    for message in load_messages(domains[domain]).values():
        notes = [message.note]
        if message.values:
            notes.append("values: " + ", ".join(f"{{{name}}}" for name in message.values))
        if message.choices:
            notes.append("choices: " + ", ".join(message.choices))
        made.add((message.id, message.id) if message.plural else message.id, auto_comments=notes)
        if message.sms:
            made.add(message.id, auto_comments=[*notes, "shorter, for SMS"], context=SMS)
    return made


def write_pot(path: Path, domain: str = "maalem") -> None:
    """Write the template of a domain for translators' tools.

    Raises:
        OSError: It cannot be written.
        i18n.messages.MessagesUnreadable: The list of ids has another shape.
    """
    path.write_bytes(_as_bytes(template(domain)))


def update(folder: Path = CATALOGS, domains: Mapping[str, Path] = DOMAINS) -> list[str]:
    """Bring the catalogs of every domain into line; texts and reviewers' comments stay.

    Returns:
        Codes of the languages with a catalog that has changed.

    Raises:
        OSError: A catalog cannot be read or written.
        babel.messages.pofile.PoFileError: A catalog is not one.
        i18n.messages.MessagesUnreadable: A list of ids has another shape.
    """
    changed: set[str] = set()
    for domain, source in domains.items():
        wanted = template(domain, domains)
        for language in LANGUAGES.values():
            path = catalog_path(language, folder, domain)
            before = path.read_bytes() if path.exists() else b""
            after = _as_bytes(_updated(_new(language, domain, source), language, folder, wanted))
            if after != before:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(after)
                changed.add(language.code)
    return [code for code in LANGUAGES if code in changed]


def _updated(made: Catalog, language: Language, folder: Path, wanted: Catalog) -> Catalog:
    exists = catalog_path(language, folder, wanted.domain).exists()
    old = read_catalog(language, folder, wanted.domain) if exists else made
    for entry in wanted:
        if not entry.id:
            continue
        known = old.get(entry.id, entry.context)
        comments = [TO_REVIEW] if known is None and language.code in _REVIEWED_FORMS else []
        made.add(
            entry.id,
            _texts(known, language, plural=entry.pluralizable),
            auto_comments=entry.auto_comments,
            user_comments=comments if known is None else known.user_comments,
            context=entry.context,
        )
    return made


def _texts(known: object, language: Language, *, plural: bool) -> str | tuple[str, ...]:
    found = getattr(known, "string", None) or ""
    texts = [text or "" for text in found] if isinstance(found, (tuple, list)) else [found]
    if not plural:
        return str(texts[0])
    return tuple([*texts, *[""] * language.plurals][: language.plurals])


def _new(language: Language | None, domain: str, source: Path) -> Catalog:
    made = Catalog(
        locale=language.folder if language else None,
        domain=domain,
        header_comment=_HEADER.format(source=source.name),
        project="Maalem",
        version="1",
        creation_date=_UNCOUNTED,
        revision_date=_UNCOUNTED,
        fuzzy=False,
        copyright_holder="Maalem",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
    )
    if language:
        # Babel knows no plural rule for ary, and another one than ours for ary_Latn.
        made.mime_headers = [("Plural-Forms", language.plural_forms)]
    return made


def _as_bytes(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalog, width=_NO_WRAPPING, no_location=True)
    text = buffer.getvalue().decode("utf-8")
    if catalog.locale is None and catalog.locale_identifier:
        # Babel writes no plural rule for a code it does not know.
        header = '"MIME-Version: 1.0\\n"\n'
        text = text.replace(header, f'"Plural-Forms: {catalog.plural_forms}\\n"\n{header}', 1)
    return text.encode("utf-8")
