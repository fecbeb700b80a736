"""A small bot, trained once: a form of three slots, questions that interrupt it, and actions that misbehave."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.engine.rasa_compat import install
from bot.engine.rasa_compat.environment import known_warnings_ignored

install()

from rasa.shared.exceptions import RasaException  # noqa: E402 - Rasa may be imported only after install()
from rasa_sdk.events import (  # noqa: E402
    ActionExecutionRejected,
    ConversationPaused,
    FollowupAction,
    ReminderScheduled,
    SlotSet,
    UserUtteranceReverted,
)
from rasa_sdk.executor import ActionExecutor  # noqa: E402
from rasa_sdk.interfaces import ActionExecutionRejection  # noqa: E402

from bot.engine.rasa_compat.processor import StrictProcessor, load  # noqa: E402

FORM_SLOTS = ("craft", "town", "years")
QUESTIONS = ("ask_price", "ask_place", "ask_time", "ask_who")
FAULTS = (
    "raise",
    "rasa_error",
    "no_event",
    "no_list",
    "bad_schema",
    "no_slot",
    "reminder",
    "no_followup",
    "go_back",
    "no_words",
    "endless",
    "wait",
    "pause",
    "mood",
    "stop",
    "return",
)

CONFIG = """
recipe: default.v1
assistant_id: tests
language: fr
pipeline:
  - name: WhitespaceTokenizer
  - name: KeywordIntentClassifier
policies:
  - name: RulePolicy
"""


def validate_form(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
    """Take the text as the requested slot's value; a question is for the rules; "?" is no value."""
    assert domain["forms"]["enroll_form"]["required_slots"] == list(FORM_SLOTS)
    intent = tracker.latest_message["intent"].get("name") or ""
    wanted = tracker.slots["requested_slot"]
    if wanted is None or intent.startswith(("ask_", "do_")) or tracker.events[-1].get("name") != "enroll_form":
        return []
    if intent == "refuse":
        return [ActionExecutionRejected("enroll_form")]
    if tracker.latest_message["text"] == "?":
        dispatcher.utter_message(response="utter_again")
        return [SlotSet(wanted, None)]
    return [SlotSet(wanted, tracker.latest_message["text"])]


def answer(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
    """Answer a question."""
    del domain
    dispatcher.utter_message(text=f"answer to {tracker.latest_message['intent']['name']}")
    return [SlotSet("asked", (tracker.slots["asked"] or 0) + 1)]


async def submit(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
    """End the form."""
    del domain
    dispatcher.utter_message(text="+".join(str(tracker.slots[slot]) for slot in FORM_SLOTS))
    return [SlotSet(slot, None) for slot in FORM_SLOTS]


def reject(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
    """Refuse to run."""
    del dispatcher, tracker, domain
    raise ActionExecutionRejection("action_reject")


def misbehave(dispatcher: Any, tracker: Any, domain: Any) -> Any:
    """Do what the intent says."""
    del domain
    fault = tracker.latest_message["intent"]["name"].removeprefix("do_")
    if fault == "raise":
        raise ZeroDivisionError("a person's own words")
    if fault == "rasa_error":
        raise RasaException("Rasa itself swallows these when it extracts slots")
    if fault == "no_words":
        dispatcher.utter_message(response="utter_nothing")
    answers: dict[str, Any] = {
        "no_event": [{"name": "craft"}],
        "no_list": "done",
        "bad_schema": [{"event": "slot", "timestamp": None, "name": 5, "value": "x"}],
        "no_slot": [SlotSet("nowhere", 1)],
        "reminder": [ReminderScheduled("ask_price", datetime(2027, 1, 1, tzinfo=UTC))],
        "no_followup": [FollowupAction("action_nowhere")],
        "go_back": [UserUtteranceReverted(), UserUtteranceReverted()],
        "pause": [ConversationPaused()],
        "mood": [SlotSet("mood", not tracker.slots["mood"])],
    }
    return answers.get(fault, [])


def endless(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
    """Ask to be run again."""
    del dispatcher, tracker, domain
    return [FollowupAction("action_endless")]


ACTIONS = {
    "validate_enroll_form": validate_form,
    "action_answer": answer,
    "action_submit": submit,
    "action_reject": reject,
    "action_misbehave": misbehave,
    "action_endless": endless,
}


def _domain() -> str:
    intents = ["enroll", "refuse", *QUESTIONS, *(f"do_{fault}" for fault in FAULTS), "do_reject"]
    slots = "".join(
        f"  {slot}: {{type: any, influence_conversation: false, mappings: [{{type: custom}}]}}\n"
        for slot in (*FORM_SLOTS, "asked")
    )
    return (
        f'version: "3.1"\nintents: [{", ".join(intents)}]\nentities: [craft, town]\n'
        f"slots:\n{slots}  mood: {{type: bool, initial_value: false, mappings: [{{type: custom}}]}}\n"
        f"forms:\n  enroll_form: {{required_slots: [{', '.join(FORM_SLOTS)}]}}\n"
        f"actions: [{', '.join(ACTIONS)}]\n"
        "responses:\n  utter_again: [{text: again}]\n  utter_hello: [{text: hello}]\n"
        "  utter_happy: [{text: happy}]\n  utter_sad: [{text: sad}]\n  utter_stopped: [{text: stopped}]\n"
        + "".join(f"  utter_ask_{slot}: [{{text: '{slot}?'}}]\n" for slot in FORM_SLOTS)
    )


def _nlu() -> str:
    words = {"enroll": "enroll", "refuse": "refuse", "do_reject": "reject"}
    words |= {question: question.replace("ask_", "which") for question in QUESTIONS}
    words |= {f"do_{fault}": fault.replace("_", "") for fault in FAULTS}
    return 'version: "3.1"\nnlu:\n' + "".join(
        f"- intent: {intent}\n  examples: |\n    - {word}\n    - {word} please\n" for intent, word in words.items()
    )


RULES = """
version: "3.1"
rules:
- rule: begin
  steps: [{intent: enroll}, {action: enroll_form}, {active_loop: enroll_form}]
- rule: end
  condition: [{active_loop: enroll_form}]
  steps: [{action: enroll_form}, {active_loop: null}, {action: action_submit}]
- rule: question at the start
  conversation_start: true
  steps: [{intent: ask_who}, {action: utter_hello}, {action: action_answer}]
- rule: stopped in between
  condition: [{active_loop: enroll_form}]
  steps: [{intent: do_stop}, {action: utter_stopped}, {action: action_deactivate_loop}, {active_loop: null}]
- rule: question inside
  condition: [{active_loop: enroll_form}]
  steps: [{intent: ask_time}, {action: action_answer}, {action: enroll_form}, {active_loop: enroll_form}]
- rule: waits outside the form
  condition: [{active_loop: enroll_form}]
  steps: [{intent: do_wait}, {action: utter_again}, {action: action_listen}]
- rule: back to the form
  condition: [{active_loop: enroll_form}]
  steps: [{intent: do_return}, {action: enroll_form}, {active_loop: enroll_form}]
- rule: happy
  condition: [{slot_was_set: [{mood: true}]}]
  steps: [{intent: do_reject}, {action: utter_happy}]
- rule: sad
  condition: [{slot_was_set: [{mood: false}]}]
  steps: [{intent: do_reject}, {action: utter_sad}]
- rule: mood
  steps: [{intent: do_mood}, {action: action_misbehave}]
- rule: endless
  steps: [{intent: do_endless}, {action: action_endless}]
"""


def _rules() -> str:
    misbehaving = [fault for fault in FAULTS if fault not in ("endless", "wait", "mood", "stop", "return")]
    return (
        RULES
        + "".join(
            f"- rule: {question}\n  steps: [{{intent: {question}}}, {{action: action_answer}}]\n"
            for question in QUESTIONS
        )
        + "".join(
            f"- rule: {fault}\n  steps: [{{intent: do_{fault}}}, {{action: action_misbehave}}]\n"
            for fault in misbehaving
        )
    )


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bot's files."""
    folder = tmp_path_factory.mktemp("bot")
    (folder / "data").mkdir()
    (folder / "config.yml").write_text(textwrap.dedent(CONFIG))
    (folder / "domain.yml").write_text(_domain())
    (folder / "data/nlu.yml").write_text(_nlu())
    (folder / "data/rules.yml").write_text(_rules())
    return folder


@pytest.fixture(scope="session")
def model_path(project: Path) -> Path:
    """The trained bot."""
    from rasa.model_training import train  # noqa: PLC0415

    with known_warnings_ignored(), pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        result = train("domain.yml", "config.yml", ["data"], output="models", force_training=True)
    assert result.model is not None
    return project / str(result.model)


@pytest.fixture(scope="session")
def executor() -> ActionExecutor:
    """Knows the bot's actions."""
    executor = ActionExecutor()
    for name, function in ACTIONS.items():
        executor.register_function(name, function)
    return executor


@pytest.fixture(scope="session")
def processor(model_path: Path, executor: ActionExecutor) -> StrictProcessor:
    """The loaded bot."""
    return load(model_path, executor)
