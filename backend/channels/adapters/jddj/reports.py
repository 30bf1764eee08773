"""Our events as JD Daojia's calls. Pure.

Source: ocs/orderAcceptOperate and orderCancelOperate, orderAdjust/adjustOrder, orderStatus/cancelAndRefund and the four
calls below bm/open/api/order that say an order is picked, one for each way it is delivered.
"""

from __future__ import annotations

from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.push_only import Reports, missing_count
from backend.channels.port.reports import Call, ReportedOrder

ACCEPT = "ocs/orderAcceptOperate"
ADJUST = "orderAdjust/adjustOrder"
CANCEL = "orderStatus/cancelAndRefund"
ANSWER_CANCEL = "ocs/orderCancelOperate"
OPERATOR = "blinkpick"
CROWD = "bm/open/api/order/OrderJDZBDelivery"
# By the carrier's number: 2938 is the store's own courier, 9999 a shopper who collects, 1130 the same-city courier; all
# others are the platform's crowd (9966).
PICKED_BY_CARRIER = {
    "2938": "bm/open/api/order/OrderSerllerDelivery",
    "9999": "bm/open/api/order/OrderSelfMention",
    "1130": "bm/open/api/order/OrderDDTCDelivery",
}
PICKED = frozenset({CROWD, *PICKED_BY_CARRIER.values()})
REMARK_MAX_CHARACTERS = 100


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    remark = "not picked yet" if is_granted else "picked and packed already"
    return [_call(ANSWER_CANCEL, order, {"isAgreed": is_granted, "operator": OPERATOR, "remark": remark})]


def accept(order: ReportedOrder) -> Call:
    return _call(ACCEPT, order, {"isAgreed": True, "operator": OPERATOR}, DeadlineKind.ACCEPT)


def _ready(order: ReportedOrder) -> list[Call]:
    """The adjustment names everything that stays, so that the same one twice is the same."""
    if order.lines and all(line.quantity_picked == 0 for line in order.lines):
        return [_cancel(order, "nothing of the order was on the shelf")]
    named: dict[str, dict[str, Any]] = order.memory.get("skus", {})
    kept: list[dict[str, Any]] = []
    is_less = False
    for line in order.lines:
        item = dict(named.get(line.external_line_id, {"skuCount": 0}))
        count = int(item["skuCount"]) - missing_count(line, int(item["skuCount"]))
        is_less = is_less or count < item["skuCount"]
        if count:
            kept.append({**item, "skuCount": count})
    calls = []
    if is_less:
        body = {"operPin": OPERATOR, "remark": "sold out", "oaosAdjustDTOList": kept}
        calls.append(_call(ADJUST, order, body))
    picked = PICKED_BY_CARRIER.get(str(order.memory.get("carrier", "")), CROWD)
    calls.append(_call(picked, order, {"operator": OPERATOR}, DeadlineKind.FINISH))
    return calls


def _cancel(order: ReportedOrder, reason: str) -> Call:
    remark = (reason or "cancelled by the store")[:REMARK_MAX_CHARACTERS]
    return _call(CANCEL, order, {"operPin": OPERATOR, "operRemark": remark})


def _call(operation: str, order: ReportedOrder, body: dict[str, Any], meets: Any = "") -> Call:
    return Call(operation, order.external_id, body, meets)


report_event = Reports(accepted=accept, ready=_ready, cancelled=_cancel).of
