"""The Delivery Hero adapter: an agreed secret, this store only, and a basket that is put once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.delivery_hero.adapter import DeliveryHeroAdapter, DeliveryHeroSettings
from backend.channels.adapters.delivery_hero_host.simulator import DeliveryHeroHost, HostSettings
from backend.channels.port import Call, ChannelRefused, Edge, RawMessage, SignatureInvalid
from backend.channels.port.playing import SoldProduct
from shared.clock import ManualClock

Run = Callable[..., Any]
MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"), "4006381333931")


@pytest.fixture
def host(clock: ManualClock) -> DeliveryHeroHost:
    return DeliveryHeroHost(HostSettings(), Edge(clock))


@pytest.fixture
def adapter(host: DeliveryHeroHost, clock: ManualClock, run: Run) -> Iterator[DeliveryHeroAdapter]:
    settings = DeliveryHeroSettings.model_validate(host.channel_settings(""))
    adapter = DeliveryHeroAdapter(settings, Edge(clock, httpx.ASGITransport(host.application)))
    yield adapter
    run(adapter.aclose())


def put(order_id: str, status: str, **given: Any) -> Call:
    return Call(status, order_id, {"order_id": order_id, "status": status, **given})


def test_the_same_basket_twice_is_one(host: DeliveryHeroHost, adapter: DeliveryHeroAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3)])
    item = {"_id": host.platform.orders[order_id].items[0].item_id, "sku": "MILK-1L", "status": "IN_CART"}
    item |= {"pricing": {"pricing_type": "UNIT", "quantity": 1}}
    for _ in range(2):
        run(adapter.send(put(order_id, "READY_FOR_PICKUP", items=[item])))
    assert host.quantities(order_id) == {"MILK-1L": 1}
    assert host.heard(order_id) == {"basket": 1, "READY_FOR_PICKUP": 1}


def test_a_basket_of_something_else_is_refused(host: DeliveryHeroHost, adapter: DeliveryHeroAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3)])
    with pytest.raises(ChannelRefused):
        run(adapter.send(put(order_id, "READY_FOR_PICKUP", items=[{"_id": "x", "status": "NOT_FOUND"}])))
    with pytest.raises(ChannelRefused):
        run(adapter.send(put("nobody", "CANCELLED", cancellation={"reason": "OTHER"})))


def test_an_order_is_read_again(host: DeliveryHeroHost, adapter: DeliveryHeroAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3)])
    [line] = run(adapter.fetch(order_id)).order.lines
    assert (line.sku, line.gtins, line.unit_price_minor) == ("MILK-1L", ["4006381333931"], 1290)


@pytest.mark.parametrize(("store_id", "is_ours"), [("store_1", True), ("store_2", False), (None, True)])
def test_an_order_that_names_another_store_is_refused(
    adapter: DeliveryHeroAdapter, host: DeliveryHeroHost, store_id: str | None, is_ours: bool
) -> None:
    body = json.dumps({"client": {"store_id": store_id}}).encode()
    message = RawMessage(body, {"authorization": host.settings.webhook_secret.get_secret_value()})
    if is_ours:
        adapter.verify(message)
    else:
        with pytest.raises(SignatureInvalid):
            adapter.verify(message)
