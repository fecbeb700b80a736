"""Rasa's message processor for one turn at a time, which fails where Rasa logs and goes on.

Differences from `MessageProcessor`: the caller gives the tracker and keeps it (no tracker store, no locks, no sessions
that expire); an action that fails, fails the turn; text is understood as text and payloads are read as payloads, and
only the caller says which is which; nothing is copied for debug logs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from rasa.core.actions.action import Action, ActionExecutionRejection, action_for_name_or_text
from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.exceptions import ActionLimitReached
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_VALIDATE_SLOT_MAPPINGS,
    DEFAULT_SLOT_NAMES,
    SlotMappingType,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    Event,
    ReminderCancelled,
    ReminderScheduled,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa_sdk.executor import ActionExecutor

from bot.engine.rasa_compat import patches
from bot.engine.rasa_compat.endpoint import InProcess
from bot.engine.rasa_compat.environment import known_warnings_ignored
from bot.engine.rasa_compat.errors import ActionFailed, TooManyActions, TurnFailed, UnknownAction
from bot.engine.rasa_compat.forms import QuickForm
from bot.engine.rasa_compat.nlg import NeverSilent
from bot.engine.rasa_compat.payload import read_payload
from bot.engine.rasa_compat.runner import SequentialRunner
from bot.engine.rasa_compat.snapshot import said_in_this_turn
from bot.nlu.entities import TODAY

#: Most actions for one message; more means that two rules call each other. Rasa's own default.
MAX_ACTIONS_PER_MESSAGE: Final = 10


class UnsupportedPolicyError(ValueError):
    """The model has a policy that looks further back than a compact tracker reaches."""


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What became of one message.

    Attributes:
        parse_data: What the message was understood as: `text`, `intent`, `entities` and what the pipeline adds.
        events: Rasa's events of this turn, the message first.
        messages: What was sent to the output channel, in order.
        actions: Names of the actions that ran, without action_listen.
    """

    parse_data: dict[str, Any]
    events: Sequence[Event]
    messages: list[dict[str, Any]]
    actions: list[str]

    @property
    def events_new(self) -> list[dict[str, Any]]:
        """The events as JSON values, made anew at each call."""
        return [event.as_dict() for event in self.events]


class StrictProcessor(MessageProcessor):
    """Runs turns of a loaded model. Use `load` to make one.

    Not for two turns of one tracker at the same time; different trackers may take turns on one event loop.
    """

    def __init__(self, model_path: Path, executor: ActionExecutor, nlg: NaturalLanguageGenerator | None) -> None:
        endpoint = InProcess(executor)
        super().__init__(
            str(model_path),
            tracker_store=None,
            lock_store=None,
            generator=None,
            action_endpoint=endpoint,
            max_number_of_predictions=MAX_ACTIONS_PER_MESSAGE,
        )
        _refuse_far_sighted_policies(self.model_metadata)
        endpoint.domain = self.domain.as_dict()
        self.nlg = NeverSilent(NaturalLanguageGenerator.create(nlg, self.domain))
        self._actions: dict[str, Action] = {}
        self._extracts_slots = _extracts_slots(self.domain)
        self._intents = frozenset(self.domain.intents)
        self._entities = frozenset(self.domain.entities)
        self._nlu_target = _node_before_regex_handler(self.model_metadata)
        self._just_parsed: tuple[str, date | None, dict[str, Any]] | None = None

    @staticmethod
    def _load_model(model_path: str) -> tuple[str, ModelMetadata, SequentialRunner]:
        with tempfile.TemporaryDirectory() as folder:
            metadata, runner = load_predict_graph_runner(
                Path(folder), Path(model_path), LocalModelStorage, SequentialRunner
            )
        return Path(model_path).name, metadata, runner

    async def handle_turn(
        self,
        sender_id: str,
        *,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        text: str | None = None,
        payload: str | None = None,
        metadata: dict[str, Any] | None = None,
        today: date | None = None,
    ) -> TurnResult:
        """Handle one message: understand it and run actions until the bot listens again.

        Args:
            sender_id: The conversation's id; the tracker's.
            tracker: From `snapshot.compact_tracker`; holds the turn's events afterwards. After an exception it is in
                no usable state.
            output_channel: Gets the messages.
            text: What a person typed. It is understood as text, whatever its first letter.
            payload: `/intent{…}` of a choice that was picked; the pipeline is not asked. With a payload, `text` is
                only what the event records (the label that was picked).
            metadata: Stored with the message's event.
            today: As in `parse`.

        Raises:
            ActionFailed: An action raised or answered wrongly.
            TooManyActions: The rules do not come to an end.
            TurnFailed: Every other reason (see `errors`).
            ValueError: Neither text nor payload, or a tracker of another conversation.
        """
        if text is None and payload is None:
            raise ValueError("A turn needs a text or a payload.")
        if tracker.sender_id != sender_id:
            raise ValueError("The tracker belongs to another conversation.")
        begin = len(tracker.events)
        if payload is not None:
            parse_data = read_payload(payload, self.domain)
        else:
            parse_data = self._take_parsed(text or "", today) or await self.parse(text or "", today=today)
        self._just_parsed = None
        tracker.update(
            UserUttered(
                payload if text is None else text.strip(),
                parse_data["intent"],
                parse_data["entities"],
                parse_data,
                input_channel=output_channel.name(),
                metadata=metadata,
            ),
            self.domain,
        )
        await self.run_action_extract_slots(output_channel, tracker)
        await self._run_prediction_loop(output_channel, tracker)
        events = list(islice(tracker.events, begin, None))
        return TurnResult(
            parse_data=parse_data,
            events=events,
            messages=[event.message() for event in events if isinstance(event, BotUttered)],
            actions=[
                event.action_name
                for event in events
                if isinstance(event, ActionExecuted) and self.should_predict_another_action(event.action_name)
            ],
        )

    async def parse(self, text: str, *, today: date | None = None) -> dict[str, Any]:
        """Understand a text, without any effect on a conversation.

        A text just parsed is not parsed again by the `handle_turn` that follows.

        Args:
            text: What a person typed; a leading slash is an ordinary letter.
            today: The day "tomorrow" is counted from; the components' own clock if not given.

        Returns:
            `text`, `intent`, `intent_ranking`, `entities` and whatever else the pipeline gives out.
        """
        results = self.graph_runner.run(
            inputs={
                PLACEHOLDER_MESSAGE: [UserMessage(text, metadata={TODAY: today.isoformat()} if today else None)],
                PLACEHOLDER_TRACKER: DialogueStateTracker("", ()),  # no component of ours looks at it
            },
            targets=[self._nlu_target],
        )
        parsed = results[self._nlu_target][0].as_dict(only_output_properties=True)
        parse_data = {"text": "", "intent": {"name": None, "confidence": 0.0}, "entities": [], **parsed}
        self._update_full_retrieval_intent(parse_data)
        self._check_for_unseen_features(parse_data)
        self._just_parsed = (text, today, parse_data)
        return parse_data

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        # Rasa's check builds an empty domain for each message to see that ours is not empty.
        named = {entity["entity"] for entity in parse_data["entities"]}
        if parse_data["intent"]["name"] not in self._intents | {None} or named - self._entities:
            super()._check_for_unseen_features(parse_data)

    def _take_parsed(self, text: str, today: date | None) -> dict[str, Any] | None:
        return self._just_parsed[2] if self._just_parsed and self._just_parsed[:2] == (text, today) else None

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Fill slots from the message, unless no slot of the domain can be filled this way.

        Args:
            output_channel: Gets the messages of a custom extraction.
            tracker: Updated in place, and returned.
        """
        if self._extracts_slots:
            await super().run_action_extract_slots(output_channel, tracker)
        return tracker

    async def _run_prediction_loop(self, output_channel: OutputChannel, tracker: DialogueStateTracker) -> None:
        go_on = True
        while go_on and self._should_handle_message(tracker):
            try:
                action, prediction = self.predict_next_with_tracker_if_should(tracker)
            except ActionLimitReached as error:
                raise TooManyActions(f"More than {MAX_ACTIONS_PER_MESSAGE} actions for one message.") from error
            if prediction.is_end_to_end_prediction:
                await self.run_action_extract_slots(output_channel, tracker)
            go_on = await self._run_action(action, tracker, output_channel, self.nlg, prediction)

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> tuple[Action, PolicyPrediction]:
        """Predict the next action.

        Args:
            tracker: The conversation.

        Returns:
            The action, and the prediction with its events.

        Raises:
            ActionLimitReached: The limit of actions for one message.
            UnknownAction: An event asked for an action that the domain does not have.
        """
        if self.is_action_limit_reached(tracker, self.should_predict_another_action(tracker.latest_action_name)):
            raise ActionLimitReached("The limit of actions to predict has been reached.")
        wanted = tracker.followup_action
        if wanted and wanted not in self.domain.action_names_or_texts:
            raise UnknownAction(f"The domain has no action {wanted!r}, which an event asks for.")
        prediction = self._predict_next_with_tracker(tracker)
        return self._get_action(self.domain.action_names_or_texts[prediction.max_confidence_index]), prediction

    def _get_action(self, action_name: str) -> Action:
        action = self._actions.get(action_name)
        if action is None:
            action = action_for_name_or_text(action_name, self.domain, self.action_endpoint)
            if type(action) is FormAction:
                action = QuickForm(action_name, self.action_endpoint)
            self._actions[action_name] = action
        return action

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        name: str = action.name()
        trial = tracker
        if prediction.events:  # they are discarded if the action refuses to run
            trial = tracker.copy()
            trial.update_with_events(prediction.events, self.domain)
        try:
            events = await action.run(output_channel, nlg, trial, self.domain) or []
        except ActionExecutionRejection:
            tracker.update(ActionExecutionRejected(name, prediction.policy_name, prediction.max_confidence))
            return bool(self.should_predict_another_action(name))
        except TurnFailed:
            raise
        except Exception as error:
            raise ActionFailed(name) from error
        _refuse_what_rasa_would_drop(name, events, tracker)
        going_back = sum(isinstance(event, UserUtteranceReverted) for event in events)
        if going_back > (going_back and said_in_this_turn(tracker)):
            raise ActionFailed(name, "it goes back to before this turn, which a compact tracker does not hold")
        self._log_action_on_tracker(tracker, action, events, prediction)
        if going_back and not said_in_this_turn(tracker):
            # Back where the turn before ended by listening. Rasa predicts that again from the whole history.
            tracker.trigger_followup_action(ACTION_LISTEN_NAME)
        if any(isinstance(event, UserUttered) for event in events):
            await self.run_action_extract_slots(output_channel, tracker)
        await self._send_bot_messages(events, tracker, output_channel)
        return bool(self.should_predict_another_action(name))

    def _log_action_on_tracker(
        self, tracker: DialogueStateTracker, action: Action, events: list[Event], prediction: PolicyPrediction
    ) -> None:
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)


def load(model_path: Path, executor: ActionExecutor, nlg: NaturalLanguageGenerator | None = None) -> StrictProcessor:
    """Load a trained model; takes a second or two, most of it the pipeline's components.

    Args:
        model_path: The model's archive.
        executor: Has every custom action of the domain registered.
        nlg: Words for responses; those of the domain if not given.

    Raises:
        UnsupportedPolicyError: A policy beside `RulePolicy`, or rules of several messages.
        FileNotFoundError: There is no such file.
        tarfile.ReadError: The file is no model.
        rasa.shared.exceptions.UnsupportedModelVersionError: A model of another version of Rasa.
    """
    patches.apply()
    with known_warnings_ignored():
        return StrictProcessor(model_path, executor, nlg)


def _refuse_far_sighted_policies(metadata: ModelMetadata) -> None:
    for name, node in metadata.predict_schema.nodes.items():
        if node.fn != "predict_action_probabilities":
            continue
        if not issubclass(node.uses, RulePolicy):
            raise UnsupportedPolicyError(
                f"{name}: {node.uses.__name__} learns from whole stories; only RulePolicy may be used."
            )
        if not node.config.get("restrict_rules", True):
            raise UnsupportedPolicyError(f"{name}: restrict_rules must be true; rules may have one message each.")


def _node_before_regex_handler(metadata: ModelMetadata) -> str:
    """The last node that understands text; after it Rasa has one that makes commands of texts beginning with "/"."""
    target: str = metadata.nlu_target
    node = metadata.predict_schema.nodes[target]
    while issubclass(node.uses, RegexMessageHandler):
        target = node.needs["messages"]
        node = metadata.predict_schema.nodes[target]
    return target


def _extracts_slots(domain: Domain) -> bool:
    """Whether `action_extract_slots` can do anything: not where forms validate all that custom mappings leave open."""
    return ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions or any(
        SlotMappingType(mapping.get("type")) is not SlotMappingType.CUSTOM or mapping.get("action")
        for slot in domain.slots
        if slot.name not in DEFAULT_SLOT_NAMES
        for mapping in slot.mappings
    )


def _refuse_what_rasa_would_drop(action_name: str, events: Sequence[Event], tracker: DialogueStateTracker) -> None:
    for event in events:
        if isinstance(event, SlotSet) and event.key not in tracker.slots:
            raise ActionFailed(action_name, f"it sets the slot {event.key!r}, which the domain does not have")
        if isinstance(event, (ReminderScheduled, ReminderCancelled)):
            raise ActionFailed(action_name, "Rasa's reminders live in memory and are lost with the process")
