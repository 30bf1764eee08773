"""What became of each command a phone ever sent: the memory that makes it take effect once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime


class AppliedCommandRow(SQLModel, table=True):
    """One answered command. Refused ones are kept like the others: sent again, they get the same answer."""

    __tablename__ = "applied_command"
    __table_args__ = (sa.PrimaryKeyConstraint("store_id", "command_id"),)

    store_id: str
    command_id: str
    device_id: str
    person_id: str
    name: str
    is_applied: bool
    problem: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    applied_at: datetime = Field(sa_type=UtcDateTime)
