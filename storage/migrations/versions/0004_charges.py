"""What was delivered, and what the provider charges for it, month by month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "charge",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("line", sa.String(length=60), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=True),
        sa.Column("billable", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "mark", name=op.f("pk_charge")),
    )
    with op.batch_alter_table("charge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_charge_month"), ["month"], unique=False)


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("charge")
