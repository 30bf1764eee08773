"""The orders every regime has to pick: the demo store's shoppers, arriving by chance through a period."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from backend.demo.loading import FILES
from backend.demo.orders import Basket, baskets
from backend.routing.problem import StoreGraph
from backend.stores.importing import StoreFile, read_store_file
from tests.simulation.pace import Pace
from tests.simulation.shops import demo_goods


@dataclass(frozen=True, slots=True)
class Line:
    """One product of one order. `quantity` in pieces or grams; `units` counts weighed goods as one."""

    order: str
    sku: str
    location: str
    node: int
    quantity: int
    is_weighed: bool

    @property
    def units(self) -> int:
        return 1 if self.is_weighed else self.quantity


@dataclass(frozen=True, slots=True)
class Order:
    """One order as its shopper made it, line by line. Instants in seconds from the opening."""

    code: str
    placed_s: float
    due_s: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """How long orders come in, how many an hour, and how many pickers there are for them."""

    hours: float
    orders_per_hour: float
    pickers: int

    @property
    def caption(self) -> str:
        return f"{self.hours:g} h, {self.orders_per_hour:g} orders an hour, {self.pickers} pickers"


@dataclass(frozen=True, slots=True)
class Floor:
    """The demo store to walk in."""

    graph: StoreGraph
    entrance: int
    desk: int

    @property
    def way_back_m(self) -> float:
        """From the desk, where every walk ends, to the entrance, where the next one begins."""
        return self.graph.distance_m(self.desk, self.entrance)


@cache
def demo_floor() -> Floor:
    file = _demo_file()
    return Floor(StoreGraph.from_map(file.map), file.map.entrance, file.map.desk)


def orders_of(period: Period, seed: int) -> tuple[Order, ...]:
    """Poisson arrivals; what is in the baskets and when they are promised is the demo shoppers' business."""
    chance = random.Random(f"{seed}:arrivals")
    shoppers = baskets(demo_goods(), seed=seed)
    orders: list[Order] = []
    now_s = 0.0
    while True:
        now_s += chance.expovariate(period.orders_per_hour / 3600)
        if now_s >= period.hours * 3600:
            return tuple(orders)
        orders.append(_order(next(shoppers), now_s))


@dataclass(frozen=True, slots=True)
class Chance:
    """What happens at each line by chance: the same in every regime, so that only the regime makes a difference."""

    seed: int
    pace: Pace

    def search_s(self, order: str, sku: str, *, is_lit: bool) -> float:
        return self.pace.search_s(self._of("search", order, sku), is_lit=is_lit)

    def handle_s(self, order: str, sku: str, units: int) -> float:
        return self.pace.handle_s(self._of("handle", order, sku), units)

    def latency(self, order: str, sku: str) -> random.Random:
        return self._of("latency", order, sku)

    def _of(self, what: str, order: str, sku: str) -> random.Random:
        return random.Random(f"{self.seed}:{what}:{order}:{sku}")


def _order(basket: Basket, placed_s: float) -> Order:
    places = _places()
    code = f"R{basket.number}"
    lines = tuple(
        Line(code, line.sku, *places[line.sku], line.quantity, is_weighed=line.unit == "gram") for line in basket.lines
    )
    return Order(code, placed_s, placed_s + basket.due_after_s, lines)


@cache
def _places() -> dict[str, tuple[str, int]]:
    """SKU -> address, the node one stands on."""
    nodes = {at.address: at.node for at in _demo_file().locations}
    return {product.sku: (product.location, nodes[product.location]) for product in demo_goods()}


@cache
def _demo_file() -> StoreFile:
    return read_store_file((FILES / "store.json").read_text(encoding="utf-8"))
