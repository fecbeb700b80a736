"""A compact tracker stands for the whole conversation: same answers as Rasa, at a cost that does not grow."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.rasa_compat.environment import known_warnings_ignored
from bot.engine.rasa_compat.processor import StrictProcessor
from bot.engine.rasa_compat.snapshot import Snapshot, compact_tracker, new_events, snapshot_of

WORDS = (
    *("enroll", "refuse", "whichprice", "whichplace", "whichtime", "whichwho", "wait", "reject", "mood", "stop"),
    *("leather", "Fès", "5", "?", "leather", "Salé", "enroll", "wait", "return"),
)


@pytest.fixture(scope="module")
def stock(model_path: Path, processor: StrictProcessor) -> MessageProcessor:
    """Rasa's own processor, runner, rule policy, forms and tracker store; only the actions run in process."""
    with known_warnings_ignored():
        rasa = MessageProcessor(
            str(model_path), None, InMemoryLockStore(), None, action_endpoint=processor.action_endpoint
        )
    rasa.nlg = NaturalLanguageGenerator.create(None, rasa.domain)
    rasa.tracker_store = InMemoryTrackerStore(rasa.domain)
    return rasa


async def turn(processor: StrictProcessor, snapshot: Snapshot, words: str) -> tuple[Any, DialogueStateTracker]:
    """One turn from a snapshot."""
    tracker = compact_tracker("1", processor.domain, snapshot)
    return (
        await processor.handle_turn("1", text=words, tracker=tracker, output_channel=CollectingOutputChannel()),
        tracker,
    )


@pytest.mark.parametrize("seed", range(25))
async def test_a_conversation_goes_as_with_rasa_itself(
    stock: MessageProcessor, processor: StrictProcessor, seed: int
) -> None:
    """Turn by turn the same words, actions, slots and form as stock Rasa with the whole history."""
    rng = random.Random(seed)
    snapshot, before = Snapshot(), 1
    for _ in range(14):
        words = rng.choice(WORDS)
        channel = CollectingOutputChannel()
        await stock.handle_message(UserMessage(words, channel, sender_id=str(seed)))
        theirs = await stock.tracker_store.retrieve(str(seed))
        events = list(theirs.events)[before:]
        before = len(theirs.events)
        result, tracker = await turn(processor, snapshot, words)
        snapshot = Snapshot.load(json.loads(json.dumps(snapshot_of(tracker).dump())))
        assert [message["text"] for message in result.messages] == [message["text"] for message in channel.messages]
        assert result.actions == [
            event.action_name
            for event in events
            if isinstance(event, ActionExecuted) and event.action_name not in ("action_listen", "action_session_start")
        ]
        assert tracker.current_slot_values() == theirs.current_slot_values()
        assert tracker.active_loop_name == theirs.active_loop_name
        assert tracker.is_active_loop_rejected == theirs.is_active_loop_rejected


async def test_the_two_hundredth_turn_replays_no_more_than_the_tenth(processor: StrictProcessor) -> None:
    """Neither the snapshot nor the tracker made from it grows with the conversation."""
    snapshot = Snapshot()
    sizes = []
    for number in range(200):
        _, tracker = await turn(processor, snapshot, ("enroll", "whichprice", "leather", "Fès", "5")[number % 5])
        snapshot = snapshot_of(tracker)
        events = compact_tracker("1", processor.domain, snapshot).events
        sizes.append((len(events), len(snapshot.actions), sorted(snapshot.slots)))
    assert sizes[10:15] == sizes[-5:]


async def test_several_messages_in_one_tracker_are_one_history(processor: StrictProcessor) -> None:
    """A burst of messages runs on one tracker as it runs on several."""
    apart = Snapshot()
    burst = compact_tracker("1", processor.domain, Snapshot())
    for words in ("enroll", "leather", "whichprice", "Fès"):
        _, tracker = await turn(processor, apart, words)
        apart = snapshot_of(tracker)
        await processor.handle_turn("1", text=words, tracker=burst, output_channel=CollectingOutputChannel())
    assert snapshot_of(burst).slots == apart.slots
    assert [event["text"] for event in new_events(burst) if event["event"] == "user"] == [
        "enroll",
        "leather",
        "whichprice",
        "Fès",
    ]


async def test_new_events_are_those_of_the_turn(processor: StrictProcessor) -> None:
    """The synthetic beginning is not history; what follows it is, the message first."""
    _, first = await turn(processor, Snapshot(), "enroll")
    _, second = await turn(processor, snapshot_of(first), "leather")
    events = new_events(second)
    assert json.dumps(events)
    assert events[0]["text"] == "leather"
    assert [event["name"] for event in events if event["event"] == "action"] == ["enroll_form", "action_listen"]


def test_new_events_of_a_whole_tracker_are_unknown(processor: StrictProcessor) -> None:
    """Nothing marks what is new in a tracker made otherwise."""
    with pytest.raises(TypeError, match="compact_tracker"):
        new_events(DialogueStateTracker("1", processor.domain.slots))


@pytest.mark.parametrize(
    "snapshot",
    [
        Snapshot(),
        Snapshot({"craft": "جلد", "requested_slot": "town"}, "enroll_form", rejected=True, actions=("utter_again",)),
        Snapshot({"mood": True}, paused=True, actions=("action_listen", "action_answer", "action_listen")),
    ],
)
def test_a_snapshot_survives_storage_and_a_tracker(processor: StrictProcessor, snapshot: Snapshot) -> None:
    """What dump gives, load takes back, and a tracker made from a snapshot gives it back."""
    assert Snapshot.load(json.loads(json.dumps(snapshot.dump()))) == snapshot
    assert snapshot_of(compact_tracker("1", processor.domain, snapshot)) == snapshot


def test_nothing_stored_is_a_conversation_that_has_not_begun() -> None:
    """An empty mapping is a new person."""
    assert Snapshot.load({}) == Snapshot()


def test_what_a_newer_domain_lacks_is_left_out(processor: StrictProcessor) -> None:
    """A model without a stored slot, form or action takes the conversation over all the same."""
    stored = Snapshot(
        {"gone": 1, "craft": "wood", "requested_slot": "gone"}, "gone_form", actions=("gone", "action_listen")
    )
    tracker = compact_tracker("1", processor.domain, stored)
    assert snapshot_of(tracker) == Snapshot({"craft": "wood"})


def test_a_copy_shares_no_state(processor: StrictProcessor) -> None:
    """A tracker tried out leaves the original as it was, and a blank one has initial values."""
    stored = Snapshot({"craft": "wood", "mood": True}, "enroll_form")
    tracker = compact_tracker("1", processor.domain, stored)
    twin = tracker.copy()
    twin._set_slot("craft", "clay")
    twin.reject_action("enroll_form")
    twin.update(ActionExecuted("action_answer"))
    assert snapshot_of(tracker) == stored
    blank = tracker.init_copy()
    assert (blank.get_slot("craft"), blank.get_slot("mood"), len(blank.events)) == (None, False, 0)
