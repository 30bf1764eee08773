"""Our events as DoorDash's calls. Pure.

Source: the order endpoints of DoorDash's own OpenAPI document: confirm, adjustment, cancellation, events. ITEM_UPDATE
names the quantity that stays.
"""

from __future__ import annotations

from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.push_only import Reports, missing_count, substituted_count
from backend.channels.port.reports import Call, ReportedLine, ReportedOrder

CONFIRM, ADJUST, CANCEL, READY = "confirm", "adjustment", "cancellation", "events/order_ready_for_pickup"
OUT_OF_STOCK, OTHERS = "ITEM_OUT_OF_STOCK", "OTHERS"
DETAILS_MAX_CHARACTERS = 200


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    """Nobody asks: the platform cancels."""
    return []


def confirm(order: ReportedOrder) -> Call:
    return Call(CONFIRM, order.external_id, {**_named(order), "order_status": "success"}, DeadlineKind.ACCEPT)


def _ready(order: ReportedOrder) -> list[Call]:
    if order.lines and not any(line.quantity_picked or line.quantity_substituted for line in order.lines):
        return [_cancel(order, OUT_OF_STOCK, "nothing of the order was on the shelf")]
    counts: dict[str, int] = order.memory.get("counts", {})
    items = [_adjustment(line, int(counts.get(line.external_line_id, 0))) for line in order.lines]
    found = [item for item in items if item is not None]
    calls = [Call(ADJUST, order.external_id, {"items": found})] if found else []
    return [*calls, Call(READY, order.external_id, _named(order))]


def _adjustment(line: ReportedLine, count: int) -> dict[str, Any] | None:
    missing = missing_count(line, count)
    if not missing:
        return None
    named = {"line_item_id": line.external_line_id, "merchant_supplied_id": line.sku}
    if missing < count:
        return {**named, "adjustment_type": "ITEM_UPDATE", "quantity": count - missing}
    instead = substituted_count(line, count)
    if not line.substitute_sku or not instead:
        return {**named, "adjustment_type": "ITEM_REMOVE"}
    substitute = {"merchant_supplied_id": line.substitute_sku, "quantity": instead}
    return {**named, "adjustment_type": "ITEM_SUBSTITUTE", "substituted_item": substitute}


def _cancel(order: ReportedOrder, reason: str, details: str) -> Call:
    body = {"cancel_reason": reason, "cancel_details": (details or reason)[:DETAILS_MAX_CHARACTERS]}
    return Call(CANCEL, order.external_id, {**_named(order), **body})


def _named(order: ReportedOrder) -> dict[str, str]:
    """Our own number of the order; while it is held there is none but the platform's."""
    return {"merchant_supplied_id": order.order_id or order.external_id}


report_event = Reports(
    accepted=confirm, ready=_ready, cancelled=lambda order, reason: _cancel(order, OTHERS, reason)
).of
