"""Our events as Uber's calls. Pure.

Source: developer.uber.com, retail order fulfilment: accept, deny, cancel, ready, resolve-fulfillment-issues. An action
must be one the shopper's preference allows; taking an item out is always allowed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.push_only import Reports, missing_count, substituted_count
from backend.channels.port.reports import Call, ReportedLine, ReportedOrder

ACCEPT, CANCEL, READY, RESOLVE = "accept", "cancel", "ready", "resolve-fulfillment-issues"
ITEM_ISSUE, OTHER = "ITEM_ISSUE", "OTHER"
OUT_OF_ITEM, PARTIAL = "OUT_OF_ITEM", "PARTIAL_AVAILABILITY"
REMOVE, REPLACE, SUBSTITUTE = "REMOVE_ITEM", "REPLACE_FOR_ME", "SUBSTITUTE_ME"
INFO_MAX_CHARACTERS = 200
PIECE, GRAM = "PIECE", "GRAM"


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    """Nobody asks: the platform cancels."""
    return []


def accept(order: ReportedOrder) -> Call:
    return Call(ACCEPT, order.external_id, {"external_reference_id": order.order_id}, DeadlineKind.ACCEPT)


def _ready(order: ReportedOrder) -> list[Call]:
    if order.lines and not any(line.quantity_picked or line.quantity_substituted for line in order.lines):
        return [_cancel(order, ITEM_ISSUE, "nothing of the order was on the shelf")]
    named: dict[str, dict[str, Any]] = order.memory.get("items", {})
    issues = [_issue(line, named.get(line.external_line_id, {})) for line in order.lines]
    found = [issue for issue in issues if issue is not None]
    calls = [Call(RESOLVE, order.external_id, {"fulfillment_issues": found})] if found else []
    return [*calls, Call(READY, order.external_id)]


def _issue(line: ReportedLine, item: dict[str, Any]) -> dict[str, Any] | None:
    """What is wrong with one line; weighed goods in grams, whatever unit they were ordered in."""
    requested, unit = Decimal(str(item.get("amount", line.quantity_ordered))), str(item.get("unit", PIECE))
    if unit == PIECE:
        missing = missing_count(line, requested)
        amount, available = int(requested), int(requested) - missing
    else:
        unit, amount, available = GRAM, line.quantity_ordered, line.quantity_picked
        missing = amount - available
    if missing <= 0:
        return None
    root = {
        "cart_item_id": line.external_line_id,
        "id": item.get("id", ""),
        "external_data": item.get("external_data", ""),
    }
    issue: dict[str, Any] = {
        "issue_type": PARTIAL if available else OUT_OF_ITEM,
        "action_type": REMOVE,
        "root_item": {**root, "quantity": _quantity(amount, unit)},
        "item_availability": {
            "items_requested": _quantity(amount, unit),
            "items_available": _quantity(available, unit),
        },
    }
    substitute = _substitute(line, item, requested)
    return issue | substitute if not available and substitute else issue


def _substitute(line: ReportedLine, item: dict[str, Any], requested: Decimal) -> dict[str, Any]:
    """What is given instead, where the shopper left it to the store or chose just that."""
    sku, count = line.substitute_sku, substituted_count(line, requested)
    preference = item.get("preference", "")
    is_allowed = preference == REPLACE or (preference == SUBSTITUTE and sku in item.get("wished", []))
    if not sku or not count or not is_allowed:
        return {}
    return {
        "action_type": preference,
        "item_substitute": {"id": sku, "external_data": sku, "quantity": _quantity(count, PIECE)},
    }


def _cancel(order: ReportedOrder, kind: str, info: str) -> Call:
    return Call(CANCEL, order.external_id, {"type": kind, "info": (info or kind)[:INFO_MAX_CHARACTERS]})


def _quantity(amount: int, unit: str) -> dict[str, Any]:
    return {"amount": amount, "unit": unit}


report_event = Reports(accepted=accept, ready=_ready, cancelled=lambda order, reason: _cancel(order, OTHER, reason)).of
