"""Meta's codes in status reports."""

from __future__ import annotations

import pytest

from channels.errors import ErrorCode
from channels.whatsapp.errors import known, meaning


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("131047", ErrorCode.WINDOW_CLOSED),
        ("131026", ErrorCode.UNKNOWN_ADDRESS),
        ("132015", ErrorCode.TEMPLATE),
        ("0", ErrorCode.CONFIGURATION),
        ("299", ErrorCode.CONFIGURATION),
    ],
)
def test_a_code_means_the_same_in_a_report(code: str, expected: ErrorCode) -> None:
    """As in an answer."""
    assert known(code) is meaning(code) is expected


@pytest.mark.parametrize("code", ["", "999999", "-1", "١٣١٠٤٧", "131047.0", "9" * 5000])
def test_a_code_nobody_knows_is_not_tried_again(code: str) -> None:
    """Whatever stands there."""
    assert known(code[:60]) is None
    assert meaning(code[:60]) is ErrorCode.REFUSED
