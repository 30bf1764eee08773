"""The played Deliveroo: patience between requests, new ids for amended items, and rejections when time is over."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.deliveroo_host.platform import DeliverooPlatform
from backend.channels.adapters.deliveroo_host.simulator import DeliverooHost, HostSettings
from backend.channels.port.contract import Edge
from backend.channels.port.played_baskets import PlayedRefusal
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))


@pytest.fixture
def platform(clock: ManualClock) -> DeliverooPlatform:
    return DeliverooPlatform(clock=clock, tell=lambda _: None, site_id="s", sells=[MILK])


def amendment(platform: DeliverooPlatform, order_id: str, final: int) -> list[dict[str, Any]]:
    item = platform.orders[order_id].items[0]
    return [{"amends": {"id": item.item_id, "quantity": item.quantity}, "final_quantity": final}]


def test_an_amended_item_has_a_new_id_and_the_old_one_is_gone(platform: DeliverooPlatform, clock: ManualClock) -> None:
    order_id = platform.place([(MILK, 3)], 60)
    first = amendment(platform, order_id, 1)
    with pytest.raises(PlayedRefusal):
        platform.amend(order_id, amendment(platform, order_id, 3))
    clock.advance(31)
    platform.amend(order_id, first)
    clock.advance(31)
    assert platform.quantities(order_id) == {"MILK-1L": 1}
    with pytest.raises(PlayedRefusal) as gone:
        platform.amend(order_id, first)
    assert gone.value.status == 400


def test_one_request_of_a_kind_in_half_a_minute(platform: DeliverooPlatform) -> None:
    order_id = platform.place([(MILK, 3)], 60)
    platform.start(order_id)
    with pytest.raises(PlayedRefusal) as hasty:
        platform.start(order_id)
    assert hasty.value.status == 429


@pytest.mark.parametrize(("is_begun", "alive_s"), [(False, 600), (True, 900)])
def test_what_nobody_begins_or_accepts_is_rejected(
    platform: DeliverooPlatform, clock: ManualClock, is_begun: bool, alive_s: int
) -> None:
    order_id = platform.place([(MILK, 3)], 60)
    if is_begun:
        platform.start(order_id)
    clock.advance(alive_s)
    platform.pass_time()
    assert platform.state(order_id) in (PlayedState.NEW, PlayedState.ACCEPTED)
    clock.advance(1)
    platform.pass_time()
    assert platform.state(order_id) is PlayedState.CANCELLED


def test_without_a_token_nothing_is_applied(clock: ManualClock, run: Callable[..., Any]) -> None:
    host = DeliverooHost(HostSettings(), Edge(clock))
    order_id = host.place([(MILK, 1)])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), base_url=host.settings.base_url)
    assert run(http.put(f"/picking/v1/orders/{order_id}/accept")).status_code == 401
    assert host.state(order_id) is PlayedState.NEW
