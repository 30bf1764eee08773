"""What a channel may read of its orders."""

from __future__ import annotations

from typing import Any

from backend.channels import repository
from backend.channels.commands import Sender
from backend.core.database import Database
from shared.channel_answers import LineView, OrderSummary, OrderView


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
