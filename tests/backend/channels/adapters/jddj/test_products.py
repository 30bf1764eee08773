"""Products as JD Daojia hears of them: for sale or not, prices in fen, and answers with a code of their own."""

from __future__ import annotations

import pytest

from backend.channels.adapters.jddj.client import DaojiaRefused
from backend.channels.adapters.jddj.products import PER_CALL, raise_if_refused, tell_prices, tell_stock
from shared.events import ProductPrice


def test_for_sale_or_not() -> None:
    for is_available in (True, False):
        (call,) = tell_stock("MILK-1L", is_available=is_available)
        assert (call.operation, call.external_id) == ("stock/batchUpdateVendibility", "product:MILK-1L")
        assert (call.body or {})["stockVendibilityList"] == [{"outSkuId": "MILK-1L", "doSale": is_available}]


def test_prices_are_fen_fifty_at_a_time() -> None:
    prices = [ProductPrice(sku=f"S{number}", price_minor=5 + number) for number in range(PER_CALL + 1)]
    first, rest = tell_prices(prices)
    assert (first.body or {})["skuPriceInfoList"][0] == {"outSkuId": "S0", "price": 5}
    assert rest.body == {"skuPriceInfoList": [{"outSkuId": "S50", "price": 55}]}


def test_a_refusal_in_an_answer_of_its_own_form() -> None:
    raise_if_refused({"retCode": "0", "data": [{"outSkuId": "NOBODY", "code": "1"}]}, "stock/batchUpdateVendibility")
    raise_if_refused("", "stock/batchUpdateVendibility")
    with pytest.raises(DaojiaRefused):
        raise_if_refused({"retCode": "1", "retMsg": "no"}, "stock/batchUpdateVendibility")
