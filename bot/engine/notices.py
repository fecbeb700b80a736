"""What reaches us and is no part of the talk: noted, with what follows for unasked messages, and never answered."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from conversation import InboundKind
from storage import suppressions
from storage.inbox import Waiting
from storage.suppressions import Reason

NOTED: Final = frozenset(
    {
        InboundKind.BLOCKED,
        InboundKind.UNBLOCKED,
        InboundKind.EDIT,
        InboundKind.DELETED,
        InboundKind.REACTION,
        InboundKind.OPT_OUT,
        InboundKind.OPT_IN,
        InboundKind.MOVED,
        InboundKind.UNKNOWN,
    }
)


def noted(connection: sa.Connection, one: Waiting) -> bool:
    """Take note of an edit, a block, something we have no name for.

    Returns:
        Whether it was one of these: then it is not answered.
    """
    person, at = one.inbound.person, one.received_at
    match one.inbound.kind:
        case InboundKind.BLOCKED:
            suppressions.suppress_key(connection, person, Reason.BLOCKED, how="event", now=at)
        case InboundKind.UNBLOCKED:
            suppressions.lift_key(connection, person, now=at, reasons=(Reason.BLOCKED,))
        case InboundKind.OPT_OUT:
            suppressions.suppress_key(connection, person, Reason.PROVIDER, how="event", now=at)
        case InboundKind.OPT_IN:
            suppressions.lift_key(connection, person, now=at)
    return one.inbound.kind in NOTED
