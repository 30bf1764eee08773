"""The played JD Daojia's products: what it knows is changed, what it does not is said, and wrong calls are refused."""

from __future__ import annotations

from typing import Any

import pytest

from backend.channels.adapters.jddj_host.platform import Refused
from backend.channels.adapters.jddj_host.products import change_products
from backend.channels.port.played_shelf import PlayedShelf


def test_the_others_are_done_where_one_is_unknown(shelf: PlayedShelf) -> None:
    listed = [{"outSkuId": "NOBODY", "price": 1}, {"outSkuId": "MILK-1L", "price": 1190}]
    parameters = {"outStationNo": "7", "skuPriceInfoList": listed}
    answer = change_products(shelf, "7", "venderprice/updateStationPrice", parameters)
    assert [each["code"] for each in answer["data"]] == ["1", "0"]
    assert shelf.price_of("MILK-1L") == "11.90"


def test_another_store_and_another_call_are_refused(shelf: PlayedShelf) -> None:
    listed: list[Any] = [{"outSkuId": "MILK-1L", "doSale": False}]
    said = {"stockVendibilityList": listed, "userPin": "x"}
    for station_no, operation in (("8", "stock/batchUpdateVendibility"), ("7", "stock/update")):
        with pytest.raises(Refused):
            change_products(shelf, "7", operation, {"outStationNo": station_no, **said})
    assert shelf.is_on_sale("MILK-1L")
    many = {"outStationNo": "7", "stockVendibilityList": listed * 51, "userPin": "x"}
    assert change_products(shelf, "7", "stock/batchUpdateVendibility", many)["retCode"] == "1"
