"""Items as iFood hears of them: how many there are, and what they cost in whole reais."""

from __future__ import annotations

import json

from backend.channels.adapters.ifood.products import PER_CALL, items_of, tell_prices, tell_stock
from shared.events import ProductPrice


def test_none_left_and_so_many_again() -> None:
    for is_available, stock in ((False, 0), (True, 50)):
        (call,) = tell_stock("7891000100103", is_available=is_available)
        assert call.external_id == "product:7891000100103"
        wanted = [{"barcode": "7891000100103", "inventory": {"stock": stock}}]
        assert items_of(call, stock_when_available=50) == wanted
        assert items_of(call, stock_when_available=50) == wanted, "a call may be made a second time"


def test_prices_with_and_without_a_promotion_a_hundred_at_a_time() -> None:
    promoted = ProductPrice(sku="1", price_minor=1990, was_minor=2490)
    first, rest = tell_prices([promoted, *[ProductPrice(sku="2", price_minor=1005)] * PER_CALL])
    items = items_of(first, stock_when_available=1)
    assert len(items) == PER_CALL
    assert json.dumps(items[0]) == '{"barcode": "1", "prices": {"price": 24.9, "promotionPrice": 19.9}}'
    assert json.dumps(items_of(rest, stock_when_available=1)) == (
        '[{"barcode": "2", "prices": {"price": 10.05, "promotionPrice": 10.05}}]'
    )
