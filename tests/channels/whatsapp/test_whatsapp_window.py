"""When only a template may be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from channels.whatsapp.window import needs_template

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "closed"),
    [
        (timedelta(0), False),
        (timedelta(hours=23, minutes=58, seconds=59), False),
        (timedelta(hours=23, minutes=59), True),  # what leaves now would come too late
        (timedelta(hours=24), True),
        (timedelta(days=30), True),
        (timedelta(seconds=-5), False),  # two clocks
    ],
)
def test_the_window_is_open_for_a_day(ago: timedelta, *, closed: bool) -> None:
    """From the person's last message, a minute less."""
    assert needs_template(NOW, NOW - ago) is closed


def test_who_never_wrote_gets_templates_alone() -> None:
    """A campaign's first message."""
    assert needs_template(NOW, None)
