"""A product as the other rooms get it: the card a phone sees, and what only the backend needs."""

from __future__ import annotations

from dataclasses import dataclass

from shared.products import ProductCard


@dataclass(frozen=True, slots=True)
class CatalogProduct:
    card: ProductCard
    location_id: str
