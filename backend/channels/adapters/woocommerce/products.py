"""What a shop sells, taken off sale, put back, priced. The questions are the caller's.

Source: list products (`sku`, several with commas between), update a product, batch update products (at most 100) and
the current currency, in the REST API version 3. A product whose stock the shop counts itself is set to none and back
to what it was, which is remembered with the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import list_of, minor_digits, text_of
from backend.channels.port.header_calls import HeaderCalls
from backend.channels.port.reports import Call
from shared.events import ProductPrice

STOCK, PRICES = "stock", "prices"
OPERATIONS = frozenset({STOCK, PRICES})
PER_CALL = 100
REMEMBERED = "blinkpick_stock"


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    return [Call(STOCK, f"product:{sku}", {"sku": sku, "is_available": is_available})]


def tell_prices(prices: Sequence[ProductPrice]) -> list[Call]:
    """A hundred products at a time."""
    calls = []
    for at in range(0, len(prices), PER_CALL):
        some = [[each.sku, each.price_minor, each.was_minor] for each in prices[at : at + PER_CALL]]
        calls.append(Call(PRICES, "products", {"prices": some}))
    return calls


async def send(call: Call, calls: HeaderCalls) -> None:
    """What the shop does not sell under this SKU is nothing to tell."""
    body = call.body or {}
    if call.operation == STOCK:
        for product in await _found(calls, [str(body["sku"])]):
            change = _stock_change(product, is_available=bool(body["is_available"]))
            if change:
                await calls.json("PUT", f"products/{product['id']}", body=change)
        return
    prices = {str(sku): (int(price), was) for sku, price, was in body["prices"]}
    products = await _found(calls, list(prices))
    if not products:
        return
    currency = await calls.json("GET", "data/currencies/current")
    places = minor_digits(text_of(currency, "code"))
    changes = [
        {"id": product["id"], **_price_change(*prices[text_of(product, "sku")], places=places)} for product in products
    ]
    await calls.json("POST", "products/batch", body={"update": changes})


async def _found(calls: HeaderCalls, skus: list[str]) -> list[dict[str, Any]]:
    asked = {"sku": ",".join(skus), "per_page": str(PER_CALL)}
    answer = await calls.json("GET", "products", parameters=asked)
    if not isinstance(answer, list) or not all(isinstance(product, dict) and "id" in product for product in answer):
        raise PayloadUnknown("the shop's list of products is none")
    return [product for product in answer if text_of(product, "sku") in skus]


def _stock_change(product: dict[str, Any], *, is_available: bool) -> dict[str, Any]:
    """Empty where it is so already."""
    if product.get("manage_stock") is not True:
        status = "instock" if is_available else "outofstock"
        return {} if product.get("stock_status") == status else {"stock_status": status}
    count = product.get("stock_quantity") or 0
    if is_available:
        kept = [each["value"] for each in list_of(product, "meta_data") if each.get("key") == REMEMBERED]
        return {"stock_quantity": int(kept[-1])} if count <= 0 and kept and str(kept[-1]).isdigit() else {}
    return {"stock_quantity": 0, "meta_data": [{"key": REMEMBERED, "value": str(count)}]} if count > 0 else {}


def _price_change(price_minor: int, was_minor: int | None, *, places: int) -> dict[str, str]:
    """A promotion is a sale price; without one there is none."""
    usual = price_minor if was_minor is None else was_minor
    return {
        "regular_price": _written(usual, places),
        "sale_price": "" if was_minor is None else _written(price_minor, places),
    }


def _written(minor: int, places: int) -> str:
    return f"{Decimal(minor).scaleb(-places):.{places}f}"
