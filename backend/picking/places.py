"""A store's floor, ready for planning: the graph is built once and kept until the floor changes."""

from __future__ import annotations

from sqlmodel import Session

from backend.picking.ports import StorePlaces
from backend.routing.problem import StoreGraph
from backend.stores.service import StoresService


class PlannedFloors:
    """Answers picking's port `Places` from the stores room."""

    def __init__(self, stores: StoresService) -> None:
        self._stores = stores
        self._known: dict[str, tuple[str, StorePlaces]] = {}

    def of_store(self, session: Session, store_id: str) -> StorePlaces:
        """Raises StoreNotFound."""
        floor = self._stores.floor(session, store_id)
        known = self._known.get(store_id)
        if known is not None and known[0] == floor.digest:
            return known[1]
        places = StorePlaces(
            graph=StoreGraph.from_map(floor.store_map, captions=floor.captions()),
            entrance=floor.store_map.entrance,
            desk=floor.store_map.desk,
            locations=floor.locations,
            weighed_rules=floor.weighed_rules,
        )
        self._known[store_id] = (floor.digest, places)
        return places
