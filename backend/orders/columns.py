"""An accepted order as the columns of its tables."""

from __future__ import annotations

from datetime import datetime

from backend.core.writer import Transaction
from backend.orders.commands import AcceptOrder
from backend.orders.models import OrderLineStatus, OrderStatus


def order_values(command: AcceptOrder, order_id: str, now: datetime) -> dict[str, object]:
    """Of an order that is accepted at `now`."""
    return {
        "id": order_id,
        "store_id": command.store_id,
        "channel_id": command.channel_id,
        "external_id": command.external_id,
        "display_code": command.display_code,
        "status": OrderStatus.ACCEPTED.value,
        "placed_at": command.placed_at,
        "due_at": command.due_at,
        "accepted_at": now,
        "cancel_reason": "",
        "currency": command.currency,
        "total_minor": command.total_minor,
        "note": command.note,
    }


def line_values(command: AcceptOrder, order_id: str, tx: Transaction) -> list[dict[str, object]]:
    """Of its lines, all open, in the channel's sequence."""
    line_ids, status = tx.ids.new_many("order_line", len(command.lines)), OrderLineStatus.OPEN.value
    return [
        {
            "id": line_id,
            "store_id": command.store_id,
            "order_id": order_id,
            "position": position,
            "external_line_id": line.external_line_id,
            "product_id": line.product_id,
            "sku": line.sku,
            "unit": line.unit.value,
            "quantity_ordered": line.quantity,
            "quantity_picked": 0,
            "status": status,
            "short_reason": None,
            "unit_price_minor": line.unit_price_minor,
            "note": line.note,
            "wish": line.wish.value,
            "wished_skus": " ".join(line.wished_skus),
            "quantity_substituted": 0,
            "substitute_sku": None,
            "proposal_id": None,
            "quantity_max": line.quantity_max,
            "tolerance_percent": line.tolerance_percent,
        }
        for position, (line_id, line) in enumerate(zip(line_ids, command.lines, strict=True))
    ]
