"""The list of message ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from i18n.messages import STEPS_FILE, MessagesUnreadable, load_messages, usual_choices

EMPTY = "labels: {}\nwords: {}\n"


def test_real_list_is_read() -> None:
    """Labels, words and messages come with note, values and choices."""
    messages = load_messages()
    assert messages["label_no"].kind == "label"
    assert messages["value_years"].plural
    assert messages["utter_resume_ask"].values == ("done", "total")
    assert messages["utter_consent"].sms
    assert messages["utter_consent"].choices == ("label_accept", "label_refuse", "label_who_sees")
    assert "\n" not in messages["utter_greet"].note


def test_steps_have_titles() -> None:
    """The second list has a section that the first does not need."""
    steps = load_messages(STEPS_FILE)
    assert steps["step_dum"].kind == "title"
    assert steps["step_dum_why"].kind == "message"


def test_usual_choices_names_only_messages_that_have_some() -> None:
    """An open question has no entry at all."""
    choices = usual_choices()
    assert choices["utter_resume_ask"] == ("label_go_on", "label_start_over", "label_leave")
    assert "utter_ask_place" not in choices


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "sections must be"),
        ("labels: {}\nwords: {}", "sections must be"),
        ("labels: {}\nwords: {}\nmessages: {}\nsteps: {}", "sections must be"),
        (f"{EMPTY}messages: {{utter_a: {{values: [n]}}}}", "utter_a has no note"),
        (f"{EMPTY}messages: {{utter_a: {{note: ''}}}}", "utter_a has no note"),
        (f"{EMPTY}messages: {{utter_a: words}}", "utter_a has no note"),
        (f"{EMPTY}messages: {{utter_a: {{note: A, valeus: [n]}}}}", "unknown key valeus"),
        (f"{EMPTY}messages: {{utter_a: {{note: A, plural: true}}}}", "no value to count by"),
        (f"{EMPTY}messages: {{utter_a: {{note: A, choices: [label_b]}}}}", "offers label_b"),
        ("labels: {a: {note: A}}\nwords: {a: {note: A}}\nmessages: {}", "a stands twice"),
    ],
)
def test_list_of_another_shape_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """What the file cannot mean is said by name, and not guessed."""
    path = tmp_path / "messages.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MessagesUnreadable, match=says):
        load_messages(path)
