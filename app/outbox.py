"""`maalem outbox …`: what waits to be sent, what gave up and why, and another chance for it.

No message text is shown unless it is asked for, and no address at all: people appear as in the logs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.surroundings import CannotStart
from conversation import DeliveryState
from runtime.clock import SystemClock
from runtime.hash_key import with_hash_key
from runtime.logs import configure, person_hash
from runtime.settings import Settings
from runtime.wakeup import Wakeups
from storage import deliveries, letters, migrate, outbox, ways
from storage.database import Database
from storage.letters import Letter

REASONS: Final = {
    "blocked": "the person blocked us, or closed the account",
    "said_stop": "the person wants no more messages",
    "provider": "the person told the provider to stop us",
    "opted_out": "the person told the provider to stop us",
    "unknown_address": "there is nobody at this address",
    "refused": "the provider does not accept the message",
    "too_late": "what it answers is over",
    "expired": "it waited too long to be of use",
    "unanswered": "twice the provider gave no answer: it may have arrived",
    "unsendable": "it cannot be shown on this channel",
    "window_closed": "no free text is allowed now: its template is tried",
    "window": "no free text is allowed now, and there is no template",
    "not_today": "the provider does not deliver to this person today",
    "out_of_reach": "the handset is off or out of reach",
    "file_refused": "the provider could not take the file",
    "template": "the template is missing, wrong or paused",
    "rate_limited": "the provider asks to wait",
    "unreachable": "the provider cannot be reached",
    "provider_trouble": "the provider has trouble of its own",
    "configuration": "the provider refuses our token or set-up: look at the settings",
    "suspended": "our account is suspended: talk to the provider",
    "operator": "by hand",
}
"""Codes (channels.errors, storage.suppressions, channels.sender) in words."""
MINUTE_S: Final = 60
HOUR_S: Final = 3_600
DAY_S: Final = 86_400


def show_all(settings: Settings, console: Console, *, waiting: bool, text: bool, most: int) -> None:
    """The latest messages that gave up, or those that wait, and how it is with each channel.

    Raises:
        CannotStart: The database is not of this version.
    """
    now = SystemClock().now()
    states = deliveries.OPEN if waiting else letters.ENDED
    with _database(settings) as database, database.read() as connection:
        found = letters.listing(connection, states=states, most=most)
        counts, known = outbox.counts(connection), ways.known(connection)
    console.print(", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "The outbox is empty.")
    for way in known:
        if way.unanswered:
            console.print(f"{way.channel}: {way.unanswered} sends got no answer and may have been seen twice")
        if way.reason is not None:
            console.print(f"{way.channel}: paused for {ages(way.since, now)}: {REASONS.get(way.reason, way.reason)}")
    if found:
        table = Table("id", "channel", "what", "age", "state", "tries", "why", *(["text"] if text else []), box=None)
        for one in found:
            table.add_row(*_cells(one, now), *([escape(one.outbound.text)] if text else []))
        console.print(table)


def show_one(settings: Settings, console: Console, outbox_id: int, *, text: bool) -> None:
    """Everything that happened to one message.

    Raises:
        CannotStart: There is no such message.
    """
    with _database(settings) as database, database.read() as connection:
        letter = letters.find(connection, outbox_id)
        events = deliveries.history(connection, outbox_id)
    if letter is None:
        raise CannotStart(f"There is no message {outbox_id}.")
    now = SystemClock().now()
    lines = [
        f"{letter.purpose} on {letter.channel} to {person_hash(letter.channel, letter.address)}, {letter.state}",
        f"age {ages(letter.created_at, now)}; {letter.attempts} tries, {letter.waits} more that were not its fault",
    ]
    if letter.code:
        lines.append(f"why: {reason(letter.code)}")
    if letter.unanswered:
        lines.append(f"{letter.unanswered} sends of it got no answer: it may have been seen twice")
    lines += [
        f"{event.at:%Y-%m-%d %H:%M:%S} UTC  {event.state}" + (f"  {reason(event.code)}" if event.code else "")
        for event in events
    ]
    for line in [*lines, *([letter.outbound.text] if text else [])]:
        console.print(line, markup=False)


def resend(settings: Settings, outbox_id: int) -> str:
    """Queue a message again that gave up.

    Raises:
        CannotStart: There is no such message, or it has not given up.
    """
    now, expires = SystemClock().now(), timedelta(seconds=settings.reply_expires_s)
    with _database(settings) as database, database.begin() as connection:
        done = letters.resend(connection, outbox_id, now=now, expires_after=expires)
        letter = letters.find(connection, outbox_id)
    with closing(Wakeups.of(settings)) as wakeups:
        wakeups.publish("outbox")
    return _said(outbox_id, letter, f"Message {outbox_id} is queued again." if done else None)


def drop(settings: Settings, outbox_id: int) -> str:
    """Give up a message that waits or has failed.

    Raises:
        CannotStart: There is no such message, or it is being sent, or was.
    """
    with _database(settings) as database, database.begin() as connection:
        done = letters.drop(connection, outbox_id, now=SystemClock().now())
        letter = letters.find(connection, outbox_id)
    back = f"Message {outbox_id} is given up. To take that back: ./maalem outbox resend {outbox_id}"
    return _said(outbox_id, letter, back if done else None)


def _said(outbox_id: int, letter: Letter | None, done: str | None) -> str:
    if letter is None:
        raise CannotStart(f"There is no message {outbox_id}.")
    if done is None:
        raise CannotStart(f"Message {outbox_id} is {letter.state}: nothing was changed.")
    return done


def _cells(letter: Letter, now: datetime) -> tuple[str, ...]:
    why = reason(letter.code) if letter.code else ""
    if letter.state is DeliveryState.QUEUED and letter.not_before > now:
        why = f"{why}; " * bool(why) + f"in {ages(now, letter.not_before)}"
    return (
        str(letter.outbox_id),
        letter.channel,
        letter.purpose,
        ages(letter.created_at, now),
        letter.state,
        str(letter.attempts),
        why,
    )


def reason(code: str) -> str:
    """A code in words; a provider's own stays as it is."""
    return REASONS.get(code, code)


def ages(since: datetime | None, now: datetime) -> str:
    """The time between two moments in one figure: "40 s", "12 min", "3 h", "5 d"."""
    seconds = int((now - since).total_seconds()) if since else 0
    for unit, length in (("d", DAY_S), ("h", HOUR_S), ("min", MINUTE_S)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    if migrate.state(settings.database_url) != "current":
        raise CannotStart("The database is not of this version: ./maalem up brings it up to date")
    configure(with_hash_key(settings))  # people are shown by the pseudonym the logs give them
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        database.close()
