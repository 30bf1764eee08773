"""Products as DoorDash hears of them: active or not, prices in cents, with and without a promotion."""

from __future__ import annotations

from backend.channels.adapters.doordash.products import PER_CALL, tell_prices, tell_stock
from shared.events import ProductPrice


def test_active_or_not() -> None:
    for is_available, word in ((False, "INACTIVE"), (True, "ACTIVE")):
        (call,) = tell_stock("MILK-1L", is_available=is_available)
        assert call.external_id == "product:MILK-1L"
        assert call.body == {"items": [{"merchant_supplied_item_id": "MILK-1L", "item_availability": word}]}


def test_a_promotion_is_a_sale_price_and_its_end_takes_it_back() -> None:
    promoted = ProductPrice(sku="A", price_minor=1990, was_minor=2490)
    first, rest = tell_prices([promoted, *[ProductPrice(sku="B", price_minor=100)] * PER_CALL])
    assert (first.body or {})["items"][0]["price_info"] == {"base_price": 2490, "sale_price": 1990}
    assert len((first.body or {})["items"]) == PER_CALL
    assert (rest.body or {})["items"][0]["price_info"] == {"base_price": 100, "sale_price": 100}
