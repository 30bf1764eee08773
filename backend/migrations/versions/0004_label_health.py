"""How each label does, for whoever looks after them

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "label_health",
        sa.Column("label_id", sa.String(), nullable=False),
        sa.Column("battery_mv", sa.Integer(), nullable=False),
        sa.Column("signal_dbm", sa.Integer(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("outcomes", sa.BigInteger(), nullable=False),
        sa.Column("commands", sa.Integer(), nullable=False),
        sa.Column("lit_on", sa.Date(), nullable=True),
        sa.Column("lit_s", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"]),
        sa.PrimaryKeyConstraint("label_id"),
    )


def downgrade() -> None:
    op.drop_table("label_health")
