"""Which products may be given for another, the best first. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from backend.catalog.products import CatalogProduct
from shared.products import ProductCard
from shared.substitution import may_stand_in

UNKNOWN_IS_FAR = math.log(2.0)  # a size or price nobody knows counts as half, or twice, what was ordered


def rank_substitutes(
    ordered: CatalogProduct, wished_skus: Sequence[str], pool: Iterable[CatalogProduct]
) -> list[CatalogProduct]:
    """Those of `pool` that may stand in for `ordered`, each once.

    First what the shopper named, in their order; then the store's own ranking; then the same use, nearest in size and
    price. What is none of the three is left out.
    """
    wished = {sku: rank for rank, sku in reversed(list(enumerate(wished_skus)))}
    ranked = {sku: rank for rank, sku in reversed(list(enumerate(ordered.substitutes)))}

    def turn(product: CatalogProduct) -> tuple[int, float, str] | None:
        sku = product.card.sku
        if sku in wished:
            return 0, wished[sku], sku
        if sku in ranked:
            return 1, ranked[sku], sku
        if ordered.use and product.use == ordered.use:
            return 2, distance(ordered.card, product.card), sku
        return None

    found = {product.card.id: product for product in pool if may_stand_in(product.card, ordered.card)}
    turns = [(where, product) for product in found.values() if (where := turn(product)) is not None]
    return [product for _, product in sorted(turns, key=lambda each: each[0])]


def distance(ordered: ProductCard, other: ProductCard) -> float:
    """How far apart two products are in size and price: 0 is the same; twice as much is as far as half as much."""
    sizes = _ratio(ordered.piece_weight_g, other.piece_weight_g)
    return sizes + _ratio(ordered.price_minor, other.price_minor)


def _ratio(ordered: int, other: int) -> float:
    if ordered <= 0 or other <= 0:
        return 0.0 if ordered == other else UNKNOWN_IS_FAR
    return abs(math.log(other / ordered))
