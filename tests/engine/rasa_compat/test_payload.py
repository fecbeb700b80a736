"""Payloads mean what Rasa's own handler makes of them, and nothing else passes."""

from __future__ import annotations

import pytest
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.message import Message

from bot.engine.rasa_compat.errors import BadPayload
from bot.engine.rasa_compat.payload import read_payload
from bot.engine.rasa_compat.processor import StrictProcessor


@pytest.mark.parametrize(
    "payload",
    [
        "/enroll",
        '/enroll{"craft": "leather"}',
        '/enroll{"craft": "جلد", "town": ["Fès", "Salé"]}',
        '/enroll{"craft": {"family": 1}, "town": null}',
        '/ask_price{"town": "a}b{c"}',
    ],
)
def test_a_payload_means_what_rasa_makes_of_it(processor: StrictProcessor, payload: str) -> None:
    """Same intent, entities and ranking as RegexMessageHandler."""
    theirs = YAMLStoryReader.unpack_regex_message(Message({"text": payload}), processor.domain).as_dict()
    assert read_payload(payload, processor.domain) == theirs


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "enroll",
        "/",
        "/ enroll",
        "/enroll ",
        "/nowhere",
        "/enroll@0.5",
        "/enroll{",
        "/enroll[1]",
        '/enroll{"craft": }',
        '/enroll{"nothing": 1}',
        '/enroll{"craft": 1} more',
    ],
)
def test_anything_else_is_refused(processor: StrictProcessor, payload: str) -> None:
    """Rasa warns and goes on with half of it."""
    with pytest.raises(BadPayload):
        read_payload(payload, processor.domain)
