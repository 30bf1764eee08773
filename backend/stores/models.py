"""The tables of stores."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class StoreRow(SQLModel, table=True):
    __tablename__ = "store"

    id: str = Field(primary_key=True)
    name: str
    currency: str
    languages: list[str] = Field(sa_type=sa.JSON)
    time_zone: str
    weighed_rules: list[dict[str, Any]] = Field(sa_type=sa.JSON)
    stages: list[list[str]] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    store_map: dict[str, Any] = Field(sa_type=sa.JSON)
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
