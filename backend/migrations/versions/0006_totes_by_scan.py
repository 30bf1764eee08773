"""Which containers are a trolley's totes, into which one a product was shown to go, and each store's own rules

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tote", schema=None) as batch_op:
        batch_op.add_column(sa.Column("codes", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("pick", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tote_code", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("store", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rules", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for table, column in (("store", "rules"), ("pick", "tote_code"), ("tote", "codes")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
