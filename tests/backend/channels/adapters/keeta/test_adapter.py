"""The Keeta adapter against the played platform: refunds once, repeats that are done, messages for another store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.keeta.adapter import KeetaAdapter, KeetaSettings
from backend.channels.adapters.keeta.reports import LEFT
from backend.channels.adapters.keeta_host.simulator import HostSettings, KeetaHost
from backend.channels.port import Call, ChannelRefused, DeadlineKind, Edge, RawMessage, ReportedOrder
from backend.channels.port.errors import SignatureInvalid
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

Run = Callable[..., Any]
MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))
TEA = SoldProduct("TEA", "Tea", Decimal("5.00"))


@pytest.fixture
def host(clock: ManualClock) -> KeetaHost:
    return KeetaHost(HostSettings(), Edge(clock))


@pytest.fixture
def adapter(host: KeetaHost, clock: ManualClock, run: Run) -> Iterator[KeetaAdapter]:
    settings = KeetaSettings.model_validate(host.channel_settings("https://shop.example/hooks"))
    adapter = KeetaAdapter(settings, Edge(clock, httpx.ASGITransport(host.application)))
    yield adapter
    run(adapter.aclose())


def refund(host: KeetaHost, order_id: str) -> Call:
    milk, tea = (item.item_id for item in host.platform.orders[order_id].items)
    products = [{"orderProductId": int(milk), "refundCount": 1}]
    body = {"products": products, "partRefundType": 200_002, "partRefundReason": "sold out", LEFT: {milk: 2, tea: 1}}
    return Call("order/refund/part/apply", order_id, body)


def test_a_repeated_refund_is_one(host: KeetaHost, adapter: KeetaAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3), (TEA, 1)])
    run(adapter.send(Call("order/confirm", order_id, {})))
    for _ in range(3):
        run(adapter.send(refund(host, order_id)))
    assert host.quantities(order_id) == {"MILK-1L": 2, "TEA": 1}


def test_a_repeat_is_done_and_a_step_out_of_turn_is_not(host: KeetaHost, adapter: KeetaAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3)])
    with pytest.raises(ChannelRefused):
        run(adapter.send(Call("order/prepare", order_id, {})))
    for operation in ("order/confirm", "order/confirm", "order/prepare", "order/prepare"):
        run(adapter.send(Call(operation, order_id, {})))
    assert host.state(order_id) is PlayedState.PICKED
    assert host.heard(order_id)["order/confirm"] == 1


def test_an_order_is_read_again(host: KeetaHost, adapter: KeetaAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3)])
    assert run(adapter.fetch(order_id)).external_id == order_id


def test_a_wrong_secret_is_refused(host: KeetaHost, clock: ManualClock, run: Run) -> None:
    settings = KeetaSettings.model_validate({**host.channel_settings("https://shop.example"), "app_secret": "guess"})
    other = KeetaAdapter(settings, Edge(clock, httpx.ASGITransport(host.application)))
    with pytest.raises(ChannelRefused):
        run(other.fetch(host.place([(MILK, 1)])))


@pytest.mark.parametrize("changes", [{"shop_id": 1}, {"app_id": 1}, {"callback_url": "https://other.example/hooks"}])
def test_a_message_for_another_is_refused(changes: dict[str, Any], clock: ManualClock) -> None:
    settings = KeetaSettings.model_validate({**cases("keeta")["settings"], **changes})
    message = RawMessage(payload("keeta", "placed.json"), path="messages")
    with pytest.raises(SignatureInvalid):
        KeetaAdapter(settings, Edge(clock)).verify(message)


def test_what_waits_for_a_supervisor_is_confirmed_in_time(adapter: KeetaAdapter) -> None:
    [call] = adapter.before_deadline(DeadlineKind.ACCEPT, ReportedOrder("77"))
    assert (call.operation, call.meets) == ("order/confirm", DeadlineKind.ACCEPT)
    assert adapter.before_deadline(DeadlineKind.FINISH, ReportedOrder("77")) == []
