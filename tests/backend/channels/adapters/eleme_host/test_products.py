"""The played Ele.me's products: what it knows is changed, what it does not is listed, and wrong calls are refused."""

from __future__ import annotations

import json

import pytest

from backend.channels.adapters.eleme_host.platform import Refused
from backend.channels.adapters.eleme_host.products import UNKNOWN_ERRNO, change_products
from backend.channels.port.played_shelf import PlayedShelf


def test_the_others_are_done_where_one_is_unknown(shelf: PlayedShelf) -> None:
    body = {"shop_id": "store_1", "custom_sku_id": "NOBODY:1;MILK-1L:1190,1290"}
    with pytest.raises(Refused) as refused:
        change_products(shelf, "store_1", "sku.price.update.batch", body)
    assert refused.value.errno == UNKNOWN_ERRNO
    assert [each["custom_sku_id"] for each in json.loads(str(refused.value))["failed_list"]] == ["NOBODY"]
    assert shelf.price_of("MILK-1L") == "11.90"


@pytest.mark.parametrize(
    ("cmd", "body"),
    [
        ("sku.offline", {"shop_id": "another", "custom_sku_id": "MILK-1L"}),
        ("sku.offline", {"shop_id": "store_1", "custom_sku_id": ",".join(["MILK-1L"] * 101)}),
        ("sku.price.update.batch", {"shop_id": "store_1", "custom_sku_id": "MILK-1L:11.90"}),
        ("sku.price.update.batch", {"shop_id": "store_1", "custom_sku_id": "MILK-1L:0"}),
        ("sku.delete", {"shop_id": "store_1", "custom_sku_id": "MILK-1L"}),
    ],
)
def test_wrong_calls_are_refused(shelf: PlayedShelf, cmd: str, body: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        change_products(shelf, "store_1", cmd, body)
    assert refused.value.errno != UNKNOWN_ERRNO
