"""What may be kept: told by the content, whatever it is called."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation import AttachmentKind
from storage.file_types import SUFFIXES, NotKept, type_of

PHOTO, VOICE, AUDIO = AttachmentKind.PHOTO, AttachmentKind.VOICE, AttachmentKind.AUDIO
VIDEO, DOCUMENT, STICKER = AttachmentKind.VIDEO, AttachmentKind.DOCUMENT, AttachmentKind.STICKER
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
PDF = b"%PDF-1.7\n"
OPUS = b"OggS" + b"\0" * 24 + b"OpusHead"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


def iso(brand: bytes) -> bytes:
    return b"\0\0\0\x20ftyp" + brand + b"\0\0\2\0"


def zipped(*parts: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in parts:
            made.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "stated", "found"),
    [
        (JPEG, PHOTO, None, "image/jpeg"),
        (JPEG, DOCUMENT, "image/jpeg", "image/jpeg"),
        (JPEG, DOCUMENT, "application/octet-stream", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", PHOTO, "image/jpeg", "image/png"),
        (b"RIFF\0\0\0\0WEBP", PHOTO, "image/webp", "image/webp"),
        (iso(b"heic"), DOCUMENT, "image/heic", "image/heic"),
        (b"GIF89a", VIDEO, None, "image/gif"),
        (OPUS, VOICE, "audio/ogg; codecs=opus", "audio/ogg"),
        (b"ID3\3", AUDIO, "audio/mpeg", "audio/mpeg"),
        (b"\xff\xfb\x90", AUDIO, "AUDIO/MP3", "audio/mpeg"),
        (b"\xff\xf1\x50", VOICE, "audio/aac", "audio/aac"),
        (b"#!AMR\n", VOICE, "audio/amr", "audio/amr"),
        (b"RIFF\0\0\0\0WAVE", AUDIO, "audio/x-wav", "audio/wav"),
        (iso(b"M4A "), AUDIO, "audio/mp4", "audio/mp4"),
        (iso(b"isom"), VOICE, "audio/mp4", "audio/mp4"),
        (iso(b"mp42"), DOCUMENT, "audio/mp4", "audio/mp4"),
        (iso(b"mp42"), VIDEO, "video/mp4", "video/mp4"),
        (iso(b"3gp4"), VIDEO, "video/3gpp", "video/3gpp"),
        (iso(b"qt  "), VIDEO, None, "video/quicktime"),
        (b"\x1a\x45\xdf\xa3....webm", VIDEO, None, "video/webm"),
        (PDF, DOCUMENT, "application/pdf", "application/pdf"),
        (zipped(("word/document.xml", b"<w/>")), DOCUMENT, WORD, WORD),
        (zipped(("word/document.xml", b"<w/>")), DOCUMENT, "application/msword", WORD),
        (zipped(("mimetype", ODT.encode()), ("content.xml", b"")), DOCUMENT, None, ODT),
        ("nom;prix\nتابي;300\n".encode(), DOCUMENT, "text/csv", "text/plain"),
    ],
)
def test_what_an_artisan_may_send_is_known(
    content: bytes, kind: AttachmentKind, stated: str | None, found: str
) -> None:
    """By its content, also where the telephone states another type of the same sort."""
    assert type_of(content, kind, stated) == found
    assert found in SUFFIXES


@pytest.mark.parametrize(
    ("content", "kind", "stated", "reason"),
    [
        (b"", PHOTO, "image/jpeg", "empty"),
        (b"MZ\x90\0", DOCUMENT, "application/pdf", "unknown_type"),
        (b"\x7fELF", DOCUMENT, None, "unknown_type"),
        (b"#!/bin/sh\n", DOCUMENT, None, "unknown_type"),
        (b"<html><script>", DOCUMENT, "application/pdf", "unknown_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", DOCUMENT, "application/msword", "unknown_type"),
        (b"RIFF\0\0\0\0AVI ", VIDEO, None, "unknown_type"),
        (b"OggS" + b"\0" * 24 + b"\x80theora", VIDEO, None, "unknown_type"),
        (b"\x1a\x45\xdf\xa3", VIDEO, None, "unknown_type"),
        (iso(b"none"), VIDEO, None, "unknown_type"),
        (b"\xff", AUDIO, None, "unknown_type"),
        (b"\xff\x00", AUDIO, None, "unknown_type"),
        (b"PK\3\4 cut off", DOCUMENT, WORD, "unknown_type"),
        (zipped(("a.exe", b"MZ")), DOCUMENT, "application/zip", "unknown_type"),
        (zipped(("word/document.xml", b""), ("word/vbaProject.bin", b"x")), DOCUMENT, WORD, "unknown_type"),
        (zipped(("mimetype", ODT.encode()), ("Basic/Module1.xml", b"x")), DOCUMENT, ODT, "unknown_type"),
        (zipped(("mimetype", b"image/jpeg")), DOCUMENT, None, "unknown_type"),
        (zipped(("mimetype", ODT.encode() + b"-template")), DOCUMENT, None, "unknown_type"),
        (zipped(*((f"{number}", b"") for number in range(5_001))), DOCUMENT, WORD, "unknown_type"),
        (b"a\0b", DOCUMENT, "text/plain", "unknown_type"),
        (b"\xe9", DOCUMENT, "text/plain", "unknown_type"),
        (PDF, PHOTO, "image/jpeg", "not_what_it_says"),
        (PDF, DOCUMENT, "image/jpeg", "not_what_it_says"),
        (JPEG, DOCUMENT, "application/pdf", "not_what_it_says"),
        (JPEG, VOICE, "audio/ogg", "not_what_it_says"),
        (OPUS, VIDEO, None, "not_what_it_says"),
        (iso(b"qt  "), AUDIO, None, "not_what_it_says"),
        (JPEG, STICKER, None, "not_what_it_says"),
    ],
)
def test_what_is_not_taken_is_refused_with_a_reason(
    content: bytes, kind: AttachmentKind, stated: str | None, reason: str
) -> None:
    """Programs, pages, archives, macros, and whatever pretends to be something else."""
    with pytest.raises(NotKept) as raised:
        type_of(content, kind, stated)
    assert raised.value.reason == reason


@given(
    st.sampled_from([b"", b"PK\3\4", b"RIFF", b"OggS", b"\xff", b"\0\0\0\0ftyp", zipped(("mimetype", ODT.encode()))]),
    st.binary(max_size=300),
    st.sampled_from(AttachmentKind),
    st.none() | st.text(max_size=20),
)
def test_no_content_breaks_the_look(begin: bytes, rest: bytes, kind: AttachmentKind, stated: str | None) -> None:
    """Any bytes are of a known type or refused."""
    try:
        assert type_of(begin + rest, kind, stated) in SUFFIXES
    except NotKept:
        return


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_office_file_is_read_or_refused(where: int, byte: int) -> None:
    """One byte changed anywhere."""
    content = bytearray(zipped(("mimetype", ODT.encode()), ("content.xml", b"<x/>")))
    content[where % len(content)] = byte
    try:
        assert type_of(bytes(content), DOCUMENT, None) in SUFFIXES
    except NotKept:
        return
