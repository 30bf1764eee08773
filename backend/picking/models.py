"""The tables of picking."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime
from shared.picking import PickListStatus, PickStatus


class WaveRow(SQLModel, table=True):
    """Orders released together."""

    __tablename__ = "wave"

    id: str = Field(primary_key=True)
    store_id: str = Field(index=True)
    released_at: datetime = Field(sa_type=UtcDateTime)
    reason: str


class PickListRow(SQLModel, table=True):
    """One walk with one trolley."""

    __tablename__ = "pick_list"
    __table_args__ = (
        sa.Index("pick_list_by_status", "store_id", "status", "due_at"),
        sa.Index("pick_list_by_picker", "store_id", "picker_id", "status"),
    )

    id: str = Field(primary_key=True)
    store_id: str
    wave_id: str = Field(foreign_key="wave.id")
    revision: int = 0
    status: str = PickListStatus.READY
    due_at: datetime = Field(sa_type=UtcDateTime)
    walk: list[int] = Field(sa_type=sa.JSON)
    walk_m: float
    walk_to_desk_m: float = 0
    lower_bound_m: float
    is_proven_optimal: bool
    one_order_per_walk_m: float
    picker_id: str | None = None
    picker_name: str = ""
    shift_id: str | None = None
    colour: str | None = None
    pattern: str | None = None
    released_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ToteRow(SQLModel, table=True):
    """The container of one order on the trolley."""

    __tablename__ = "tote"
    __table_args__ = (sa.UniqueConstraint("pick_list_id", "letter", name="tote_letter"),)

    id: str = Field(primary_key=True)
    store_id: str
    pick_list_id: str = Field(foreign_key="pick_list.id", index=True)
    order_id: str = Field(foreign_key="orders.id", index=True)
    letter: str


class PickRow(SQLModel, table=True):
    """One stop: product, quantity, location, tote."""

    __tablename__ = "pick"
    __table_args__ = (sa.UniqueConstraint("pick_list_id", "position", name="pick_position"),)

    id: str = Field(primary_key=True)
    store_id: str
    pick_list_id: str = Field(foreign_key="pick_list.id", index=True)
    tote_id: str = Field(foreign_key="tote.id")
    order_id: str = Field(index=True)
    order_line_id: str = Field(foreign_key="order_line.id", unique=True)
    product_id: str
    location_id: str
    position: int
    walk_from_previous_m: float
    unit: str
    quantity_ordered: int
    quantity_picked: int = 0
    status: str = PickStatus.OPEN
    short_reason: str | None = None
    note: str = ""
    scan: str | None = None
    entered_by: str | None = None
    picker_id: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    skipped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
