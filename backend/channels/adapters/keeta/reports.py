"""Our events as Keeta's calls. Pure.

Source: order/confirm, order/prepare, order/cancel (cancelCode 500000: other), order/agree and order/reject (rejectCode
100001: already prepared), order/refund/part/apply (partRefundType 200002: not enough of it) of the standard API.
"""

from __future__ import annotations

from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.push_only import Reports, missing_count
from backend.channels.port.reports import Call, ReportedOrder

CONFIRM, PREPARE, CANCEL = "order/confirm", "order/prepare", "order/cancel"
AGREE, REJECT, PART_REFUND = "order/agree", "order/reject", "order/refund/part/apply"
OTHER_REASON, ALREADY_PREPARED, NOT_ENOUGH = 500_000, 100_001, 200_002
REASON_MAX_CHARACTERS = 100
LEFT = "_left"  # never sent: what stays of each product, by which a repeat of a refund is known


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    """The answer to a shopper who wants all their money back before they have anything."""
    if is_granted:
        return [Call(AGREE, order.external_id, {})]
    return [Call(REJECT, order.external_id, {"rejectCode": ALREADY_PREPARED, "rejectReason": "picked and packed"})]


def confirm(order: ReportedOrder) -> Call:
    return Call(CONFIRM, order.external_id, {}, DeadlineKind.ACCEPT)


def _ready(order: ReportedOrder) -> list[Call]:
    if order.lines and all(line.quantity_picked == 0 for line in order.lines):
        return [_cancel(order, "nothing of the order was on the shelf")]
    counts: dict[str, int] = order.memory.get("counts", {})
    missing = {line.external_line_id: missing_count(line, counts.get(line.external_line_id, 0)) for line in order.lines}
    products = [_product(line_id, count) for line_id, count in missing.items() if count]
    calls = []
    if products:
        left = {line_id: counts.get(line_id, 0) - count for line_id, count in missing.items()}
        body: dict[str, Any] = {"products": products, "partRefundType": NOT_ENOUGH, "partRefundReason": "sold out"}
        calls.append(Call(PART_REFUND, order.external_id, {**body, LEFT: left}))
    return [*calls, Call(PREPARE, order.external_id, {})]


def _product(line_id: str, count: int) -> dict[str, int | str]:
    return {"orderProductId": int(line_id) if line_id.isdigit() else line_id, "refundCount": count}


def _cancel(order: ReportedOrder, reason: str) -> Call:
    text = (reason or "cancelled by the store")[:REASON_MAX_CHARACTERS]
    return Call(CANCEL, order.external_id, {"cancelCode": OTHER_REASON, "cancelReason": text})


report_event = Reports(accepted=confirm, ready=_ready, cancelled=_cancel).of
