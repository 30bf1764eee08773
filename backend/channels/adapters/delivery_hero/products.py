"""Products taken off sale, put back, priced, as the catalogue of Delivery Hero's brands takes them. Pure.

Source: PUT /chains/{chain_id}/vendors/{vendor_id}/catalog, the catalogue's use cases of the partner documentation as
public clients call them: products by `sku`, with `active` and `price` in whole currency. It answers 202 with a job that
works through the list: what the store does not sell is left out there.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from backend.channels.port.fields import minor_digits
from backend.channels.port.reports import Call
from shared.events import ProductPrice

CATALOG = "catalog"
PER_CALL = 100


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    return [Call(CATALOG, f"product:{sku}", {"products": [{"sku": sku, "active": is_available}]})]


def tell_prices(prices: Sequence[ProductPrice]) -> list[Call]:
    """A hundred products at a time; a promotion is a call of its own there, so the price is what holds now."""
    return [
        Call(CATALOG, "products", {"products": [_priced(each) for each in prices[at : at + PER_CALL]]})
        for at in range(0, len(prices), PER_CALL)
    ]


def _priced(price: ProductPrice) -> dict[str, Any]:
    return {"sku": price.sku, "price_minor": price.price_minor}


def body_of(call: Call, currency: str) -> dict[str, Any]:
    """As the platform wants it: a call knows no currency, and a price is a number in whole currency."""
    products = [dict(product) for product in (call.body or {})["products"]]
    for product in products:
        if "price_minor" in product:
            whole = Decimal(product.pop("price_minor")).scaleb(-minor_digits(currency))
            product["price"] = float(whole)  # three places at most, which JSON writes as they are
    return {"products": products}
