"""By when each platform wants what, and when it last heard of an order

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_deadline",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("act_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "channel_id", "external_id", "kind", name="channel_deadline_once"),
    )
    with op.batch_alter_table("channel_deadline", schema=None) as batch_op:
        batch_op.create_index("channel_deadline_by_time", ["store_id", "closed_at", "expires_at"], unique=False)
    with op.batch_alter_table("channel_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("accepted_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("last_call_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("channel_order", schema=None) as batch_op:
        batch_op.drop_column("last_call_at")
        batch_op.drop_column("accepted_at")
    op.drop_table("channel_deadline")
