"""Our events as iFood's calls: confirmed, begun, each item that changed, ended, ready. Pure.

Sources: the picking interface (startSeparation; PATCH, replace and DELETE of an item; endSeparation, which applies
them), the order interface (confirm, readyToPickup, dispatch, requestCancellation with one of cancellationReasons) and
the negotiation of orders (disputes: accept, reject).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.push_only import Reports, kept_quantity, substituted_count
from backend.channels.port.reports import Call, ReportedLine, ReportedOrder

CONFIRM, START, END = "confirm", "startSeparation", "endSeparation"
CHANGE, REPLACE, REMOVE = "change", "replace", "remove"
READY, DISPATCH, CANCEL = "readyToPickup", "dispatch", "requestCancellation"
ACCEPT_DISPUTE, REJECT_DISPUTE = "acceptDispute", "rejectDispute"
# Codes of the platform's list, the best first: an item is not there (503), trouble in the store (509), systems (501).
SOLD_OUT, OTHER = ("503", "509", "501"), ("509", "501")
REASON_MAX_CHARACTERS = 250


def confirm(order: ReportedOrder) -> Call:
    return _call(CONFIRM, order, meets=DeadlineKind.ACCEPT)


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    """The answer to a dispute about the whole order."""
    body = {"dispute_id": order.memory.get("dispute_id", "")}
    if is_granted:
        return [_call(ACCEPT_DISPUTE, order, body)]
    return [_call(REJECT_DISPUTE, order, {**body, "reason": "the order is picked and packed already"})]


def _ready(order: ReportedOrder) -> list[Call]:
    is_short = any(line.quantity_picked < line.quantity_ordered for line in order.lines)
    is_nothing = not any(line.quantity_picked or line.quantity_substituted for line in order.lines)
    if order.lines and (is_nothing or (is_short and order.memory.get("cancels_if_short"))):
        return [_cancelled(order, "an item is not there", SOLD_OUT)]
    edits: list[Call] = []
    expected: dict[str, str] = {}
    for line in order.lines:
        item = order.memory.get("items", {}).get(line.external_line_id)
        if item is not None and (edit := _edit(order, line, item, expected)) is not None:
            edits.append(edit)
    calls = [*edits, _call(END, order, {"expected": expected})]
    return calls if order.memory.get("is_delivered_by_store") else [*calls, _call(READY, order)]


def _edit(order: ReportedOrder, line: ReportedLine, item: dict[str, Any], expected: dict[str, str]) -> Call | None:
    """What the platform must hear of one item; `expected` gets what the order must say of it once it is ended."""
    ordered = Decimal(item["quantity"])
    kept = kept_quantity(line, ordered, is_weighed=item["is_weighed"])
    instead = substituted_count(line, ordered)
    if kept == ordered:
        return None
    body: dict[str, Any] = {"item": line.external_line_id}
    if kept:
        expected[line.external_line_id] = f"{kept:f}"
        return _call(CHANGE, order, {**body, "quantity": f"{kept:f}"})
    expected[line.external_line_id] = "0"
    if instead and line.substitute_gtin:
        expected[line.substitute_gtin] = str(instead)
        return _call(REPLACE, order, {**body, "quantity": str(instead), "ean": line.substitute_gtin})
    return _call(REMOVE, order, body)


def _cancelled(order: ReportedOrder, reason: str, codes: tuple[str, ...] = OTHER) -> Call:
    text = (reason or "cancelled by the store")[:REASON_MAX_CHARACTERS]
    return _call(CANCEL, order, {"reason": text, "codes": list(codes)})


def _call(operation: str, order: ReportedOrder, body: dict[str, Any] | None = None, meets: Any = "") -> Call:
    return Call(operation, order.external_id, body or {}, meets)


report_event = Reports(
    accepted=confirm,
    started=lambda order: _call(START, order),
    ready=_ready,
    cancelled=_cancelled,
    handed_over=lambda order: _call(DISPATCH, order),
).of
