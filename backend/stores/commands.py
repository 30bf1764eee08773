"""What this room can be asked to change."""

from __future__ import annotations

from dataclasses import dataclass

from backend.stores.importing import StoreFile


@dataclass(frozen=True, slots=True)
class ImportStore:
    """Add a store, or bring one up to date; the file is checked already."""

    store_id: str
    file: StoreFile


@dataclass(frozen=True, slots=True)
class ImportedStore:
    """What became of it."""

    store_id: str
    is_new: bool
    locations_added: int
    locations_changed: int
    locations_removed: int


@dataclass(frozen=True, slots=True)
class BlockAisle:
    """Send nobody through this aisle for so many seconds. Said again, it holds so long from now."""

    store_id: str
    aisle: str
    lasts_s: float
    reason: str
    person_id: str
    person_name: str


@dataclass(frozen=True, slots=True)
class ReopenAisle:
    """One can walk through it again. `person_id` None: only where its time is over."""

    store_id: str
    aisle: str
    person_id: str | None
