"""What follows from a failure that a provider reports after it had taken the message.

Many providers say so only then that the window was closed, the handset off or the person unwilling (channel facts 2.6,
3.7): the consequences are those of a refused send.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from channels.breaker import Breaker
from channels.errors import ErrorCode, SendFailed
from channels.outcomes import STATES, SUPPRESSES, Then, decide
from storage import deliveries, suppressions
from storage.database import Database
from storage.deliveries import Report


def act_on_reports(
    database: Database, breaker: Breaker, meaning: Callable[[str], ErrorCode] | None, *, now: datetime
) -> None:
    """Try again, close, suppress or pause, as the codes of a channel's reported failures ask for.

    Args:
        database: Where the reports are, and the messages.
        breaker: The channel's.
        meaning: The provider's codes → ours; a channel without one has nothing to try again.
        now: The present.
    """
    with database.read() as connection:
        reports = deliveries.failures(connection, breaker.channel, now=now)
    for report in reports:
        with database.begin() as connection:
            if deliveries.acted_on(connection, report.outbox_id):
                code = ErrorCode.REFUSED if meaning is None else meaning(report.code)
                _act_on(connection, breaker, report, code, now)


def _act_on(connection: sa.Connection, breaker: Breaker, report: Report, code: ErrorCode, now: datetime) -> None:
    if code is ErrorCode.SUSPENDED:
        breaker.failed(connection, SendFailed(code, provider_code=report.code), report.address, now=now)
    if code in SUPPRESSES:
        suppressions.suppress(
            connection, report.person_id, breaker.channel, SUPPRESSES[code], how=report.code or str(code), now=now
        )
    outcome = decide(code, report, jitter=random.random())  # noqa: S311 - jitter
    again = outcome.then is Then.AGAIN and report.repeatable
    if again:
        deliveries.send_again(
            connection,
            report.outbox_id,
            at=now + timedelta(seconds=outcome.wait_s),
            code=str(code),
            form=outcome.form or report.form,
            now=now,
        )
    else:
        deliveries.close_as(
            connection, report.outbox_id, STATES[outcome.then], code=outcome.reason or str(code), now=now
        )
    structlog.get_logger().warning(
        "reply_undelivered", outbox_id=report.outbox_id, code=str(code), provider_code=report.code, again=again
    )
