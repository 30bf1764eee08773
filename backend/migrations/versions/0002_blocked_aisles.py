"""Blocked aisles, and stops that a picker left for another

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blocked_aisle",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("aisle", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("blocked_by", sa.String(), nullable=False),
        sa.Column("blocked_by_name", sa.String(), nullable=False),
        sa.Column("blocked_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("blocked_aisle", schema=None) as batch_op:
        batch_op.create_index("blocked_aisle_by_store", ["store_id", "ended_at", "ends_at"], unique=False)
    op.add_column("pick", sa.Column("skipped_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("pick", "skipped_at")
    op.drop_table("blocked_aisle")
