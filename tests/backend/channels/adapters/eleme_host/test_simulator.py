"""The played Ele.me refunds what is there, once it is confirmed, and nothing for a wrong sign."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.eleme_host.platform import ElemePlatform, Refused
from backend.channels.adapters.eleme_host.simulator import ElemeHost, HostSettings
from backend.channels.port.contract import Edge
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))


def test_no_more_is_refunded_than_is_there(clock: ManualClock) -> None:
    platform = ElemePlatform(clock=clock, tell=lambda *_: None, shop_id="1", accept_within_s=300)
    order_id = platform.place([(MILK, 3)], 60)
    refund = {"order_id": order_id, "products": [{"sku_id": "1539717705337067", "number": 2}]}
    with pytest.raises(Refused):
        platform.apply("order.partrefund", refund)
    platform.apply("order.confirm", {"order_id": order_id})
    platform.apply("order.partrefund", refund)
    assert platform.quantities(order_id) == {"MILK-1L": 1}
    with pytest.raises(Refused):
        platform.apply("order.partrefund", refund)


def test_a_command_without_the_right_sign_changes_nothing(clock: ManualClock, run: Callable[..., Any]) -> None:
    host = ElemeHost(HostSettings(), Edge(clock))
    order_id = host.place([(MILK, 1)])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), base_url=host.settings.base_url)
    answer = run(http.post("/", data={"cmd": "order.confirm", "body": f'{{"order_id":"{order_id}"}}', "sign": "0"}))
    assert answer.json()["body"]["errno"] != 0
    assert host.state(order_id) is PlayedState.NEW
