"""Deliveroo's side of an order: placed until accepted or rejected, amended in between. Pure but for its clock."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.channels.port.played_baskets import PlayedRefusal
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import Clock

PLACED, ACCEPTED, REJECTED, CANCELED = "placed", "accepted", "rejected", "canceled"
START_WITHIN, ACCEPT_WITHIN = timedelta(minutes=10), timedelta(minutes=15)
REQUESTS_APART = timedelta(seconds=30)
CURRENCY = "GBP"
_NAMES = uuid.UUID("0b7d1f2e-7c55-4a6e-9b39-3a0f4f1c2d3e")
Tell = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class PlayedItem:
    item_id: str
    product: SoldProduct
    quantity: int
    amends: str = ""


@dataclass(slots=True)
class PlayedOrder:
    number: int
    placed_at: datetime
    due_at: datetime
    items: list[PlayedItem]
    archived: list[PlayedItem] = field(default_factory=list)
    status: str = PLACED
    started_at: datetime | None = None
    last_at: dict[str, datetime] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)


class DeliverooPlatform:
    """One site's orders. `tell` is called with an order's body whenever it changed."""

    def __init__(self, *, clock: Clock, tell: Tell, site_id: str, sells: Sequence[SoldProduct]) -> None:
        self._clock = clock
        self._tell = tell
        self._site_id = site_id
        self._sells = list(sells)
        self._ids = 0
        self.orders: dict[str, PlayedOrder] = {}

    # What shoppers and time do

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int) -> str:
        order_id = f"gb:{uuid.uuid5(_NAMES, str(len(self.orders)))}"
        now = self._clock.now()
        items = [PlayedItem(self._new_id(), product, count) for product, count in lines]
        self.orders[order_id] = PlayedOrder(28_401_753 + len(self.orders), now, now + timedelta(minutes=minutes), items)
        self._say(order_id)
        return order_id

    def cancel(self, order_id: str) -> None:
        self._end(order_id, CANCELED)

    def ask_to_cancel(self, order_id: str) -> None:
        """There is no such question."""

    def pass_time(self) -> None:
        """Reject what nobody began or accepted in time."""
        now = self._clock.now()
        for order_id, order in self.orders.items():
            begun, within = (
                (order.placed_at, START_WITHIN) if order.started_at is None else (order.started_at, ACCEPT_WITHIN)
            )
            if order.status == PLACED and now - begun > within:
                self._end(order_id, REJECTED)

    # What the store's system does

    def start(self, order_id: str) -> None:
        order = self._placed(order_id, "start_picking")
        if order.started_at is not None:
            raise PlayedRefusal(400, "picking has started")
        order.started_at = self._clock.now()
        order.heard.append("start_picking")

    def amend(self, order_id: str, amendments: Sequence[dict[str, Any]]) -> None:
        order = self._placed(order_id, "amendments")
        items = {item.item_id: item for item in order.items}
        if not amendments or len({each["amends"]["id"] for each in amendments}) != len(amendments):
            raise PlayedRefusal(400, "each item once")
        for each in amendments:
            item = items.get(each["amends"]["id"])
            substitute = each.get("substitution_id")
            if item is None or each["amends"]["quantity"] != item.quantity:
                raise PlayedRefusal(400, "no such item")
            if substitute is None and each["final_quantity"] >= item.quantity:
                raise PlayedRefusal(400, "the final quantity must be less")
            if substitute is not None and self._product(substitute) is None:
                raise PlayedRefusal(400, "not an allowed substitution")
        for each in amendments:
            item = items[each["amends"]["id"]]
            product = self._product(each.get("substitution_id", "")) or item.product
            order.items.remove(item)
            order.archived.append(item)
            if each["final_quantity"]:
                order.items.append(PlayedItem(self._new_id(), product, each["final_quantity"], item.item_id))
        order.heard.append("amendments")
        self._say(order_id)

    def substitutes(self, order_id: str, item_id: str, needle: str, limit: int) -> list[dict[str, Any]]:
        order = self._placed(order_id, "")
        if all(item.item_id != item_id for item in order.items):
            raise PlayedRefusal(404, "no such item")
        found = [product for product in self._sells if product.sku.startswith(needle)][:limit]
        return [
            {
                "substitution_id": f"sub-{product.sku}",
                "plu": product.sku,
                "quantity": 1,
                "category": "Grocery",
                "name": product.name,
                "operational_name": product.name,
                "price": int(product.price * 100),
            }
            for product in found
        ]

    def accept(self, order_id: str) -> None:
        self._placed(order_id, "accept")
        self.orders[order_id].heard.append("accept")
        self._end(order_id, ACCEPTED)

    def reject(self, order_id: str, reason: str) -> None:
        self._placed(order_id, "reject")
        if reason not in ("INGREDIENT_UNAVAILABLE", "CLOSING_EARLY", "BUSY", "OTHER"):
            raise PlayedRefusal(400, "not a reason")
        self.orders[order_id].heard.append("reject")
        self._end(order_id, REJECTED)

    def stage(self, order_id: str, stage: str, occurred_at: datetime) -> None:
        order = self._find(order_id)
        now = self._clock.now()
        if order.status != ACCEPTED or stage not in ("in_kitchen", "ready_for_collection", "collected"):
            raise PlayedRefusal(400, "not a stage of this order")
        if not now - timedelta(hours=1) <= occurred_at <= now + timedelta(minutes=5):
            raise PlayedRefusal(400, "not an instant of now")
        if stage not in order.heard:
            order.heard.append(stage)

    def active(self) -> list[dict[str, Any]]:
        return [self.shown(order_id) for order_id, order in self.orders.items() if order.status == PLACED]

    # What is so

    def state(self, order_id: str) -> PlayedState:
        order = self.orders[order_id]
        if order.status in (REJECTED, CANCELED):
            return PlayedState.CANCELLED
        if order.status == ACCEPTED:
            return PlayedState.PICKED
        return PlayedState.NEW if order.started_at is None else PlayedState.ACCEPTED

    def quantities(self, order_id: str) -> dict[str, int]:
        found: Counter[str] = Counter()
        order = self.orders[order_id]
        if order.status not in (REJECTED, CANCELED):
            for item in order.items:
                found[item.product.sku] += item.quantity
        return dict(found)

    def shown(self, order_id: str) -> dict[str, Any]:
        """The order as callbacks and the list of active ones show it."""
        order = self.orders[order_id]
        total = sum(int(item.product.price * 100) * item.quantity for item in order.items)
        return {
            "id": order_id,
            "order_number": str(order.number),
            "location_id": self._site_id,
            "display_id": str(order.number)[-4:],
            "status": order.status,
            "status_log": [{"at": order.placed_at.isoformat(), "status": "placed"}],
            "fulfillment_type": "deliveroo",
            "order_notes": "Leave it at the door",
            "asap": True,
            "prepare_for": order.due_at.isoformat(),
            "total_price": {"fractional": total, "currency_code": CURRENCY},
            "items": [self._shown_item(item) for item in order.items],
            "archived_items": [self._shown_item(item) for item in order.archived],
        }

    def _shown_item(self, item: PlayedItem) -> dict[str, Any]:
        return {
            "id": item.item_id,
            "plu": item.product.sku,
            "name": item.product.name,
            "operational_name": item.product.name,
            "quantity": item.quantity,
            "unit_price": {"fractional": int(item.product.price * 100), "currency_code": CURRENCY},
            "allowed_actions_if_items_are_unavailable": ["ITEM_REMOVAL", "PARTNER_CHOSEN_SUBSTITUTION"],
            "amends": item.amends or None,
        }

    def _placed(self, order_id: str, request: str) -> PlayedOrder:
        """An order that is still placed, and asked for with some patience."""
        order = self._find(order_id)
        now = self._clock.now()
        if request and now - order.last_at.get(request, now - REQUESTS_APART) < REQUESTS_APART:
            raise PlayedRefusal(429, "one request in 30 seconds for each order")
        order.last_at[request] = now
        if order.status != PLACED:
            raise PlayedRefusal(400, "the order is not placed")
        return order

    def _find(self, order_id: str) -> PlayedOrder:
        if order_id not in self.orders:
            raise PlayedRefusal(404, "no such order")
        return self.orders[order_id]

    def _end(self, order_id: str, status: str) -> None:
        order = self.orders[order_id]
        if order.status not in (REJECTED, CANCELED, status):
            order.status = status
            self._say(order_id)

    def _say(self, order_id: str) -> None:
        self._tell(self.shown(order_id))

    def _product(self, substitution_id: str) -> SoldProduct | None:
        return next((each for each in self._sells if f"sub-{each.sku}" == substitution_id), None)

    def _new_id(self) -> str:
        self._ids += 1
        return str(uuid.uuid5(_NAMES, f"item {self._ids}"))
