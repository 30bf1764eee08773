"""What a product costs, in words."""

from __future__ import annotations

from mobile.captions import Say
from mobile.components.amounts import amount_caption
from shared.products import ProductCard, UnitOfMeasure


def price_caption(say: Say, product: ProductCard, currency: str) -> str:
    """`€2.49`, or `€2.49 a kilogram`; empty where it is not known. `currency` is the store's, ISO 4217."""
    if not product.price_minor:
        return ""
    price = amount_caption(say, product.price_minor, currency)
    return say("price.kilogram", price=price) if product.unit is UnitOfMeasure.GRAM else price
