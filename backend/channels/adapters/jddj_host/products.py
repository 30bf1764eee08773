"""JD Daojia's calls about products, applied to what it sells for a store. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.channels.adapters.jddj_host.platform import Refused
from backend.channels.port.played_shelf import PlayedShelf

PER_CALL_MAX = 50


def change_products(shelf: PlayedShelf, station_no: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The answer, with what became of each product. Raises Refused."""
    if parameters.get("outStationNo") != station_no:
        raise Refused("门店不存在")
    match operation:
        case "stock/batchUpdateVendibility" if parameters["userPin"]:
            listed = parameters["stockVendibilityList"]
            done = [shelf.switch(each["outSkuId"], is_on_sale=each["doSale"] is True) for each in listed]
        case "venderprice/updateStationPrice":
            listed = parameters["skuPriceInfoList"]
            done = [shelf.charge(each["outSkuId"], Decimal(each["price"]) / 100) for each in listed]
        case _:
            raise Refused("接口不存在")
    if len(listed) > PER_CALL_MAX:
        return {"retCode": "1", "retMsg": "商品数量超过上限"}
    results = [
        {"outSkuId": each["outSkuId"], "code": "0" if is_done else "1"}
        for each, is_done in zip(listed, done, strict=True)
    ]
    return {"retCode": "0", "retMsg": "成功", "data": results}
