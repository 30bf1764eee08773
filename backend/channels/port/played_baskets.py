"""What played platforms share that keep baskets: placed, accepted or cancelled, changed, picked. Pure but for time."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import Clock

_NAMES = uuid.UUID("5a0b0f6e-2f0e-4f4c-9d0b-6a8a3c1d7e21")


class Told(StrEnum):
    """What a basket's platform has to say of it."""

    PLACED = "placed"
    READY = "ready"
    CANCELLED = "cancelled"


class PlayedRefusal(Exception):
    """An answer with another status than 2xx."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass(slots=True)
class PlayedItem:
    item_id: str
    product: SoldProduct
    ordered: int
    quantity: int


@dataclass(slots=True)
class PlayedBasket:
    number: int
    placed_at: datetime
    due_at: datetime
    items: list[PlayedItem]
    state: PlayedState = PlayedState.NEW
    heard: list[str] = field(default_factory=list)


class BasketPlatform:
    """One store's baskets. `tell` is called with what there is to say and the order's id.

    `accept_within_s` None: the platform waits for no acceptance. A step that is made again is refused with 409.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        tell: Callable[[Told, str], None],
        sells: Sequence[SoldProduct],
        accept_within_s: int | None,
        starts_as: PlayedState = PlayedState.NEW,
    ) -> None:
        self._clock = clock
        self._tell = tell
        self._accept_within_s = accept_within_s
        self._starts_as = starts_as
        self.products = {product.sku: product for product in sells}
        self.orders: dict[str, PlayedBasket] = {}
        self._items = 0

    # What shoppers and time do

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int) -> str:
        order_id = self._order_id(len(self.orders))
        now = self._clock.now()
        items = [self._new_item(product, count) for product, count in lines]
        due_at = now + timedelta(minutes=minutes)
        self.orders[order_id] = PlayedBasket(len(self.orders) + 1, now, due_at, items, self._starts_as)
        self._tell(Told.PLACED, order_id)
        return order_id

    def cancel(self, order_id: str) -> None:
        basket = self.orders[order_id]
        if basket.state is not PlayedState.CANCELLED:
            basket.state = PlayedState.CANCELLED
            self._tell(Told.CANCELLED, order_id)

    def ask_to_cancel(self, order_id: str) -> None:
        """There is no such question."""

    def pass_time(self) -> None:
        """Cancel what nobody accepted in time."""
        now = self._clock.now()
        for order_id, basket in self.orders.items():
            age_s = (now - basket.placed_at).total_seconds()
            if self._accept_within_s is not None and basket.state is PlayedState.NEW and age_s > self._accept_within_s:
                self.cancel(order_id)

    # What the store's system does

    def accept(self, order_id: str, word: str) -> None:
        self._move(order_id, {PlayedState.NEW}, PlayedState.ACCEPTED, word)

    def finish(self, order_id: str, word: str, *, starts: set[PlayedState] | None = None) -> None:
        self._move(order_id, starts or {PlayedState.ACCEPTED}, PlayedState.PICKED, word)
        self._tell(Told.READY, order_id)

    def drop(self, order_id: str, word: str) -> None:
        """The store cancels what is not picked yet."""
        self._move(order_id, {PlayedState.NEW, PlayedState.ACCEPTED}, PlayedState.CANCELLED, word)
        self._tell(Told.CANCELLED, order_id)

    def change(self, order_id: str, quantities: Mapping[str, int], added: Sequence[tuple[str, int]], word: str) -> None:
        """Quantities by item, and other products by SKU. Heard only where something changes by it."""
        basket = self.find(order_id)
        if basket.state not in (PlayedState.NEW, PlayedState.ACCEPTED):
            raise PlayedRefusal(409, "the order can no longer be changed")
        known = {item.item_id: item for item in basket.items}
        if not quantities.keys() <= known.keys() or any(sku not in self.products for sku, _ in added):
            raise PlayedRefusal(400, "no such item")
        is_new = bool(added) or any(known[item].quantity != count for item, count in quantities.items())
        for item_id, count in quantities.items():
            known[item_id].quantity = count
        basket.items += [self._new_item(self.products[sku], count) for sku, count in added]
        basket.heard += [word] * is_new

    def find(self, order_id: str) -> PlayedBasket:
        if order_id not in self.orders:
            raise PlayedRefusal(404, "no such order")
        return self.orders[order_id]

    # What is so

    def state(self, order_id: str) -> PlayedState:
        return self.orders[order_id].state

    def quantities(self, order_id: str) -> dict[str, int]:
        found: Counter[str] = Counter()
        basket = self.orders[order_id]
        if basket.state is not PlayedState.CANCELLED:
            for item in basket.items:
                found[item.product.sku] += item.quantity
        return {sku: count for sku, count in found.items() if count}

    def total_minor(self, order_id: str) -> int:
        return sum(int(item.product.price * 100) * item.quantity for item in self.orders[order_id].items)

    def _order_id(self, number: int) -> str:
        """How the platform numbers its orders; some count."""
        return str(uuid.uuid5(_NAMES, str(number)))

    def _item_id(self, number: int) -> str:
        return str(uuid.uuid5(_NAMES, f"item {number}"))

    def _new_item(self, product: SoldProduct, count: int) -> PlayedItem:
        self.products.setdefault(product.sku, product)
        self._items += 1
        return PlayedItem(self._item_id(self._items), product, count, count)

    def _move(self, order_id: str, starts: set[PlayedState], end: PlayedState, word: str) -> None:
        basket = self.find(order_id)
        if basket.state not in starts:
            raise PlayedRefusal(409, f"the order is {basket.state}")
        basket.state = end
        basket.heard.append(word)
