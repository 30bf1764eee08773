"""The played shop: nothing of an edit is so before its commit, no refund without a key, nothing without a token."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.shopify_host.platform import Refused, ShopifyPlatform
from backend.channels.adapters.shopify_host.simulator import HostSettings, ShopifyHost
from backend.channels.port.contract import Edge
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))


@pytest.fixture
def platform(clock: ManualClock) -> ShopifyPlatform:
    return ShopifyPlatform(clock=clock, tell=lambda *_: None, sells=[MILK])


def test_an_edit_is_nothing_before_its_commit_and_no_longer_after(platform: ShopifyPlatform) -> None:
    order_id = platform.place([(MILK, 3)], 60)
    edit = platform.begin_edit(order_id)
    with pytest.raises(Refused):
        platform.commit(edit)
    platform.set_quantity(edit, platform.orders[order_id].lines[0].line_id, 1)
    assert platform.quantities(order_id) == {"MILK-1L": 3}
    platform.commit(edit)
    assert platform.quantities(order_id) == {"MILK-1L": 1}
    with pytest.raises(Refused):
        platform.commit(edit)


def test_a_refund_is_one_for_each_key_and_never_more_than_was_paid(platform: ShopifyPlatform) -> None:
    order_id = platform.place([(MILK, 1)], 60)
    for _ in range(2):
        platform.refund(order_id, Decimal("12.90"), "k-1", {"a": 1})
    assert platform.orders[order_id].refunded == Decimal("12.90")
    for key, given in (("k-1", {"a": 2}), ("k-2", {"a": 1})):
        with pytest.raises(Refused):
            platform.refund(order_id, Decimal("12.90"), key, given)


def test_a_cancelled_order_takes_nothing_more(platform: ShopifyPlatform) -> None:
    order_id = platform.place([(MILK, 1)], 60)
    platform.cancel(order_id)
    for step in (platform.begin_edit, platform.report_progress, platform.fulfil):
        with pytest.raises(Refused):
            step(order_id)
    assert platform.state(order_id) is PlayedState.CANCELLED


@pytest.mark.parametrize("headers", [{}, {"X-Shopify-Access-Token": "guess"}])
def test_without_a_token_nothing_is_answered(
    clock: ManualClock, run: Callable[..., Any], headers: dict[str, str]
) -> None:
    host = ShopifyHost(HostSettings(), Edge(clock))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), base_url="https://shop.example")
    asked = {"query": "query { order(id: $id) { id } }", "variables": {"id": "1"}}
    assert run(http.post("/admin/api/2026-04/graphql.json", json=asked, headers=headers)).status_code == 401
