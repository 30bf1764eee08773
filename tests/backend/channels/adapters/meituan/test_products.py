"""Products as Meituan hears of them: on sale or off, prices in yuan, no more at a time than it takes."""

from __future__ import annotations

import json

from backend.channels.adapters.meituan.products import PER_CALL, tell_prices, tell_stock
from shared.events import ProductPrice


def test_off_sale_and_on() -> None:
    (off,) = tell_stock("MILK-1L", is_available=False)
    assert (off.operation, off.external_id) == ("retail/sellStatus", "product:MILK-1L")
    assert off.body == {"food_data": '[{"app_food_code":"MILK-1L"}]', "sell_status": "1"}
    (on,) = tell_stock("MILK-1L", is_available=True)
    assert (on.body or {})["sell_status"] == "0"


def test_prices_are_yuan_written_out() -> None:
    prices = [ProductPrice(sku=f"S{number}", price_minor=5 + number) for number in range(PER_CALL + 1)]
    first, rest = tell_prices(prices)
    foods = json.loads((first.body or {})["food_data"])
    assert len(foods) == PER_CALL
    assert foods[0] == {"app_food_code": "S0", "skus": [{"sku_id": "S0", "price": "0.05"}]}
    assert json.loads((rest.body or {})["food_data"])[0]["skus"][0]["price"] == "2.05"
