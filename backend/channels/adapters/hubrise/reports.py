"""Our events as HubRise's one call: an order's update, with its status and what became of its items. Pure.

Source: Update Order of content/developers/api/en/orders.md of HubRise/website: an item is deleted or added, never
changed; `seller_notes` tell of products that were switched.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.push_only import Reports, kept_quantity, substituted_count
from backend.channels.port.reports import Call, ReportedLine, ReportedOrder

UPDATE = "update"
ACCEPTED, IN_PREPARATION, CANCELLED = "accepted", "in_preparation", "cancelled"
# In the order an order goes through them: what is behind the one it has needs no word any more.
STEPS = (
    "new",
    "received",
    ACCEPTED,
    IN_PREPARATION,
    "awaiting_shipment",
    "awaiting_collection",
    "in_delivery",
    "completed",
)
NOTES_MAX_CHARACTERS = 1_000
_DELIVERY = "delivery"
_PRICED = ("price", "tax_rate")


def accept(order: ReportedOrder) -> Call:
    return _update(order, ACCEPTED, meets=DeadlineKind.ACCEPT)


def _ready(order: ReportedOrder) -> list[Call]:
    """One call for all of it: the status then says whether the items were changed as well."""
    if order.lines and not any(line.quantity_picked or line.quantity_substituted for line in order.lines):
        return [_cancelled(order, "nothing of the order was on the shelf")]
    status = "awaiting_shipment" if order.memory.get("service_type") == _DELIVERY else "awaiting_collection"
    items: list[dict[str, Any]] = []
    notes: list[str] = []
    for line in order.lines:
        there = order.memory.get("items", {}).get(line.external_line_id)
        if there is not None and (given := _given(line, there)) is not None:
            items += [{"id": line.external_line_id, "deleted": True}, *given]
            notes.append(_note(there, given))
    changes = {"items": items, "seller_notes": "; ".join(notes)[:NOTES_MAX_CHARACTERS]} if items else {}
    return [_update(order, status, **changes)]


def _given(line: ReportedLine, there: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The items that take this one's place; None where it stays as it is."""
    ordered = Decimal(there["quantity"])
    kept = kept_quantity(line, ordered)
    instead = substituted_count(line, ordered)
    if kept == ordered and not instead:
        return None
    given = [{**there, "quantity": f"{kept:f}"}] if kept else []
    if instead and line.substitute_sku:
        named = {"product_name": line.substitute_sku, "sku_ref": line.substitute_sku, "quantity": str(instead)}
        given.append({**named, **{name: there[name] for name in _PRICED if name in there}})
    return given


def _note(there: dict[str, Any], given: list[dict[str, Any]]) -> str:
    name = there.get("product_name", "")
    now = ", ".join(f"{item['quantity']} x {item['product_name']}" for item in given) or "missing"
    return f"{there['quantity']} x {name}: {now}"


def _handed_over(order: ReportedOrder) -> Call:
    return _update(order, "in_delivery" if order.memory.get("service_type") == _DELIVERY else "completed")


def _cancelled(order: ReportedOrder, reason: str) -> Call:
    return _update(order, CANCELLED, seller_notes=(reason or "cancelled by the store")[:NOTES_MAX_CHARACTERS])


def _update(order: ReportedOrder, status: str, *, meets: Any = "", **changes: Any) -> Call:
    return Call(UPDATE, order.external_id, {"status": status, **changes}, meets)


report_event = Reports(
    accepted=accept,
    started=lambda order: _update(order, IN_PREPARATION),
    ready=_ready,
    cancelled=_cancelled,
    handed_over=_handed_over,
).of
