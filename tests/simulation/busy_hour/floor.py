"""The demo store as picking sees it, read from its own files: places, and which product stands where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from backend.demo.loading import FILES
from backend.demo.orders import demo_products
from backend.picking.ports import StorePlaces
from backend.stores.importing import read_store_file
from shared.places import Location
from shared.products import ProductCard
from tests.simulation.regimes.demand import demo_floor


@dataclass(frozen=True, slots=True)
class Stocked:
    """Where a product stands; a plan asks for its card only to say what is wrong."""

    location_id: str

    @property
    def card(self) -> ProductCard:
        raise AssertionError(f"the demo store has no location {self.location_id}")


@cache
def demo_places() -> StorePlaces:
    """A location's id is its address."""
    floor = demo_floor()
    file = read_store_file((FILES / "store.json").read_text(encoding="utf-8"))
    locations = {
        at.address: Location(
            id=at.address, aisle=at.aisle, bay=at.bay, shelf=at.shelf, node=at.node, x_m=at.x_m, y_m=at.y_m
        )
        for at in file.locations
    }
    return StorePlaces(floor.graph, floor.entrance, floor.desk, locations, ())


@cache
def stocked_products() -> dict[str, Stocked]:
    """SKU, which is the product's id here -> where it stands."""
    return {product.sku: Stocked(product.location) for product in demo_products()}
