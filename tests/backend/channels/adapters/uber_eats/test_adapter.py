"""The Uber Eats adapter against the played platform: issues once, repeats that are done, deny before, cancel after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.uber_eats.adapter import UberEatsAdapter, UberEatsSettings
from backend.channels.adapters.uber_eats_host.simulator import HostSettings, UberEatsHost
from backend.channels.port import Call, ChannelRefused, DeadlineKind, Edge, PayloadUnknown, RawMessage, ReportedOrder
from backend.channels.port.errors import SignatureInvalid
from backend.channels.port.playing import SoldProduct
from backend.channels.port.profiles import UBER
from backend.channels.port.signatures import sign
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

Run = Callable[..., Any]
MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))


@pytest.fixture
def host(clock: ManualClock) -> UberEatsHost:
    return UberEatsHost(HostSettings(), Edge(clock))


@pytest.fixture
def adapter(host: UberEatsHost, clock: ManualClock, run: Run) -> Iterator[UberEatsAdapter]:
    settings = UberEatsSettings.model_validate(host.channel_settings(""))
    adapter = UberEatsAdapter(settings, Edge(clock, httpx.ASGITransport(host.application)))
    yield adapter
    run(adapter.aclose())


def issue(host: UberEatsHost, order_id: str, available: int, **more: Any) -> dict[str, Any]:
    item = host.platform.orders[order_id].items[0]
    return {
        "issue_type": "OUT_OF_ITEM",
        "action_type": "REMOVE_ITEM",
        "root_item": {"cart_item_id": item.item_id, "id": item.product.sku},
        "item_availability": {"items_available": {"amount": available, "unit": "PIECE"}},
        **more,
    }


def test_an_issue_is_resolved_once(host: UberEatsHost, adapter: UberEatsAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3)])
    substitute = {"external_data": "EGGS-10", "quantity": {"amount": 2, "unit": "PIECE"}}
    given = issue(host, order_id, 0, action_type="REPLACE_FOR_ME", item_substitute=substitute)
    for _ in range(2):
        run(adapter.send(Call("resolve-fulfillment-issues", order_id, {"fulfillment_issues": [given]})))
    assert host.quantities(order_id) == {"EGGS-10": 2}
    assert host.heard(order_id) == {"resolve-fulfillment-issues": 1}


@pytest.mark.parametrize(("is_accepted", "word"), [(False, "deny"), (True, "cancel")])
def test_an_order_is_denied_before_and_cancelled_after_its_acceptance(
    host: UberEatsHost, adapter: UberEatsAdapter, run: Run, is_accepted: bool, word: str
) -> None:
    order_id = host.place([(MILK, 3)])
    if is_accepted:
        run(adapter.send(Call("accept", order_id, {})))
    for _ in range(2):
        run(adapter.send(Call("cancel", order_id, {"type": "OTHER", "info": "closed"})))
    assert host.heard(order_id)[word] == 1


def test_a_repeat_is_done_and_a_step_out_of_turn_is_not(host: UberEatsHost, adapter: UberEatsAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3)])
    with pytest.raises(ChannelRefused):
        run(adapter.send(Call("ready", order_id, {})))
    for operation in ("accept", "accept", "ready", "ready", "accept"):
        run(adapter.send(Call(operation, order_id, {})))
    assert host.heard(order_id) == {"accept": 1, "ready": 1}


def test_an_order_of_another_store_is_not_ours(host: UberEatsHost, clock: ManualClock, run: Run) -> None:
    settings = UberEatsSettings.model_validate({**host.channel_settings(""), "store_id": "elsewhere"})
    other = UberEatsAdapter(settings, Edge(clock, httpx.ASGITransport(host.application)))
    with pytest.raises(PayloadUnknown, match="another store"):
        run(other.fetch(host.place([(MILK, 1)])))


def test_a_notification_for_another_store_is_refused(clock: ManualClock) -> None:
    given = cases("uber_eats")["settings"]
    body = payload("uber_eats", "notification.json")
    signature = sign(UBER, RawMessage(body), secret=given["client_secret"])
    settings = UberEatsSettings.model_validate({**given, "store_id": "elsewhere"})
    with pytest.raises(SignatureInvalid):
        UberEatsAdapter(settings, Edge(clock)).verify(RawMessage(body, {"x-uber-signature": signature}))


def test_what_waits_for_a_supervisor_is_accepted_in_time(adapter: UberEatsAdapter) -> None:
    [call] = adapter.before_deadline(DeadlineKind.ACCEPT, ReportedOrder("77"))
    assert (call.operation, call.meets) == ("accept", DeadlineKind.ACCEPT)
    assert adapter.before_deadline(DeadlineKind.FINISH, ReportedOrder("77")) == []


def test_who_may_not_change_the_menu_still_gets_orders(
    host: UberEatsHost, adapter: UberEatsAdapter, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.put_on_sale("MILK-1L", "12.90")
    shelf, menu_calls = host.shelf, adapter._menu_client
    monkeypatch.setattr(menu_calls, "_source", replace(menu_calls._source, client_secret="not granted"))
    (call,) = adapter.tell_stock("MILK-1L", is_available=False)
    with pytest.raises(ChannelRefused):
        run(adapter.send(call))
    assert shelf.is_on_sale("MILK-1L")
    order_id = host.place([(MILK, 1)])
    run(adapter.send(Call("accept", order_id, {})))
    assert host.heard(order_id) == {"accept": 1}


def test_an_item_that_is_not_on_the_menu_is_nothing_to_tell(adapter: UberEatsAdapter, run: Run) -> None:
    (call,) = adapter.tell_stock("NOBODY", is_available=False)
    run(adapter.send(call))
