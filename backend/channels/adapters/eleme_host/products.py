"""Ele.me's commands about products, applied to what it sells for a store. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from backend.channels.adapters.eleme_host.platform import Refused
from backend.channels.port.played_shelf import PlayedShelf

PREFIX = "sku."
PER_CALL_MAX = 100
UNKNOWN_ERRNO = 500001


def change_products(shelf: PlayedShelf, shop_id: str, cmd: str, body: dict[str, Any]) -> None:
    """All that is sold there is changed, whatever else is listed. Raises Refused."""
    if body.get("shop_id") != shop_id:
        raise Refused("门店不存在")
    match cmd:
        case "sku.online" | "sku.offline":
            codes = body["custom_sku_id"].split(",")
            done = [shelf.switch(code, is_on_sale=cmd == "sku.online") for code in codes]
        case "sku.price.update.batch":
            priced = list(_priced(body["custom_sku_id"]))
            codes = [code for code, _ in priced]
            done = [shelf.charge(code, price) for code, price in priced]
        case _:
            raise Refused("接口不存在")
    if len(codes) > PER_CALL_MAX:
        raise Refused("商品数量超过上限")
    failed = [
        {"custom_sku_id": code, "error_no": UNKNOWN_ERRNO, "error_msg": "商品不存在"}
        for code, is_done in zip(codes, done, strict=True)
        if not is_done
    ]
    if failed:
        raise Refused(json.dumps({"failed_list": failed}, ensure_ascii=False), UNKNOWN_ERRNO)


def _priced(text: str) -> Iterator[tuple[str, Decimal]]:
    """Codes with what they cost now, in yuan; what stands after the comma is the price before."""
    for part in text.split(";"):
        code, _, prices = part.partition(":")
        now, _, before = prices.partition(",")
        if not now.isdigit() or (before and not before.isdigit()) or int(now) < 1:
            raise Refused("价格格式错误")
        yield code, Decimal(now) / 100
