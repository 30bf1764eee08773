"""A store's floor, ready for planning: the graph is built and compiled once, and kept until the floor changes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session

from backend.core.statements import Statement
from backend.picking.avoiding import avoiding
from backend.picking.ports import StorePlaces
from backend.routing.problem import StoreGraph
from backend.routing.route import prepare_routes
from backend.stores import repository
from backend.stores.models import StoreRow
from backend.stores.service import Floor, StoresService
from shared.barcode import WeighedRule
from shared.store_rules import StoreRules

BLOCKED_KNOWN_MAX = 4  # sets of blocked aisles remembered for a floor: the present one, and those around it

_stores: sa.Table = StoreRow.__table__  # type: ignore[attr-defined]
_find_digest = Statement(sa.select(_stores.c.floor_digest).where(_stores.c.id == sa.bindparam("store_id")))


class PlannedFloors:
    """Answers picking's port `Places` from the stores room."""

    def __init__(self, stores: StoresService) -> None:
        self._stores = stores
        self._known: dict[str, tuple[str, StorePlaces]] = {}
        self._blocked: dict[tuple[str, str], dict[frozenset[str], StorePlaces]] = {}  # by store and digest

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
            rules=floor.rules,
        )
        self._known[store_id] = (floor.digest, places)
        self._blocked = {key: kept for key, kept in self._blocked.items() if key[0] != store_id}
        return places

    def passable(self, session: Session, store_id: str, now: datetime) -> StorePlaces:
        """The floor without the aisles that are blocked now. Raises StoreNotFound.

        Kept for each floor and set of blocked aisles. Its routes are compiled by whoever plans first, beside the
        writer: a pick list that is only shown asks what is cut off, and waits for no compiler.
        """
        places = self.of_store(session, store_id)
        aisles = repository.find_blocked_aisles(session.connection(), store_id, now)
        if not aisles:
            return places
        floor = self._stores.floor(session, store_id)
        kept = self._blocked.setdefault((store_id, floor.digest), {})
        if aisles not in kept:
            while len(kept) >= BLOCKED_KNOWN_MAX:
                kept.pop(next(iter(kept)), None)
            kept[aisles] = avoiding(places, (_nodes_of(floor, aisle) for aisle in sorted(aisles)))
        return kept[aisles]

    def weighed_rules(self, connection: Connection, store_id: str) -> tuple[WeighedRule, ...]:
        """Of the floor as it is now. Raises StoreNotFound."""
        return self._now(connection, store_id).weighed_rules

    def rules(self, connection: Connection, store_id: str) -> StoreRules:
        """Of the store as it is now. Raises StoreNotFound."""
        return self._now(connection, store_id).rules

    def _now(self, connection: Connection, store_id: str) -> StorePlaces:
        """A digest is all that is read where the floor is known."""
        found = _find_digest.one_or_none(connection, {"store_id": store_id})
        known = self._known.get(store_id)
        if found is None or known is None or known[0] != found.floor_digest:
            with Session(bind=connection) as session:
                return self.of_store(session, store_id)
        return known[1]


def _nodes_of(floor: Floor, aisle: str) -> frozenset[int]:
    """Where one stands to reach the aisle's locations in use."""
    in_use = (floor.locations[location_id] for location_id in floor.ids_by_address.values())
    return frozenset(location.node for location in in_use if location.aisle == aisle)
