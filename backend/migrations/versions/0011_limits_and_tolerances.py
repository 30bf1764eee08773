"""Limits of quantity, tolerances of weight, and stores' own reasons

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("max_per_order", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quantity_max", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("tolerance_percent", sa.Integer(), nullable=False, server_default="25"))
    with op.batch_alter_table("pick", schema=None) as batch_op:
        batch_op.add_column(sa.Column("store_reason", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("pick", schema=None) as batch_op:
        batch_op.drop_column("store_reason")
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_column("tolerance_percent")
        batch_op.drop_column("quantity_max")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_column("max_per_order")
