"""The played iFood over HTTP: tokens in camel case, events until they are acknowledged, webhooks as it signs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx

from backend.channels.adapters.ifood_host.simulator import HostSettings, IfoodHost
from backend.channels.port.contract import Edge
from backend.channels.port.notices import RawMessage
from backend.channels.port.playing import SoldProduct
from backend.channels.port.profiles import IFOOD
from backend.channels.port.signatures import verify
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Leite", Decimal("12.90"), "4006381333931")
Run = Callable[..., Any]


def test_a_token_opens_it_and_events_wait(clock: ManualClock, run: Run) -> None:
    host = IfoodHost(HostSettings(), Edge(clock))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), base_url=host.settings.base_url)
    assert run(http.get("/events/v1.0/events:polling")).status_code == 401
    form = {
        "grantType": "client_credentials",
        "clientId": host.settings.client_id,
        "clientSecret": host.settings.client_secret.get_secret_value(),
    }
    answer = run(http.post("/authentication/v1.0/oauth/token", data=form)).json()
    http.headers["Authorization"] = f"Bearer {answer['accessToken']}"
    assert run(http.get("/events/v1.0/events:polling")).status_code == 204
    order_id = host.place([(MILK, 1)])
    [event] = run(http.get("/events/v1.0/events:polling")).json()
    assert (event["fullCode"], event["orderId"]) == ("PLACED", order_id)
    assert run(http.post("/events/v1.0/events/acknowledgment", json=[{"id": event["id"]}])).status_code == 202
    assert run(http.get("/events/v1.0/events:polling")).status_code == 204
    assert run(http.get(f"/order/v1.0/orders/{order_id}")).json()["id"] == order_id
    assert run(http.post(f"/order/v1.0/orders/{order_id}/dance")).status_code == 404


def test_webhooks_are_signed_over_their_bytes(clock: ManualClock, run: Run) -> None:
    heard: list[httpx.Request] = []

    def store(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(202)

    host = IfoodHost(HostSettings(), Edge(clock), push_transport=httpx.MockTransport(store))
    host.pushes.url = "https://pick.example/hook"
    host.place([(MILK, 1)])
    run(host.pushes.drain())
    [request] = heard
    message = RawMessage(request.content, {"x-ifood-signature": request.headers["x-ifood-signature"]})
    verify(IFOOD, message, secrets=[host.settings.client_secret.get_secret_value()], now=clock.now())
    assert json.loads(request.content)["code"] == "PLC"
