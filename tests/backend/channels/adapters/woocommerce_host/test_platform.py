"""The played shop is as lax and as strict as the real one: any status, another refund each time, only what is left."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from backend.channels.adapters.woocommerce_host.platform import Refused, WooCommerceShop
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Milk", Decimal("1.39"))


@pytest.fixture
def shop(clock: ManualClock) -> WooCommerceShop:
    return WooCommerceShop(clock=clock, tell=lambda topic, order_id: None)


def refund(quantity: int, amount: str) -> dict[str, Any]:
    return {"amount": amount, "line_items": [{"id": 315, "quantity": quantity, "refund_total": amount}]}


def test_each_refund_is_another_until_nothing_is_left(shop: WooCommerceShop) -> None:
    order_id = shop.place([(MILK, 3)], 60)
    for left in (2, 1):
        shop.refund(order_id, refund(1, "1.39"))
        assert shop.quantities(order_id) == {"MILK-1L": left}
    with pytest.raises(Refused) as refused:
        shop.refund(order_id, refund(2, "2.78"))
    assert (refused.value.status, refused.value.code) == (500, "woocommerce_rest_cannot_create_order_refund")
    shop.refund(order_id, refund(1, "1.39"))
    assert shop.state(order_id) is PlayedState.CANCELLED
    assert shop.read(order_id)["status"] == "refunded"


def test_any_status_may_follow_any_other(shop: WooCommerceShop) -> None:
    order_id = shop.place([(MILK, 1)], 60)
    for status in ("completed", "cancelled", "processing"):
        assert shop.update(order_id, {"status": status})["status"] == status
    with pytest.raises(Refused):
        shop.update(order_id, {"status": "ready"})


def test_meta_data_is_kept_once_for_each_key(shop: WooCommerceShop) -> None:
    order_id = shop.place([(MILK, 1)], 60)
    for state in ("accepted", "accepted", "picked"):
        shop.update(order_id, {"meta_data": [{"key": "blinkpick_state", "value": state}]})
    assert shop.state(order_id) is PlayedState.PICKED
    assert shop.orders[order_id].heard == ["blinkpick_state accepted", "blinkpick_state picked"]


def test_changes_are_found_by_their_time(shop: WooCommerceShop, clock: ManualClock) -> None:
    first, second = shop.place([(MILK, 1)], 60), shop.place([(MILK, 1)], 60)
    then = clock.now()
    clock.advance(5)
    shop.cancel(second)
    assert [body["id"] for body in shop.changed_after(then, page=1, per_page=10)] == [int(second)]
    assert first != second
