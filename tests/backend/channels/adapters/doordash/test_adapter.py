"""The DoorDash adapter against the played platform: what a refusal means where nothing can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from backend.channels.adapters.doordash.adapter import DoorDashAdapter, DoorDashSettings
from backend.channels.adapters.doordash_host.simulator import DoorDashHost, HostSettings
from backend.channels.port import Call, ChannelRefused, Edge, RawMessage, SignatureInvalid
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

Run = Callable[..., Any]
MILK, RICE = SoldProduct("MILK-1L", "Milk", Decimal("12.90")), SoldProduct("RICE-1KG", "Rice", Decimal("24.90"))
CONFIRM = {"merchant_supplied_id": "ord_1", "order_status": "success"}
CANCEL = {"merchant_supplied_id": "ord_1", "cancel_reason": "OTHERS", "cancel_details": "closed"}


@pytest.fixture
def host(clock: ManualClock) -> DoorDashHost:
    return DoorDashHost(HostSettings(), Edge(clock))


@pytest.fixture
def adapter(host: DoorDashHost, clock: ManualClock, run: Run) -> Iterator[DoorDashAdapter]:
    settings = DoorDashSettings.model_validate(host.channel_settings(""))
    adapter = DoorDashAdapter(settings, Edge(clock, httpx.ASGITransport(host.application)))
    yield adapter
    run(adapter.aclose())


def test_adjustments_are_made_once_even_where_one_of_them_was_made_before(
    host: DoorDashHost, adapter: DoorDashAdapter, run: Run
) -> None:
    order_id = host.place([(MILK, 3), (RICE, 2)])
    run(adapter.send(Call("confirm", order_id, CONFIRM)))
    milk, rice = (item.item_id for item in host.platform.orders[order_id].items)
    removed = {"line_item_id": milk, "adjustment_type": "ITEM_REMOVE"}
    eggs = {"merchant_supplied_id": "EGGS-10", "quantity": 2}
    replaced = {"line_item_id": rice, "adjustment_type": "ITEM_SUBSTITUTE", "substituted_item": eggs}
    run(adapter.send(Call("adjustment", order_id, {"items": [removed]})))
    for _ in range(2):
        run(adapter.send(Call("adjustment", order_id, {"items": [removed, replaced]})))
    assert host.quantities(order_id) == {"EGGS-10": 2}


@pytest.mark.parametrize(("is_confirmed", "word"), [(False, "confirmed as fail"), (True, "cancellation")])
def test_an_order_fails_before_and_is_cancelled_after_its_confirmation(
    host: DoorDashHost, adapter: DoorDashAdapter, run: Run, is_confirmed: bool, word: str
) -> None:
    order_id = host.place([(MILK, 3)])
    if is_confirmed:
        run(adapter.send(Call("confirm", order_id, CONFIRM)))
    for _ in range(2):
        run(adapter.send(Call("cancellation", order_id, CANCEL)))
    assert host.heard(order_id)[word] == 1
    assert host.state(order_id) is PlayedState.CANCELLED


def test_ready_out_of_turn_is_refused(host: DoorDashHost, adapter: DoorDashAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3)])
    with pytest.raises(ChannelRefused):
        run(adapter.send(Call("events/order_ready_for_pickup", order_id, {})))
    with pytest.raises(ChannelRefused):
        run(adapter.fetch(order_id))


def test_an_order_of_another_store_is_refused(clock: ManualClock) -> None:
    given = cases("doordash")["settings"]
    message = RawMessage(payload("doordash", "order_create.json"), {"authorization": given["webhook_secret"]})
    DoorDashAdapter(DoorDashSettings.model_validate(given), Edge(clock)).verify(message)
    elsewhere = DoorDashSettings.model_validate({**given, "store_id": "elsewhere"})
    with pytest.raises(SignatureInvalid):
        DoorDashAdapter(elsewhere, Edge(clock)).verify(message)


def test_a_signing_secret_that_is_none_is_refused_without_being_repeated() -> None:
    with pytest.raises(ValidationError) as refused:
        DoorDashSettings.model_validate({**cases("doordash")["settings"], "signing_secret": "hush-hush!"})
    assert "hush-hush!" not in str(refused.value)
