"""The plan said plainly: what stages and company cost, why an order is where it is, whose trolley it is next

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OPEN = sa.text("lapsed_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("may_not_pick", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handling", sa.String(), nullable=False, server_default="ordinary"))
        batch_op.add_column(sa.Column("is_age_restricted", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("store", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stages", sa.JSON(), nullable=True))
    with op.batch_alter_table("pick_list", schema=None) as batch_op:
        batch_op.add_column(sa.Column("walk_unstaged_m", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("serpentine_m", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("holds", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("left_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("handed_over_by", sa.String(), nullable=True))
    with op.batch_alter_table("tote", schema=None) as batch_op:
        batch_op.add_column(sa.Column("added_m", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("alone_m", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "take_over",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("pick_list_id", sa.String(), nullable=False),
        sa.Column("from_picker_id", sa.String(), nullable=False),
        sa.Column("to_picker_id", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pick_list_id"], ["pick_list.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("take_over", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_take_over_pick_list_id"), ["pick_list_id"], unique=False)
    op.create_table(
        "offer",
        sa.Column("pick_list_id", sa.String(), nullable=False),
        sa.Column("picker_id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("lapsed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["pick_list_id"], ["pick_list.id"]),
        sa.PrimaryKeyConstraint("pick_list_id", "picker_id"),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index(
            "offer_of_picker",
            ["store_id", "picker_id"],
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        )
        batch_op.create_index(
            "offer_of_trolley",
            ["pick_list_id"],
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        )


def downgrade() -> None:
    op.drop_table("offer")
    op.drop_table("take_over")
    for table, columns in (
        ("tote", ("added_m", "alone_m", "reason")),
        ("pick_list", ("walk_unstaged_m", "serpentine_m", "holds", "left_at", "handed_over_by")),
        ("store", ("stages",)),
        ("product", ("handling", "is_age_restricted")),
        ("person", ("may_not_pick",)),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
