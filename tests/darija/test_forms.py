"""Forms told by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darija.forms import Form, word_form, written_form


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("بغيت", Form.ARY),
        ("ماعنديش", Form.ARY),
        ("أريد", Form.AR),
        ("تسجيل", None),
        ("bghit", Form.ARY_LATN),
        ("n3ref", Form.ARY_LATN),
        ("n3awnek", Form.ARY_LATN),
        ("formation", Form.FR),
        ("équipe", Form.FR),
        ("emballages", Form.FR),
        ("EUR1", None),
        ("ok", None),
        ("12", None),
        ("", None),
        ("你好", None),
    ],
)
def test_a_word_has_a_form_or_none(word: str, form: Form | None) -> None:
    """Only what is certain is said."""
    assert word_form(word) is form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("bghit ntsejjel f formation", Form.ARY_LATN),
        ("je voudrais savoir kifach ndir dyali", Form.MIXED),
        ("بغيت نعرف les prix dyal export", Form.MIXED),
        ("أريد معرفة الوثائق المطلوبة", Form.AR),
        ("comment je fais pour m'inscrire", Form.FR),
        ("🙂", None),
    ],
)
def test_a_message_has_a_form(text: str, form: Form | None) -> None:
    """One French noun inside Darija is Darija; two forms that share a message are a mixture."""
    assert written_form(text).form is form


@given(st.text(max_size=120))
def test_any_text_is_looked_at(text: str) -> None:
    """Shares stay shares, whatever was typed."""
    assert 0 <= written_form(text).share <= 1
