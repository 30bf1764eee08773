"""Our events as Meituan's calls. Pure.

Source: order/confirm, order/cancel, order/applyPartRefund, order/preparationMealComplete, order/refund/agree|reject of
the open platform, with the reason codes that its clients list (2003, 2007, 2009).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.push_only import Reports, missing_count
from backend.channels.port.reports import Call, ReportedOrder

CONFIRM = "order/confirm"
CANCEL = "order/cancel"
PART_REFUND = "order/applyPartRefund"
PICKED = "order/preparationMealComplete"
OTHER_REASON, SOLD_OUT = "2007", "2009"
REASON_MAX_CHARACTERS = 100
LEFT = "_left"  # never sent: what stays of each item, by which a repeat of a refund is known


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    """The answer to a shopper who wants all their money back before they have anything."""
    operation = "order/refund/agree" if is_granted else "order/refund/reject"
    reason = "not picked yet" if is_granted else "picked and packed already"
    return [_call(operation, order, {"reason": reason})]


def confirm(order: ReportedOrder) -> Call:
    return _call(CONFIRM, order, meets=DeadlineKind.ACCEPT)


def _ready(order: ReportedOrder) -> list[Call]:
    named: dict[str, dict[str, str]] = order.memory.get("items", {})
    if order.lines and all(line.quantity_picked == 0 for line in order.lines):
        return [_cancel(order, SOLD_OUT, "nothing of the order was on the shelf")]
    short: list[dict[str, Any]] = []
    left: list[dict[str, Any]] = []
    for line in order.lines:
        item = dict(named.get(line.external_line_id, {"count": "0"}))
        count = Decimal(item.pop("count"))
        missing = missing_count(line, count)
        left.append({**item, "count": int(count) - missing})
        if missing:
            short.append({**item, "count": missing})
    calls = []
    if short:
        food = json.dumps(short, ensure_ascii=False, separators=(",", ":"))
        calls.append(_call(PART_REFUND, order, {"reason": "sold out", "food_data": food, LEFT: left}))
    if order.memory.get("is_platform_courier"):
        calls.append(_call(PICKED, order, meets=DeadlineKind.FINISH))
    return calls


def _cancel(order: ReportedOrder, code: str, reason: str) -> Call:
    return _call(CANCEL, order, {"reason_code": code, "reason": (reason or code)[:REASON_MAX_CHARACTERS]})


def _call(operation: str, order: ReportedOrder, body: dict[str, Any] | None = None, meets: Any = "") -> Call:
    return Call(operation, order.external_id, body or {}, meets)


report_event = Reports(
    accepted=confirm, ready=_ready, cancelled=lambda order, reason: _cancel(order, OTHER_REASON, reason)
).of
