"""What can go wrong between us and a provider: a closed set, each saying whether another try makes sense.

No message of these errors holds what a person wrote, an address or a token: they may be logged as they are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Malformed(ValueError):
    """A provider's body is not what its documentation says: it cannot be read, and reading it again will not help."""


class ErrorCode(StrEnum):
    """Why a provider did not take a message."""

    BLOCKED = "blocked"
    """The person blocked the bot or closed the account: nothing may be sent there until they write again."""
    UNKNOWN_ADDRESS = "unknown_address"
    """There is no such person, or not any more."""
    REFUSED = "refused"
    """The provider does not accept the message itself: our mistake, the same message would fail again."""
    TOO_LATE = "too_late"
    """What was answered can no longer be answered: an old tap."""
    RATE_LIMITED = "rate_limited"
    """Too many messages: `retry_after_s` says how long to wait."""
    UNREACHABLE = "unreachable"
    """No connection came about: the message did not leave."""
    UNANSWERED = "unanswered"
    """The message may have left, and no answer came."""
    PROVIDER_TROUBLE = "provider_trouble"
    """The provider has trouble of its own."""
    OPTED_OUT = "opted_out"
    """The person told the provider to stop us (21610): as if they had told us."""
    WINDOW_CLOSED = "window_closed"
    """Free text is not taken now (63016, 131047): a template, or nothing."""
    NOT_TODAY = "not_today"
    """The provider chose not to deliver to this person (63032, 131049), or our day is used up (63038)."""
    OUT_OF_REACH = "out_of_reach"
    """The handset is off, or nobody knows why (30003, 30008): worth one more try, later."""
    FILE_REFUSED = "file_refused"
    """The provider could not take the file (63019, 11751): the words alone may pass."""
    TEMPLATE = "template"
    """A template is missing, wrong or paused: an operator must look, by its name."""
    SUSPENDED = "suspended"
    """Our account is: nothing more is sent on this way, and an operator is called."""
    CONFIGURATION = "configuration"
    """Our token or our setup is refused. Worth trying again: an operator can mend it while messages wait."""


RETRYABLE: Final = frozenset({
    ErrorCode.RATE_LIMITED,
    ErrorCode.UNREACHABLE,
    ErrorCode.UNANSWERED,
    ErrorCode.PROVIDER_TROUBLE,
    ErrorCode.OUT_OF_REACH,
    ErrorCode.CONFIGURATION,
})  # fmt: skip
"""The codes that say: the same message may pass later."""


class SendFailed(Exception):
    """A provider did not take a message, or did not say that it did.

    Attributes:
        code: Why.
        retryable: Whether the same message may pass later.
        ambiguous: Whether the message may have arrived all the same: a second try can show it twice.
        retry_after_s: How long the provider asks to wait, seconds.
        everyone: Whether it asks that of all messages, not of this person's alone.
        provider_code: The provider's own word, without anything about people: "403", "400 chat not found".
    """

    def __init__(
        self,
        code: ErrorCode,
        *,
        ambiguous: bool = False,
        retry_after_s: float | None = None,
        everyone: bool = False,
        provider_code: str | None = None,
    ) -> None:
        super().__init__(code, provider_code)
        self.code = code
        self.retryable = code in RETRYABLE
        self.ambiguous = ambiguous
        self.retry_after_s = retry_after_s
        self.everyone = everyone
        self.provider_code = provider_code

    def __str__(self) -> str:
        return f"{self.code} ({self.provider_code})" if self.provider_code else str(self.code)


class CannotShow(ValueError):
    """An answer has no shape on a channel: the build checks that no catalog text ends here."""


class TextTooLong(CannotShow):
    """The text is longer than one bubble, and the channel may not send two."""


class NothingToSay(CannotShow):
    """The text is empty."""


class TooManyChoices(CannotShow):
    """More choices than the channel shows: they must be paged before."""


class LabelTooLong(CannotShow):
    """A label or description is longer than its button or row: it is shortened by meaning, never cut."""


class TokenTooLong(CannotShow):
    """A choice's token is longer than a button can carry."""
