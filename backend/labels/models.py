"""The tables of labels: where each one hangs, and on which gateway."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime


class GatewayRow(SQLModel, table=True):
    """One radio base. `domain` names its driver, `settings` are the driver's own. Not enabled: it is left alone."""

    __tablename__ = "gateway"
    __table_args__ = (sa.UniqueConstraint("store_id", "name", name="gateway_name"),)

    id: str = Field(primary_key=True)
    store_id: str = Field(index=True)
    name: str
    domain: str
    settings: dict[str, Any] = Field(sa_type=sa.JSON)
    is_enabled: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    changed_at: datetime = Field(sa_type=UtcDateTime)


class LabelRow(SQLModel, table=True):
    """One label. `external_id` is what is printed on it."""

    __tablename__ = "label"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "external_id", name="label_external_id"),
        sa.Index("label_by_location", "store_id", "location_id"),
    )

    id: str = Field(primary_key=True)
    store_id: str
    external_id: str
    gateway_id: str = Field(foreign_key="gateway.id", index=True)
    location_id: str
    changed_at: datetime = Field(sa_type=UtcDateTime)


class LabelHealthRow(SQLModel, table=True):
    """What was last written down of a label's health; `backend/labels/health.py` says what each means."""

    __tablename__ = "label_health"

    label_id: str = Field(primary_key=True, foreign_key="label.id")
    battery_mv: int = 0
    signal_dbm: int | None = None
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcomes: int = Field(default=0, sa_type=sa.BigInteger)
    commands: int = 0
    lit_on: date | None = None
    lit_s: int = 0


class LabelPictureRow(SQLModel, table=True):
    """What a label showed last, as it confirmed; `price_minor` None where nobody knows which price that says."""

    __tablename__ = "label_picture"

    label_id: str = Field(primary_key=True, foreign_key="label.id")
    digest: str
    price_minor: int | None = None
    shown_at: datetime = Field(sa_type=UtcDateTime)


class LightRulesRow(SQLModel, table=True):
    """How a store's supervisors want its labels to be lit; what is None is as the program's settings say."""

    __tablename__ = "light_rules"

    store_id: str = Field(primary_key=True)
    quiet_hours: str | None = None
    lit_max_s_per_day: int | None = None
    changed_at: datetime = Field(sa_type=UtcDateTime)
