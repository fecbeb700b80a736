"""Turns of the loaded bot: what is said, and everything that Rasa would swallow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.engine.constants import PLACEHOLDER_MESSAGE
from rasa.shared.core.events import ActionExecutionRejected

from bot.engine.rasa_compat.errors import (
    ActionFailed,
    BadPayload,
    ResponseMissing,
    TooManyActions,
    TurnFailed,
    UnknownAction,
)
from bot.engine.rasa_compat.processor import StrictProcessor, TurnResult
from bot.engine.rasa_compat.snapshot import Snapshot, compact_tracker, snapshot_of


class Talk:
    """A conversation, a compact tracker a turn."""

    def __init__(self, processor: StrictProcessor) -> None:
        self.processor = processor
        self.snapshot = Snapshot()

    async def say(self, text: str | None = None, payload: str | None = None) -> TurnResult:
        """One turn from the snapshot of the one before."""
        tracker = compact_tracker("1", self.processor.domain, self.snapshot)
        result = await self.processor.handle_turn(
            "1", text=text, payload=payload, tracker=tracker, output_channel=CollectingOutputChannel()
        )
        self.snapshot = Snapshot.load(snapshot_of(tracker).dump())
        return result


@pytest.fixture
def talk(processor: StrictProcessor) -> Talk:
    return Talk(processor)


def texts(result: TurnResult) -> list[Any]:
    return [message["text"] for message in result.messages]


async def test_a_form_is_filled_interrupted_and_submitted(talk: Talk) -> None:
    """A question in the middle is answered, and the pending question is put again."""
    heard = [
        texts(await talk.say(words)) for words in ("enroll", "leather", "?", "whichprice", "Fès", "5", "whichplace")
    ]
    assert heard == [
        ["craft?"],
        ["town?"],
        ["again", "town?"],
        ["answer to ask_price", "town?"],
        ["years?"],
        ["leather+Fès+5"],
        ["answer to ask_place"],
    ]


async def test_what_is_sent_and_what_is_recorded_agree(processor: StrictProcessor) -> None:
    """The channel gets the messages of the result, and the result names the actions without listening."""
    channel = CollectingOutputChannel()
    tracker = compact_tracker("1", processor.domain, Snapshot())
    result = await processor.handle_turn(
        "1", text="whichprice", tracker=tracker, output_channel=channel, metadata={"kind": "text"}
    )
    assert [message["text"] for message in channel.messages] == texts(result) == ["answer to ask_price"]
    assert result.actions == ["action_answer"]
    assert result.events_new[0]["event"] == "user"
    assert result.events_new[0]["metadata"] == {"kind": "text"}
    assert result.events_new[-1]["name"] == "action_listen"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("raise", "action_misbehave"),
        ("rasaerror", "action_misbehave"),
        ("noevent", "no list of rasa_sdk events"),
        ("nolist", "no list of rasa_sdk events"),
        ("badschema", r"\$\.events\[0\]\.name \(type\)"),
        ("noslot", "'nowhere'"),
        ("reminder", "lost with the process"),
        ("goback", "before this turn"),
    ],
)
async def test_what_rasa_swallows_fails_the_turn(talk: Talk, words: str, why: str) -> None:
    """An action that raises or answers nonsense fails the turn, and the error names the action."""
    with pytest.raises(ActionFailed, match=why) as failed:
        await talk.say(words)
    assert failed.value.action_name == "action_misbehave"
    assert "a person's own words" not in str(failed.value)


async def test_the_cause_of_a_failed_action_is_kept(talk: Talk) -> None:
    """Whoever logs a failed action can see what it raised."""
    with pytest.raises(ActionFailed) as failed:
        await talk.say("raise")
    assert isinstance(failed.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    ("words", "error"), [("nofollowup", UnknownAction), ("endless", TooManyActions), ("nowords", ResponseMissing)]
)
async def test_a_turn_without_an_end_or_words_fails(talk: Talk, words: str, error: type[TurnFailed]) -> None:
    """Rasa would drop an unknown action, stop an endless turn half-way and say nothing."""
    with pytest.raises(error):
        await talk.say(words)


async def test_an_action_nobody_registered_fails_the_turn(processor: StrictProcessor, talk: Talk) -> None:
    """An action of the domain without code is an error, not silence."""
    executor = processor.action_endpoint._executor
    action = executor.actions.pop("action_answer")
    try:
        with pytest.raises(ActionFailed, match="not registered"):
            await talk.say("whichprice")
    finally:
        executor.actions["action_answer"] = action


async def test_a_missing_action_endpoint_fails_the_turn(processor: StrictProcessor, talk: Talk) -> None:
    """Without an endpoint a custom action raises, as everything else does."""
    action = processor._get_action("action_answer")
    endpoint, action.action_endpoint = action.action_endpoint, None
    try:
        with pytest.raises(ActionFailed, match="action_answer"):
            await talk.say("whichprice")
    finally:
        action.action_endpoint = endpoint


async def test_a_turn_after_a_failed_one_is_as_if_nothing_had_happened(talk: Talk) -> None:
    """The snapshot of before serves another attempt."""
    await talk.say("enroll")
    with pytest.raises(ActionFailed):
        await talk.say("raise")
    assert texts(await talk.say("leather")) == ["town?"]


async def test_a_refused_form_lets_rules_answer(talk: Talk) -> None:
    """ActionExecutionRejection keeps its meaning: no failure, the rule answers, the form comes back."""
    await talk.say("enroll")
    result = await talk.say("whichtime")
    assert any(isinstance(event, ActionExecutionRejected) for event in result.events)
    assert result.actions == ["action_answer", "enroll_form"]


async def test_an_action_that_refuses_is_recorded_as_refused(processor: StrictProcessor, talk: Talk) -> None:
    """A custom action may refuse as a form does; what was predicted with it is undone."""
    action = processor._get_action("action_reject")
    tracker = compact_tracker("1", processor.domain, talk.snapshot)
    prediction = processor._predict_next_with_tracker(tracker)
    go_on = await processor._run_action(action, tracker, CollectingOutputChannel(), processor.nlg, prediction)
    assert go_on
    assert isinstance(tracker.events[-1], ActionExecutionRejected)
    assert tracker.latest_action_name == "action_listen"


@pytest.mark.parametrize(
    "typed",
    ["/restart", "/enroll", " /enroll", '/enroll{"craft": "leather"}', "/session_start", "/back", "/", "/ enroll@1.0"],
)
async def test_nobody_types_a_payload(talk: Talk, typed: str) -> None:
    """A typed slash is an ordinary letter: no command of Rasa's, no entity, no certainty."""
    result = await talk.say(typed)
    assert result.parse_data["intent"]["name"] not in {"restart", "session_start", "back"}
    assert result.parse_data["entities"] == []
    assert result.events_new[0]["text"] == typed.strip()
    assert not {"action_restart", "action_session_start", "action_back"} & set(result.actions)


async def test_a_typed_entity_never_reaches_a_slot(talk: Talk) -> None:
    """Under a form, a typed payload is the answer's text, word for word."""
    await talk.say("enroll")
    await talk.say('/refuse_not{"craft": "gold"}')
    assert talk.snapshot.slots["craft"] == '/refuse_not{"craft": "gold"}'


async def test_a_payload_is_read_without_the_pipeline(talk: Talk) -> None:
    """A picked choice means exactly what it says, and the event can keep its label."""
    result = await talk.say("I want to join", '/enroll{"craft": "leather"}')
    assert result.parse_data["intent"] == {"name": "enroll", "confidence": 1.0}
    assert [(entity["entity"], entity["value"]) for entity in result.parse_data["entities"]] == [("craft", "leather")]
    assert result.events_new[0]["text"] == "I want to join"
    assert texts(result) == ["craft?"]


async def test_a_bad_payload_fails_the_turn(talk: Talk) -> None:
    """A payload that the domain does not know is an error of ours, not a text."""
    with pytest.raises(BadPayload):
        await talk.say(payload="/nowhere")


@pytest.mark.parametrize("words", ["", "   ", "😀", "\x00\u200f", "x" * 100_000])
async def test_any_text_can_be_said(talk: Talk, words: str) -> None:
    """Empty, enormous, invisible: the turn completes."""
    result = await talk.say(words)
    assert result.parse_data["entities"] == []


async def test_a_turn_needs_something_to_handle(processor: StrictProcessor) -> None:
    """Neither text nor payload is a mistake of the caller's."""
    tracker = compact_tracker("1", processor.domain, Snapshot())
    with pytest.raises(ValueError, match="a text or a payload"):
        await processor.handle_turn("1", tracker=tracker, output_channel=CollectingOutputChannel())


async def test_a_tracker_serves_its_own_conversation_only(processor: StrictProcessor) -> None:
    """Another person's tracker is refused."""
    tracker = compact_tracker("2", processor.domain, Snapshot())
    with pytest.raises(ValueError, match="another conversation"):
        await processor.handle_turn("1", text="enroll", tracker=tracker, output_channel=CollectingOutputChannel())


async def test_a_text_just_parsed_is_not_parsed_again(
    processor: StrictProcessor, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking at a text first costs nothing extra; another text is parsed anew."""
    parsed = await processor.parse("enroll")
    runs: list[list[str]] = []
    run = processor.graph_runner.run

    def counting(*, inputs: dict[str, Any], targets: list[str]) -> Any:
        runs.append(targets)
        return run(inputs, targets)

    monkeypatch.setattr(processor.graph_runner, "run", counting)
    result = await talk.say("enroll")
    assert result.parse_data is parsed
    assert [processor._nlu_target] not in runs
    await talk.say("enroll")
    assert [processor._nlu_target] in runs


async def test_the_day_of_the_turn_reaches_the_components(
    processor: StrictProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was parsed on one day is not taken for what is said on another."""
    days: list[Any] = []
    run = processor.graph_runner.run

    def noting(*, inputs: dict[str, Any], targets: list[str]) -> Any:
        days.extend(message.metadata for message in inputs.get(PLACEHOLDER_MESSAGE, ()))
        return run(inputs, targets)

    monkeypatch.setattr(processor.graph_runner, "run", noting)
    await processor.parse("enroll", today=date(2026, 11, 25))
    tracker = compact_tracker("1", processor.domain, Snapshot())
    await processor.handle_turn(
        "1", text="enroll", tracker=tracker, output_channel=CollectingOutputChannel(), today=date(2026, 11, 26)
    )
    assert days[:2] == [{"today": "2026-11-25"}, {"today": "2026-11-26"}]


async def test_a_paused_conversation_stays_paused(talk: Talk) -> None:
    """Pausing outlives the turn: later messages are recorded and not answered."""
    await talk.say("pause")
    result = await talk.say("whichprice")
    assert (result.actions, result.messages) == ([], [])
