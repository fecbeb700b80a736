"""What a turn leaves behind for staff to read: the messages in and out, and how each was understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.engine.resolve import Resolved, clean
from conversation import Inbound, Outbound
from knowledge.identifiers import mask_national_ids
from storage import conversations, media, outbox
from storage.inbox import Waiting

RANKING_KEPT: Final = 5
TEXT_KEPT: Final = 20_000
"""Characters of one message kept in the log; longer ones were answered with "too long"."""


def understanding(inbox_id: int, resolved: Resolved, parse_data: dict[str, Any]) -> dict[str, Any]:
    """How one message was understood, for the console."""
    intent = parse_data.get("intent") or {}
    return {
        "inbox_id": inbox_id,
        "choice": resolved.payload is not None,
        "intent": {"name": intent.get("name"), "confidence": round(float(intent.get("confidence") or 0), 4)},
        "ranking": [
            [entry["name"], round(float(entry["confidence"]), 4)]
            for entry in (parse_data.get("intent_ranking") or [])[:RANKING_KEPT]
        ],
        "entities": [
            {"entity": entity["entity"], "value": entity["value"]} for entity in parse_data.get("entities") or []
        ],
        "language": (parse_data.get("language") or {}).get("form"),
    }


def not_understood(inbox_id: int) -> dict[str, Any]:
    """The record of a message that was answered without understanding it."""
    return {"inbox_id": inbox_id, "choice": False, "intent": None}


def expect_files(
    connection: sa.Connection, facts: dict[str, Any], waiting: Sequence[Waiting], now: datetime
) -> dict[int, int]:
    """Have the files that came with messages fetched: row of the inbox → row of `media`."""
    found = {
        one.inbox_id: media.expect(
            connection,
            one.inbound.attachment,
            person_id=facts["person_id"],
            inbox_id=one.inbox_id,
            channel=facts["channel"],
            now=now,
        )
        for one in waiting
        if one.inbound.attachment is not None
    }
    return {inbox_id: media_id for inbox_id, media_id in found.items() if media_id is not None}


def log_turn(
    connection: sa.Connection,
    conversation_id: int,
    turn_id: int | None,
    waiting: Sequence[Waiting],
    replies: Sequence[tuple[int, Outbound]],
    now: datetime,
    *,
    files: Mapping[int, int],
) -> None:
    """Add what came in and what was answered to the conversation's log; national card numbers are masked.

    `files` tells by row of the inbox which row of `media` the message's file has.
    """
    rows = [
        _row(
            conversation_id,
            turn_id,
            "in",
            one.inbound.kind,
            mask_national_ids(clean(one.inbound.text)[:TEXT_KEPT]),
            details=_details(one.inbound, files.get(one.inbox_id)),
            inbox_id=one.inbox_id,
            created_at=one.received_at,
        )
        for one in waiting
    ]
    rows += [
        _row(
            conversation_id,
            turn_id,
            "out",
            "reply",
            outbound.text,
            details=outbox.as_json(outbound),
            language=outbound.language,
            outbox_id=outbox_id,
            created_at=now,
        )
        for outbox_id, outbound in replies
    ]
    conversations.log(connection, rows)


def _row(
    conversation_id: int, turn_id: int | None, direction: str, kind: str, text: str, **more: Any
) -> dict[str, Any]:
    return {
        "conversation_id": conversation_id,
        "turn_id": turn_id,
        "direction": direction,
        "kind": kind,
        "text": text,
        "language": None,
        "inbox_id": None,
        "outbox_id": None,
        **more,
    }


def _details(inbound: Inbound, media_id: int | None) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if inbound.attachment is not None:
        details["attachment"] = {"kind": inbound.attachment.kind, "media_id": media_id}
    if inbound.location is not None:
        details["location"] = [inbound.location.latitude, inbound.location.longitude]
    if inbound.contact is not None:
        details["contact"] = {"phone": inbound.contact.phone, "own": inbound.contact.own}
    if inbound.payload:
        details["payload"] = inbound.payload
    return details
