"""The HubRise adapter: no item added twice, no event lost, and nobody else's location."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from backend.channels.adapters.hubrise.adapter import HubRiseAdapter, HubRiseSettings
from backend.channels.port import Call, ChannelRefused, Edge, PayloadUnknown, RawMessage, SignatureInvalid
from backend.channels.port.profiles import HUBRISE
from backend.channels.port.signatures import sign
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

Run = Callable[..., Any]
SETTINGS: dict[str, Any] = cases("hubrise")["settings"]
EVENT: dict[str, Any] = json.loads(payload("hubrise", "event_create.json"))
ORDER: dict[str, Any] = EVENT["new_state"]
LESS = {
    "status": "awaiting_shipment",
    "items": [{"id": "w6nd4", "deleted": True}, {"product_name": "Whole milk", "price": "1.39 EUR", "quantity": "1"}],
    "seller_notes": "less milk",
}


class Platform:
    """Answers with what a test puts into it, and keeps what it was asked."""

    def __init__(self) -> None:
        self.order: dict[str, Any] = dict(ORDER)
        self.events: dict[str, dict[str, Any]] = {}
        self.new: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["x-access-token"] == SETTINGS["access_token"]
        path = request.url.path.removeprefix("/v1/")
        if request.method != "GET":
            body = json.loads(request.content) if request.content else None
            self.asked.append((request.method, path, body))
        event_id = path.removeprefix("callback/events/")
        if path == "callback/events":
            short = [{name: event[name] for name in ("id", "resource_type")} for event in self.events.values()]
            return httpx.Response(200, json=[*short, {"id": "taken"}])
        if path.startswith("callback/events/"):
            found = self.events.get(event_id)
            return httpx.Response(200, json=found) if found else httpx.Response(404, json={"error_type": "not_found"})
        if path.endswith("/orders"):
            is_new = request.url.params["status"] == "new"
            return httpx.Response(200, json=self.new if is_new else [])
        return httpx.Response(200, json=self.order)


@pytest.fixture
def platform() -> Platform:
    return Platform()


def made(clock: ManualClock, platform: Any, **changes: Any) -> HubRiseAdapter:
    settings = HubRiseSettings.model_validate({**SETTINGS, **changes})
    return HubRiseAdapter(settings, Edge(clock, httpx.MockTransport(platform)))


@pytest.fixture
def adapter(platform: Platform, clock: ManualClock, run: Run) -> Iterator[HubRiseAdapter]:
    adapter = made(clock, platform)
    yield adapter
    run(adapter.aclose())


class TestVerify:
    def pushed(self, secret: str, body: bytes) -> RawMessage:
        return RawMessage(body, {"x-hubrise-hmac-sha256": sign(HUBRISE, RawMessage(body), secret=secret)})

    @pytest.mark.parametrize("body", [b'{"location_id":"3r4s3-2"}', b'{"new_state":{"location_id":"x"}}', b"no json"])
    def test_another_location_of_the_same_client_is_refused(self, adapter: HubRiseAdapter, body: bytes) -> None:
        with pytest.raises(SignatureInvalid):
            adapter.verify(self.pushed(SETTINGS["client_secret"], body))


class TestSend:
    def test_items_and_status_go_in_one_update(self, adapter: HubRiseAdapter, platform: Platform, run: Run) -> None:
        run(adapter.send(Call("update", "5dpm9", LESS)))
        assert platform.asked == [("PATCH", "locations/3r4s3-1/orders/5dpm9", LESS)]

    def test_the_same_update_again_adds_nothing(self, adapter: HubRiseAdapter, platform: Platform, run: Run) -> None:
        items = [{**item, "deleted": True} for item in ORDER["items"]]
        platform.order = {**ORDER, "status": "awaiting_shipment", "items": items}
        run(adapter.send(Call("update", "5dpm9", LESS)))
        assert platform.asked == []

    def test_items_are_changed_though_somebody_else_was_quicker_with_the_status(
        self, adapter: HubRiseAdapter, platform: Platform, run: Run
    ) -> None:
        platform.order = {**ORDER, "status": "in_delivery"}
        run(adapter.send(Call("update", "5dpm9", LESS)))
        [(_, _, body)] = platform.asked
        assert body == {name: LESS[name] for name in ("items", "seller_notes")}

    @pytest.mark.parametrize(
        ("status", "wanted", "is_sent"),
        [
            ("new", "accepted", True),
            ("received", "accepted", True),
            ("in_preparation", "accepted", False),
            ("accepted", "in_preparation", True),
            ("completed", "awaiting_collection", False),
            ("accepted", "cancelled", True),
            ("cancelled", "accepted", False),
            ("rejected", "cancelled", False),
        ],
    )
    def test_no_order_goes_backwards(
        self, adapter: HubRiseAdapter, platform: Platform, run: Run, status: str, wanted: str, is_sent: bool
    ) -> None:
        platform.order = {**ORDER, "status": status}
        run(adapter.send(Call("update", "5dpm9", {"status": wanted})))
        assert len(platform.asked) == is_sent

    def test_a_call_nobody_knows_is_refused(self, adapter: HubRiseAdapter, run: Run) -> None:
        with pytest.raises(ChannelRefused):
            run(adapter.send(Call("dance", "5dpm9", {})))


class TestPoll:
    def test_events_come_with_their_orders_and_are_deleted_once_stored(
        self, adapter: HubRiseAdapter, platform: Platform, run: Run
    ) -> None:
        customer = {"id": "ks9", "resource_type": "customer", "event_type": "update"}
        platform.events = {"ks8f6": EVENT, "ks9": customer}
        notices = run(adapter.poll())
        assert [(type(notice).__name__, notice.message_id) for notice in notices] == [
            ("NewOrder", "ks8f6"),
            ("Ignored", "ks9"),
        ]
        assert platform.asked == []
        run(adapter.acknowledge(notices))
        assert [(method, path) for method, path, _ in platform.asked] == [
            ("DELETE", "callback/events/ks8f6"),
            ("DELETE", "callback/events/ks9"),
        ]

    def test_an_order_whose_event_is_lost_is_found(self, adapter: HubRiseAdapter, platform: Platform, run: Run) -> None:
        platform.new = [ORDER, {**ORDER, "id": "bad1", "total": None}]
        notices = run(adapter.poll())
        assert [(type(notice).__name__, notice.external_id) for notice in notices] == [
            ("NewOrder", "5dpm9"),
            ("OrderAvailable", "bad1"),
        ]
        run(adapter.acknowledge(notices))
        assert platform.asked == [], "there is no event to delete"

    def test_one_that_cannot_be_read_does_not_stop_the_others(
        self, adapter: HubRiseAdapter, platform: Platform, run: Run
    ) -> None:
        broken = {"id": "ks7", "resource_type": "order", "event_type": "update"}
        platform.events = {"ks7": broken, "ks8f6": EVENT}
        assert [type(notice).__name__ for notice in run(adapter.poll())] == ["Ignored", "NewOrder"]


def test_another_order_than_the_one_asked_for_is_not_taken(adapter: HubRiseAdapter, run: Run) -> None:
    with pytest.raises(PayloadUnknown):
        run(adapter.fetch("other"))
