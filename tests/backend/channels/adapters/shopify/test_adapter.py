"""The Shopify adapter: what an answer means, which steps an adjustment takes, and what is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.shopify.adapter import ShopifyAdapter, ShopifySettings
from backend.channels.adapters.shopify.queries import STEPS_MAX, edit_documents
from backend.channels.adapters.shopify_host.simulator import HostSettings, ShopifyHost
from backend.channels.port import Call, ChannelRefused, ChannelUnavailable, Edge, RawMessage, SignatureInvalid
from backend.channels.port.playing import SoldProduct
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases

Run = Callable[..., Any]
MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))


@pytest.fixture
def host(clock: ManualClock) -> ShopifyHost:
    return ShopifyHost(HostSettings(), Edge(clock))


@pytest.fixture
def adapter(host: ShopifyHost, clock: ManualClock, run: Run) -> Iterator[ShopifyAdapter]:
    settings = ShopifySettings.model_validate(host.channel_settings(""))
    adapter = ShopifyAdapter(settings, Edge(clock, httpx.ASGITransport(host.application)))
    yield adapter
    run(adapter.aclose())


def answering(answer: dict[str, Any], clock: ManualClock) -> ShopifyAdapter:
    def reply(request: httpx.Request) -> httpx.Response:
        is_token = request.url.path.endswith("access_token")
        return httpx.Response(200, json={"access_token": "t", "expires_in": 86399} if is_token else answer)

    settings = ShopifySettings.model_validate(cases("shopify")["settings"])
    return ShopifyAdapter(settings, Edge(clock, httpx.MockTransport(reply)))


def test_a_busy_shop_is_asked_again(clock: ManualClock, run: Run) -> None:
    throttled = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    with pytest.raises(ChannelUnavailable) as busy:
        run(answering(throttled, clock).send(Call("accept", "77")))
    assert busy.value.facts["retry_after_s"] > 0


@pytest.mark.parametrize(("wish", "asked"), [("", 3), ("7", 1)])
def test_a_lost_answer_to_a_question_is_asked_for_again_at_once(
    clock: ManualClock, run: Run, wish: str, asked: int
) -> None:
    questions = []

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("access_token"):
            return httpx.Response(200, json={"access_token": "t"})
        questions.append(request)
        return httpx.Response(502, headers={"Retry-After": wish})

    settings = ShopifySettings.model_validate(cases("shopify")["settings"])
    with pytest.raises(ChannelUnavailable):
        run(ShopifyAdapter(settings, Edge(clock, httpx.MockTransport(reply))).send(Call("accept", "77")))
    assert len(questions) == asked


@pytest.mark.parametrize(
    "answer",
    [
        {"errors": [{"message": "no", "extensions": {"code": "ACCESS_DENIED"}}]},
        {"errors": "[API] Invalid"},
        {"data": {"order": None}},
        {"data": {"order": {"id": "gid://shopify/Order/77"}, "other": {"userErrors": [{"message": "no"}]}}},
    ],
)
def test_what_a_shop_never_does(clock: ManualClock, run: Run, answer: dict[str, Any]) -> None:
    with pytest.raises(ChannelRefused):
        run(answering(answer, clock).send(Call("accept", "77")))


def test_an_order_is_read_again_as_it_is(host: ShopifyHost, adapter: ShopifyAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3)])
    found = run(adapter.fetch(order_id))
    assert [(line.sku, line.quantity) for line in found.order.lines] == [("MILK-1L", Decimal(3))]


def test_a_substitute_the_shop_does_not_sell_is_said_after_the_rest_is_done(
    host: ShopifyHost, adapter: ShopifyAdapter, run: Run
) -> None:
    order_id = host.place([(MILK, 3)])
    line = host.platform.orders[order_id].lines[0].line_id
    call = Call("adjust", order_id, {"kept": {line: 1}, "added": {"UNHEARD-OF": 2, "EGGS-10": 1}, "known": [line]})
    for _ in range(2):
        with pytest.raises(ChannelRefused, match="given instead"):
            run(adapter.send(call))
    assert host.quantities(order_id) == {"MILK-1L": 1, "EGGS-10": 1}
    assert host.heard(order_id) == {"orderEditCommit": 1}, "eggs are dearer than two milks: nothing is paid back"


def test_money_goes_back_once_and_as_the_shop_counts(host: ShopifyHost, adapter: ShopifyAdapter, run: Run) -> None:
    order_id = host.place([(MILK, 3)])
    line = host.platform.orders[order_id].lines[0].line_id
    for _ in range(2):
        run(adapter.send(Call("adjust", order_id, {"kept": {line: 1}, "added": {}, "known": [line]})))
    assert host.platform.orders[order_id].refunded == Decimal("25.80")
    assert host.heard(order_id) == {"orderEditCommit": 1, "refundCreate": 1}


def test_a_pickup_is_prepared_and_what_left_is_fulfilled_once(
    host: ShopifyHost, adapter: ShopifyAdapter, run: Run
) -> None:
    order_id = host.platform.place([(MILK, 1)], 60, method="PICK_UP")
    for operation in ("accept", "picked", "picked", "handed_over", "handed_over"):
        run(adapter.send(Call(operation, order_id)))
    assert host.heard(order_id) == {
        "fulfillmentOrderLineItemsPreparedForPickup": 1,
        "tagsAdd": 1,
        "fulfillmentCreate": 1,
    }


def test_an_edit_of_many_lines_is_asked_in_parts_and_committed_last() -> None:
    parts = list(edit_documents("e", {f"l{number}": 1 for number in range(STEPS_MAX)}, {"v": 2}))
    assert len(parts) == 2
    assert [document.count("orderEditCommit") for document, _ in parts] == [0, 1]
    assert all(f"${name}:" in document for document, variables in parts for name in variables)


def test_headers_that_are_not_signed_must_be_what_they_can_be(adapter: ShopifyAdapter) -> None:
    body = json.dumps({"id": 1}).encode()
    headers = {
        "x-shopify-hmac-sha256": "AT0HEObPRzQLRrMT+0HLtcKCJCvEQ0+RcTu4yBn1Ijg=",
        "x-shopify-shop-domain": "corner-shop.myshopify.com",
        "x-shopify-topic": "orders/create",
        "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    }
    for name, value in headers.items():
        with pytest.raises(SignatureInvalid):
            adapter.verify(RawMessage(body, {**headers, name: f"{value}x"}))
