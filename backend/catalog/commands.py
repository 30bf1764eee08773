"""What this room can be asked to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.catalog.importing import ProductEntry
from backend.catalog.prices_file import PriceEntry


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


@dataclass(frozen=True, slots=True)
class SayAvailability:
    """What a person or the store's own system knows: SKU -> whether the shelf has it."""

    store_id: str
    said: Mapping[str, bool]
    caused_by: str


@dataclass(frozen=True, slots=True)
class PlanPrices:
    """New prices from an instant on; the entries were checked already, whether the store sells them not yet."""

    store_id: str
    entries: tuple[PriceEntry, ...]
    name: str
    begins_at: datetime
    person_id: str


@dataclass(frozen=True, slots=True)
class PlannedPrices:
    """What became of it. `ends_at`: when promotions among them end."""

    batch_id: str
    begins_at: datetime
    prices: int
    ends_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class WithdrawPrices:
    """Planned prices that will not hold after all."""

    store_id: str
    batch_id: str


@dataclass(frozen=True, slots=True)
class ApplyPrices:
    """The next part of a batch whose instant has come."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class TakeTillPrices:
    """What the till charges, to compare. Products that it does not name stay as it said before."""

    store_id: str
    entries: tuple[PriceEntry, ...]
