"""The tables of picking."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime
from shared.picking import PickListStatus, PickStatus

_OPEN = sa.text("lapsed_at IS NULL")


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
    walk_unstaged_m: float | None = None  # None, as the next: planned before it was kept
    serpentine_m: float | None = None
    holds: list[str] = Field(default_factory=list, sa_type=sa.JSON)  # what its products are: shared/restrictions.py
    picker_id: str | None = None
    picker_name: str = ""
    shift_id: str | None = None
    colour: str | None = None
    pattern: str | None = None
    released_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # under way, but nobody walks with it now
    handed_over_by: str | None = None  # the supervisor who said so: then it does not wait for its picker


class ToteRow(SQLModel, table=True):
    """The container of one order on the trolley."""

    __tablename__ = "tote"
    __table_args__ = (sa.UniqueConstraint("pick_list_id", "letter", name="tote_letter"),)

    id: str = Field(primary_key=True)
    store_id: str
    pick_list_id: str = Field(foreign_key="pick_list.id", index=True)
    order_id: str = Field(foreign_key="orders.id", index=True)
    letter: str
    codes: list[str] = Field(default_factory=list, sa_type=sa.JSON)  # of the containers that are it; the last is filled
    added_m: float | None = None
    alone_m: float | None = None
    reason: str = ""


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
    store_reason: str = ""  # the store's own, of which `short_reason` is what it means
    note: str = ""
    scan: str | None = None
    entered_by: str | None = None
    tote_code: str = ""  # of the tote it was shown to go into
    picker_id: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    skipped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sought_location_id: str | None = None  # where the picker looks for a substitute


class TakeOverRow(SQLModel, table=True):
    """Somebody went on with a trolley that another picker had left. What that one had picked before still counts."""

    __tablename__ = "take_over"

    id: str = Field(primary_key=True)
    store_id: str
    pick_list_id: str = Field(foreign_key="pick_list.id", index=True)
    from_picker_id: str
    to_picker_id: str
    at: datetime = Field(sa_type=UtcDateTime)


class SubstitutionRow(SQLModel, table=True):
    """Another product that was put into the tote for one pick, and who decided whether it stays."""

    __tablename__ = "substitution"

    id: str = Field(primary_key=True)
    store_id: str
    pick_list_id: str = Field(foreign_key="pick_list.id", index=True)
    pick_id: str = Field(foreign_key="pick.id", unique=True)
    order_id: str
    order_line_id: str = Field(foreign_key="order_line.id", unique=True)
    product_id: str
    location_id: str
    quantity: int
    quantity_found: int
    reason: str
    scan: str
    entered_by: str
    picker_id: str
    status: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    answer_by: datetime | None = Field(default=None, sa_type=UtcDateTime)  # None, as the next: nobody is asked
    if_silent: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    put_back_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OfferRow(SQLModel, table=True):
    """A trolley kept for one picker. A lapsed one is remembered: they let it pass, until they touch their phone again.

    The database says it too: one open offer for each trolley, and one for each picker.
    """

    __tablename__ = "offer"
    __table_args__ = (
        sa.Index("offer_of_picker", "store_id", "picker_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("offer_of_trolley", "pick_list_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    pick_list_id: str = Field(primary_key=True, foreign_key="pick_list.id")
    picker_id: str = Field(primary_key=True)
    store_id: str
    offered_at: datetime = Field(sa_type=UtcDateTime)
    lapsed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
