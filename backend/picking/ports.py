"""What picking needs to know of places and products; the stores and catalog rooms answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection
from sqlmodel import Session

from backend.routing.problem import StoreGraph
from backend.stores.stages import DEFAULT_STAGES, Stages
from shared.barcode import WeighedRule
from shared.places import Location
from shared.products import ProductCard


class StockedProduct(Protocol):
    """A product, and where it stands."""

    @property
    def card(self) -> ProductCard: ...

    @property
    def location_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class StorePlaces:
    """One store's floor, ready for planning."""

    graph: StoreGraph
    entrance: int
    desk: int
    locations: Mapping[str, Location]
    weighed_rules: tuple[WeighedRule, ...]
    stages: Stages = DEFAULT_STAGES


class Places(Protocol):
    def of_store(self, session: Session, store_id: str) -> StorePlaces: ...

    def weighed_rules(self, connection: Connection, store_id: str) -> tuple[WeighedRule, ...]:
        """How the store's scale labels are read, cheaply enough to be asked with each pick."""
        ...


class Products(Protocol):
    def by_id(self, session: Session, store_id: str, product_ids: Sequence[str]) -> Mapping[str, StockedProduct]:
        """Every product asked for; one that is no longer in the catalogue is left out."""
        ...


FindProducts = Callable[[Connection, str, Sequence[str]], Sequence[StockedProduct]]
"""The same products by store and ids, asked on a connection with each pick."""
