"""The played JD Daojia takes the same adjustment twice, and no call out of turn or with a wrong sign."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.jddj_host.platform import JddjPlatform, Refused
from backend.channels.adapters.jddj_host.simulator import HostSettings, JddjHost
from backend.channels.port.contract import Edge
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))
ADJUST = "orderAdjust/adjustOrder"


def test_an_adjustment_says_what_stays_and_may_be_said_twice(clock: ManualClock) -> None:
    platform = JddjPlatform(clock=clock, tell=lambda *_: None, station_no="1", accept_within_s=300)
    order_id = platform.place([(MILK, 3)], 60)
    adjustment = {"orderId": order_id, "oaosAdjustDTOList": [{"skuId": 2000000001, "skuCount": 1}]}
    with pytest.raises(Refused):
        platform.apply(ADJUST, adjustment)
    platform.apply("ocs/orderAcceptOperate", {"orderId": order_id})
    for _ in range(2):
        platform.apply(ADJUST, adjustment)
    assert platform.quantities(order_id) == {"MILK-1L": 1}
    assert platform.orders[order_id].heard.count(ADJUST) == 1
    with pytest.raises(Refused):
        platform.apply(ADJUST, {"orderId": order_id, "oaosAdjustDTOList": []})


def test_a_call_without_the_right_sign_changes_nothing(clock: ManualClock, run: Callable[..., Any]) -> None:
    host = JddjHost(HostSettings(), Edge(clock))
    order_id = host.place([(MILK, 1)])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), base_url=host.settings.base_url)
    answer = run(http.post("/ocs/orderAcceptOperate", data={"jd_param_json": f'{{"orderId":{order_id}}}', "sign": "0"}))
    assert answer.json()["code"] != "0"
    assert host.state(order_id) is PlayedState.NEW
