"""What is shown while something goes on."""

from __future__ import annotations

import io

from rich.console import Console

from app.progress import bar


def test_a_bar_says_how_much_is_done_and_what_is_left() -> None:
    """On a terminal: share done and time left, gone when it is over."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100)
    with bar(console, "Scoring", 4) as advance:
        advance(1)
        advance(2)
    assert "Scoring" in out.getvalue()
    assert "75%" in out.getvalue()
    assert ":" in out.getvalue()


def test_a_bar_is_one_line_elsewhere() -> None:
    """A log or a pipe gets no signs of a terminal, however much is done."""
    out = io.StringIO()
    with bar(Console(file=out), "Scoring", 1000) as advance:
        for _ in range(1000):
            advance(1)
    assert out.getvalue() == "Scoring …\n"
