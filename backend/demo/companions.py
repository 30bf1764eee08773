"""What the demo store gives where a product is missing: its own ranking, as a category manager would write it. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from backend.demo.assortment import DemoProduct

RANKED_MAX = 2  # what comes after them is ranked by size and price when it is needed


def ranked_substitutes(products: Sequence[DemoProduct]) -> dict[str, tuple[str, ...]]:
    """SKU -> SKUs of what is given instead, the best first: the same thing of another brand, in the nearest size.

    Loose fruit and the like stand in for each other at a like price. What has no companion has none.
    """
    of_use: dict[str, list[DemoProduct]] = defaultdict(list)
    for product in products:
        of_use[product.use].append(product)
    return {product.sku: _ranked(product, of_use[product.use]) if product.use else () for product in products}


def _ranked(product: DemoProduct, companions: Sequence[DemoProduct]) -> tuple[str, ...]:
    others = [other for other in companions if other.sku != product.sku and other.unit is product.unit]
    near = sorted(others, key=lambda other: (_apart(product, other), other.sku))
    return tuple(other.sku for other in near[:RANKED_MAX])


def _apart(product: DemoProduct, other: DemoProduct) -> tuple[float, float]:
    """Size first, then price: nobody wants two litres for half of one, whatever they cost."""
    return _ratio(product.piece_weight_g, other.piece_weight_g), _ratio(product.price_minor, other.price_minor)


def _ratio(one: int, other: int) -> float:
    return abs(math.log(other / one)) if one > 0 and other > 0 else 0.0
