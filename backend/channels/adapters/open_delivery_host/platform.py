"""The platform itself: orders, their strict life cycle, and the events it tells. Pure: time and chance are handed in.

Source: docs/reference/v1/openapi.yaml of Abrasel-Nacional/opendelivery-v2, version 1.7.0 (Apache-2.0).
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.clock import Clock

POLLED_MAX = 1_000
CANCEL_CODES = frozenset(
    {
        "SYSTEMIC_ISSUES",
        "DUPLICATE_APPLICATION",
        "UNAVAILABLE_ITEM",
        "RESTAURANT_WITHOUT_DELIVERY_PERSON",
        "OUTDATED_MENU",
        "ORDER_OUTSIDE_THE_DELIVERY_AREA",
        "BLOCKED_CUSTOMER",
        "OUTSIDE_DELIVERY_HOURS",
        "INTERNAL_DIFFICULTIES_OF_THE_RESTAURANT",
        "RISK_AREA",
        "DELIVERY_PROBLEM",
    }
)
DENIAL_CODES = frozenset({"DISH_ALREADY_DONE", "OUT_FOR_DELIVERY"})
_OPEN_STATES = frozenset({"CREATED", "CONFIRMED", "PREPARING", "READY_FOR_PICKUP"})
# Which states a step may start from, the state it leads to.
_STEPS: dict[str, tuple[frozenset[str], str]] = {
    "confirm": (frozenset({"CREATED"}), "CONFIRMED"),
    "preparing": (frozenset({"CONFIRMED"}), "PREPARING"),
    "readyForPickup": (frozenset({"CONFIRMED", "PREPARING"}), "READY_FOR_PICKUP"),
    "pickedUp": (frozenset({"READY_FOR_PICKUP"}), "PICKED_UP"),
    "dispatch": (frozenset({"READY_FOR_PICKUP"}), "DISPATCHED"),
    "delivered": (frozenset({"DISPATCHED", "PICKED_UP"}), "DELIVERED"),
}
_TRACKED = frozenset(
    {
        "PICKUP_ONGOING",
        "ARRIVED_AT_MERCHANT",
        "ORDER_PICKED",
        "DELIVERY_ONGOING",
        "ARRIVED_AT_CUSTOMER",
        "ORDER_DELIVERED",
        "CANCELLED",
    }
)
OPERATIONS = frozenset({*_STEPS, "tracking", "requestCancellation", "acceptCancellation", "denyCancellation"})


class HostRefuses(Exception):
    """An answer in problem+json: HTTP status, title, and further fields."""

    def __init__(self, status: int, title: str, **fields: Any) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.fields = fields


@dataclass(slots=True)
class HostOrder:
    """An order as the platform keeps it. `body` is what GET /v1/orders/{id} shows, `heard` every call that counted."""

    body: dict[str, Any]
    state: str = "CREATED"
    is_cancel_asked: bool = False
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


class DeliveryPlatform:
    """One merchant's orders. Every change tells `on_event` and waits in the polling queue until acknowledged."""

    def __init__(
        self, *, clock: Clock, chance: random.Random, merchant_id: str, spells_participle: bool = False
    ) -> None:
        self.base_url = ""
        self.orders: dict[str, HostOrder] = {}
        self.on_event: list[Callable[[dict[str, Any]], None]] = []
        self._clock = clock
        self._chance = chance
        self._merchant_id = merchant_id
        self._cancel_asked = "ORDER_CANCELLATION_REQUESTED" if spells_participle else "ORDER_CANCELLATION_REQUEST"
        self._waiting: dict[str, dict[str, Any]] = {}

    # What shoppers do

    def place(self, order: dict[str, Any]) -> str:
        """A shopper orders; `order` comes from `shopping.py` or from a test, and gets its id here."""
        order_id = self.new_id()
        body = {
            **order,
            "id": order_id,
            "createdAt": self._now(),
            "merchant": {"id": self._merchant_id, "name": "Store"},
        }
        body.setdefault("displayId", f"OD-{len(self.orders) + 1:04d}")
        body.setdefault("preparationStartDateTime", body["createdAt"])
        self.orders[order_id] = HostOrder(body)
        self._tell(order_id, "CREATED")
        return order_id

    def cancel(self, order_id: str) -> None:
        """Cancel without asking: the standard calls it a mandatory cancellation."""
        self._cancel(order_id, "CONSUMER_CANCELLATION_REQUESTED")

    def ask_to_cancel(self, order_id: str) -> None:
        """A shopper would like to cancel; the store answers."""
        self.orders[order_id].is_cancel_asked = True
        self._tell(order_id, self._cancel_asked, reason="changed my mind", code="CONSUMER_CANCELLATION_REQUESTED")

    # What the store's system does

    def read(self, order_id: str) -> dict[str, Any]:
        return self._find(order_id).body

    def poll(self) -> list[dict[str, Any]]:
        """Everything not acknowledged, in no particular order: the standard promises none."""
        events = list(self._waiting.values())[:POLLED_MAX]
        self._chance.shuffle(events)
        return events

    @property
    def has_news(self) -> bool:
        """Whether any event still waits to be acknowledged."""
        return bool(self._waiting)

    def acknowledge(self, body: Any) -> None:
        """Forget these events. Raises HostRefuses."""
        if not isinstance(body, list) or len(body) > 100:
            raise HostRefuses(400, "an acknowledgement is a list of at most 100 events")
        for item in body:
            if not isinstance(item, dict) or not {"id", "orderId", "eventType"} <= item.keys():
                raise HostRefuses(400, "each item names id, orderId and eventType")
        for item in body:
            self._waiting.pop(item["id"], None)

    def apply(self, order_id: str, operation: str, body: dict[str, Any]) -> int:
        """One life cycle post -> HTTP status. Raises HostRefuses: 404, 400, or 422 for repeats and wrong steps."""
        order = self._find(order_id)
        if operation in _STEPS:
            return self._step(order_id, order, operation, body)
        if operation == "tracking":
            return self._track(order, body)
        if operation == "requestCancellation":
            return self._request_cancellation(order_id, order, body)
        return self._answer_cancellation(order_id, order, operation, body)

    def _step(self, order_id: str, order: HostOrder, operation: str, body: dict[str, Any]) -> int:
        if operation == "confirm":
            _require(body, "createdAt", "orderExternalCode")
        if operation == "pickedUp" and order.body["type"] != "TAKEOUT":
            raise HostRefuses(422, "only a takeout is picked up")
        starts, end = _STEPS[operation]
        if order.state not in starts:
            raise HostRefuses(422, f"{operation} does not follow {order.state}")
        order.state = end
        order.heard.append((operation, body))
        self._tell(order_id, end)
        if end == "DELIVERED":
            self._tell(order_id, "CONCLUDED")
        return 202

    def _track(self, order: HostOrder, body: dict[str, Any]) -> int:
        """News of a delivery that is the merchant's; the same news again is no other news."""
        event = body.get("deliveryTrackingInfo", {}).get("event", {})
        if event.get("type") not in _TRACKED or not event.get("datetime"):
            raise HostRefuses(400, "unknown delivery event, or no instant")
        if order.state != "DISPATCHED":
            raise HostRefuses(422, f"an order that is {order.state} is not on its way")
        if ("tracking", body) not in order.heard:
            order.heard.append(("tracking", body))
        return 202

    def _request_cancellation(self, order_id: str, order: HostOrder, body: dict[str, Any]) -> int:
        _require(body, "reason", "code", "mode")
        item_ids = {item["id"] for item in order.body["items"]}
        named = {*body.get("outOfStockItems", []), *body.get("invalidItems", [])}
        if body["code"] not in CANCEL_CODES or body["mode"] not in ("AUTO", "MANUAL") or not named <= item_ids:
            raise HostRefuses(400, "unknown code, mode or item")
        if order.state not in _OPEN_STATES:
            raise HostRefuses(422, f"an order that is {order.state} is not cancelled", cancellationStatus=order.state)
        order.heard.append(("requestCancellation", body))
        self._tell(order_id, "CANCELLATION_REQUESTED", reason=body["reason"], code=body["code"])
        self._cancel(order_id, body["code"])
        return 202

    def _answer_cancellation(self, order_id: str, order: HostOrder, operation: str, body: dict[str, Any]) -> int:
        if operation == "denyCancellation":
            _require(body, "reason", "code")
            if body["code"] not in DENIAL_CODES:
                raise HostRefuses(400, "unknown code")
        if not order.is_cancel_asked:
            raise HostRefuses(422, "nobody asked to cancel this order")
        order.is_cancel_asked = False
        order.heard.append((operation, body))
        if operation == "acceptCancellation":
            self._cancel(order_id, "CONSUMER_CANCELLATION_REQUESTED")
        else:
            self._tell(order_id, "CANCELLED_DENIED", reason=body["reason"], code=body["code"])
        return 204

    def _cancel(self, order_id: str, code: str) -> None:
        order = self._find(order_id)
        if order.state != "CANCELLED":
            order.state = "CANCELLED"
            self._tell(order_id, "CANCELLED", reason="cancelled", code=code)

    def _tell(self, order_id: str, event_type: str, **metadata: str) -> None:
        event: dict[str, Any] = {
            "eventId": self.new_id(),
            "eventType": event_type,
            "orderId": order_id,
            "orderURL": f"{self.base_url}/v1/orders/{order_id}",
            "createdAt": self._now(),
        }
        if metadata:
            event["metadata"] = metadata
        self.orders[order_id].body["lastEvent"] = event_type
        self._waiting[event["eventId"]] = event
        for hear in self.on_event:
            hear(event)

    def _find(self, order_id: str) -> HostOrder:
        if order_id not in self.orders:
            raise HostRefuses(404, "no such order")
        return self.orders[order_id]

    def new_id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))

    def _now(self) -> str:
        return instant_text(self._clock.now())


def instant_text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _require(body: dict[str, Any], *names: str) -> None:
    missing: Sequence[str] = [name for name in names if not body.get(name)]
    if missing:
        raise HostRefuses(400, f"missing: {', '.join(missing)}")
