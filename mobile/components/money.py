"""Prices as a shelf label writes them; the currency is the store's and stands on every label anyway."""

from __future__ import annotations

from mobile.captions import Say
from shared.products import ProductCard, UnitOfMeasure

MINOR_PER_MAJOR = 100


def price_caption(say: Say, product: ProductCard) -> str:
    """`2.49`, or `2.49 a kilogram`; empty where it is not known."""
    if not product.price_minor:
        return ""
    price = f"{product.price_minor // MINOR_PER_MAJOR}.{product.price_minor % MINOR_PER_MAJOR:02d}"
    return say("price.kilogram", price=price) if product.unit is UnitOfMeasure.GRAM else price
