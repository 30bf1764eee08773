"""Our events as Open Delivery calls, and the bodies of those calls. Pure.

Source: docs/reference/v1/openapi.yaml of Abrasel-Nacional/opendelivery-v2, version 1.7.0 (Apache-2.0): the schemas
AckEvents, OrderConfirmed, RequestCancelled, RequestDenied, OrderTracking, and the life cycle posts below
/v1/orders/{orderId}.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from backend.channels.port import CANCELLED_BY_CHANNEL, DISMISSED_BY_CHANNEL, Call, Notice, ReportedOrder
from shared.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderDismissed,
    OrderHandedOver,
    OrderPickingStarted,
    OrderReady,
)

EVENTS_PER_ACKNOWLEDGEMENT_MAX = 100
ITEMS_PER_CANCELLATION_MAX = 100
REASON_MAX_CHARACTERS = 200

# Which last event of an order proves that a refused call needs no more: asked for when the host answers 409 or 422.
# A cancellation hides how far the order was. Our calls about one order go out one after another, so a host that refuses
# one then has either applied it before or has no more use for it.
_CANCELLATION = {
    "ORDER_CANCELLATION_REQUEST",
    "ORDER_CANCELLATION_REQUESTED",
    "CANCELLATION_REQUESTED",
    "CANCELLATION_REQUEST_DENIED",
    "CANCELLED_DENIED",
    "CANCELLED",
}
_READY = {"READY_FOR_PICKUP", "PICKUP_AREA_ASSIGNED", "PICKED_UP", "DISPATCHED", "DELIVERED", "CONCLUDED"}
_PREPARING = {"PREPARING", *_READY}
DONE_AFTER = {
    "confirm": {"CONFIRMED", "PREPARATION_REQUESTED", *_PREPARING, *_CANCELLATION},
    "preparing": _PREPARING | _CANCELLATION,
    "readyForPickup": _READY | _CANCELLATION,
    "dispatch": {"DISPATCHED", "DELIVERED", "CONCLUDED", *_CANCELLATION},
    "pickedUp": {"PICKED_UP", "DELIVERED", "CONCLUDED", *_CANCELLATION},
    "tracking": {"DELIVERED", "CONCLUDED", *_CANCELLATION},
    "requestCancellation": {"CANCELLATION_REQUEST_ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLED"},
    "acceptCancellation": {"CANCELLED"},
    "denyCancellation": {"CANCELLED_DENIED", "CANCELLED", *_READY},
}


def report_event(event: Event, order: ReportedOrder) -> list[Call]:
    """The calls one of our events means; none for most."""
    match event:
        case OrderAccepted():
            return [_call("confirm", order, _confirmation(event, order))]
        case OrderPickingStarted() if order.memory.get("is_preparing_wanted"):
            return [_call("preparing", order)]
        case OrderReady():
            return [_ready(order)]
        case OrderHandedOver():
            return _handed_over(event, order)
        case OrderCancelled() if event.cancelled_by != CANCELLED_BY_CHANNEL:
            return [
                _request_cancellation(order, "INTERNAL_DIFFICULTIES_OF_THE_RESTAURANT", event.reason, mode="MANUAL")
            ]
        case OrderDismissed() if event.reason != DISMISSED_BY_CHANNEL:
            invalid = [line.external_line_id for line in order.lines if line.is_unknown]
            code = "OUTDATED_MENU" if invalid else "SYSTEMIC_ISSUES"
            return [_request_cancellation(order, code, event.reason, mode="MANUAL", invalidItems=invalid)]
        case _:
            return []


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    """The answer to a shopper who wants to cancel: the standard knows two reasons to refuse, this is the nearer one."""
    if is_granted:
        return [_call("acceptCancellation", order)]
    body = {"reason": "the order is picked and packed already", "code": "DISH_ALREADY_DONE"}
    return [_call("denyCancellation", order, body)]


def acknowledgements(notices: Sequence[Notice]) -> list[list[dict[str, str]]]:
    """The bodies that acknowledge these events, in chunks as large as the standard allows."""
    items = [
        {"id": notice.message_id, "orderId": notice.external_id, "eventType": json.loads(notice.original)["eventType"]}
        for notice in notices
    ]
    return [
        items[at : at + EVENTS_PER_ACKNOWLEDGEMENT_MAX] for at in range(0, len(items), EVENTS_PER_ACKNOWLEDGEMENT_MAX)
    ]


def _ready(order: ReportedOrder) -> Call:
    missing = [line for line in order.lines if line.quantity_picked == 0]
    if order.lines and len(missing) == len(order.lines):
        identifiers = [line.external_line_id for line in missing]
        reason = "nothing of the order was on the shelf"
        return _request_cancellation(order, "UNAVAILABLE_ITEM", reason, mode="AUTO", outOfStockItems=identifiers)
    return _call("readyForPickup", order)


def _handed_over(event: Event, order: ReportedOrder) -> list[Call]:
    """To the shopper, where the host wants to hear of that, or to the store's own courier, who is on the way now."""
    if order.memory.get("is_picked_up_wanted"):
        return [_call("pickedUp", order)]
    if not order.memory.get("is_delivered_by_merchant"):
        return []
    calls = [_call("dispatch", order)]
    if order.memory.get("is_tracking_wanted"):
        last_known = {"type": "DELIVERY_ONGOING", "datetime": _instant_text(event)}
        calls.append(_call("tracking", order, {"deliveryTrackingInfo": {"event": last_known}}))
    return calls


def _confirmation(event: Event, order: ReportedOrder) -> dict[str, Any]:
    return {"createdAt": _instant_text(event), "orderExternalCode": order.order_id}


def _instant_text(event: Event) -> str:
    return event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _request_cancellation(order: ReportedOrder, code: str, reason: str, *, mode: str, **items: list[str]) -> Call:
    listed = {name: identifiers[:ITEMS_PER_CANCELLATION_MAX] for name, identifiers in items.items() if identifiers}
    body = {"reason": (reason or code)[:REASON_MAX_CHARACTERS], "code": code, "mode": mode, **listed}
    return _call("requestCancellation", order, body)


def _call(operation: str, order: ReportedOrder, body: dict[str, Any] | None = None) -> Call:
    return Call(operation=operation, external_id=order.external_id, body=body)
