"""A store's floor, ready for planning: the graph is built and compiled once, and kept until the floor changes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session

from backend.core.statements import Statement
from backend.picking.ports import StorePlaces
from backend.routing.problem import StoreGraph
from backend.routing.route import prepare_routes
from backend.stores.models import StoreRow
from backend.stores.service import StoresService
from shared.barcode import WeighedRule

_stores: sa.Table = StoreRow.__table__  # type: ignore[attr-defined]
_find_digest = Statement(sa.select(_stores.c.floor_digest).where(_stores.c.id == sa.bindparam("store_id")))


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
        graph = StoreGraph.from_map(floor.store_map, captions=floor.captions())
        prepare_routes(graph)
        places = StorePlaces(
            graph=graph,
            entrance=floor.store_map.entrance,
            desk=floor.store_map.desk,
            locations=floor.locations,
            weighed_rules=floor.weighed_rules,
            stages=floor.stages,
        )
        self._known[store_id] = (floor.digest, places)
        return places

    def weighed_rules(self, connection: Connection, store_id: str) -> tuple[WeighedRule, ...]:
        """Of the floor as it is now; a digest is all that is read where it is known. Raises StoreNotFound."""
        found = _find_digest.one_or_none(connection, {"store_id": store_id})
        known = self._known.get(store_id)
        if found is None or known is None or known[0] != found.floor_digest:
            with Session(bind=connection) as session:
                return self.of_store(session, store_id).weighed_rules
        return known[1].weighed_rules
