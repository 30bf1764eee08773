"""The tables of stores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime


class StoreRow(SQLModel, table=True):
    __tablename__ = "store"

    id: str = Field(primary_key=True)
    name: str
    currency: str
    languages: list[str] = Field(sa_type=sa.JSON)
    time_zone: str
    weighed_rules: list[dict[str, Any]] = Field(sa_type=sa.JSON)
    rules: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    stages: list[list[str]] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    store_map: dict[str, Any] = Field(sa_type=sa.JSON)
    latitude: float | None = None  # of the building; None: not said
    longitude: float | None = None
    floor_digest: str  # of map and locations: the same digest is the same floor


class LocationRow(SQLModel, table=True):
    """One address. Rows are never deleted: picks and labels of the past still name them."""

    __tablename__ = "location"
    __table_args__ = (sa.UniqueConstraint("store_id", "aisle", "bay", "shelf", name="location_address"),)

    id: str = Field(primary_key=True)
    store_id: str
    aisle: str
    bay: int
    shelf: int
    node: int
    x_m: float
    y_m: float
    is_in_use: bool = True


class BlockedAisleRow(SQLModel, table=True):
    """An aisle nobody is sent through for a while: from `blocked_at` until `ends_at`, or `ended_at` where sooner."""

    __tablename__ = "blocked_aisle"
    __table_args__ = (sa.Index("blocked_aisle_by_store", "store_id", "ended_at", "ends_at"),)

    id: str = Field(primary_key=True)
    store_id: str
    aisle: str
    reason: str = ""
    blocked_by: str
    blocked_by_name: str
    blocked_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str | None = None
