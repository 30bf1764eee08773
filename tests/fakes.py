"""Hand-written stand-ins for what a room asks of others: they answer from memory and can be changed in mid-test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session

from backend.catalog.products import ScannedProduct
from backend.core.bus import Bus, Handler
from backend.core.writer import Writer
from backend.picking.avoiding import avoiding
from backend.picking.ports import StorePlaces
from backend.routing.problem import StoreGraph
from shared.barcode import DEFAULT_WEIGHED_RULES, WeighedRule
from shared.places import Location, StoreMap
from shared.products import ProductCard
from shared.store_rules import StoreRules


@dataclass(frozen=True, slots=True)
class FakeProduct:
    """A product and where it stands."""

    card: ProductCard
    location_id: str


class FakePlaces:
    """Every store has the same floor."""

    def __init__(self, store_map: StoreMap, locations: Mapping[str, Location]) -> None:
        self.locations = dict(locations)
        self.blocked: set[str] = set()
        self.store_rules = StoreRules()
        self._map = store_map
        self._graph = StoreGraph.from_map(store_map)

    def of_store(self, session: Session, store_id: str) -> StorePlaces:
        return StorePlaces(
            graph=self._graph,
            entrance=self._map.entrance,
            desk=self._map.desk,
            locations=self.locations,
            weighed_rules=DEFAULT_WEIGHED_RULES,
        )

    def passable(self, session: Session, store_id: str, now: datetime) -> StorePlaces:
        places = self.of_store(session, store_id)
        nodes = (
            frozenset(location.node for location in self.locations.values() if location.aisle == aisle)
            for aisle in sorted(self.blocked)
        )
        return avoiding(places, nodes)

    def weighed_rules(self, connection: Connection, store_id: str) -> tuple[WeighedRule, ...]:
        return DEFAULT_WEIGHED_RULES

    def rules(self, connection: Connection, store_id: str) -> StoreRules:
        return self.store_rules


class FakeProducts:
    """A catalogue one can take products out of."""

    def __init__(self, stocked: Mapping[str, FakeProduct]) -> None:
        self.stocked = dict(stocked)
        self.substitutes: dict[str, list[str]] = {}

    def by_id(self, session: Session, store_id: str, product_ids: Sequence[str]) -> Mapping[str, FakeProduct]:
        return {product_id: self.stocked[product_id] for product_id in product_ids if product_id in self.stocked}

    def find(self, connection: Connection, store_id: str, product_ids: Sequence[str]) -> list[FakeProduct]:
        return [self.stocked[product_id] for product_id in product_ids if product_id in self.stocked]

    def find_scanned(self, connection: Connection, store_id: str, product_id: str) -> ScannedProduct | None:
        stocked = self.stocked.get(product_id)
        if stocked is None:
            return None
        card = stocked.card
        return ScannedProduct(card.sku, card.article, card.names.en, tuple(card.gtins))

    def find_substitutes(
        self, connection: Connection, store_id: str, product_id: str, wished_skus: Sequence[str]
    ) -> list[FakeProduct]:
        """Those a test has named under the product's SKU, after what the shopper wishes for."""
        skus = dict.fromkeys([*wished_skus, *self.substitutes.get(product_id.removeprefix("prd_"), [])])
        return [self.stocked[f"prd_{sku}"] for sku in skus if f"prd_{sku}" in self.stocked]


class InlineBus(Bus):
    """The bus without the writer's thread: a command is carried out, and kept, before `handle` returns."""

    def __init__(self, writer: Writer, handlers: Mapping[type, Handler]) -> None:
        super().__init__(writer, handlers)
        self._inline_writer = writer

    async def handle(self, command: Any) -> Any:
        return self._inline_writer.run_once(lambda tx: self.run(command, tx))
