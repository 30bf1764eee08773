"""Substitutes: what may stand in for what, what the shopper wishes, what was given instead and who decided

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
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("use", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("substitutes", sa.String(), nullable=False, server_default=""))
        batch_op.create_index("product_use", ["store_id", "use"], unique=False)
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wish", sa.String(), nullable=False, server_default="refuse"))
        batch_op.add_column(sa.Column("wished_skus", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("quantity_substituted", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("substitute_sku", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("proposal_id", sa.String(), nullable=True))
    with op.batch_alter_table("pick", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sought_location_id", sa.String(), nullable=True))
    op.create_table(
        "substitution",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("pick_list_id", sa.String(), nullable=False),
        sa.Column("pick_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("order_line_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("location_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("quantity_found", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("scan", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("picker_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("answer_by", UtcDateTime(), nullable=True),
        sa.Column("if_silent", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("put_back_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"]),
        sa.ForeignKeyConstraint(["pick_id"], ["pick.id"]),
        sa.ForeignKeyConstraint(["pick_list_id"], ["pick_list.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_line_id"),
        sa.UniqueConstraint("pick_id"),
    )
    with op.batch_alter_table("substitution", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_substitution_pick_list_id"), ["pick_list_id"], unique=False)


def downgrade() -> None:
    op.drop_table("substitution")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index("product_use")
    for table, columns in (
        ("order_line", ("wish", "wished_skus", "quantity_substituted", "substitute_sku", "proposal_id")),
        ("product", ("use", "substitutes")),
        ("pick", ("sought_location_id",)),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
