"""Read a payload of ours, such as `/inform{"craft": "leather"}`, without Rasa's understanding and its leniency.

Payloads come from stored choices and from code. What people type never comes here: `StrictProcessor` leaves Rasa's
`RegexMessageHandler`, which would read a typed "/restart" as a command, out of the graph.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from rasa.shared.core.domain import Domain

from bot.engine.rasa_compat.errors import BadPayload

_PAYLOAD: Final = re.compile(r"/(?P<intent>[A-Za-z_][\w-]*)(?P<entities>\{.*\})?", re.DOTALL)


def read_payload(payload: str, domain: Domain) -> dict[str, Any]:
    """Give the meaning of a payload in the form in which Rasa's graph gives that of a text.

    Args:
        payload: `/intent` or `/intent{"entity": value, …}`. A list as value gives one entity per member.
        domain: Must have the intent and the entities.

    Returns:
        `text`, `intent` (confidence 1.0), `intent_ranking` and `entities`, as Rasa's `RegexMessageHandler` does.

    Raises:
        BadPayload: Another form, or an intent or entity that the domain does not have.
    """
    match = _PAYLOAD.fullmatch(payload)
    if match is None:
        raise BadPayload("A payload is /intent or /intent{…}.")
    name = match["intent"]
    if name not in domain.intents:
        raise BadPayload(f"The domain has no intent {name!r}.")
    intent = {"name": name, "confidence": 1.0}
    return {
        "text": payload,
        "intent": intent,
        "intent_ranking": [dict(intent)],
        "entities": [
            {"entity": entity, "start": match.start("entities"), "end": match.end("entities"), "value": value}
            for entity, value in _entities(match["entities"], domain)
        ],
    }


def _entities(stored: str | None, domain: Domain) -> list[tuple[str, Any]]:
    try:
        given = json.loads(stored) if stored else {}
    except ValueError as error:
        raise BadPayload("What follows the intent is no JSON object.") from error
    unknown = given.keys() - set(domain.entities)
    if unknown:
        raise BadPayload(f"The domain has no entity {min(unknown)!r}.")
    return [
        (entity, value)
        for entity, values in given.items()
        for value in (values if isinstance(values, list) else [values])
    ]
