"""What follows each code, without a network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from channels.errors import ErrorCode
from channels.outcomes import LATER_S, MOST_ATTEMPTS, SUSPENDED_S, TOMORROW_S, Outcome, Then, decide
from conversation import AttachmentKind, Outbound, OutboundFile, Purpose, Template

FILE = OutboundFile(AttachmentKind.AUDIO, "k", "audio/ogg", "a.ogg")


@dataclass(frozen=True)
class Tried:
    """A message as it was tried."""

    outbound: Outbound = Outbound("x", "fr")  # noqa: RUF009 - frozen
    purpose: Purpose = Purpose.ANSWER
    form: str = "whole"
    attempts: int = 1
    waits: int = 0
    last_error: str | None = None


def outcome(
    code: ErrorCode, tried: Tried | None = None, *, retry_after_s: float | None = None, paused: bool = False
) -> Outcome:
    return decide(code, tried or Tried(), retry_after_s=retry_after_s, paused=paused, jitter=1)


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_has_an_outcome(code: ErrorCode) -> None:
    """None is left without, and what is tried again is tried at a known time."""
    assert outcome(code).then in Then


@pytest.mark.parametrize(
    "code",
    [
        *(ErrorCode.BLOCKED, ErrorCode.OPTED_OUT, ErrorCode.UNKNOWN_ADDRESS, ErrorCode.REFUSED, ErrorCode.TOO_LATE),
        *(ErrorCode.TEMPLATE, ErrorCode.FILE_REFUSED),
    ],
)
def test_what_would_be_refused_again_has_failed(code: ErrorCode) -> None:
    """At once."""
    assert outcome(code) == Outcome(Then.FAIL)


@pytest.mark.parametrize("code", [ErrorCode.UNREACHABLE, ErrorCode.CONFIGURATION, ErrorCode.RATE_LIMITED])
def test_what_is_not_the_messages_fault_never_counts(code: ErrorCode) -> None:
    """It waits, longer each time, however often."""
    assert outcome(code, Tried(attempts=MOST_ATTEMPTS)) == Outcome(Then.AGAIN, 256, counts=False)
    assert outcome(code, Tried(waits=100)) == Outcome(Then.AGAIN, 300, counts=False)
    assert outcome(code, retry_after_s=37) == Outcome(Then.AGAIN, 37, counts=False)


@pytest.mark.parametrize("code", [ErrorCode.PROVIDER_TROUBLE, ErrorCode.UNANSWERED])
def test_trouble_counts_unless_it_is_everybodys(code: ErrorCode) -> None:
    """Eight tries, and none while the channel is paused."""
    assert outcome(code) == Outcome(Then.AGAIN, 2)
    assert outcome(code, Tried(attempts=MOST_ATTEMPTS)) == Outcome(Then.FAIL)
    assert outcome(code, Tried(attempts=MOST_ATTEMPTS), paused=True).counts is False


def test_a_handset_that_is_off_is_tried_once_more() -> None:
    """Later, and not a third time."""
    assert outcome(ErrorCode.OUT_OF_REACH) == Outcome(Then.AGAIN, LATER_S)
    assert outcome(ErrorCode.OUT_OF_REACH, Tried(last_error="out_of_reach")) == Outcome(Then.FAIL)


def test_outside_the_window_a_template_is_sent_or_nothing() -> None:
    """Never the free text again."""
    tried = Tried(Outbound("x", "fr", template=Template("t")))
    assert outcome(ErrorCode.WINDOW_CLOSED, tried) == Outcome(Then.AGAIN, form="template")
    assert outcome(ErrorCode.WINDOW_CLOSED, replace(tried, form="template")) == Outcome(Then.DROP, reason="window")
    assert outcome(ErrorCode.WINDOW_CLOSED) == Outcome(Then.DROP, reason="window")


def test_without_its_file_a_message_is_tried_in_words() -> None:
    """Where there are any."""
    tried = Tried(Outbound("x", "fr", file=FILE))
    assert outcome(ErrorCode.FILE_REFUSED, tried) == Outcome(Then.AGAIN, form="words")
    assert outcome(ErrorCode.FILE_REFUSED, replace(tried, form="words")) == Outcome(Then.FAIL)
    assert outcome(ErrorCode.FILE_REFUSED, Tried(Outbound("", "fr", file=FILE))) == Outcome(Then.FAIL)


def test_what_is_not_delivered_today_may_be_worth_it_tomorrow() -> None:
    """A reminder is; an answer and an advert are not."""
    assert outcome(ErrorCode.NOT_TODAY, Tried(purpose=Purpose.REMINDER)) == Outcome(
        Then.AGAIN, TOMORROW_S, counts=False
    )
    for purpose in (Purpose.ANSWER, Purpose.CAMPAIGN):
        assert outcome(ErrorCode.NOT_TODAY, Tried(purpose=purpose)) == Outcome(Then.DROP)


def test_a_suspended_account_is_left_alone() -> None:
    """Messages wait for the operator."""
    assert outcome(ErrorCode.SUSPENDED, Tried(attempts=99)) == Outcome(Then.AGAIN, SUSPENDED_S, counts=False)
