"""What follows when a provider did not take a message: a decision for each code, without a database or a network."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from channels.errors import ErrorCode
from conversation import DeliveryState, Outbound, Purpose
from storage.suppressions import Reason

FIRST_RETRY_S: Final = 2.0
LONGEST_RETRY_S: Final = 300.0
"""A failed send is tried again after 2, 4, 8 … seconds, with jitter, at most five minutes apart."""
MOST_ATTEMPTS: Final = 8
LATER_S: Final = 900.0
"""When a handset that was off is tried once more, seconds."""
TOMORROW_S: Final = 86_400.0
SUSPENDED_S: Final = 900.0
"""How long a suspended account is left alone before it is tried again, seconds."""
OPEN_AFTER: Final = 5
"""Failures in a row from which a channel is paused."""
OF_EVERYBODY: Final = frozenset({ErrorCode.UNREACHABLE, ErrorCode.CONFIGURATION})
"""Nothing about one message can be the cause of these."""
TROUBLE: Final = OF_EVERYBODY | {ErrorCode.PROVIDER_TROUBLE, ErrorCode.UNANSWERED}
"""What pauses a channel when it goes on: from there on messages wait, and no try counts against them."""
INNOCENT: Final = OF_EVERYBODY | {ErrorCode.RATE_LIMITED, ErrorCode.SUSPENDED}
"""Failures that never count against the message: it waits until it is sent or too old."""
SUPPRESSES: Final = {ErrorCode.BLOCKED: Reason.BLOCKED, ErrorCode.OPTED_OUT: Reason.PROVIDER}


class Then(StrEnum):
    """What is done with the message."""

    AGAIN = "again"
    FAIL = "fail"
    DROP = "drop"


STATES: Final = {
    Then.AGAIN: DeliveryState.FAILED,  # where it cannot be sent again after all
    Then.FAIL: DeliveryState.FAILED,
    Then.DROP: DeliveryState.DROPPED,
}
"""How a message ends."""


class Tried(Protocol):
    """What must be known of a message that was tried.

    Attributes:
        form: As what it was tried: "whole", "words" or "template".
        attempts: Tries that count against it, this one included.
        waits: Tries that did not.
        last_error: What the try before ended with.
    """

    @property
    def outbound(self) -> Outbound: ...  # noqa: D102 - as above
    @property
    def purpose(self) -> Purpose: ...  # noqa: D102
    @property
    def form(self) -> str: ...  # noqa: D102
    @property
    def attempts(self) -> int: ...  # noqa: D102
    @property
    def waits(self) -> int: ...  # noqa: D102
    @property
    def last_error(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows a failure.

    Attributes:
        wait_s: With AGAIN: seconds until then.
        counts: With AGAIN: whether the try counts against the message.
        form: With AGAIN: another form to try with: "words" or "template".
        reason: Why it ends, where that is more than the code: "window".
    """

    then: Then
    wait_s: float = 0
    counts: bool = True
    form: str | None = None
    reason: str | None = None


def decide(
    code: ErrorCode, tried: Tried, *, retry_after_s: float | None = None, paused: bool = False, jitter: float
) -> Outcome:
    """What to do with a message that was not taken.

    Args:
        code: What happened.
        tried: The message.
        retry_after_s: How long the provider asks to wait, seconds.
        paused: Whether the channel is paused: then no try counts.
        jitter: 0…1, spreads what comes back over half to whole of the wait.
    """
    again_s = retry_after_s or backoff_s(tried.attempts + tried.waits, jitter)
    match code:
        case ErrorCode.SUSPENDED:
            return Outcome(Then.AGAIN, SUSPENDED_S, counts=False)
        case _ if code in INNOCENT or (paused and code in TROUBLE):
            return Outcome(Then.AGAIN, again_s, counts=False)
        case _ if code in TROUBLE:
            return Outcome(Then.FAIL) if tried.attempts >= MOST_ATTEMPTS else Outcome(Then.AGAIN, again_s)
        case ErrorCode.OUT_OF_REACH:
            return Outcome(Then.FAIL) if tried.last_error == code else Outcome(Then.AGAIN, retry_after_s or LATER_S)
        case ErrorCode.WINDOW_CLOSED:
            if tried.outbound.template is not None and tried.form != "template":
                return Outcome(Then.AGAIN, form="template")
            return Outcome(Then.DROP, reason="window")
        case ErrorCode.FILE_REFUSED if (
            tried.form == "whole" and tried.outbound.file is not None and tried.outbound.text
        ):
            return Outcome(Then.AGAIN, form="words")
        case ErrorCode.NOT_TODAY:
            # A reminder is worth something tomorrow; an answer is not, and who wants no advert today wants none.
            reminder = tried.purpose is Purpose.REMINDER
            return Outcome(Then.AGAIN, TOMORROW_S, counts=False) if reminder else Outcome(Then.DROP)
        case _:
            return Outcome(Then.FAIL)


def backoff_s(attempt: int, jitter: float) -> float:
    """Seconds before the next try after `attempt` tries (1 or more); `jitter` 0…1 spreads it over half to whole."""
    longest: float = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** min(attempt - 1, 10))
    return longest * (0.5 + jitter / 2)
