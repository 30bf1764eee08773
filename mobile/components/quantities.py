"""Quantities as a picker says them: pieces as a number, weights in grams or kilograms."""

from __future__ import annotations

from mobile.captions import Say
from mobile.components.amounts import decimal_caption
from shared.picking import Pick, weight_range
from shared.products import ProductCard, UnitOfMeasure

GRAMS_PER_KILOGRAM = 1000


def allowed_range(pick: Pick) -> tuple[int, int]:
    """The fewest and the most grams that are right for this pick: its tolerance, and the limit of an order."""
    fewest_g, most_g = weight_range(pick.quantity_ordered, pick.tolerance_percent)
    most_g = most_g if pick.quantity_max is None else min(most_g, pick.quantity_max)
    return min(fewest_g, most_g), most_g


def quantity_caption(say: Say, quantity: int, product: ProductCard) -> str:
    """`3` or `750 g` or `1.25 kg`."""
    return weight_caption(say, quantity) if product.unit is UnitOfMeasure.GRAM else str(quantity)


def weight_caption(say: Say, weight_g: int) -> str:
    if weight_g < GRAMS_PER_KILOGRAM:
        return say("grams", grams=weight_g)
    return say("kilograms", kilograms=decimal_caption(say, weight_g / GRAMS_PER_KILOGRAM, 3, is_rounded=True))
