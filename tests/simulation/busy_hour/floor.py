"""The demo store as picking sees it, read from its own files: places, and which product stands where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from backend.catalog.importing import ProductEntry
from backend.demo.loading import FILES
from backend.picking.ports import StorePlaces
from backend.stores.importing import read_store_file
from backend.stores.stages import DEFAULT_STAGES, Stages
from shared.places import Location
from shared.products import Handling, ProductCard, ProductNames, TemperatureClass, UnitOfMeasure
from tests.simulation.regimes.demand import demo_floor
from tests.simulation.shops import demo_goods


@dataclass(frozen=True, slots=True)
class Stocked:
    """A product, and where it stands."""

    card: ProductCard
    location_id: str


@cache
def demo_places(stages: Stages = DEFAULT_STAGES) -> StorePlaces:
    """A location's id is its address. Without stages (empty) every walk is the shortest."""
    floor = demo_floor()
    file = read_store_file((FILES / "store.json").read_text(encoding="utf-8"))
    locations = {
        at.address: Location(
            id=at.address, aisle=at.aisle, bay=at.bay, shelf=at.shelf, node=at.node, x_m=at.x_m, y_m=at.y_m
        )
        for at in file.locations
    }
    return StorePlaces(floor.graph, floor.entrance, floor.desk, locations, (), stages)


@cache
def stocked_products() -> dict[str, Stocked]:
    """SKU, which is the product's id here -> where it stands."""
    return {product.sku: Stocked(_card(product), product.location) for product in demo_goods()}


def _card(product: ProductEntry) -> ProductCard:
    return ProductCard(
        id=product.sku,
        sku=product.sku,
        gtins=list(product.gtins),
        names=ProductNames(en=product.name_en, zh=product.name_zh, pt=product.name_pt),
        department=product.department,
        unit=UnitOfMeasure(product.unit),
        temperature=TemperatureClass(product.temperature),
        handling=Handling(product.handling),
    )
