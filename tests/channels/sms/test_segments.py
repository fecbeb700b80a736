"""Counting and parting SMS: the table of channel facts 5, and what must hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.graphemes import LONGEST_PIECE, pieces
from channels.sms.alphabet import GSM, GSM_BASIC, GSM_EXTENSION, decode_gsm
from channels.sms.segments import SmsEncoding, encoding_of, measure, split

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
TEXTS = st.text(
    st.sampled_from("aé€[çل ا\u0627\u0644م ءہ👍\u200d👩\u0301\u064e\ud83d.؟!\n")
    | st.characters(min_codepoint=0x20, max_codepoint=0x1FFFF, exclude_categories=()),
    max_size=500,
)


def test_the_alphabet_has_127_characters_and_ten_extensions() -> None:
    """With the escape the basic table fills its 128 codes, and the tables share no character."""
    assert len(GSM_BASIC) == 127
    assert len(GSM_EXTENSION) == 10
    assert not GSM_BASIC & GSM_EXTENSION


@pytest.mark.parametrize("character", [*"àéèùäöüæÄÖÜÆÉÇñòì", *"@£$¥ØøÅåßΔΩ§¿¡¤_", "\n"])
def test_letters_inside_the_alphabet_cost_one_unit(character: str) -> None:
    """These French and other letters keep a text in GSM-7."""
    assert measure(character) == measure("a")


@pytest.mark.parametrize(
    "character", [*"çâêëîïôûÿœÀÂÈÊËÎÏÔÙÛŸŒ«»’‘“”–—…•°`", "\u00a0", "\u202f", "\t", "ع", "٣", "e\u0301"]
)
def test_one_character_outside_makes_the_whole_text_ucs2(character: str) -> None:
    """A single letter that GSM-7 lacks changes the price of all others."""
    assert encoding_of("a" * 100 + character) is SmsEncoding.UCS_2


@pytest.mark.parametrize("character", "^{}[]\\~|€\f")
def test_extension_characters_cost_two_units(character: str) -> None:
    """They travel as escape and code."""
    assert measure(character).units == 2
    assert measure(character).encoding is SmsEncoding.GSM_7


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("a" * 459, "GSM-7", 459, 3),
        ("a" * 460, "GSM-7", 460, 4),
        ("م" * 70, "UCS-2", 70, 1),
        ("م" * 71, "UCS-2", 71, 2),
        ("م" * 134, "UCS-2", 134, 2),
        ("م" * 135, "UCS-2", 135, 3),
        ("م" * 201, "UCS-2", 201, 3),
        ("a" * 159 + "ç", "UCS-2", 160, 3),  # one letter, three times the price
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("a" * 152 + "€" + "b" * 152, "GSM-7", 306, 3),  # the euro cannot be cut in two: one unit stays empty
        ("م" * 66 + "👍" + "م" * 66, "UCS-2", 134, 3),  # nor can the two halves of an emoji
        ("👍", "UCS-2", 2, 1),
        (FAMILY, "UCS-2", 11, 1),
        ("٠٦١٢٣٤٥٦٧٨", "UCS-2", 10, 1),
        ("a\r\nb", "GSM-7", 4, 1),
    ],
)
def test_units_and_segments_are_counted_as_the_network_does(
    text: str, encoding: str, units: int, segments: int
) -> None:
    """160 or 153 septets, 70 or 67 UTF-16 units, and no character parted between two segments."""
    size = measure(text)
    assert (size.encoding, size.units, size.segments) == (encoding, units, segments)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("م" * 200 + "لا" + "م" * 60, "لا"),
        ("م" * 200 + "ل\u064eآ" + "م" * 60, "ل\u064eآ"),
        ("م" * 200 + "👍" + "م" * 60, "👍"),
        ("م" * 198 + FAMILY + "م" * 60, FAMILY),
        ("م" * 200 + "e\u0301" + "م" * 60, "e\u0301"),
        ("a" * 458 + "€" + "a" * 60, "€"),
    ],
)
def test_what_is_seen_as_one_sign_stays_on_one_page(text: str, kept: str) -> None:
    """Lam and alef, surrogate pairs, families, accents and extension characters are never cut."""
    assert any(kept in page for page in split(text, 3))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a" * 100 + "\n\n" + "b" * 30 + "\n" + "c" * 60, "a" * 100 + "\n\n"),
        ("a" * 100 + "\n" + "b c" * 60, "a" * 100 + "\n"),
        ("Un mot. " * 30, "Un mot. " * 20),
        ("mot " * 60, "mot " * 40),
        ("a\n" + "b" * 300, "a\n" + "b" * 158),  # a line in the first half is no reason to waste the page
    ],
)
def test_a_page_ends_where_reading_pauses(text: str, first: str) -> None:
    """After a paragraph, else a line, a sentence, a word; else anywhere."""
    assert split(text, 1)[0] == first


def test_a_text_that_fits_is_one_page() -> None:
    """Nothing is cut without need, and nothing comes of nothing."""
    assert split("Salam", 3) == ["Salam"]
    assert split("", 3) == []


def test_room_is_left_for_the_lines_below() -> None:
    """What is reserved can be added to each page without one segment more."""
    for page in split("Un mot. " * 300, 3, reserve_units=20):
        assert measure(page + "x" * 20).segments <= 3


@pytest.mark.parametrize(("segments", "reserve"), [(0, 0), (-1, 0), (1, -1), (1, 160), (1, 121), (3, 459)])
def test_pages_without_room_are_refused(segments: int, reserve: int) -> None:
    """A page that could hold nothing would never end."""
    with pytest.raises(ValueError, match=r"segment|reserve"):
        split("a", segments, reserve_units=reserve)


def test_a_heap_of_accents_is_parted_all_the_same() -> None:
    """A sign larger than a page is cut between code points: nothing loops, nothing is lost."""
    heap = "e" + "\u0301" * 1000
    pages = split(heap, 1)
    assert "".join(pages) == heap
    assert all(measure(page).segments == 1 for page in pages)


@given(TEXTS, st.integers(1, 3), st.integers(0, 30))
def test_pages_are_the_text_and_each_is_affordable(text: str, most: int, reserve: int) -> None:
    """For any text: together the pages are the text, each within its segments, reserve included."""
    pages = split(text, most, reserve_units=reserve)
    assert "".join(pages) == text
    encoding = encoding_of(text)
    filler = ("م" if encoding is SmsEncoding.UCS_2 else "x") * reserve
    assert all(measure(page + filler).segments <= most for page in pages)


@given(TEXTS)
def test_segments_are_never_fewer_than_the_units_need(text: str) -> None:
    """The count may be one too high where characters of two units leave gaps, never too low."""
    size = measure(text)
    single, multi = (160, 153) if size.encoding is SmsEncoding.GSM_7 else (70, 67)
    assert size.segments >= (1 if size.units <= single else -(-size.units // multi))


@given(TEXTS)
def test_pieces_are_the_text(text: str) -> None:
    """No character is lost or moved, and no piece is too long for a segment."""
    assert "".join(pieces(text)) == text
    assert all(len(piece) <= LONGEST_PIECE for piece in pieces(text))


def test_codes_of_the_alphabet_are_read_back() -> None:
    """Each code gives one letter of its own, all of them the alphabet; the escape gives the extension's."""
    letters = [decode_gsm(bytes([code])) for code in range(128) if code != 0x1B]
    assert set(letters) == GSM_BASIC
    extended = {decode_gsm(bytes([0x1B, code])) for code in range(128)} - GSM_BASIC - {""}
    assert extended | set(letters) == GSM


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        (b"\x00\x02\x05\x11", "@$é_"),
        (b"\x1b\x65 1", "€ 1"),
        (b"\x1b\x41", "A"),
        (b"\x1b\x1b\x65", "e"),
        (b"a\x1b", "a"),
        (b"\x1b\xe9e\x80", "\ufffde\ufffd"),
        (b"", ""),
    ],
)
def test_an_escape_that_leads_nowhere_is_left_out(codes: bytes, text: str) -> None:
    """An unknown extension is its plain letter (TS 23.038, 6.2.1.1); what is no code is U+FFFD."""
    assert decode_gsm(codes) == text
