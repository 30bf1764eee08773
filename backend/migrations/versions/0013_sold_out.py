"""What the shelf has no more of

Revision 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.database import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sold_out_product",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("caused_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("store_id", "sku"),
    )
    with op.batch_alter_table("sold_out_product", schema=None) as batch_op:
        batch_op.create_index("ix_sold_out_product_product_id", ["product_id"], unique=False)


def downgrade() -> None:
    op.drop_table("sold_out_product")
