"""The table of hand-overs."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime


class HandOverRow(SQLModel, table=True):
    """The proof of one order's hand-over; before it is done, how often a wrong PIN was shown."""

    __tablename__ = "hand_over"

    order_id: str = Field(primary_key=True, foreign_key="orders.id")
    store_id: str = Field(index=True)
    wrong_pins: int = 0
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    person_id: str = ""
    person_name: str = ""
    proof: str = ""
    bags: int = 0
    bag_codes: str = ""  # scanned, with blanks between
    is_age_checked: bool = False
    note: str = ""
