"""What this room can be asked to change."""

from __future__ import annotations

from dataclasses import dataclass

from backend.catalog.importing import ProductEntry


@dataclass(frozen=True, slots=True)
class ImportProducts:
    """Add products, or bring them up to date by their SKU; the file is checked already, its locations not yet."""

    store_id: str
    entries: tuple[ProductEntry, ...]


@dataclass(frozen=True, slots=True)
class ImportedProducts:
    """What became of them. Products that the file does not name stay as they are."""

    added: int
    changed: int
    unchanged: int
