"""HubRise's side of an order: what an update may say, and the events that wait until somebody takes them. Pure.

Source: content/developers/api/en/{orders,callbacks}.md of HubRise/website. A client hears nothing of what it did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import Clock

NEW = frozenset({"new", "received"})
PICKED = frozenset({"awaiting_shipment", "awaiting_collection", "in_delivery", "completed"})
OVER = frozenset({"rejected", "cancelled", "delivery_failed"})
STATUSES = frozenset({*NEW, *PICKED, *OVER, "accepted", "in_preparation"})
UPDATABLE = frozenset({"status", "confirmed_time", "seller_notes", "collection_code", "items"})
CURRENCY = "EUR"
Tell = Callable[[dict[str, Any]], None]


class Refused(Exception):
    """An answer with an `error_type`."""

    def __init__(self, status: int, error_type: str) -> None:
        super().__init__(error_type)
        self.status = status
        self.error_type = error_type


@dataclass(slots=True)
class HubOrder:
    """`body` is what the API shows."""

    body: dict[str, Any]
    placed_at: datetime
    heard: list[str] = field(default_factory=list)


class HubRisePlatform:
    """One location's orders. `tell` is called with each event; it stays in `events` until it is taken."""

    def __init__(self, *, clock: Clock, tell: Tell, location_id: str, accept_within_s: int) -> None:
        self._clock = clock
        self._tell = tell
        self._location_id = location_id
        self._accept_within = timedelta(seconds=accept_within_s)
        self._made = 0
        self.orders: dict[str, HubOrder] = {}
        self.events: dict[str, dict[str, Any]] = {}

    # What shoppers and time do

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int) -> str:
        order_id, now = self._new_id("o"), self._clock.now()
        body = {
            "id": order_id,
            "location_id": self._location_id,
            "ref": f"WEB-{len(self.orders) + 1}",
            "private_ref": None,
            "status": "new",
            "service_type": "delivery",
            "created_at": _written(now),
            "created_by": "Web shop",
            "expected_time": _written(now + timedelta(minutes=minutes)),
            "confirmed_time": None,
            "customer_notes": "Ring twice",
            "seller_notes": None,
            "collection_code": None,
            "items": [self._item(_sold(product, count)) for product, count in lines],
        }
        self.orders[order_id] = HubOrder(body, now)
        self._count(body)
        self._happened("create", order_id, None)
        return order_id

    def cancel(self, order_id: str) -> None:
        self._end(order_id, "cancelled")

    def ask_to_cancel(self, order_id: str) -> None:
        """Nobody can: the platform has no such question."""

    def pass_time(self) -> None:
        now = self._clock.now()
        for order_id, order in self.orders.items():
            if order.body["status"] in NEW and now - order.placed_at > self._accept_within:
                self._end(order_id, "cancelled")

    # What the store's system does

    def read(self, order_id: str) -> dict[str, Any]:
        return self._find(order_id).body

    def listed(self, status: str, after: datetime) -> list[dict[str, Any]]:
        return [
            order.body for order in self.orders.values() if order.body["status"] == status and order.placed_at >= after
        ]

    def update(self, order_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Refused: a status there is none, an item that is changed instead of deleted and added."""
        order = self._find(order_id)
        if not set(changes) <= UPDATABLE or changes.get("status", "new") not in STATUSES:
            raise Refused(422, "unprocessable_entity")
        items = [self._checked(order, item) for item in changes.get("items", [])]
        for item in items:
            if "id" in item:
                there = next(each for each in order.body["items"] if each["id"] == item["id"])
                there["deleted"] = True
            else:
                order.body["items"].append(self._item(item))
        if items:
            order.heard.append("items")
        if changes.get("status", order.body["status"]) != order.body["status"]:
            order.heard.append(f"status {changes['status']}")
        order.body |= {name: value for name, value in changes.items() if name != "items"}
        self._count(order.body)
        return order.body

    def take(self, event_id: str) -> None:
        """Raises Refused where it was taken before."""
        if self.events.pop(event_id, None) is None:
            raise Refused(404, "not_found")

    # What is so

    def state(self, order_id: str) -> PlayedState:
        status = self.orders[order_id].body["status"]
        if status in OVER:
            return PlayedState.CANCELLED
        if status in PICKED:
            return PlayedState.PICKED
        return PlayedState.NEW if status in NEW else PlayedState.ACCEPTED

    def quantities(self, order_id: str) -> dict[str, int]:
        body = self.orders[order_id].body
        found: Counter[str] = Counter()
        if body["status"] not in OVER:
            for item in body["items"]:
                found[item["sku_ref"]] += 0 if item["deleted"] else int(Decimal(item["quantity"]))
        return {sku: count for sku, count in found.items() if count}

    def _end(self, order_id: str, status: str) -> None:
        order = self.orders[order_id]
        if order.body["status"] not in OVER:
            before = deepcopy(order.body)
            order.body["status"] = status
            self._happened("update", order_id, before)

    def _happened(self, kind: str, order_id: str, before: dict[str, Any] | None) -> None:
        event: dict[str, Any] = {
            "id": self._new_id("e"),
            "resource_type": "order",
            "event_type": kind,
            "created_at": _written(self._clock.now()),
            "location_id": self._location_id,
            "order_id": order_id,
            "new_state": deepcopy(self.orders[order_id].body),
        }
        if before is not None:
            event["previous_state"] = before
        self.events[event["id"]] = event
        self._tell(event)

    def _checked(self, order: HubOrder, item: Any) -> dict[str, Any]:
        known = {each["id"] for each in order.body["items"]}
        is_deletion = item.keys() == {"id", "deleted"} and item["deleted"] is True and item["id"] in known
        is_addition = "id" not in item and {"product_name", "price", "quantity"} <= item.keys()
        if not (is_deletion or is_addition):
            raise Refused(422, "unprocessable_entity")
        return dict(item)

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        quantity = Decimal(item["quantity"])
        subtotal = _amount(item["price"]) * quantity
        return {
            "id": self._new_id("i"),
            "private_ref": None,
            "sku_name": None,
            "sku_ref": None,
            "options": [],
            **item,
            "quantity": f"{quantity}",
            "subtotal": f"{subtotal:.2f} {CURRENCY}",
            "deleted": False,
        }

    def _count(self, body: dict[str, Any]) -> None:
        total = sum((_amount(item["subtotal"]) for item in body["items"] if not item["deleted"]), Decimal(0))
        body["total"] = f"{total:.2f} {CURRENCY}"

    def _find(self, order_id: str) -> HubOrder:
        if order_id not in self.orders:
            raise Refused(404, "not_found")
        return self.orders[order_id]

    def _new_id(self, kind: str) -> str:
        self._made += 1
        return f"{kind}{self._made:05d}"


def _sold(product: SoldProduct, count: int) -> dict[str, Any]:
    price = f"{product.price:.2f} {CURRENCY}"
    return {"product_name": product.name, "sku_ref": product.sku, "price": price, "quantity": f"{count}.0"}


def _amount(money: str) -> Decimal:
    return Decimal(money.partition(" ")[0])


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
