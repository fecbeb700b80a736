"""One turn: what a person's waiting messages mean, what is done about them, and the answer – in one transaction.

Read after storage/inbox.py (where messages wait) and before storage/outbox.py (where the answer waits).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.actions.context import TurnContext, running
from bot.engine import language, record
from bot.engine.burst import together
from bot.engine.notices import noted
from bot.engine.rasa_compat.processor import StrictProcessor, TurnResult
from bot.engine.rasa_compat.snapshot import Snapshot, compact_tracker, new_events, snapshot_of
from bot.engine.resolve import Resolved, resolve, yes_or_no
from bot.engine.speech import Collector
from bot.engine.wishes import Kept, Wish, must_wait, wishes
from bot.responses import labels
from bot.responses.compose import Composed, Composer, Said
from conversation import Inbound, InboundKind, Outbound, PersonKey, Surface
from knowledge import Knowledge
from storage import conversations, inbox, menus, outbox, people, staff, suppressions, wire
from storage.inbox import Waiting
from storage.menus import Menu
from storage.suppressions import Reason

DEFAULT_LANGUAGE: Final = "ary"
"""Where nothing is known: Darija in Arabic letters (design, "What is said")."""
NAMES: Final = frozenset({"person_name", "organisation", "place"})
"""Questions answered by names, which belong to no language."""
READ_WHOLE: Final = NAMES | {"track"}
"""Questions that read a message whole: two wishes are two answers to "what do you want of the programme?"."""
GROUP_REMINDER: Final = timedelta(days=1)
MEMORY: Final = "memory"
"""Key under which the engine keeps its own few facts beside Rasa's snapshot."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Numbers a turn goes by; see runtime.settings for their meaning and bounds."""

    consent_version: str
    resume_after_h: float
    text_max_chars: int
    reply_expires_s: float
    controller: str | None = None


@dataclass(slots=True)
class _Turn:
    """What gathers while the messages of a turn are gone through."""

    context: TurnContext
    memory: dict[str, Any]
    known_menus: list[Menu]
    shown: bool
    said: list[Said] = field(default_factory=list)
    composed: Composed | None = None
    understanding: list[dict[str, Any]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    unclear: int = 0
    kept: Kept | None = None
    files: dict[int, int] = field(default_factory=dict)


class Engine:
    """Runs turns.

    Args:
        processor: Rasa, loaded.
        composer: Words and choices.
        knowledge: Facts and look-ups.
        policy: Numbers to go by.
        rng: Where reference numbers are drawn from.
    """

    def __init__(
        self,
        processor: StrictProcessor,
        composer: Composer,
        knowledge: Knowledge,
        policy: Policy,
        rng: random.Random | None = None,
    ) -> None:
        self._processor = processor
        self._composer = composer
        self._knowledge = knowledge
        self._policy = policy
        self._rng = rng or random.SystemRandom()

    async def run(
        self, connection: sa.Connection, conversation_id: int, waiting: Sequence[Waiting], *, now: datetime
    ) -> int | None:
        """Answer a person's waiting messages.

        Args:
            connection: The turn's transaction. Everything is written to it and nothing else.
            conversation_id: Whose messages.
            waiting: In the order of arrival.
            now: The present.

        Returns:
            Id of the turn; nothing if there was nothing to answer.

        Raises:
            bot.engine.rasa_compat.errors.ActionFailed: An action broke; the caller rolls back and tries again.
        """
        spoken = [one for one in waiting if not noted(connection, one)]
        facts = people.of_conversation(connection, conversation_id)
        inbox_ids = [one.inbox_id for one in waiting]
        if facts["blocked"] and waiting[-1] in spoken:  # who writes has let us in again
            suppressions.lift(connection, facts["person_id"], facts["channel"], now=now, reasons=(Reason.BLOCKED,))
        snapshot = dict(facts["tracker"])
        turn = self._begin(connection, facts, snapshot.pop(MEMORY, {}), inbox_ids, now)
        turn.files = record.expect_files(connection, facts, waiting, now)
        if not spoken:
            inbox.close(connection, inbox_ids, turn_id=None)
            record.log_turn(connection, conversation_id, None, waiting, [], now, files=turn.files)
            conversations.free(connection, conversation_id)
            return None
        tracker = compact_tracker(str(conversation_id), self._processor.domain, Snapshot.load(snapshot))
        for one in spoken:
            turn.context.inbound = one.inbound
            turn.context.media_id = turn.files.get(one.inbox_id)
            await self._one(turn, one, tracker)
        return self._end(connection, turn, facts, waiting, tracker, now)

    def _begin(
        self,
        connection: sa.Connection,
        facts: dict[str, Any],
        memory: dict[str, Any],
        inbox_ids: Sequence[int],
        now: datetime,
    ) -> _Turn:
        before: datetime | None = facts["last_inbound_at"]
        known = menus.load(facts["menus"])
        context = TurnContext(
            connection=connection,
            person_id=facts["person_id"],
            conversation_id=facts["conversation_id"],
            channel=facts["channel"],
            address=facts["address"],
            surface=surface_of(facts["channel"]),
            language=facts["language"] or DEFAULT_LANGUAGE,
            inbound=Inbound(PersonKey(facts["channel"], facts["address"]), "", InboundKind.UNKNOWN, now),
            now=now,
            knowledge=self._knowledge,
            consent_version=self._policy.consent_version,
            resume_after_h=self._policy.resume_after_h,
            controller=self._policy.controller,
            phone=facts["phone"],
            away_h=(now - before).total_seconds() / 3600 if before else 0,
            offered=sum(one.key != "0" for one in known[0].offered) if known and memory.get("menu_shown") else 0,
            met_before=before is not None,
            rng=self._rng,
            topic=tuple(memory["topic"]) if memory.get("topic") else None,
            unclear_count=facts["unclear_count"],
            turn_inbox_ids=tuple(inbox_ids),
        )
        memory = {**memory, "language_chosen": facts["language_chosen"], "language_known": facts["language"]}
        return _Turn(
            context,
            memory,
            known,
            shown=bool(memory.get("menu_shown")),
            unclear=facts["unclear_count"],
            kept=Kept.load(memory.get("wish"), now),
        )

    async def _one(self, turn: _Turn, one: Waiting, tracker: Any) -> None:
        context = turn.context
        if one.inbound.kind is InboundKind.GROUP:
            self._group(turn, one)
            return
        pending = tracker.get_slot("requested_slot") if tracker.active_loop_name else None
        resolved = resolve(
            one.inbound,
            turn.known_menus,
            shown=turn.shown,
            pending=pending,
            text_max=self._policy.text_max_chars,
            topic=context.topic,
        )
        if resolved.payload == labels.MORE and resolved.menu is not None and resolved.menu.rest is not None:
            turn.composed = self._composer.more(
                resolved.menu.rest, language=context.language, surface=context.surface, question=resolved.menu.question
            )
            return
        if resolved.payload is None:
            resolved = await self._understand_first(turn, resolved, pending)
        if turn.memory.pop("ask_language", False):
            turn.said.append(language.question())
            turn.understanding.append(record.not_understood(one.inbox_id))
            return
        found: list[Wish] = []
        if resolved.payload is None and pending not in READ_WHOLE:
            found = wishes(await self._processor.parse(resolved.text))
        for part in [Resolved(None, wish.text, None) for wish in found if wish is not must_wait(found)] or [resolved]:
            await self._answer(turn, one, part, tracker)
        if (later := must_wait(found)) is not None:
            turn.kept = Kept(later, context.now.isoformat())
            turn.said.insert(0, turn.kept.noted())
        elif turn.kept is not None and not tracker.active_loop_name and not context.erased:
            kept, turn.kept = turn.kept, None
            before, turn.said = turn.said, []
            await self._answer(turn, one, Resolved(None, kept.wish.text, None), tracker)
            turn.said = [*before, kept.back(), *turn.said]

    async def _answer(self, turn: _Turn, one: Waiting, resolved: Resolved, tracker: Any) -> None:
        """Let Rasa act on a message, or on a part of it."""
        context = turn.context
        collector = Collector()
        with running(context):
            result: TurnResult = await self._processor.handle_turn(
                str(context.conversation_id),
                text=resolved.text if resolved.payload is None else None,
                payload=resolved.payload,
                tracker=tracker,
                output_channel=collector,
                metadata={"payload": resolved.payload is not None},
                today=context.today,
            )
        said = [Said.of(custom) for custom in collector.said]
        if resolved.also is not None:
            said.insert(0, Said(resolved.also, picks=()))
        turn.said = together(turn.said, said)
        if turn.kept is not None and turn.kept.wish.intent == result.parse_data["intent"]["name"]:
            turn.kept = None  # said again: answered now
        turn.actions += result.actions
        turn.understanding.append(record.understanding(one.inbox_id, resolved, result.parse_data))
        unclear = "action_default_fallback" in result.actions or bool((tracker.get_slot("unread") or {}).get("n"))
        turn.unclear = turn.unclear + 1 if unclear else 0
        context.unclear_count = turn.unclear
        turn.shown = turn.shown and not said  # a number further on in the burst picks from no menu
        turn.composed = None if said else turn.composed  # "more" was asked for, and then something else

    async def _understand_first(self, turn: _Turn, resolved: Resolved, pending: str | None) -> Resolved:
        """Look at a typed message before Rasa acts on it: its language, and a plain yes or no under a menu."""
        menu = turn.known_menus[0] if turn.shown and turn.known_menus else None
        known = turn.memory["language_chosen"] or turn.memory.get("language_sure")
        undecided = not known and pending not in NAMES
        asks_yes_no = menu is not None and any(one.role for one in menu.offered)
        if not undecided and not asks_yes_no:
            return resolved
        parsed = await self._processor.parse(resolved.text, today=turn.context.today)
        if undecided:
            self._hear_language(turn, resolved.text, parsed)
        meant = yes_or_no(str((parsed.get("intent") or {}).get("name") or ""), menu)
        return Resolved(meant, resolved.text, menu) if meant else resolved

    def _hear_language(self, turn: _Turn, text: str, parsed: dict[str, Any]) -> None:
        context, memory = turn.context, turn.memory
        found = language.heard(text, parsed, known=memory["language_known"])
        if found is not None:
            if found.taken:
                context.language = memory["language_known"] = found.form
                people.set_language(context.connection, context.person_id, found.form, chosen=False)
            memory["language_sure"] = found.sure
        elif memory["language_known"] is None and context.surface is Surface.SMS and not context.met_before:
            memory["ask_language"] = True

    def _group(self, turn: _Turn, one: Waiting) -> None:
        told = turn.memory.get("group_told_at")
        now = turn.context.now
        if told is None or now - datetime.fromisoformat(told) >= GROUP_REMINDER:
            turn.memory["group_told_at"] = now.isoformat()
            turn.said = [Said("utter_group", picks=())]
        turn.understanding.append(record.not_understood(one.inbox_id))

    def _end(
        self,
        connection: sa.Connection,
        turn: _Turn,
        facts: dict[str, Any],
        waiting: Sequence[Waiting],
        tracker: Any,
        now: datetime,
    ) -> int:
        context = turn.context
        composed = turn.composed
        repeated = _repeated(context, turn) if composed is None else None
        if composed is None and repeated is None and turn.said:
            composed = self._composer.compose(turn.said, language=context.language, surface=context.surface, now=now)
        inbox_ids = [one.inbox_id for one in waiting]
        turn_id = conversations.record_turn(
            connection,
            context.conversation_id,
            understanding=[] if context.erased else turn.understanding,
            actions=turn.actions,
            events=[] if context.erased else new_events(tracker),
            now=now,
        )
        replies = [composed.outbound] if composed else [repeated] if repeated else []
        expires_at = now + timedelta(seconds=self._policy.reply_expires_s)
        sent_ids = [_queue(context, outbound, turn_id, expires_at=expires_at) for outbound in replies]
        inbox.close(connection, inbox_ids, turn_id=turn_id)
        if context.erased:
            conversations.free(connection, context.conversation_id)
            return turn_id
        sent = list(zip(sent_ids, replies, strict=True))
        record.log_turn(connection, context.conversation_id, turn_id, waiting, sent, now, files=turn.files)
        offered = [Menu(composed.question, composed.offered, composed.rest)] if composed and composed.offered else []
        memory = {
            "menu_shown": bool(replies[-1].choices) if replies else turn.shown,
            "language_sure": turn.memory.get("language_sure", False),
            "group_told_at": turn.memory.get("group_told_at"),
            "topic": context.topic,
            "wish": turn.kept.dump() if turn.kept else None,
        }
        conversations.save_state(
            connection,
            facts["conversation_id"],
            tracker={**snapshot_of(tracker).dump(), MEMORY: memory},
            menus=menus.dump([*offered, *turn.known_menus]),
            unclear_count=turn.unclear,
            last_inbound_at=now,
        )
        return turn_id

    def apologise(
        self, connection: sa.Connection, conversation_id: int, waiting: Sequence[Waiting], *, now: datetime
    ) -> None:
        """Set messages aside that failed every time: the person gets an apology, the team gets the messages."""
        facts = people.of_conversation(connection, conversation_id)
        snapshot = dict(facts["tracker"])
        inbox_ids = [one.inbox_id for one in waiting]
        turn = self._begin(connection, facts, snapshot.pop(MEMORY, {}), inbox_ids, now)
        said = [Said("utter_apology", picks=())]
        composed = self._composer.compose(said, language=turn.context.language, surface=turn.context.surface, now=now)
        turn_id = conversations.record_turn(
            connection, conversation_id, understanding=[], actions=["apology"], events=[], now=now
        )
        outbox_id = _queue(turn.context, composed.outbound, turn_id, expires_at=None)
        staff.ask(
            connection,
            person_id=facts["person_id"],
            conversation_id=conversation_id,
            kind="failed_message",
            details={"inbox_ids": inbox_ids},
            now=now,
        )
        files = record.expect_files(connection, facts, waiting, now)
        record.log_turn(
            connection, conversation_id, turn_id, waiting, [(outbox_id, composed.outbound)], now, files=files
        )
        inbox.close(connection, inbox_ids, turn_id=turn_id, state=inbox.SET_ASIDE)
        conversations.free(connection, conversation_id)


def _queue(context: TurnContext, outbound: Outbound, turn_id: int, *, expires_at: datetime | None) -> int:
    return outbox.add(
        context.connection,
        outbound,
        conversation_id=context.conversation_id,
        channel=context.channel,
        address=context.address,
        turn_id=turn_id,
        now=context.now,
        expires_at=expires_at,
        erase_after=context.erased,
    )


def surface_of(channel: str) -> Surface:
    """What a person on this channel looks at: "simulator-sms" → SMS, "telegram" → Telegram."""
    for surface in Surface:
        if surface in channel:
            return surface
    raise ValueError(f"Channel {channel!r} has no surface.")


def _repeated(context: TurnContext, turn: _Turn) -> Any:
    if [one.message_id for one in turn.said] != ["utter_repeat"]:
        turn.said = [one for one in turn.said if one.message_id != "utter_repeat"]
        return None
    return wire.load_outbound(context.last_said()[-1])
