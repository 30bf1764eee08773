"""The tables of orders."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime
from shared.picking import TOLERANCE_PERCENT
from shared.substitution import SubstitutionWish


class OrderStatus(StrEnum):
    ACCEPTED = "accepted"
    PLANNED = "planned"
    PICKING = "picking"
    READY = "ready"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


class OrderLineStatus(StrEnum):
    OPEN = "open"
    PICKED = "picked"
    SHORT = "short"
    PROPOSED = "proposed"
    SUBSTITUTED = "substituted"
    CANCELLED = "cancelled"


class OrderRow(SQLModel, table=True):
    __tablename__ = "orders"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "channel_id", "external_id", name="order_once_per_channel"),
        sa.Index("orders_by_status", "store_id", "status", "due_at"),
    )

    id: str = Field(primary_key=True)
    store_id: str
    channel_id: str
    external_id: str
    display_code: str
    status: str = OrderStatus.ACCEPTED
    placed_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    accepted_at: datetime = Field(sa_type=UtcDateTime)
    picking_started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ready_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    packed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    bags: int = 0
    bag_codes: str = ""  # with blanks between
    place: str = ""
    handover_pin: str = ""
    handed_over_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancel_reason: str = ""
    currency: str
    total_minor: int
    note: str = ""


class OrderDeliveryRow(SQLModel, table=True):
    """How an order gets to its customer: personal, so it stands here alone, and is erased some days after its end."""

    __tablename__ = "order_delivery"

    order_id: str = Field(primary_key=True, foreign_key="orders.id")
    store_id: str
    kind: str = ""
    recipient_name: str = ""
    phone: str = ""
    address_lines: list[str] = Field(default=[], sa_type=sa.JSON)
    latitude: float | None = None
    longitude: float | None = None
    route_note: str = ""
    handover_code: str = ""


class DeliverySlipRow(SQLModel, table=True):
    """The paper that travels with an order's bags: made once, when they are packed."""

    __tablename__ = "delivery_slip"
    __table_args__ = (sa.UniqueConstraint("order_id", name="delivery_slip_once"),)

    id: str = Field(primary_key=True)
    store_id: str
    order_id: str = Field(foreign_key="orders.id")
    made_at: datetime = Field(sa_type=UtcDateTime)


class OrderLineRow(SQLModel, table=True):
    __tablename__ = "order_line"
    __table_args__ = (sa.UniqueConstraint("order_id", "position", name="order_line_position"),)

    id: str = Field(primary_key=True)
    store_id: str
    order_id: str = Field(foreign_key="orders.id", index=True)
    position: int
    external_line_id: str
    product_id: str
    sku: str
    unit: str
    quantity_ordered: int
    quantity_picked: int = 0
    status: str = OrderLineStatus.OPEN
    short_reason: str | None = None
    unit_price_minor: int = 0
    note: str = ""
    wish: str = SubstitutionWish.REFUSE
    wished_skus: str = ""  # by rank, with blanks between
    quantity_substituted: int = 0
    substitute_sku: str | None = None
    proposal_id: str | None = None
    quantity_max: int | None = None  # an order gets no more of it
    tolerance_percent: int = TOLERANCE_PERCENT  # of weighed goods: as the channel, or else the store, said at intake
