"""Our events as WooCommerce's calls. Pure.

Sources: update an order, create a refund, create a note (REST API version 3), and what a refund takes: line_items with
id, quantity, refund_total and refund_tax, api_refund and api_restock (the shop's RestApiUtil and wc_create_refund).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from backend.channels.port.fields import minor_digits
from backend.channels.port.push_only import Reports, missing_count
from backend.channels.port.reports import Call, ReportedLine, ReportedOrder

ACCEPT, REFUND, NOTE, READY, CANCEL, HAND_OVER = "accept", "refund", "note", "ready", "cancel", "hand_over"
OPERATIONS = frozenset({ACCEPT, REFUND, NOTE, READY, CANCEL, HAND_OVER})
STATE_KEY, ORDER_KEY = "blinkpick_state", "blinkpick_order"
ACCEPTED, PICKED = "accepted", "picked"
NOTE_MAX_CHARACTERS = 1_000


def _accepted(order: ReportedOrder) -> Call:
    return _call(ACCEPT, order, {"order_id": order.order_id})


def _ready(order: ReportedOrder) -> list[Call]:
    """What is missing is refunded, and said in a note; money is the line's own total, or its share of it."""
    items: dict[str, dict[str, Any]] = order.memory.get("items", {})
    short = [
        (line, item, missing)
        for line in order.lines
        if (item := items.get(line.external_line_id)) is not None
        and (missing := missing_count(line, Decimal(item["quantity"])))
    ]
    noted = [_call(NOTE, order, {"note": _note(order)})] if short else []
    if order.lines and all(line.quantity_picked == 0 for line in order.lines):
        return [*noted, _cancelled(order, "nothing of the order was on the shelf")]
    refund = [_refund(order, short)] if short else []
    return [*refund, *noted, _call(READY, order)]


def _refund(order: ReportedOrder, short: list[tuple[ReportedLine, dict[str, Any], int]]) -> Call:
    places = minor_digits(str(order.memory.get("currency", "")))
    lines = []
    amount = Decimal(0)
    for line, item, missing in short:
        share = Decimal(missing) / Decimal(item["quantity"])
        total = _part(item["total"], share, places)
        taxes = [(tax_id, _part(tax, share, places)) for tax_id, tax in item["taxes"]]
        amount += total + sum((tax for _, tax in taxes), Decimal(0))
        lines.append(
            {
                "id": int(line.external_line_id),
                "quantity": missing,
                "refund_total": f"{total:f}",
                "refund_tax": [{"id": int(tax_id), "refund_total": f"{tax:f}"} for tax_id, tax in taxes],
            }
        )
    body = {
        "amount": f"{amount:f}",
        "reason": "missing on the shelf",
        "api_refund": order.memory.get("is_paid") is True and amount > 0,
        "api_restock": False,  # what is missing must not be sold again
        "line_items": lines,
    }
    return _call(REFUND, order, body)


def _part(total: str, share: Decimal, places: int) -> Decimal:
    return (Decimal(total) * share).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _note(order: ReportedOrder) -> str:
    """For the people of the shop: what became of each line that is not as it was ordered."""
    said = []
    for line in order.lines:
        if line.quantity_picked >= line.quantity_ordered:
            continue
        text = f"{line.sku}: {line.quantity_picked} of {line.quantity_ordered} found"
        if line.quantity_substituted:
            text += f", {line.quantity_substituted} of {line.substitute_sku} given instead"
        said.append(text)
    return f"Picked with less than ordered. {'; '.join(said)}."[:NOTE_MAX_CHARACTERS]


def _cancelled(order: ReportedOrder, reason: str) -> Call:
    return _call(CANCEL, order, {"reason": reason})


def _call(operation: str, order: ReportedOrder, body: dict[str, Any] | None = None) -> Call:
    return Call(operation, order.external_id, body or {})


report_event = Reports(
    accepted=_accepted,
    ready=_ready,
    cancelled=_cancelled,
    handed_over=lambda order: _call(HAND_OVER, order),
).of
