"""Calls with a header that says who we are: which failures pass, and that nothing secret goes into an error."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from backend.channels.port import ChannelRefused, ChannelUnavailable, Edge, PayloadUnknown
from backend.channels.port.header_calls import HeaderCalls, basic_authorization
from shared.clock import ManualClock

Run = Callable[..., Any]


def ask(run: Run, clock: ManualClock, answer: Callable[[httpx.Request], httpx.Response]) -> Any:
    calls = HeaderCalls(
        base_url="https://shop.example/wp-json/wc/v3/",
        headers=basic_authorization("ck_1", "hush-hush"),
        refusals=frozenset({"cannot_create_refund"}),
        edge=Edge(clock, httpx.MockTransport(answer)),
    )
    try:
        return run(calls.json("GET", "orders/1", parameters={"dp": "2"}))
    finally:
        run(calls.aclose())


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
        (500, {"code": "cannot_create_refund", "message": "Ungültig"}, ChannelRefused),
        (500, {"code": "internal_server_error"}, ChannelUnavailable),
        (500, ["cannot_create_refund"], ChannelUnavailable),
        (503, {}, ChannelUnavailable),
        (401, {"code": "cannot_view"}, ChannelRefused),
        (404, {"code": "invalid_id"}, ChannelRefused),
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


def test_an_empty_answer_is_none(run: Run, clock: ManualClock) -> None:
    assert ask(run, clock, lambda _: httpx.Response(204)) is None


def test_what_is_no_json_is_said(run: Run, clock: ManualClock) -> None:
    with pytest.raises(PayloadUnknown):
        ask(run, clock, lambda _: httpx.Response(200, text="<html>maintenance</html>"))
