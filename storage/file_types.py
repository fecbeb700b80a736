"""What a file is by its own first bytes: what it is called, and what a provider says of it, proves nothing. Pure.

Only what an artisan may need to send is known here; everything else is refused: programs, archives, pages with scripts,
office files with macros. The marks are those with which the formats' own specifications have a file begin.
"""

from __future__ import annotations

import io
import zipfile
from typing import Final

from conversation import AttachmentKind

_PREFIXES: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_MPEG_SYNC: Final = frozenset({0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2})
"""Second byte of MPEG layer III after 0xFF."""
_ADTS_SYNC: Final = frozenset({0xF1, 0xF9})
"""Second byte of AAC in ADTS after 0xFF."""
_BRANDS: Final = (
    (b"heic", "image/heic"), (b"heix", "image/heic"), (b"mif1", "image/heic"), (b"M4A ", "audio/mp4"),
    (b"M4B ", "audio/mp4"), (b"3g", "video/3gpp"), (b"qt  ", "video/quicktime"), (b"iso", "video/mp4"),
    (b"mp4", "video/mp4"), (b"avc1", "video/mp4"), (b"dash", "video/mp4"), (b"MSNV", "video/mp4"),
    (b"M4V", "video/mp4"),
)  # fmt: skip
"""Beginning of an ISO media file's brand (ISO/IEC 14496-12) → what is inside."""
_OGG_SOUND: Final = (b"OpusHead", b"\x01vorbis", b"Speex   ")
_OOXML: Final = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument."
_MACROS: Final = ("vbaproject", "basic/", "scripts/")
"""Beginning of the last part of a name, or of the whole, under which office files keep programs; small letters."""
_HEAD: Final = 64
"""Bytes from the beginning in which a container names what it holds."""
_MOST_ENTRIES: Final = 5_000
"""Parts of an office file; a list longer than that is no letter."""

SUFFIXES: Final = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/heic": "heic",
    "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/aac": "aac", "audio/amr": "amr", "audio/wav": "wav",
    "audio/mp4": "m4a", "audio/3gpp": "3gp", "audio/webm": "webm", "video/mp4": "mp4", "video/3gpp": "3gp",
    "video/quicktime": "mov", "video/webm": "webm", "application/pdf": "pdf", "text/plain": "txt",
    _OOXML["word/document.xml"]: "docx", _OOXML["xl/workbook.xml"]: "xlsx", _OOXML["ppt/presentation.xml"]: "pptx",
    _OPEN_DOCUMENT + "text": "odt", _OPEN_DOCUMENT + "spreadsheet": "ods", _OPEN_DOCUMENT + "presentation": "odp",
}  # fmt: skip
"""Every type that is kept → what a copy's name ends in."""
_MAJOR: Final = {
    AttachmentKind.PHOTO: ("image",),
    AttachmentKind.VOICE: ("audio",),
    AttachmentKind.AUDIO: ("audio",),
    AttachmentKind.VIDEO: ("video", "image"),  # a short animation may be a GIF
    AttachmentKind.DOCUMENT: ("image", "audio", "video", "application", "text"),
}


class NotKept(Exception):
    """A file is not taken.

    Attributes:
        reason: "empty", "unknown_type" (nothing we know, or nothing we take), "not_what_it_says".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def type_of(content: bytes, kind: AttachmentKind, stated: str | None) -> str:
    """What a file is, if it may be kept.

    Args:
        content: All of it.
        kind: What it was sent as.
        stated: Its type as the provider has it from the person's telephone, if at all.

    Returns:
        A key of `SUFFIXES`, true to the content.

    Raises:
        NotKept: It may not.
    """
    if not content:
        raise NotKept("empty")
    said = (stated or "").partition(";")[0].strip().lower()
    found = _found(content)
    if found is None and said.startswith("text/") and _is_text(content):
        found = "text/plain"
    if found not in SUFFIXES:
        raise NotKept("unknown_type")
    major, _, minor = found.partition("/")
    if major == "video" and (kind in {AttachmentKind.VOICE, AttachmentKind.AUDIO} or said.startswith("audio/")):
        major, found = "audio", f"audio/{minor}"  # sound alone in a container that could hold pictures
    if found not in SUFFIXES or major not in _MAJOR.get(kind, ()) or not _agrees(said, major):
        raise NotKept("not_what_it_says")
    return found


def _agrees(said: str, major: str) -> bool:
    """Whether what was stated can be meant: telephones mistake one kind of sound or paper for another."""
    claimed = said.partition("/")[0]
    if claimed in {"", "application", "text"} and said != "application/pdf":
        return True  # telephones state application/octet-stream for anything
    return claimed == major


def _found(content: bytes) -> str | None:
    for prefix, found in _PREFIXES:
        if content.startswith(prefix):
            return found
    head = content[:_HEAD]
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"OggS":
        return "audio/ogg" if any(mark in head for mark in _OGG_SOUND) else None
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"webm" in head else None
    if head[4:8] == b"ftyp":
        return next((found for brand, found in _BRANDS if head[8:].startswith(brand)), None)
    if head[:4] == b"PK\x03\x04":
        return _office(content)
    if head[:1] == b"\xff" and len(head) > 1:
        return "audio/mpeg" if head[1] in _MPEG_SYNC else "audio/aac" if head[1] in _ADTS_SYNC else None
    return None


def _office(content: bytes) -> str | None:
    """An office file by the parts it names; nothing is unpacked but the few bytes in which one names itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = parts.namelist()
            if len(names) > _MOST_ENTRIES or any(_is_program(name.lower()) for name in names):
                return None
            if names and names[0] == "mimetype":
                with parts.open("mimetype") as own:
                    said = own.read(_HEAD).decode("ascii", "replace")
                return said if said.startswith(_OPEN_DOCUMENT) else None
            return next((found for part, found in _OOXML.items() if part in names), None)
    except Exception:  # noqa: BLE001 - a broken one makes zipfile raise anything: what cannot be read is not taken
        return None


def _is_program(name: str) -> bool:
    return name.startswith(_MACROS) or name.rpartition("/")[2].startswith(_MACROS)


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
