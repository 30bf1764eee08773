"""Products taken off sale, put back, priced, as Meituan's calls. Pure.

Source: retail/sellStatus (sell_status 0 on sale, 1 off) and retail/sku/price (prices in yuan), pages 271 and 77 of the
platform's documentation, as its public clients call them. The store's SKU is `app_food_code` and `sku_id` there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from backend.channels.port.reports import Call
from shared.events import ProductPrice

SELL_STATUS, PRICE = "retail/sellStatus", "retail/sku/price"
OPERATIONS = frozenset({SELL_STATUS, PRICE})
ON_SALE, OFF_SALE = "0", "1"
PER_CALL = 200


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    status = ON_SALE if is_available else OFF_SALE
    return [Call(SELL_STATUS, f"product:{sku}", {"food_data": _json([{"app_food_code": sku}]), "sell_status": status})]


def tell_prices(prices: Sequence[ProductPrice]) -> list[Call]:
    """Two hundred products at a time; a promotion is the platform's own affair, so the price is what holds now."""
    calls = []
    for at in range(0, len(prices), PER_CALL):
        foods = [
            {"app_food_code": each.sku, "skus": [{"sku_id": each.sku, "price": _yuan(each.price_minor)}]}
            for each in prices[at : at + PER_CALL]
        ]
        calls.append(Call(PRICE, "products", {"food_data": _json(foods)}))
    return calls


def _yuan(minor: int) -> str:
    return f"{Decimal(minor) / 100:.2f}"


def _json(foods: list[dict[str, Any]]) -> str:
    return json.dumps(foods, ensure_ascii=False, separators=(",", ":"))
