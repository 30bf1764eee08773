"""What a channel may read of its orders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from backend.channels import repository
from backend.channels.commands import Sender
from backend.core.database import Database


class OrderSummary(BaseModel):
    """An order in a list."""

    external_id: str
    status: str = Field(
        description="announced, held, dismissed, accepted, planned, picking, ready or cancelled", examples=["picking"]
    )
    order_id: str | None = Field(description="our id, once accepted")
    reason: str = Field(description="why it is held, dismissed or cancelled")
    received_at: datetime
    due_at: datetime | None
    ready_at: datetime | None


class LineView(BaseModel):
    """One line. Quantities in pieces, or in grams for products sold by weight."""

    external_line_id: str
    sku: str
    unit: str
    quantity_ordered: int
    quantity_picked: int
    status: str
    short_reason: str | None
    wish: str = Field(description="what the shopper says about substitutes: refuse, ask or allow")
    quantity_substituted: int = Field(description="of another product, given instead")
    substitute_sku: str | None = Field(description="which other product, or which one the shopper is asked about")
    proposal_id: str | None = Field(description="the proposal, where a substitute was found")


class OrderView(OrderSummary):
    """One order with its lines; no lines while it is held."""

    lines: list[LineView]


def read_orders(
    database: Database, sender: Sender, *, status: str | None, before: str | None, limit: int
) -> list[OrderSummary]:
    with database.reading() as session:
        rows = repository.get_channel_orders(
            session, sender.store_id, sender.channel_id, status=status, before=before, limit=limit
        )
    return [OrderSummary(**_summary(row)) for row in rows]


def read_order(database: Database, sender: Sender, external_id: str) -> OrderView | None:
    with database.reading() as session:
        rows = repository.get_channel_orders(
            session, sender.store_id, sender.channel_id, external_id=external_id, limit=1
        )
        if not rows:
            return None
        order_id = rows[0].order_id
        lines = repository.get_order_lines(session.connection(), order_id) if order_id else ()
    return OrderView(**_summary(rows[0]), lines=[LineView.model_validate(line, from_attributes=True) for line in lines])


def _summary(row: Any) -> dict[str, Any]:
    return {
        "external_id": row.external_id,
        "status": row.order_status or row.intake_status,
        "order_id": row.order_id,
        "reason": row.cancel_reason or row.reason,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "ready_at": row.ready_at,
    }
