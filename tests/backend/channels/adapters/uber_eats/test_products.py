"""Menu items as Uber hears of them: suspended for ever, or until never, prices in cents, each by itself."""

from __future__ import annotations

from backend.channels.adapters.uber_eats.products import body_of, path_of, tell_prices, tell_stock
from shared.events import ProductPrice


def test_suspended_and_available_again() -> None:
    (off,) = tell_stock("A/B 1", is_available=False)
    assert path_of(off, "store 1") == "/v2/eats/stores/store%201/menus/items/A%2FB%201"
    suspended = {"suspend_until": 8_640_000_000, "reason": "out of stock"}
    assert body_of(off) == {"suspension_info": {"suspension": suspended}}
    (on,) = tell_stock("MILK-1L", is_available=True)
    assert body_of(on) == {"suspension_info": {"suspension": {"suspend_until": None}}}


def test_prices_are_what_holds_now_and_in_line_with_the_stock_of_the_same_item() -> None:
    prices = [ProductPrice(sku="A", price_minor=1990, was_minor=2490), ProductPrice(sku="B", price_minor=5)]
    calls = tell_prices(prices)
    assert [call.external_id for call in calls] == ["product:A", "product:B"]
    assert body_of(calls[0]) == {"price_info": {"price": 1990, "overrides": []}}
