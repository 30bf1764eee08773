"""Items of a store's menu suspended, put back, priced, as Uber's calls. Pure.

Source: Update Item of the Menu API, v2: POST /v2/eats/stores/{store_id}/menus/items/{item_id} updates what it names and
nothing else; an item whose `suspend_until` is null or past is available; prices in the lowest denomination. It takes
one item at a time. The store's SKU is the item's id on the menu.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from backend.channels.port.reports import Call
from shared.events import ProductPrice

ITEM = "menu item"
SKU = "sku"
FOR_EVER_S = 8_640_000_000  # as the documentation's own example: until it is put back


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    suspension = {"suspend_until": None} if is_available else {"suspend_until": FOR_EVER_S, "reason": "out of stock"}
    return [_update(sku, {"suspension_info": {"suspension": suspension}})]


def tell_prices(prices: Sequence[ProductPrice]) -> list[Call]:
    """A promotion is the platform's own affair, so the price is what holds now."""
    return [_update(each.sku, {"price_info": {"price": each.price_minor, "overrides": []}}) for each in prices]


def path_of(call: Call, store_id: str) -> str:
    item_id = str((call.body or {})[SKU])
    return f"/v2/eats/stores/{quote(store_id, safe='')}/menus/items/{quote(item_id, safe='')}"


def body_of(call: Call) -> dict[str, Any]:
    return {name: value for name, value in (call.body or {}).items() if name != SKU}


def _update(sku: str, changes: dict[str, Any]) -> Call:
    return Call(ITEM, f"product:{sku}", {SKU: sku, **changes})
