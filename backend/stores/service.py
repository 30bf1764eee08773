"""Knows every store: what it is called, what its floor looks like, and where each location lies."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from backend.core.database import Database
from backend.core.writer import Transaction
from backend.people.principals import StoreFacts
from backend.stores import repository
from backend.stores.blocking import BlockedAisles
from backend.stores.commands import BlockAisle, ImportedStore, ImportStore, ReopenAisle
from backend.stores.errors import StoreNotFound
from backend.stores.importing import NewLocation, StoreFile, read_store_file
from backend.stores.models import LocationRow, StoreRow
from backend.stores.stages import DEFAULT_STAGES, StageKind, Stages
from backend.stores.zones import zone_named
from shared.barcode import DEFAULT_WEIGHED_RULES, WeighedRule
from shared.places import Location, StoreMap
from shared.store_rules import DEFAULT_RULES, StoreRules

Handle = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Floor:
    """One store's floor as it was read. `digest` changes whenever the map or a location does.

    `written`: what was made of it for others, by its name.
    """

    store_id: str
    digest: str
    store_map: StoreMap
    map_json: str
    locations: Mapping[str, Location]  # by id; those no longer in use too, for picks and labels that still name them
    ids_by_address: Mapping[str, str]  # those in use
    weighed_rules: tuple[WeighedRule, ...]
    stages: Stages
    rules: StoreRules = DEFAULT_RULES
    written: dict[str, bytes] = field(default_factory=dict, compare=False)

    def captions(self) -> dict[int, str]:
        """What to call each node: the first bay one reaches from it."""
        captions: dict[int, str] = {self.store_map.entrance: "the entrance", self.store_map.desk: "the packing desk"}
        for location in self.locations.values():
            captions.setdefault(location.node, f"{location.aisle}-{location.bay}")
        return captions


class StoresService:
    """`handle` is the bus. Floors are remembered by their digest, so a new import is seen at once on every node."""

    def __init__(self, *, database: Database, handle: Handle) -> None:
        self._database = database
        self._handle = handle
        self._floors: dict[str, Floor] = {}
        self._zones: dict[str, ZoneInfo] = {}
        self.blocking = BlockedAisles(database, handle)

    @property
    def handlers(self) -> Mapping[type, Callable[[Any, Transaction], Any]]:
        """This room's rows of flow.py."""
        return {
            ImportStore: self.import_store,
            BlockAisle: self.blocking.block,
            ReopenAisle: self.blocking.reopen,
        }

    def floor(self, session: Session, store_id: str) -> Floor:
        """Map and locations, from memory while nothing changed. Raises StoreNotFound."""
        digest = repository.get_floor_digest(session, store_id)
        if digest is None:
            raise _not_found(store_id)
        known = self._floors.get(store_id)
        if known is None or known.digest != digest:
            known = self._floors[store_id] = _read_floor(session, store_id)
        return known

    def location_ids(self, session: Session, store_id: str) -> Mapping[str, str]:
        """Address -> id of every location in use; empty where there is no store."""
        return repository.get_location_ids(session, store_id)

    def facts(self, store_id: str) -> StoreFacts:
        """What a phone must know of its store. Raises StoreNotFound."""
        with self._database.asking() as connection:
            store = repository.find_facts(connection, store_id)
            if store is None:
                raise _not_found(store_id)
            return StoreFacts(
                store.name, tuple(store.languages), _weighed_rules(store), str(store.currency), _rules(store)
            )

    def rules(self, session: Session, store_id: str) -> StoreRules:
        """What the store decides for itself about picking; the defaults where there is no such store."""
        store = repository.find_facts(session.connection(), store_id)
        return DEFAULT_RULES if store is None else _rules(store)

    def currency(self, session: Session, store_id: str) -> str:
        """ISO 4217. Raises StoreNotFound."""
        store = repository.find_facts(session.connection(), store_id)
        if store is None:
            raise _not_found(store_id)
        return str(store.currency)

    def zone(self, store_id: str) -> ZoneInfo:
        """The store's time zone, from memory once it was read; UTC where the machine does not know it."""
        if store_id not in self._zones:
            with self._database.asking() as connection:
                store = repository.find_facts(connection, store_id)
            self._zones[store_id] = zone_named(store.time_zone if store is not None else "")
        return self._zones[store_id]

    def tongue(self, session: Session, store_id: str) -> tuple[Sequence[str], str]:
        """The store's languages, its own first, and its currency (ISO 4217); English and euros where there is none."""
        store = repository.find_facts(session.connection(), store_id)
        return (store.languages, str(store.currency)) if store is not None else (["en"], "EUR")

    def store_ids(self) -> list[str]:
        """Every store there is."""
        with self._database.asking() as connection:
            return repository.find_store_ids(connection)

    async def read_floor(self, store_id: str) -> Floor:
        """As `floor`, beside the writer. Raises StoreNotFound."""

        def read() -> Floor:
            with self._database.reading() as session:
                return self.floor(session, store_id)

        return await asyncio.to_thread(read)

    async def import_text(self, store_id: str, text: str | bytes) -> ImportedStore:
        """Take a whole store.json. Raises StoreFileRejected; then nothing was changed."""
        file = await asyncio.to_thread(read_store_file, text)
        imported: ImportedStore = await self._handle(ImportStore(store_id, file))
        return imported

    def import_store(self, command: ImportStore, tx: Transaction) -> ImportedStore:
        """Add the store or bring it up to date. Locations keep their ids as long as their address stays."""
        file = command.file
        tx.after_commit(lambda: self._forget_zone(command.store_id))
        store = repository.get_store(tx.session, command.store_id)
        is_new = store is None
        known = {_address(row): row for row in repository.get_locations(tx.session, command.store_id)}
        wanted = {location.address: location for location in file.locations}
        added = [location for address, location in wanted.items() if address not in known]
        changed = [
            {"id": known[address].id, "is_in_use": True, **_place(location)}
            for address, location in wanted.items()
            if address in known and not _is_same(known[address], location)
        ]
        gone = [row for address, row in known.items() if address not in wanted]
        removed = sum(row.is_in_use for row in gone)
        new_rows = [_new_row(tx.ids.new("location"), command.store_id, location) for location in added]
        fields = {
            **file.store.model_dump(mode="json"),
            "store_map": file.map.model_dump(mode="json"),
            "floor_digest": _digest(file, [row.id for row in known.values()] + [row["id"] for row in new_rows]),
        }
        if store is None:
            tx.session.add(StoreRow(id=command.store_id, **fields))
        else:
            for name, value in fields.items():
                setattr(store, name, value)
            tx.session.add(store)
        tx.session.flush()
        repository.insert_locations(tx.session, new_rows)
        repository.update_locations(tx.session, changed + [_out_of_use(row, file.map) for row in gone])
        tx.session.expire_all()
        return ImportedStore(command.store_id, is_new, len(added), len(changed), removed)

    def _forget_zone(self, store_id: str) -> None:
        self._zones.pop(store_id, None)


def _read_floor(session: Session, store_id: str) -> Floor:
    store = repository.get_store(session, store_id)
    assert store is not None, "the digest was read from it"
    store_map = StoreMap.model_validate(store.store_map)
    locations: dict[str, Location] = {}
    ids_by_address: dict[str, str] = {}
    for row in repository.get_locations(session, store_id):
        locations[row.id] = Location(
            id=row.id, aisle=row.aisle, bay=row.bay, shelf=row.shelf, node=row.node, x_m=row.x_m, y_m=row.y_m
        )
        if row.is_in_use:
            ids_by_address[_address(row)] = row.id
    return Floor(
        store_id,
        store.floor_digest,
        store_map,
        store_map.model_dump_json(),
        locations,
        ids_by_address,
        _weighed_rules(store),
        _stages(store),
        _rules(store),
    )


def _stages(store: StoreRow) -> Stages:
    if store.stages is None:
        return DEFAULT_STAGES
    return tuple(frozenset(StageKind(kind) for kind in kinds) for kinds in store.stages)


def _rules(store: Any) -> StoreRules:
    return StoreRules.model_validate(store.rules or {})


def _weighed_rules(store: Any) -> tuple[WeighedRule, ...]:
    return tuple(WeighedRule.model_validate(rule) for rule in store.weighed_rules) or DEFAULT_WEIGHED_RULES


def _address(row: LocationRow) -> str:
    return f"{row.aisle}-{row.bay}-{row.shelf}"


def _place(location: NewLocation) -> dict[str, Any]:
    return {"node": location.node, "x_m": location.x_m, "y_m": location.y_m}


def _is_same(row: LocationRow, location: NewLocation) -> bool:
    return row.is_in_use and (row.node, row.x_m, row.y_m) == (location.node, location.x_m, location.y_m)


def _out_of_use(row: LocationRow, store_map: StoreMap) -> dict[str, Any]:
    """An address that is gone may still stand in an open pick: it is reached from the nearest node there is now."""
    nearest = min(store_map.nodes, key=lambda node: (math.hypot(node.x_m - row.x_m, node.y_m - row.y_m), node.id))
    return {"id": row.id, "node": nearest.id, "x_m": row.x_m, "y_m": row.y_m, "is_in_use": False}


def _new_row(location_id: str, store_id: str, location: NewLocation) -> dict[str, Any]:
    return {
        "id": location_id,
        "store_id": store_id,
        "aisle": location.aisle,
        "bay": location.bay,
        "shelf": location.shelf,
        "is_in_use": True,
        **_place(location),
    }


def _digest(file: StoreFile, location_ids: list[str]) -> str:
    """Of everything a floor is made of: the file, and the ids its locations got."""
    content = [file.model_dump(mode="json"), sorted(location_ids)]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _not_found(store_id: str) -> StoreNotFound:
    return StoreNotFound("there is no such store", store_id=store_id)
