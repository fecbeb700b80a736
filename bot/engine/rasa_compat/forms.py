"""Rasa's form without the copies it makes for its debug log, and without replaying the conversation to try a slot."""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker


class QuickForm(FormAction):
    """`FormAction` with the same events; three methods do less work for them."""

    async def validate_slots(
        self,
        slot_candidates: dict[str, Any],
        tracker: DialogueStateTracker,
        domain: Domain,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
    ) -> list[Event]:
        """Have the validation action look at slots that were just set.

        Args:
            slot_candidates: Value by slot.
            tracker: The conversation.
            domain: The model's domain.
            output_channel: Where the action's messages go.
            nlg: Words for its responses.

        Returns:
            The action's events; none if the domain has no action of the name `validate_<form>`.
        """
        name = f"validate_{self.name()}"
        if name not in domain.action_names_or_texts:
            return []
        candidates = [SlotSet(slot, value) for slot, value in slot_candidates.items()]
        trial = self._temporary_tracker(tracker, candidates, domain)
        events: list[Event] = await RemoteAction(name, self.action_endpoint).run(output_channel, nlg, trial, domain)
        return events

    def _temporary_tracker(
        self, current_tracker: DialogueStateTracker, additional_events: list[Event], domain: Domain
    ) -> DialogueStateTracker:
        trial = current_tracker.copy()
        trial.update(SlotSet(REQUESTED_SLOT, self.get_slot_to_fill(current_tracker)))
        trial.update(ActionExecuted(self.name()))
        for event in additional_events:
            trial.update(event, domain)
        return trial

    async def _validate_if_required(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
    ) -> list[Event]:
        just_heard = tracker.latest_action_name == ACTION_LISTEN_NAME and not tracker.is_active_loop_interrupted
        events: list[Event]
        if not tracker.active_loop or just_heard:
            events = await self.validate(tracker, domain, output_channel, nlg)
        else:  # back from a question in between: only to learn which slot to ask for
            events = await self.validate_slots({}, tracker, domain, output_channel, nlg)
        return events
