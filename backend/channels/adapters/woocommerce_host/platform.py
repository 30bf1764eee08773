"""The shop's side of an order: what may be changed, refunded and noted. Pure but for its clock.

Sources: the shop's own WC_REST_Orders_Controller (any status may follow any other), wc_create_refund (no more than is
left; a repeat is another refund; the order is refunded once nothing is left) and the documented examples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import Clock

FIRST_ORDER_ID = 727
FIRST_ITEM_ID = 315
TAX_RATE_ID = 75
CLOSED = frozenset({"cancelled", "refunded", "failed"})
STATUSES = frozenset({"pending", "processing", "on-hold", "completed", *CLOSED})
Tell = Callable[[str, str], None]


class Refused(Exception):
    """An error of the REST API: its HTTP status and its code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(slots=True)
class ShopOrder:
    """`body` is what the API shows."""

    body: dict[str, Any]
    refunds: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)


class WooCommerceShop:
    """One shop's orders. `tell` is called with a topic and an order's id: what is pushed is built when it leaves."""

    def __init__(self, *, clock: Clock, tell: Tell) -> None:
        self._clock = clock
        self._tell = tell
        self.orders: dict[str, ShopOrder] = {}

    # What shoppers and time do

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int) -> str:
        """A shopper orders and pays; the promised instant is kept as a delivery extension keeps it."""
        order_id = str(FIRST_ORDER_ID + len(self.orders))
        now = self._clock.now()
        total = sum((product.price * count for product, count in lines), Decimal(0))
        due = {"id": 1, "key": "delivery_at", "value": str(int((now + timedelta(minutes=minutes)).timestamp()))}
        body = {
            "id": int(order_id),
            "parent_id": 0,
            "number": order_id,
            "created_via": "checkout",
            "status": "processing",
            "currency": "EUR",
            **_dates("created", now),
            **_dates("modified", now),
            **_dates("paid", now),
            "total": f"{total:.2f}",
            "total_tax": "0.00",
            "prices_include_tax": True,
            "customer_note": "Ring twice &amp; wait",
            "payment_method": "stripe",
            "meta_data": [due],
            "line_items": [_item(number, product, count) for number, (product, count) in enumerate(lines)],
            "refunds": [],
        }
        self.orders[order_id] = ShopOrder(body)
        self._tell("order.created", order_id)
        self._tell("order.updated", order_id)
        return order_id

    def cancel(self, order_id: str) -> None:
        self._become(order_id, "cancelled")

    def ask_to_cancel(self, order_id: str) -> None:
        """A shopper cannot: the shop lets them cancel what they have not paid, and nobody is asked."""

    def pass_time(self) -> None:
        """The shop waits for nothing that is paid."""

    # What the store's system does

    def read(self, order_id: str) -> dict[str, Any]:
        return self._find(order_id).body

    def changed_after(self, instant: datetime, *, page: int, per_page: int) -> list[dict[str, Any]]:
        found = [order.body for order in self.orders.values() if _instant(order.body["date_modified_gmt"]) > instant]
        return sorted(found, key=lambda body: int(body["id"]))[(page - 1) * per_page : page * per_page]

    def update(self, order_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Refused."""
        order = self._find(order_id)
        status = changes.get("status")
        if status is not None and status not in STATUSES:
            raise Refused(400, "rest_invalid_param")
        for wanted in changes.get("meta_data", []):
            same = [each for each in order.body["meta_data"] if each["key"] == wanted["key"]]
            if same and same[0]["value"] == wanted["value"]:
                continue
            if same:
                same[0]["value"] = wanted["value"]
            else:
                order.body["meta_data"].append({"id": len(order.body["meta_data"]) + 1, **wanted})
            order.heard.append(f"{wanted['key']} {wanted['value']}")
        if status is not None and status != order.body["status"]:
            order.heard.append(f"status {status}")
            order.body["status"] = status
        self._saved(order_id)
        return order.body

    def refund(self, order_id: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Another refund. Raises Refused: more money than is left, which the shop answers with 500."""
        order = self._find(order_id)
        amount = Decimal(wanted["amount"])
        left = Decimal(order.body["total"]) - sum((Decimal(refund["amount"]) for refund in order.refunds), Decimal(0))
        if amount < 0:
            raise Refused(400, "woocommerce_rest_invalid_order_refund")
        if amount > left:
            raise Refused(500, "woocommerce_rest_cannot_create_order_refund")
        items = {item["id"]: item for item in order.body["line_items"]}
        refund = {
            "id": 9_000 + sum(len(each.refunds) for each in self.orders.values()),
            **_dates("created", self._clock.now()),
            "amount": f"{amount:.2f}",
            "reason": wanted.get("reason", ""),
            "refunded_payment": wanted.get("api_refund", True),
            "line_items": [
                {
                    "id": 5_000 + given["id"],
                    "sku": items[given["id"]]["sku"],
                    "quantity": -given["quantity"],
                    "total": f"-{given['refund_total']}",
                    "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(given["id"])}],
                }
                for given in wanted.get("line_items", [])
                if given["id"] in items
            ],
        }
        order.refunds.append(refund)
        order.body["refunds"].append({"id": refund["id"], "reason": refund["reason"], "total": f"-{amount:.2f}"})
        order.heard.append("refund")
        if amount == left:
            order.body["status"] = "refunded"
        self._saved(order_id)
        return refund

    def note(self, order_id: str, text: str) -> dict[str, Any]:
        order = self._find(order_id)
        note = {"id": 100 + len(order.notes), "author": "system", "note": text, "customer_note": False}
        order.notes.append(note)
        order.heard.append("note")
        return note

    def refunds_of(self, order_id: str) -> list[dict[str, Any]]:
        return self._find(order_id).refunds

    def notes_of(self, order_id: str) -> list[dict[str, Any]]:
        return self._find(order_id).notes

    # What is so

    def state(self, order_id: str) -> PlayedState:
        body = self.orders[order_id].body
        if body["status"] in CLOSED:
            return PlayedState.CANCELLED
        said = {each["value"] for each in body["meta_data"] if each["key"] == "blinkpick_state"}
        if "picked" in said:
            return PlayedState.PICKED
        return PlayedState.ACCEPTED if "accepted" in said else PlayedState.NEW

    def quantities(self, order_id: str) -> dict[str, int]:
        order = self.orders[order_id]
        found: Counter[str] = Counter()
        if order.body["status"] not in CLOSED:
            refunded = [item for refund in order.refunds for item in refund["line_items"]]
            for item in [*order.body["line_items"], *refunded]:
                found[item["sku"]] += item["quantity"]
        return {sku: count for sku, count in found.items() if count}

    def _become(self, order_id: str, status: str) -> None:
        self.orders[order_id].body["status"] = status
        self._saved(order_id)

    def _saved(self, order_id: str) -> None:
        self.orders[order_id].body |= _dates("modified", self._clock.now())
        self._tell("order.updated", order_id)

    def _find(self, order_id: str) -> ShopOrder:
        if order_id not in self.orders:
            raise Refused(404, "woocommerce_rest_shop_order_invalid_id")
        return self.orders[order_id]


def _item(number: int, product: SoldProduct, count: int) -> dict[str, Any]:
    return {
        "id": FIRST_ITEM_ID + number,
        "name": product.name,
        "product_id": 93 + number,
        "quantity": count,
        "total": f"{product.price * count:.2f}",
        "total_tax": "0.00",
        "taxes": [{"id": TAX_RATE_ID, "total": "0.00", "subtotal": "0.00"}],
        "meta_data": [],
        "sku": product.sku,
        "price": float(product.price),
    }


def _dates(name: str, instant: datetime) -> dict[str, str]:
    """The shop writes each instant twice, in its own zone, which here is the same, and without saying the zone."""
    text = f"{instant:%Y-%m-%dT%H:%M:%S}"
    return {f"date_{name}": text, f"date_{name}_gmt": text}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")
