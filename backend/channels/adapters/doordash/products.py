"""Products taken off sale, put back, priced, as DoorDash's one call about a store's items. Pure.

Source: PATCH /api/v2/stores/{store_location_id}/items of DoorDash's own OpenAPI document for retailers: items by
`merchant_supplied_item_id`, `item_availability` ACTIVE or INACTIVE, `price_info` in cents. It answers 202 and works
through the list afterwards: what it does not sell is left out there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.channels.port.reports import Call
from shared.events import ProductPrice

ITEMS = "items"
PER_CALL = 100


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    item = {"merchant_supplied_item_id": sku, "item_availability": "ACTIVE" if is_available else "INACTIVE"}
    return [Call(ITEMS, f"product:{sku}", {"items": [item]})]


def tell_prices(prices: Sequence[ProductPrice]) -> list[Call]:
    """A hundred products at a time."""
    return [
        Call(ITEMS, "products", {"items": [_priced(each) for each in prices[at : at + PER_CALL]]})
        for at in range(0, len(prices), PER_CALL)
    ]


def _priced(price: ProductPrice) -> dict[str, Any]:
    """A promotion is a sale price; without one the sale price is the usual one, which ends a promotion before."""
    usual = price.price_minor if price.was_minor is None else price.was_minor
    return {
        "merchant_supplied_item_id": price.sku,
        "price_info": {"base_price": usual, "sale_price": price.price_minor},
    }
