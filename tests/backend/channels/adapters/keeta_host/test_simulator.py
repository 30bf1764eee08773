"""The played Keeta: no step out of turn, no refund of what is not there or of everything, nothing unsigned."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.keeta.client import KeetaClient, KeetaRefused
from backend.channels.adapters.keeta_host.simulator import HostSettings, KeetaHost
from backend.channels.port.contract import Edge
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

Run = Callable[..., Any]
MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))


@pytest.fixture
def host(clock: ManualClock) -> KeetaHost:
    return KeetaHost(HostSettings(), Edge(clock))


def ask(host: KeetaHost, run: Run, clock: ManualClock, operation: str, *, token: str = "", **body: Any) -> Any:
    settings = host.settings
    client = KeetaClient(
        base_url=settings.base_url,
        app_id=settings.app_id,
        shop_id=settings.shop_id,
        access_token=token or settings.access_token.get_secret_value(),
        app_secret=settings.app_secret.get_secret_value(),
        edge=Edge(clock, httpx.ASGITransport(host.application)),
    )
    return run(client.ask(operation, body))


def test_steps_in_their_turn(host: KeetaHost, run: Run, clock: ManualClock) -> None:
    order_id = host.place([(MILK, 2)])
    with pytest.raises(KeetaRefused):
        ask(host, run, clock, "order/prepare", orderViewId=int(order_id))
    ask(host, run, clock, "order/confirm", orderViewId=int(order_id))
    ask(host, run, clock, "order/cancel", orderViewId=int(order_id), cancelCode=500_000, cancelReason="closed")
    assert host.state(order_id) is PlayedState.CANCELLED


@pytest.mark.parametrize("count", [2, 3])
def test_neither_everything_nor_more_is_refunded(host: KeetaHost, run: Run, clock: ManualClock, count: int) -> None:
    order_id = host.place([(MILK, 2)])
    ask(host, run, clock, "order/confirm", orderViewId=int(order_id))
    [item] = host.platform.orders[order_id].items
    products = [{"orderProductId": int(item.item_id), "refundCount": count}]
    with pytest.raises(KeetaRefused):
        ask(
            host,
            run,
            clock,
            "order/refund/part/apply",
            orderViewId=int(order_id),
            products=products,
            partRefundType=200_002,
        )
    assert host.quantities(order_id) == {"MILK-1L": 2}


def test_a_guessed_token_and_a_refund_nobody_asked_for(host: KeetaHost, run: Run, clock: ManualClock) -> None:
    order_id = host.place([(MILK, 2)])
    with pytest.raises(KeetaRefused):
        ask(host, run, clock, "order/confirm", token="guess", orderViewId=int(order_id))
    with pytest.raises(KeetaRefused):
        ask(host, run, clock, "order/agree", orderViewId=int(order_id))
