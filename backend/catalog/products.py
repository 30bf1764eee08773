"""A product as the other rooms get it: the card a phone sees, and what only the backend needs."""

from __future__ import annotations

from dataclasses import dataclass

from shared.products import ProductCard, UnitOfMeasure


@dataclass(frozen=True, slots=True)
class CatalogProduct:
    """`use`: products of one use may stand in for each other; `substitutes`: SKUs, as the store ranks them.

    `was_minor` is what it costs without its promotion; None: there is none.
    """

    card: ProductCard
    location_id: str
    use: str = ""
    substitutes: tuple[str, ...] = ()
    was_minor: int | None = None
    promotion: str = ""


@dataclass(frozen=True, slots=True)
class CodedProduct:
    """What order intake needs of a product it asked for by code. `gtins` are those it asked for, not all it has."""

    id: str
    sku: str
    unit: UnitOfMeasure
    piece_weight_g: int
    max_per_order: int
    gtins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScannedProduct:
    """What it takes to check a scan. `name` is what people call it, in English; `gtins` in their shortest form."""

    sku: str
    article: str
    name: str
    gtins: tuple[str, ...]
