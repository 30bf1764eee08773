"""The played shop over HTTP: the key is asked for, and webhooks say the order as it is when they leave."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.woocommerce_host.simulator import HostSettings, WooCommerceHost
from backend.channels.port.contract import Edge
from backend.channels.port.playing import SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Milk", Decimal("1.39"))
Run = Callable[..., Any]


@pytest.mark.parametrize(("key", "status"), [(("ck_simulated", "simulated-secret-for-nobody"), 200), (("a", "b"), 401)])
def test_only_the_key_opens_it(clock: ManualClock, run: Run, key: tuple[str, str], status: int) -> None:
    host = WooCommerceHost(HostSettings(), Edge(clock))
    order_id = host.place([(MILK, 1)])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), auth=key)
    assert run(http.get(f"{host.settings.base_url}/orders/{order_id}")).status_code == status


def test_each_webhook_is_sent_once_and_says_what_is_so_when_it_leaves(clock: ManualClock, run: Run) -> None:
    heard: list[httpx.Request] = []

    def store(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(500)

    host = WooCommerceHost(HostSettings(), Edge(clock), push_transport=httpx.MockTransport(store))
    host.pushes.url = "https://pick.example/hook"
    order_id = host.place([(MILK, 1)])
    host.cancel(order_id)
    run(host.pushes.drain())
    assert host.pushes.is_empty, "nothing is sent again"
    assert [request.headers["x-wc-webhook-topic"] for request in heard] == ["order.created", *["order.updated"] * 2]
    assert all(b'"status":"cancelled"' in request.content for request in heard)
