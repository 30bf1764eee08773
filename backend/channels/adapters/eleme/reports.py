"""Our events as Ele.me's commands. Pure.

Source: order.confirm, order.cancel, order.partrefund, order.pickcomplete, order.agreerefund and order.disagreerefund,
as two public clients name them with the addresses of their documentation.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.push_only import Reports, missing_count
from backend.channels.port.reports import Call, ReportedOrder

CONFIRM = "order.confirm"
CANCEL = "order.cancel"
PART_REFUND = "order.partrefund"
PICKED = "order.pickcomplete"
AGREE, DISAGREE = "order.agreerefund", "order.disagreerefund"
OTHER_REASON, SOLD_OUT = "-1", "2"
REASON_MAX_CHARACTERS = 100


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    """The answer names the refund that was asked for."""
    refund = {"refund_order_id": str(order.memory.get("refund_order_id", ""))}
    if is_granted:
        return [Call(AGREE, order.external_id, refund)]
    return [Call(DISAGREE, order.external_id, {**refund, "refuse_reason": "picked and packed already"})]


def confirm(order: ReportedOrder) -> Call:
    return Call(CONFIRM, order.external_id, {}, DeadlineKind.ACCEPT)


def _ready(order: ReportedOrder) -> list[Call]:
    if order.lines and all(line.quantity_picked == 0 for line in order.lines):
        return [_cancel(order, SOLD_OUT, "nothing of the order was on the shelf")]
    named: dict[str, dict[str, str]] = order.memory.get("items", {})
    short: list[dict[str, Any]] = []
    for line in order.lines:
        item = dict(named.get(line.external_line_id, {"count": "0"}))
        missing = missing_count(line, Decimal(item.pop("count")))
        if missing:
            short.append({**item, "number": missing})
    calls = [Call(PART_REFUND, order.external_id, {"products": short})] if short else []
    if order.memory.get("is_platform_courier", True):
        calls.append(Call(PICKED, order.external_id, {}, DeadlineKind.FINISH))
    return calls


def _cancel(order: ReportedOrder, kind: str, reason: str) -> Call:
    return Call(CANCEL, order.external_id, {"type": kind, "reason": (reason or "other")[:REASON_MAX_CHARACTERS]})


report_event = Reports(
    accepted=confirm, ready=_ready, cancelled=lambda order, reason: _cancel(order, OTHER_REASON, reason)
).of
