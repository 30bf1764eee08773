"""Products as iFood's Item API takes them: what there is of each, and what it costs. Pure.

Source: developer.ifood.com.br, guides/modules/item: PATCH /item/v1.0/ingestion/{merchantId} with a list of items by
`barcode`, `inventory.stock` and `prices`; fields that are not sent stay as they are. It answers 202 and works through
the list afterwards: what it does not sell for the store is left out there. Public clients send a hundred at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from backend.channels.port.reports import Call
from shared.events import ProductPrice

INGESTION = "ingestion"
MANY = "products"  # what a call of many names in place of one
PER_CALL = 100
_AVAILABLE = "is_available"


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    return [Call(INGESTION, f"product:{sku}", {"items": [{"barcode": sku, _AVAILABLE: is_available}]})]


def tell_prices(prices: Sequence[ProductPrice]) -> list[Call]:
    """A hundred products at a time."""
    return [
        Call(INGESTION, MANY, {"items": [_priced(each) for each in prices[at : at + PER_CALL]]})
        for at in range(0, len(prices), PER_CALL)
    ]


def items_of(call: Call, *, stock_when_available: int) -> list[dict[str, Any]]:
    """As the platform wants them: it counts, so that what is back needs a number."""
    items = [dict(item) for item in (call.body or {})["items"]]
    for item in items:
        if _AVAILABLE in item:
            item["inventory"] = {"stock": stock_when_available if item.pop(_AVAILABLE) else 0}
    return items


def _priced(price: ProductPrice) -> dict[str, Any]:
    """Without a promotion the promotion's price is the usual one, which ends a promotion before."""
    usual = price.price_minor if price.was_minor is None else price.was_minor
    return {"barcode": price.sku, "prices": {"price": _real(usual), "promotionPrice": _real(price.price_minor)}}


def _real(minor: int) -> float:
    return float(Decimal(minor) / 100)  # two places, which JSON writes as they are
