"""One order for all the ways it comes

Revision 0014, after 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.database import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_origin",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("platform_order_id", sa.String(), nullable=False),
        sa.Column("channel_order_id", sa.String(), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "platform", "platform_order_id"),
    )
    with op.batch_alter_table("channel_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("same_as", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("channel_order", schema=None) as batch_op:
        batch_op.drop_column("same_as")
    op.drop_table("order_origin")
