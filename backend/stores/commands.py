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
