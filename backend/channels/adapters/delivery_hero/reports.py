"""Our events as the one PUT that Delivery Hero hears. Pure.

Source: the eight use cases of partner picking: accept (vendor delivery), fulfil, fulfil in part, change quantity,
change weight, replace, add, update the cart; and cancel. The whole basket goes back each time.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.push_only import Reports, missing_count, substituted_count
from backend.channels.port.reports import Call, ReportedLine, ReportedOrder
from shared.events import Event, OrderAccepted, OrderHandedOver

ACCEPTED, READY, DISPATCHED, CANCELLED, UPDATE_CART = (
    "ACCEPTED",
    "READY_FOR_PICKUP",
    "DISPATCHED",
    "CANCELLED",
    "UPDATE_CART",
)
IN_CART, NOT_FOUND, REPLACED = "IN_CART", "NOT_FOUND", "REPLACED"
UNAVAILABLE, OTHER = "ITEM_UNAVAILABLE", "OTHER"


def report_event(event: Event, order: ReportedOrder) -> list[Call]:
    """Acceptance and departure are said of orders that the store delivers itself; the platform's riders say theirs."""
    if isinstance(event, OrderAccepted | OrderHandedOver) and not order.memory.get("is_vendor_delivery"):
        return []
    return _reports.of(event, order)


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    """Nobody asks: the platform cancels."""
    return []


def accept(order: ReportedOrder) -> Call:
    given = {"accepted_for": order.memory.get("accepted_for", "")}
    return _call(ACCEPTED, order, given, DeadlineKind.ACCEPT)


def _ready(order: ReportedOrder) -> list[Call]:
    if order.lines and not any(line.quantity_picked or line.quantity_substituted for line in order.lines):
        return [_cancel(order, UNAVAILABLE)]
    named: dict[str, dict[str, Any]] = order.memory.get("items", {})
    items = [item for line in order.lines for item in _items(line, named.get(line.external_line_id, {}))]
    return [_call(UPDATE_CART if order.memory.get("is_vendor_delivery") else READY, order, {"items": items})]


def _items(line: ReportedLine, item: dict[str, Any]) -> list[dict[str, Any]]:
    """A line as it lies in the tote, and what was given instead of it where nothing of it was there."""
    ordered = Decimal(str(item.get("quantity", line.quantity_ordered)))
    own = {"_id": item["id"]} if item.get("id") else {}
    own |= {"sku": item.get("sku", line.sku)}
    if item.get("is_weighed"):
        kept = (Decimal(line.quantity_picked) / 1000).quantize(Decimal("0.001"))
        weight = float(kept)  # three places, which JSON writes as they are
        pricing: dict[str, Any] = {"pricing_type": "KG", "quantity": 1, "weight": weight}
    else:
        kept = ordered - missing_count(line, ordered)
        pricing = {"pricing_type": "UNIT", "quantity": int(kept)}
    if kept:
        return [{**own, "status": IN_CART, "pricing": pricing}]
    count = substituted_count(line, ordered)
    if not line.substitute_sku or not count:
        return [{**own, "status": NOT_FOUND}]
    instead = {"sku": line.substitute_sku, "status": IN_CART, "pricing": {"pricing_type": "UNIT", "quantity": count}}
    if item.get("id"):
        instead["replaced_id"] = item["id"]
    return [{**own, "status": REPLACED}, instead]


def _cancel(order: ReportedOrder, reason: str) -> Call:
    return _call(CANCELLED, order, {"cancellation": {"reason": reason}})


def _call(status: str, order: ReportedOrder, given: dict[str, Any] | None = None, meets: Any = "") -> Call:
    return Call(status, order.external_id, {"order_id": order.external_id, "status": status, **(given or {})}, meets)


_reports = Reports(
    accepted=accept,
    ready=_ready,
    cancelled=lambda order, reason: _cancel(order, OTHER),
    handed_over=lambda order: _call(DISPATCHED, order),
)
