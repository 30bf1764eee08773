"""What picking needs to know of places and products; the stores and catalog rooms answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection
from sqlmodel import Session

from backend.routing.problem import MILLIMETRES_PER_METRE, StoreGraph
from backend.stores.stages import DEFAULT_STAGES, Stages
from shared.barcode import WeighedRule
from shared.matching import Scannable
from shared.places import Location
from shared.products import ProductCard
from shared.store_rules import DEFAULT_RULES, StoreRules


class StockedProduct(Protocol):
    """A product, and where it stands."""

    @property
    def card(self) -> ProductCard: ...

    @property
    def location_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class StorePlaces:
    """One store's floor, ready for planning.

    Where aisles are blocked, `graph` makes them so long that walks go round, `floor` has the lengths as they are, and
    `cut_off` are the nodes to be reached through a blocked aisle only.
    """

    graph: StoreGraph
    entrance: int
    desk: int
    locations: Mapping[str, Location]
    weighed_rules: tuple[WeighedRule, ...]
    stages: Stages = DEFAULT_STAGES
    floor: StoreGraph | None = None
    cut_off: frozenset[int] = frozenset()
    rules: StoreRules = DEFAULT_RULES

    def way_m(self, a: int, b: int) -> float:
        """The way one goes from `a` to `b`, in metres of the floor. Raises PlaceUnknown and PlaceUnreachable."""
        if self.floor is None:
            return self.graph.distance_m(a, b)
        return self.floor.length_mm(self.graph.walk(a, b)) / MILLIMETRES_PER_METRE

    def length_m(self, walk: Sequence[int]) -> float:
        """How long a walk along these nodes is, in metres of the floor."""
        return (self.floor or self.graph).length_mm(list(walk)) / MILLIMETRES_PER_METRE


class Places(Protocol):
    def of_store(self, session: Session, store_id: str) -> StorePlaces:
        """The floor with every aisle open."""
        ...

    def passable(self, session: Session, store_id: str, now: datetime) -> StorePlaces:
        """The floor as one can walk it now: what plans are made on."""
        ...

    def weighed_rules(self, connection: Connection, store_id: str) -> tuple[WeighedRule, ...]:
        """How the store's scale labels are read, cheaply enough to be asked with each pick."""
        ...

    def rules(self, connection: Connection, store_id: str) -> StoreRules:
        """What the store decides for itself about picking, as cheaply."""
        ...


class Products(Protocol):
    def by_id(self, session: Session, store_id: str, product_ids: Sequence[str]) -> Mapping[str, StockedProduct]:
        """Every product asked for; one that is no longer in the catalogue is left out."""
        ...


class ScannedProduct(Scannable, Protocol):
    """As little of a product as it takes to check a scan."""

    @property
    def name(self) -> str: ...


FindScanned = Callable[[Connection, str, str], ScannedProduct | None]
"""One product by store and id, asked with each pick; None where it left the catalogue."""

FindLabelPlace = Callable[[Connection, str, str], str | None]
"""By store and label: the id of the location where it hangs, None where it hangs nowhere in this store."""

FindProducts = Callable[[Connection, str, Sequence[str]], Sequence[StockedProduct]]
"""The same products by store and ids, asked on a connection."""

FindSubstitutes = Callable[[Connection, str, str, Sequence[str]], Sequence[StockedProduct]]
"""By store, product id and the SKUs the shopper wishes for: everything that may be given instead, the best first."""
