"""A conversation in a few hundred bytes, and a tracker made from it: a turn costs the same however long they talked.

Rasa's tracker replays every event a conversation ever had, several times a turn. Its rules look at less: the slots,
the active form and whether it was just refused, and the actions around the last message. A `Snapshot` holds these; the
tracker of the next turn begins with synthetic events that put them in place. The full history is stored by the caller
(`new_events`) and not read back.

Holds for `RulePolicy` with `restrict_rules: true` (Rasa's default): at most one message per rule. Policies that learn
from stories look further back and are refused by `processor.load`. One thing differs from a full tracker: a rule that
asks how a featurised slot stood *before* the last message sees it as it stood after.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Self

from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    REQUESTED_SLOT,
    SESSION_START_METADATA_SLOT,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    ConversationPaused,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

#: Most action names kept: Rasa's limit of 10 for one message, and one before and after.
MAX_ACTIONS: Final = 12


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the next turn needs to know of all turns before. The default is a conversation that has not begun.

    Attributes:
        slots: Values that differ from the slot's initial value; JSON values.
        loop: The active form.
        rejected: The active form was refused since it last ran, so that rules may answer first.
        paused: Rasa predicts nothing until the conversation is resumed.
        actions: The action before the last message, and those after it, the last of which usually is action_listen.
    """

    slots: Mapping[str, Any] = field(default_factory=dict)
    loop: str | None = None
    rejected: bool = False
    paused: bool = False
    actions: tuple[str, ...] = (ACTION_LISTEN_NAME,)

    def dump(self) -> dict[str, Any]:
        """As JSON values; `Snapshot.load` is the way back."""
        return {
            "slots": dict(self.slots),
            "loop": self.loop,
            "rejected": self.rejected,
            "paused": self.paused,
            "actions": list(self.actions),
        }

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Self:
        """From what `dump` gave; keys may be missing, and an empty mapping is a conversation that has not begun."""
        return cls(
            slots=dict(stored.get("slots") or {}),
            loop=stored.get("loop"),
            rejected=bool(stored.get("rejected")),
            paused=bool(stored.get("paused")),
            actions=tuple(stored.get("actions") or (ACTION_LISTEN_NAME,)),
        )


class CompactTracker(DialogueStateTracker):
    """A tracker that begins with synthetic events, and copies its state instead of replaying its events.

    Attributes:
        prefix_length: How many events at the beginning are synthetic.
    """

    prefix_length: int = 0

    def copy(self) -> CompactTracker:
        """A tracker in the same state, sharing events and slot values and nothing else."""
        twin = self._twin()
        twin.events = self.events.copy()
        twin.active_loop = dataclasses.replace(self.active_loop) if self.active_loop else None
        return twin

    def init_copy(self) -> CompactTracker:
        """A tracker with the same slots at their initial values, and no events."""
        twin = self._twin()
        twin.events = deque()
        twin._reset()  # noqa: SLF001 - Rasa's own way to empty a tracker
        return twin

    def _twin(self) -> CompactTracker:
        twin = CompactTracker.__new__(CompactTracker)
        twin.__dict__.update(self.__dict__)
        twin.slots = {name: _copied(slot) for name, slot in self.slots.items()}
        return twin


def _copied(slot: Slot) -> Slot:
    twin = slot.__class__.__new__(slot.__class__)
    twin.__dict__.update(slot.__dict__)  # copy.copy does the same through __reduce_ex__, at five times the cost
    return twin


def compact_tracker(sender_id: str, domain: Domain, snapshot: Snapshot) -> CompactTracker:
    """Make the tracker of a conversation's next turn.

    What a newer model's domain does not have any more (slots, a form, actions) is left out.

    Args:
        sender_id: The conversation's id.
        domain: The loaded model's domain.
        snapshot: From the turn before.
    """
    tracker = CompactTracker(sender_id, ())
    tracker.slots = {slot.name: _copied(slot) for slot in domain.slots}
    for event in _prefix(domain, snapshot):
        tracker.update(event)
    tracker.prefix_length = len(tracker.events)
    return tracker


def _prefix(domain: Domain, snapshot: Snapshot) -> Iterable[Event]:
    known = {slot.name for slot in domain.slots}
    loop = snapshot.loop if snapshot.loop in domain.form_names else None
    dropped = {REQUESTED_SLOT} if snapshot.loop and not loop else set()
    yield ActionExecuted(ACTION_SESSION_START_NAME)
    yield SessionStarted()
    for name, value in snapshot.slots.items():
        if name in known and name not in dropped:
            yield SlotSet(name, value)
    if loop:
        yield ActiveLoop(loop)
        if snapshot.rejected:
            yield ActionExecutionRejected(loop)
    for action in snapshot.actions:
        if action in domain.action_names_or_texts:
            yield ActionExecuted(action)
    if snapshot.paused:
        yield ConversationPaused()


def snapshot_of(tracker: DialogueStateTracker) -> Snapshot:
    """What the next turn needs to know.

    Args:
        tracker: After a completed turn, compact or not.
    """
    return Snapshot(
        slots={
            slot.name: slot.value
            for slot in tracker.slots.values()
            if slot.value != slot.initial_value and slot.name != SESSION_START_METADATA_SLOT
        },
        loop=tracker.active_loop_name,
        rejected=bool(tracker.is_active_loop_rejected),
        paused=tracker.is_paused(),
        actions=_recent_actions(tracker.applied_events()),
    )


def _recent_actions(events: list[Event]) -> tuple[str, ...]:
    names: deque[str] = deque(maxlen=MAX_ACTIONS)
    heard = False
    for event in reversed(events):
        if isinstance(event, UserUttered):
            if heard:
                break
            heard = True
        elif isinstance(event, ActionExecuted) and event.action_name:
            if len(names) < MAX_ACTIONS:
                names.appendleft(event.action_name)
            if heard:
                break
    return tuple(names)


def new_events(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    """The events since the tracker was made, as JSON values, for the stored history.

    Args:
        tracker: From `compact_tracker`.

    Raises:
        TypeError: The tracker is not a compact one: which of its events are new is not known.
    """
    if not isinstance(tracker, CompactTracker):
        raise TypeError("Only a tracker from compact_tracker() knows which of its events are new.")
    return [event.as_dict() for event in islice(tracker.events, tracker.prefix_length, None)]


def said_in_this_turn(tracker: DialogueStateTracker) -> int:
    """How many of the person's messages since the tracker was made still count, reverted ones left out.

    Args:
        tracker: Compact or not; of one that is not, all messages are counted.
    """
    begin = tracker.prefix_length if isinstance(tracker, CompactTracker) else 0
    new = {id(event) for event in islice(tracker.events, begin, None)}
    return sum(isinstance(event, UserUttered) and id(event) in new for event in tracker.applied_events())
