"""From a journey's `Say` to what the dispatcher hands on: ids and plain JSON, never a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.context import current
from bot.journeys.model import Pick, Say, Understood


def utter(dispatcher: CollectingDispatcher, say: Say, *, question: str | None = None) -> None:
    """Say a message of the catalogs.

    Args:
        dispatcher: Rasa's collector.
        say: Which message, with its values and choices.
        question: Slot that is pending: a choice under it can be picked only while it is.
    """
    picks = None if say.picks is None else [_pick(pick) for pick in say.picks]
    said = {
        "values": dict(say.values),
        "picks": picks,
        "question": question,
        "ask_phone": say.ask_phone,
        "ask_location": say.ask_location,
    }
    dispatcher.utter_message(response=say.message_id, said=said)


def _pick(pick: Pick) -> dict[str, Any]:
    payload = f"/{pick.intent}" if pick.intent else answer_payload(pick.answer)
    return {"label": pick.label, "text": pick.text, "description": pick.description, "payload": payload}


def answer_payload(answer: Any) -> str:
    """What Rasa receives when a choice that answers the pending question is picked."""
    return "/inform" + json.dumps({"answer": answer}, ensure_ascii=False)


def understood(tracker: Tracker) -> Understood:
    """The latest message, as journeys read it."""
    message: Mapping[str, Any] = tracker.latest_message or {}
    entities: dict[str, tuple[Any, ...]] = {}
    for entity in message.get("entities") or ():
        entities[entity["entity"]] = (*entities.get(entity["entity"], ()), entity["value"])
    intent = message.get("intent") or {}
    text = str(message.get("text") or "").strip()
    context = current()
    return Understood(
        text="" if is_payload(message) else text,
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0),
        answer=entities.get("answer", (None,))[0],
        entities=entities,
        language=context.language,
        offered=context.offered,
        away_h=context.away_h,
    )


def inside(tracker: Tracker) -> bool:
    """Whether a journey is open: its pending question follows with its own choices, so an answer shows none."""
    return bool(tracker.active_loop.get("name"))


def is_payload(message: Mapping[str, Any]) -> bool:
    """Whether the message is a resolved choice and not something typed."""
    return bool((message.get("metadata") or {}).get("payload"))
