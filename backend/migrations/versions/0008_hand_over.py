"""Bags of an order, where they stand, its PIN, and the proof of its hand-over

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.database import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = ("packed_at", "bags", "bag_codes", "place", "handover_pin", "handed_over_at")


def upgrade() -> None:
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("packed_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("bags", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("bag_codes", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("place", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("handover_pin", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("handed_over_at", UtcDateTime(), nullable=True))
    op.create_table(
        "hand_over",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("person_name", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("bags", sa.Integer(), nullable=False),
        sa.Column("bag_codes", sa.String(), nullable=False),
        sa.Column("is_age_checked", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("order_id"),
    )
    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_over_store_id"), ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("hand_over")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        for column in COLUMNS:
            batch_op.drop_column(column)
