"""Gateways that are left alone; quiet hours and light budget of each store

Revision 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "light_rules",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("quiet_hours", sa.String(), nullable=True),
        sa.Column("lit_max_s_per_day", sa.Integer(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store_id"),
    )
    with op.batch_alter_table("gateway", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_enabled", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    with op.batch_alter_table("gateway", schema=None) as batch_op:
        batch_op.drop_column("is_enabled")
    op.drop_table("light_rules")
