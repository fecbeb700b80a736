"""Numbers as people write them."""

from __future__ import annotations

import pytest

from conversation import Surface
from knowledge.identifiers import (
    IceReading,
    PhoneKind,
    looks_like_national_id,
    mask_national_ids,
    read_ice,
    read_nia,
    read_phone,
    show_phone,
)


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "(06)12345678",
        "00212612345678",
        "212612345678",
        "+212 (0)6 12 34 56 78",
        "612345678",
        "+2120612345678",
        "٠٦١٢٣٤٥٦٧٨",
        "۰۶۱۲۳۴۵۶۷۸",
        "\u202a+212 6 12 34 56 78\u202c",
        "0612345678 (mama)",
        "0612345678dyal mra",
        "tel:0612345678",
        "wa.me/212612345678",
        "nmra dyali 0612345678",
        "3andi 12 3am, 0612345678",
        "12 0612345678",
        "2023 06 12 34 56 78",
        "0612345678\n0698765432",
        "0️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣",
    ],
)
def test_one_number_in_many_shapes(text: str) -> None:
    """However it is written, it is the same mobile number."""
    found = read_phone(text)
    assert found is not None
    assert (found.e164, found.kind, found.shown) == ("+212612345678", PhoneKind.MOBILE, "0612345678")


@pytest.mark.parametrize(
    ("text", "e164", "kind"),
    [
        ("0712345678", "+212712345678", "mobile"),
        ("0522123456", "+212522123456", "fixed"),
        ("+212 5 22 12 34 56", "+212522123456", "fixed"),
        ("0801234567", "+212801234567", "service"),
        ("+33612345678", "+33612345678", "foreign"),
        ("+33 6 12 34 56 78", "+33612345678", "foreign"),
        ("0033612345678", "+33612345678", "foreign"),
        ("33612345678", "+33612345678", "foreign"),
        ("+1 415 555 2671", "+14155552671", "foreign"),
    ],
)
def test_kinds_of_number(text: str, e164: str, kind: str) -> None:
    """Fixed and service numbers are told from mobile ones; another country's number stays that country's."""
    found = read_phone(text)
    assert found is not None
    assert (found.e164, found.kind) == (e164, kind)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "+", "0612", "06123456789", "0912345678", "+33 6 12", "+999123", "+2126123", "2126123456789",
     "11111111111", "001561191000066", "001 561 191 000 066", "12", "00", "99999999999999999999999999"],
)  # fmt: skip
def test_what_is_no_number_is_not_read(text: str) -> None:
    """Numbers too short or too long, impossible ones, and an ICE are no telephone."""
    assert read_phone(text) is None


@pytest.mark.parametrize(
    ("e164", "language", "surface", "shown"),
    [
        ("+212612345678", "fr", Surface.WHATSAPP, "06 12 34 56 78"),
        ("+212612345678", "ary-Latn", Surface.TELEGRAM, "06 12 34 56 78"),
        ("+212612345678", "ary", Surface.WHATSAPP, "06\u00a012\u00a034\u00a056\u00a078"),
        ("+212612345678", "ar", Surface.TELEGRAM, "06\u00a012\u00a034\u00a056\u00a078"),
        ("+212612345678", "fr", Surface.SMS, "0612345678"),
        ("+33612345678", "ary", Surface.WHATSAPP, "0033612345678"),
    ],
)
def test_a_number_is_shown_as_people_know_it(e164: str, language: str, surface: Surface, shown: str) -> None:
    """With 0 and in pairs; in Arabic sentences without a breaking space, on SMS without any."""
    assert show_phone(e164, language, surface) == shown


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("001561191000066", IceReading("001561191000066", length_ok=True, check_ok=True)),
        ("0015 6119 1000 066", IceReading("001561191000066", length_ok=True, check_ok=True)),
        ("ICE: 002136093000040 chokran", IceReading("002136093000040", length_ok=True, check_ok=True)),
        ("٠٠١٥٦١١٩١٠٠٠٠٦٦", IceReading("001561191000066", length_ok=True, check_ok=True)),
        ("001561191000067", IceReading("001561191000067", length_ok=True, check_ok=False)),
        ("12345678", IceReading("12345678", length_ok=False, check_ok=False)),
        ("0015611910000661", IceReading("0015611910000661", length_ok=False, check_ok=False)),
        ("rc 1234567 ice 001561191000066", IceReading("001561191000066", length_ok=True, check_ok=True)),
        ("1234567", None),
        ("ma3ndich", None),
        ("", None),
    ],
)
def test_ice(text: str, reading: IceReading | None) -> None:
    """The length is certain, the check digits only a warning, short numbers are no attempt at an ICE."""
    assert read_ice(text) == reading


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12345", "12345"),
        ("NIA 4587-a", "4587-A"),
        ("nia: ab/1234/19", "AB/1234/19"),
        ("N° 12-345", "12-345"),
        ("123 456 789", "123456789"),
        ("٤٥٨٧٢", "45872"),
        ("oui 45872", "45872"),
        ("je suis inscrite au registre numero 45872", "45872"),
        ("2019", "2019"),
        ("inscrit en 2019", None),
        ("0612345678", None),
        ("06 12 34 56 78", None),
        ("ma3ndich", None),
        ("bch7al 3la 9bel", None),
        ("12", None),
        ("1 2", None),
        ("RNA", None),
        ("", None),
        ("1" * 26, None),
    ],
)
def test_nia(text: str, number: str | None) -> None:
    """A word with three digits is a number; Latin Darija, years in a sentence and mobile numbers are none."""
    assert read_nia(text) == number


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("AB123456", "••••••"),
        ("ab 123456", "••••••"),
        ("A-12345", "••••••"),
        ("أنا A١٢٣٤٥٦ من فاس", "أنا •••••• من فاس"),
        ("cin ab123456", "cin ••••••"),
        ("CNIE: 123456", "CNIE: ••••••"),
        ("la carte nationale n° Q 123456 merci", "la carte nationale n° •••••• merci"),
        ("البطاقة الوطنية BK 123456", "البطاقة الوطنية ••••••"),
        ("لاكارط ديالي J 45 67 89", "لاكارط ديالي ••••••"),
        ("smiyti Ali BK123456 o khoya J654321", "smiyti Ali •••••• o khoya ••••••"),
    ],
)
def test_the_number_of_the_national_card_is_recognised_and_masked(text: str, masked: str) -> None:
    """It is seen alone, in a sentence and after the card's name, and nothing of it is left."""
    assert looks_like_national_id(text)
    assert mask_national_ids(text) == masked


@pytest.mark.parametrize(
    "text",
    ["", "Fatima", "M48217362", "0612345678", "45872", "b50000 dh", "b50000درهم", "de 50000 dh", "dh50000",
     "ICE 001561191000066", "ma3ndich lakart", "ABC12345", "cinq 123456"],
)  # fmt: skip
def test_other_numbers_are_left_alone(text: str) -> None:
    """References, telephones, prices and an ICE are no national identity number."""
    assert not looks_like_national_id(text)
    assert mask_national_ids(text) == text
