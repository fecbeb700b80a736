"""docs/channels/rendering.md shows what the renderers make today."""

from __future__ import annotations

from app.rendering_page import PAGE, page


def test_the_page_shows_what_people_see() -> None:
    """After a change of sentences or renderers: python -m app.rendering_page."""
    assert PAGE.read_text(encoding="utf-8") == page()
