"""What several channels need: purposes, pauses, reports kept once, and the list of those who want no messages.

Columns are added one by one and none of these tables is built anew: on SQLite that would empty what refers to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Moment = storage.columns.UtcDateTime
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    _outbox()
    _delivery_event()
    op.add_column("conversation", sa.Column("paced_until", Moment(timezone=True), nullable=True))
    op.create_table(
        "way_out",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("unanswered", Id, nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("since", Moment(timezone=True), nullable=True),
        sa.Column("until", Moment(timezone=True), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_way_out")),
    )
    _suppression()


def _outbox() -> None:
    for column in (
        sa.Column("purpose", sa.String(length=10), server_default="answer", nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("form", sa.String(length=10), server_default="whole", nullable=False),
        sa.Column("waits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("parts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("doubt_at", Moment(timezone=True), nullable=True),
        sa.Column("reported", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("outbox", column)
    op.drop_index("ix_outbox_open", table_name="outbox")
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["channel", "priority", "id"],
        sqlite_where=sa.text("state IN ('queued', 'sending')"),
        postgresql_where="state IN ('queued', 'sending')",
    )
    op.create_index(
        "ix_outbox_reported", "outbox", ["id"], sqlite_where=sa.text("reported"), postgresql_where="reported"
    )


def _delivery_event() -> None:
    op.add_column("delivery_event", sa.Column("part", sa.Integer(), server_default="0", nullable=False))
    op.add_column("delivery_event", sa.Column("details", sa.JSON(), nullable=True))
    op.execute(
        "DELETE FROM delivery_event WHERE id NOT IN (SELECT min(id) FROM delivery_event GROUP BY outbox_id, state, at)"
    )
    op.create_index("ix_delivery_event_once", "delivery_event", ["outbox_id", "part", "state", "at"], unique=True)
    op.drop_index("ix_delivery_event_outbox_id", table_name="delivery_event")


def _suppression() -> None:
    op.create_table(
        "suppression",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("lifted_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_suppression_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    op.create_index("ix_suppression_person_id", "suppression", ["person_id"])
    op.execute(
        "INSERT INTO suppression (person_id, channel, reason, how, at) "
        "SELECT person_id, channel, 'blocked', 'before', min(blocked_at) FROM identity "
        "WHERE blocked_at IS NOT NULL GROUP BY person_id, channel"
    )
    op.create_index(
        "ix_suppression_standing",
        "suppression",
        ["person_id", "channel", "reason"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where="lifted_at IS NULL",
    )
    op.drop_column("identity", "blocked_at")
