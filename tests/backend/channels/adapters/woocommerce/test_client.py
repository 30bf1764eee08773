"""The HTTP side of WooCommerce: which failures pass, and that the key goes with each request and into no error."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from backend.channels.adapters.woocommerce.client import WooCommerceClient
from backend.channels.port import ChannelRefused, ChannelUnavailable, Edge, PayloadUnknown
from shared.clock import ManualClock

Run = Callable[..., Any]


def ask(run: Run, clock: ManualClock, answer: Callable[[httpx.Request], httpx.Response]) -> Any:
    client = WooCommerceClient(
        base_url="https://shop.example/wp-json/wc/v3/",
        consumer_key="ck_1",
        consumer_secret="hush-hush",
        edge=Edge(clock, httpx.MockTransport(answer)),
    )
    try:
        return run(client.get("orders/1", {"dp": "2"}))
    finally:
        run(client.aclose())


def test_the_key_goes_with_each_request(run: Run, clock: ManualClock) -> None:
    def shop(request: httpx.Request) -> httpx.Response:
        pair = base64.b64encode(b"ck_1:hush-hush").decode()
        assert request.headers["authorization"] == f"Basic {pair}"
        assert str(request.url) == "https://shop.example/wp-json/wc/v3/orders/1?dp=2"
        return httpx.Response(200, json={"id": 1})

    assert ask(run, clock, shop) == {"id": 1}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, {"code": "woocommerce_rest_cannot_create_order_refund", "message": "Ungültig"}, ChannelRefused),
        (500, {"code": "internal_server_error"}, ChannelUnavailable),
        (500, ["woocommerce_rest_cannot_create_order_refund"], ChannelUnavailable),
        (503, {}, ChannelUnavailable),
        (401, {"code": "woocommerce_rest_cannot_view"}, ChannelRefused),
        (404, {"code": "woocommerce_rest_shop_order_invalid_id"}, ChannelRefused),
        (301, {}, ChannelRefused),
    ],
)
def test_each_failure_is_told_apart(
    run: Run, clock: ManualClock, status: int, body: Any, error: type[Exception]
) -> None:
    with pytest.raises(error) as raised:
        ask(run, clock, lambda _: httpx.Response(status, json=body, headers={"Location": "https://other.example/"}))
    assert "hush-hush" not in str(raised.value)
    assert "Ungültig" not in str(raised.value)


def test_what_is_no_json_is_said(run: Run, clock: ManualClock) -> None:
    with pytest.raises(PayloadUnknown):
        ask(run, clock, lambda _: httpx.Response(200, text="<html>maintenance</html>"))
