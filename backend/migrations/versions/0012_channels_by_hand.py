"""Secrets of channels that are being replaced, and whole messages for a second try

Revision 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_settings", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("last_settings_until", UtcDateTime(), nullable=True))
    with op.batch_alter_table("channel_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("path", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("query", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("channel_message", schema=None) as batch_op:
        batch_op.drop_column("query")
        batch_op.drop_column("path")
    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.drop_column("last_settings_until")
        batch_op.drop_column("last_settings")
