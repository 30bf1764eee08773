"""How each label does, prices planned for an instant, and what labels show

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.database import UtcDateTime

revision = "0005"
down_revision = "0004"
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
    op.create_table(
        "label_picture",
        sa.Column("label_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("shown_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"]),
        sa.PrimaryKeyConstraint("label_id"),
    )
    op.create_table(
        "till_price",
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("product_id"),
    )
    with op.batch_alter_table("till_price", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_till_price_store_id"), ["store_id"], unique=False)
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("was_minor", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("promotion", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "price_batch",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("begins_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("planned_at", UtcDateTime(), nullable=False),
        sa.Column("planned_by", sa.String(), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.Column("prices", sa.Integer(), nullable=False),
        sa.Column("ends_batch_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("price_batch", schema=None) as batch_op:
        batch_op.create_index("price_batch_by_store", ["store_id", "begins_at"], unique=False)
    op.create_table(
        "price_change",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("was_minor", sa.Integer(), nullable=True),
        sa.Column("promotion", sa.String(), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["price_batch.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("batch_id", "product_id"),
    )


def downgrade() -> None:
    op.drop_table("till_price")
    op.drop_table("label_picture")
    op.drop_table("label_health")
    op.drop_table("price_change")
    op.drop_table("price_batch")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_column("promotion")
        batch_op.drop_column("was_minor")
