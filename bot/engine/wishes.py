"""Two wishes in one message: each is answered as if it had come alone; one that must wait is kept and comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.responses.compose import Said

KEPT_FOR: Final = timedelta(days=3)
"""A wish that could not be taken up for so long is forgotten: nobody waits for it any more."""
ASKING: Final = frozenset({"enroll", "enroll_edit", "enroll_withdraw", "delete_my_data"})
"""What is answered by a question: two of them cannot be open at once, and one comes after what is answered at once."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish in somebody's own words."""

    text: str
    intent: str

    @property
    def topic(self) -> dict[str, str]:
        """Its name, as messages take it."""
        return {"id": f"label_intent_{self.intent}"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A wish that waits for what is open: since when (ISO 8601)."""

    wish: Wish
    since: str

    def dump(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    @classmethod
    def load(cls, stored: Mapping[str, Any] | None, now: datetime) -> Kept | None:
        """Read it back; nothing if it is too old."""
        if not stored or now - datetime.fromisoformat(stored["since"]) > KEPT_FOR:
            return None
        return cls(Wish(**stored["wish"]), stored["since"])

    def noted(self) -> Said:
        """Says that it is not forgotten."""
        return Said("utter_wish_kept", {"topic": self.wish.topic}, picks=())

    def back(self) -> Said:
        """Says that its turn has come."""
        return Said("utter_wish_back", {"topic": self.wish.topic}, picks=())


def wishes(parsed: Mapping[str, Any]) -> list[Wish]:
    """The two wishes of a message in the order in which to answer them; none where there is one or none."""
    found = [Wish(str(one["text"]), str(one["intent"])) for one in parsed.get("wishes") or ()]
    return sorted(found, key=lambda wish: wish.intent in ASKING)


def must_wait(found: list[Wish]) -> Wish | None:
    """Which of the wishes cannot be taken up now: the second of two that are answered by a question."""
    return found[-1] if found and all(wish.intent in ASKING for wish in found) else None
