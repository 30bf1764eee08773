"""The played Delivery Hero: whole baskets, nothing after the end, another chain shut out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.delivery_hero_host.simulator import DeliveryHeroHost, HostSettings
from backend.channels.port.contract import Edge
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

Run = Callable[..., Any]
MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))


@pytest.fixture
def host(clock: ManualClock) -> DeliveryHeroHost:
    return DeliveryHeroHost(HostSettings(), Edge(clock))


def put(host: DeliveryHeroHost, run: Run, order_id: str, chain: str = "chain_1", **body: Any) -> int:
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), base_url="https://platform.example")
    form = {"grant_type": "client_credentials", "client_id": host.settings.client_id}
    form["client_secret"] = host.settings.client_secret.get_secret_value()
    token = run(http.post("/v2/oauth/token", data=form)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/v2/chains/{chain}/orders/{order_id}"
    return int(run(http.put(path, json={"order_id": order_id, **body}, headers=headers)).status_code)


def test_nothing_is_put_after_the_end(host: DeliveryHeroHost, run: Run) -> None:
    order_id = host.place([(MILK, 2)])
    assert put(host, run, order_id, status="READY_FOR_PICKUP", items=[]) == 200
    assert host.state(order_id) is PlayedState.PICKED
    assert put(host, run, order_id, status="READY_FOR_PICKUP", items=[]) == 409
    assert put(host, run, order_id, status="CANCELLED", cancellation={"reason": "OTHER"}) == 409


def test_an_addition_must_replace_something(host: DeliveryHeroHost, run: Run) -> None:
    order_id = host.place([(MILK, 2)])
    item = {"sku": "EGGS-10", "status": "IN_CART", "pricing": {"quantity": 1}}
    assert put(host, run, order_id, status="UPDATE_CART", items=[item]) == 400
    milk = host.platform.orders[order_id].items[0].item_id
    both = [{"_id": milk, "status": "REPLACED"}, {**item, "replaced_id": milk}]
    assert put(host, run, order_id, status="UPDATE_CART", items=both) == 200
    assert host.quantities(order_id) == {"EGGS-10": 1}


def test_another_chain_is_shut_out(host: DeliveryHeroHost, run: Run) -> None:
    order_id = host.place([(MILK, 2)])
    assert put(host, run, order_id, "chain_2", status="READY_FOR_PICKUP", items=[]) == 403
