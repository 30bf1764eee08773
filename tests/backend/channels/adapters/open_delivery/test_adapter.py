"""The Open Delivery adapter: which refusals mean that a step was applied before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from backend.channels.adapters.open_delivery.adapter import OpenDeliveryAdapter, OpenDeliverySettings
from backend.channels.adapters.open_delivery.payload import parse_event
from backend.channels.port import Call, ChannelRefused, Edge, PayloadUnknown, RawMessage
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

ORDER_ID = "3f0e2b7c-9a7e-4a44-9c0e-0d6c6d1f0a01"
Run = Callable[..., Any]


class Host:
    """Refuses every step; its order says how far it is."""

    def __init__(self) -> None:
        self.status = 422
        self.order: Any = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "token_type": "bearer"})
        return (
            httpx.Response(200, content=json.dumps(self.order))
            if request.method == "GET"
            else httpx.Response(self.status)
        )


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def adapter(host: Host, clock: ManualClock, run: Run) -> Iterator[OpenDeliveryAdapter]:
    settings = OpenDeliverySettings.model_validate(cases("open_delivery")["settings"])
    adapter = OpenDeliveryAdapter(settings, Edge(clock, httpx.MockTransport(host)))
    yield adapter
    run(adapter.aclose())


@pytest.mark.parametrize(
    ("operation", "last_event", "is_done"),
    [
        ("confirm", "CREATED", False),
        ("confirm", "CONFIRMED", True),
        ("confirm", "CONCLUDED", True),
        ("confirm", "CANCELLED", True),
        ("preparing", "CONFIRMED", False),
        ("preparing", "READY_FOR_PICKUP", True),
        ("readyForPickup", "PREPARING", False),
        ("readyForPickup", "DISPATCHED", True),
        ("requestCancellation", "CANCELLED", True),
        ("requestCancellation", "CANCELLATION_REQUEST_DENIED", False),
        ("acceptCancellation", "ORDER_CANCELLATION_REQUEST", False),
        ("denyCancellation", "CANCELLED_DENIED", True),
        ("invented", "CANCELLED", False),
    ],
)
def test_the_order_itself_tells_whether_a_step_was_applied(
    adapter: OpenDeliveryAdapter, host: Host, run: Run, operation: str, last_event: str, is_done: bool
) -> None:
    for host.status in (422, 409):
        host.order = {"lastEvent": last_event}
        sending = adapter.send(Call(operation, ORDER_ID, {}))
        if is_done:
            run(sending)
        else:
            with pytest.raises(ChannelRefused):
                run(sending)


@pytest.mark.parametrize("order", [None, [], {}, {"lastEvent": 7}])
def test_an_order_that_tells_nothing_leaves_the_refusal(
    adapter: OpenDeliveryAdapter, host: Host, run: Run, order: Any
) -> None:
    host.order = order
    with pytest.raises(ChannelRefused):
        run(adapter.send(Call("confirm", ORDER_ID, {})))


@pytest.mark.parametrize(
    ("path", "is_known"),
    [("newEvent", True), ("v1/newEvent", True), ("v1/newEvent/", True), ("v2/newEvent", False), ("", False)],
)
def test_only_the_standard_s_webhook_is_read(adapter: OpenDeliveryAdapter, path: str, is_known: bool) -> None:
    message = RawMessage(payload("open_delivery", "event_created.json"), path=path)
    if is_known:
        assert adapter.parse(message)[0].external_id == json.loads(message.body)["orderId"]
    else:
        with pytest.raises(PayloadUnknown):
            adapter.parse(message)


class TestVersion2:
    """Other paths, another acknowledgement, and no handshake."""

    def asked(self, clock: ManualClock, run: Run, ask: Callable[[OpenDeliveryAdapter], Any]) -> list[tuple[str, Any]]:
        heard: list[tuple[str, Any]] = []

        def host(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/oauth/token":
                return httpx.Response(200, json={"access_token": "t"})
            heard.append((request.url.path, json.loads(request.content) if request.content else None))
            return httpx.Response(202)

        settings = OpenDeliverySettings.model_validate({**cases("open_delivery")["settings"], "version": 2})
        adapter = OpenDeliveryAdapter(settings, Edge(clock, httpx.MockTransport(host)))
        try:
            run(ask(adapter))
        finally:
            run(adapter.aclose())
        return heard

    @pytest.mark.parametrize(
        ("call", "path", "body"),
        [
            (Call("confirm", "o-1", {"createdAt": "x", "orderExternalCode": "1"}), "/v2/orders/o-1/confirm", None),
            (Call("readyForPickup", "o-1"), "/v2/orders/o-1/ready-for-pickup", None),
            (Call("requestCancellation", "o-1", {"code": "x"}), "/v2/orders/o-1/requestCancellation", {"code": "x"}),
        ],
    )
    def test_each_step_has_its_path(
        self, clock: ManualClock, run: Run, call: Call, path: str, body: dict[str, str] | None
    ) -> None:
        assert self.asked(clock, run, lambda adapter: adapter.send(call)) == [(path, body)]

    def test_events_are_acknowledged_by_their_ids(self, clock: ManualClock, run: Run) -> None:
        event = parse_event(payload("open_delivery", "event_created.json"))
        asked = self.asked(clock, run, lambda adapter: adapter.acknowledge([event]))
        assert asked == [("/v2/events/acknowledgment", {"eventIds": [event.message_id]})]

    def test_nobody_is_answered_who_did_not_ask(self, clock: ManualClock, run: Run) -> None:
        with pytest.raises(ChannelRefused):
            self.asked(clock, run, lambda adapter: adapter.send(Call("denyCancellation", "o-1", {})))
