"""All tables. Migrations in storage/migrations build exactly these (checked by a test)."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from storage.columns import UtcDateTime

metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, nullable: bool = False, ondelete: str = "CASCADE") -> sa.Column[int]:
    return sa.Column(name, Id, sa.ForeignKey(f"{target}.id", ondelete=ondelete), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


person: Final = sa.Table(
    "person",
    metadata,
    _id(),
    sa.Column("language", sa.String(16)),
    sa.Column("language_chosen", sa.Boolean, nullable=False, default=False),  # by the person, not guessed
    sa.Column("phone", sa.String(20)),  # E.164; absent where the channel gives none (channel facts 3.8)
    _at("created_at"),
)

conversation: Final = sa.Table(
    "conversation",
    metadata,
    _id(),
    _ref("person_id", "person"),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("tracker", sa.JSON, nullable=False, default=dict),  # snapshot a turn starts from: bounded
    sa.Column("menus", sa.JSON, nullable=False, default=list),  # storage.menus: the last few, newest first
    sa.Column("unclear_count", sa.Integer, nullable=False, default=0),  # messages not understood in a row
    _at("last_inbound_at", nullable=True),
    _at("paced_until", nullable=True),  # until when what was sent uses up what may be sent (channels.pacing)
    sa.Column("lease_owner", sa.String(80)),
    _at("lease_until", nullable=True),
    _at("created_at"),
    sa.Index(None, "person_id"),
)

identity: Final = sa.Table(
    "identity",
    metadata,
    _id(),
    _ref("person_id", "person"),
    _ref("conversation_id", "conversation"),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("address", sa.String(255), nullable=False),  # opaque: never parsed
    sa.Column("display_name", sa.String(255)),
    _at("created_at"),
    sa.UniqueConstraint("channel", "address"),
    sa.Index(None, "conversation_id"),
    sa.Index(None, "person_id"),
)

inbox: Final = sa.Table(
    "inbox",
    metadata,
    _id(),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("address", sa.String(255), nullable=False),
    sa.Column("provider_message_id", sa.String(255), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),  # storage.inbox.dump of an Inbound; emptied when closed
    sa.Column("state", sa.String(12), nullable=False, default="waiting"),  # waiting · done · set_aside
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    _at("not_before"),
    _at("received_at"),
    _ref("turn_id", "turn", nullable=True),
    sa.UniqueConstraint("channel", "provider_message_id"),
    sa.Index("ix_inbox_waiting", "id", sqlite_where=sa.text("state = 'waiting'"), postgresql_where="state = 'waiting'"),
    sa.Index(None, "channel", "address"),
)

turn: Final = sa.Table(
    "turn",
    metadata,
    _id(),
    _ref("conversation_id", "conversation"),
    sa.Column("understanding", sa.JSON, nullable=False),  # intent, ranking, entities, language of each message
    sa.Column("actions", sa.JSON, nullable=False),  # names, in order
    sa.Column("events", sa.JSON, nullable=False),  # Rasa's events of this turn: the whole history, turn by turn
    _at("created_at"),
    sa.Index(None, "conversation_id"),
)

outbox: Final = sa.Table(
    "outbox",
    metadata,
    _id(),
    _ref("conversation_id", "conversation"),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("address", sa.String(255), nullable=False),
    _ref("turn_id", "turn", nullable=True),
    sa.Column("purpose", sa.String(10), nullable=False, server_default="answer"),  # conversation.Purpose
    sa.Column("priority", sa.SmallInteger, nullable=False, server_default="0"),  # 0 goes first
    sa.Column("body", sa.JSON, nullable=False),  # storage.outbox.dump of an Outbound
    sa.Column("form", sa.String(10), nullable=False, server_default="whole"),  # whole · words (no file) · template
    sa.Column("state", sa.String(12), nullable=False, default="queued"),  # conversation.DeliveryState
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("waits", sa.Integer, nullable=False, server_default="0"),  # tries that were not its own fault
    sa.Column("unanswered", sa.Integer, nullable=False, default=0),  # sends whose answer never came
    sa.Column("begun", sa.Boolean, nullable=False, default=False),  # the provider has been called for it
    sa.Column("parts", sa.Integer, nullable=False, server_default="1"),  # payloads it is made of, once they are known
    sa.Column("parts_sent", sa.Integer, nullable=False, default=0),  # payloads of this message already accepted
    _at("doubt_at", nullable=True),  # when the send began whose answer never came
    sa.Column("reported", sa.Boolean, nullable=False, server_default=sa.false()),  # a failure nobody has acted on yet
    _at("not_before"),
    _at("expires_at", nullable=True),
    sa.Column("sender", sa.String(80)),  # who is sending it now
    sa.Column("provider_message_id", sa.String(255)),
    sa.Column("error_code", sa.String(40)),
    _at("created_at"),
    _at("sent_at", nullable=True),
    sa.Column("erase_after", sa.Boolean, nullable=False, default=False),  # last words to someone who was erased
    sa.Index(
        "ix_outbox_open",
        "channel",
        "priority",
        "id",
        sqlite_where=sa.text("state IN ('queued', 'sending')"),
        postgresql_where="state IN ('queued', 'sending')",
    ),
    sa.Index("ix_outbox_reported", "id", sqlite_where=sa.text("reported"), postgresql_where="reported"),
    sa.Index(None, "conversation_id"),
    sa.Index(None, "turn_id"),
    sa.Index(None, "channel", "provider_message_id"),
)

delivery_event: Final = sa.Table(
    "delivery_event",
    metadata,
    _id(),
    _ref("outbox_id", "outbox"),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("part", sa.Integer, nullable=False, server_default="0"),  # which payload of a long answer
    sa.Column("code", sa.String(40)),
    sa.Column("details", sa.JSON),  # what else the provider tells: price category, whether it is billed
    _at("at"),
    # Providers repeat their reports: the same one is kept once.
    sa.Index("ix_delivery_event_once", "outbox_id", "part", "state", "at", unique=True),
)

way_out: Final = sa.Table(
    "way_out",
    metadata,
    sa.Column("channel", sa.String(40), primary_key=True),  # what every sender must know of a way to send
    sa.Column("unanswered", Id, nullable=False, default=0),  # sends whose answer never came, ever
    sa.Column("reason", sa.String(40)),  # why it is paused: channels.errors.ErrorCode; nothing while it is open
    _at("since", nullable=True),
    _at("until", nullable=True),  # then one answer is sent to see
    sa.Column("times", sa.Integer, nullable=False, default=0),  # pauses in a row
)

suppression: Final = sa.Table(
    "suppression",
    metadata,
    _id(),
    _ref("person_id", "person"),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("reason", sa.String(12), nullable=False),  # storage.suppressions.Reason
    sa.Column("how", sa.String(40), nullable=False),  # their own word, or the provider's code
    _at("at"),
    _at("lifted_at", nullable=True),
    sa.Index(
        "ix_suppression_standing",
        "person_id",
        "channel",
        "reason",
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where="lifted_at IS NULL",
    ),
    sa.Index(None, "person_id"),
)

message: Final = sa.Table(
    "message",
    metadata,
    _id(),
    _ref("conversation_id", "conversation"),
    _ref("turn_id", "turn", nullable=True),
    sa.Column("direction", sa.String(3), nullable=False),  # in · out
    sa.Column("kind", sa.String(12), nullable=False),  # conversation.InboundKind, or "reply"
    sa.Column("text", sa.Text, nullable=False, default=""),
    sa.Column("details", sa.JSON, nullable=False, default=dict),  # attachment, location, choices shown
    sa.Column("language", sa.String(16)),
    _ref("inbox_id", "inbox", nullable=True, ondelete="SET NULL"),  # that row goes after days, this one stays
    _ref("outbox_id", "outbox", nullable=True),
    _at("created_at"),
    sa.Index(None, "conversation_id", "id"),
    sa.Index(None, "inbox_id"),
)

consent: Final = sa.Table(
    "consent",
    metadata,
    _id(),
    _ref("person_id", "person"),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("answer", sa.String(10), nullable=False),  # accepted · refused
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # as it was shown
    _at("at"),
    sa.Index(None, "person_id"),
)

journey: Final = sa.Table(
    "journey",
    metadata,
    _id(),
    _ref("person_id", "person"),
    sa.Column("kind", sa.String(20), nullable=False),  # enrolment
    sa.Column("state", sa.String(20), nullable=False),  # submitted · in_review · needs_answer · accepted · …
    sa.Column("reference", sa.String(16), unique=True),
    sa.Column("answers", sa.JSON, nullable=False),
    sa.Column("region", sa.String(8)),
    sa.Column("craft", sa.String(40)),
    sa.Column("track", sa.String(40)),
    _at("created_at"),
    _at("updated_at"),
    sa.Index(None, "person_id"),
    sa.Index(None, "kind", "state"),
)

journey_event: Final = sa.Table(
    "journey_event",
    metadata,
    _id(),
    _ref("journey_id", "journey"),
    sa.Column("event", sa.String(20), nullable=False),  # submitted · changed · withdrawn · …
    sa.Column("details", sa.JSON, nullable=False, default=dict),
    sa.Column("channel", sa.String(40)),
    _at("at"),
    sa.Index(None, "journey_id"),
)

staff_request: Final = sa.Table(
    "staff_request",
    metadata,
    _id(),
    _ref("person_id", "person"),
    _ref("conversation_id", "conversation"),
    sa.Column("kind", sa.String(20), nullable=False),  # person · complaint · voice · media · place · failed_message
    sa.Column("details", sa.JSON, nullable=False, default=dict),
    sa.Column("state", sa.String(10), nullable=False, default="open"),  # open · done
    _at("created_at"),
    sa.Index(None, "person_id"),
    sa.Index(None, "conversation_id"),
    sa.Index(None, "state", "id"),
)

media: Final = sa.Table(
    "media",
    metadata,
    _id(),
    _ref("person_id", "person"),
    sa.Column("inbox_id", Id, nullable=False),  # with which message it came; that row goes before the file does
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("provider_ref", sa.Text, nullable=False),  # emptied when it is no longer needed
    sa.Column("kind", sa.String(12), nullable=False),  # conversation.AttachmentKind
    sa.Column("name", sa.String(255)),  # as the person's telephone had it
    sa.Column("mime", sa.String(120)),  # as the provider states it; once stored, as it is
    sa.Column("size", sa.BigInteger),  # bytes; likewise
    sa.Column("sha256", sa.String(64)),  # hexadecimal; likewise
    sa.Column("key", sa.String(32)),  # storage.files; given before the file is written
    sa.Column("state", sa.String(10), nullable=False),  # waiting · stored · refused · gone
    sa.Column("reason", sa.String(40)),  # why not stored, or why not yet
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    _at("not_before"),
    _at("created_at"),
    _at("expires_at", nullable=True),
    sa.Index(None, "person_id"),
    sa.Index(
        "ix_media_waiting",
        "not_before",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where="state = 'waiting'",
    ),
    sa.Index(None, "state", "expires_at"),
)

doomed_file: Final = sa.Table(
    "doomed_file",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),  # its row is gone, the file follows
    _at("not_before"),  # until then somebody may still be writing it
)

erasure: Final = sa.Table(
    "erasure",
    metadata,
    _id(),
    sa.Column("messages", sa.Integer, nullable=False),  # how many rows went: nothing that tells whose
    sa.Column("journeys", sa.Integer, nullable=False),
    _at("at"),
)

charge: Final = sa.Table(
    "charge",
    metadata,
    sa.Column("channel", sa.String(40), primary_key=True),
    sa.Column("mark", sa.String(32), primary_key=True),  # of the provider's message id, which itself tells a number
    sa.Column("line", sa.String(60), nullable=False),  # which number of ours
    sa.Column("month", sa.String(7), nullable=False),  # "2026-11", UTC
    sa.Column("category", sa.String(60)),
    sa.Column("billable", sa.Boolean),  # as the provider says; nothing where it does not
    sa.Index(None, "month"),
)

channel_state: Final = sa.Table(
    "channel_state",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),  # "telegram.offset"
    sa.Column("value", sa.String(255), nullable=False),
    _at("updated_at"),
)
