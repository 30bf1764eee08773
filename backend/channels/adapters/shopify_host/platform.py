"""The shop's side of an order: what is edited, refunded, in progress and fulfilled. Pure but for its clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import Clock

FIRST_ORDER_ID = 5_940_139_491_001
FIRST_LINE_ID = 14_073_905_000_001
FIRST_VARIANT_ID = 44_610_569_000_001
CURRENCY = "CNY"
Tell = Callable[[str, dict[str, Any]], None]


class Refused(Exception):
    """A user error of a mutation."""

    def __init__(self, words: str, code: str = "") -> None:
        super().__init__(words)
        self.code = code


@dataclass(slots=True)
class PlayedLine:
    line_id: str
    product: SoldProduct
    ordered: int
    current: int


@dataclass(slots=True)
class PlayedEdit:
    """Changes that are not so before they are committed, by line id, and variants to add."""

    order_id: str
    quantities: dict[str, int] = field(default_factory=dict)
    added: list[tuple[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class PlayedOrder:
    number: int
    placed_at: datetime
    lines: list[PlayedLine]
    method: str
    paid: Decimal
    refunded: Decimal = Decimal(0)
    status: str = "OPEN"
    is_prepared: bool = False
    tags: list[str] = field(default_factory=list)
    cancelled_at: datetime | None = None
    heard: list[str] = field(default_factory=list)

    @property
    def price(self) -> Decimal:
        return sum((line.product.price * line.current for line in self.lines), Decimal(0))


class ShopifyPlatform:
    """One shop. It sells what was ever ordered and what `sells` names. `tell` gets a topic and the order's body."""

    def __init__(self, *, clock: Clock, tell: Tell, sells: Sequence[SoldProduct]) -> None:
        self._clock = clock
        self._tell = tell
        self.products = {product.sku: product for product in sells}
        self.orders: dict[str, PlayedOrder] = {}
        self.edits: dict[str, PlayedEdit] = {}
        self._refund_keys: dict[str, Mapping[str, Any]] = {}
        self._lines = 0

    # What shoppers and time do

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int, method: str = "LOCAL") -> str:
        order_id = str(FIRST_ORDER_ID + len(self.orders))
        made = [self._line(product, count) for product, count in lines]
        paid = sum((product.price * count for product, count in lines), Decimal(0))
        self.orders[order_id] = PlayedOrder(1001 + len(self.orders), self._clock.now(), made, method, paid)
        self._tell("orders/create", self.pushed(order_id))
        return order_id

    def cancel(self, order_id: str) -> None:
        self._cancel(order_id, "customer")

    def ask_to_cancel(self, order_id: str) -> None:
        """There is no such question."""

    def pass_time(self) -> None:
        """A shop waits for nobody."""

    # What the store's system does

    def begin_edit(self, order_id: str) -> str:
        self._changeable(order_id)
        edit_id = str(607_673_001 + len(self.edits))
        self.edits[edit_id] = PlayedEdit(order_id)
        return edit_id

    def set_quantity(self, edit_id: str, line_id: str, quantity: int) -> None:
        edit = self._edit(edit_id)
        if not any(line.line_id == line_id for line in self.orders[edit.order_id].lines):
            raise Refused("The line item does not exist.")
        if quantity < 0:
            raise Refused("The quantity must be greater than or equal to 0.")
        edit.quantities[line_id] = quantity

    def add_variant(self, edit_id: str, variant_id: str, quantity: int) -> None:
        edit = self._edit(edit_id)
        sku = next((sku for sku in self.products if self.variant_id(sku) == variant_id), None)
        if sku is None:
            raise Refused("The variant does not exist.")
        edit.added.append((sku, quantity))

    def commit(self, edit_id: str) -> None:
        edit = self._edit(edit_id)
        order = self._changeable(edit.order_id)
        if not edit.quantities and not edit.added:
            raise Refused("There must be at least one change to be made.")
        for line in order.lines:
            line.current = edit.quantities.get(line.line_id, line.current)
        for sku, quantity in edit.added:
            order.lines.append(self._line(self.products[sku], quantity))
        del self.edits[edit_id]
        order.heard.append("orderEditCommit")
        self._tell("orders/edited", {"order_edit": {"id": int(edit_id), "order_id": int(edit.order_id)}})

    def refund(self, order_id: str, amount: Decimal, key: str, given: Mapping[str, Any]) -> None:
        """Once for each key; the same key with something else in it is refused."""
        if key in self._refund_keys:
            if self._refund_keys[key] != given:
                raise Refused("The idempotency key was used with other parameters.")
            return
        order = self.orders[order_id]
        if amount > order.paid - order.refunded:
            raise Refused("Refund amount is more than was paid.")
        order.refunded += amount
        self._refund_keys[key] = given
        order.heard.append("refundCreate")

    def report_progress(self, order_id: str) -> None:
        order = self._changeable(order_id)
        if order.method == "PICK_UP":
            raise Refused("Not for pickups.", "FULFILLMENT_ORDER_INVALID_DELIVERY_METHOD")
        if order.status == "OPEN":
            order.heard.append("fulfillmentOrderReportProgress")
        order.status = "IN_PROGRESS"

    def prepare_for_pickup(self, order_id: str) -> None:
        order = self._changeable(order_id)
        if order.method != "PICK_UP":
            raise Refused("Not a pickup.", "FULFILLMENT_ORDER_INVALID")
        if order.is_prepared:
            raise Refused("Nothing to prepare.", "NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER")
        order.is_prepared = True
        order.heard.append("fulfillmentOrderLineItemsPreparedForPickup")

    def tag(self, order_id: str, tags: Sequence[str]) -> None:
        order = self.orders[order_id]
        new = [tag for tag in tags if tag not in order.tags]
        order.tags += new
        order.heard += ["tagsAdd"] * bool(new)

    def fulfil(self, order_id: str) -> None:
        order = self._changeable(order_id)
        if order.status == "CLOSED":
            raise Refused("The fulfillment order is closed.")
        order.status = "CLOSED"
        order.heard.append("fulfillmentCreate")
        self._tell("orders/fulfilled", self.pushed(order_id))

    def cancel_by_store(self, order_id: str, reason: str) -> None:
        order = self._changeable(order_id)
        if order.status == "CLOSED":
            raise Refused("Cannot cancel a fulfilled order.", "INVALID")
        self._cancel(order_id, reason.lower())
        order.heard.append("orderCancel")

    # What is so

    def state(self, order_id: str) -> PlayedState:
        order = self.orders[order_id]
        if order.cancelled_at is not None:
            return PlayedState.CANCELLED
        if "picked" in order.tags:
            return PlayedState.PICKED
        return PlayedState.NEW if order.status == "OPEN" else PlayedState.ACCEPTED

    def quantities(self, order_id: str) -> dict[str, int]:
        found: Counter[str] = Counter()
        order = self.orders[order_id]
        if order.cancelled_at is None:
            for line in order.lines:
                found[line.product.sku] += line.current
        return {sku: count for sku, count in found.items() if count}

    def variant_id(self, sku: str) -> str:
        return str(FIRST_VARIANT_ID + list(self.products).index(sku))

    def pushed(self, order_id: str) -> dict[str, Any]:
        """The order as a webhook shows it."""
        order = self.orders[order_id]
        return {
            "id": int(order_id),
            "admin_graphql_api_id": f"gid://shopify/Order/{order_id}",
            "name": f"#{order.number}",
            "created_at": order.placed_at.isoformat(),
            "cancelled_at": None if order.cancelled_at is None else order.cancelled_at.isoformat(),
            "cancel_reason": None if order.cancelled_at is None else "customer",
            "currency": CURRENCY,
            "note": "Leave it with the neighbour",
            "note_attributes": [],
            "total_price": f"{order.paid:.2f}",
            "current_total_price": f"{order.price:.2f}",
            "financial_status": "paid",
            "line_items": [
                {
                    "id": int(line.line_id),
                    "admin_graphql_api_id": f"gid://shopify/LineItem/{line.line_id}",
                    "variant_id": int(self.variant_id(line.product.sku)),
                    "name": line.product.name,
                    "title": line.product.name,
                    "sku": line.product.sku,
                    "quantity": line.ordered,
                    "current_quantity": line.current,
                    "price": f"{line.product.price:.2f}",
                    "requires_shipping": True,
                    "properties": [],
                }
                for line in order.lines
            ],
        }

    def _line(self, product: SoldProduct, count: int) -> PlayedLine:
        self.products.setdefault(product.sku, product)
        self._lines += 1
        return PlayedLine(str(FIRST_LINE_ID + self._lines), product, count, count)

    def _cancel(self, order_id: str, reason: str) -> None:
        order = self.orders[order_id]
        if order.cancelled_at is None:
            order.cancelled_at = self._clock.now()
            order.refunded = order.paid
            self._tell("orders/cancelled", {**self.pushed(order_id), "cancel_reason": reason})

    def _changeable(self, order_id: str) -> PlayedOrder:
        order = self.orders.get(order_id)
        if order is None:
            raise Refused("The order does not exist.")
        if order.cancelled_at is not None:
            raise Refused("The order has been cancelled.", "INVALID")
        return order

    def _edit(self, edit_id: str) -> PlayedEdit:
        if edit_id not in self.edits:
            raise Refused("The calculated order does not exist.")
        return self.edits[edit_id]
