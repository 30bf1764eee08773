"""The iFood adapter: which refusals mean that it is done, and that an ended order says what was picked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from backend.channels.adapters.ifood.adapter import ACKNOWLEDGED_MAX, IfoodAdapter, IfoodSettings
from backend.channels.adapters.ifood.volume import WINDOW_S
from backend.channels.port import (
    Call,
    ChannelRefused,
    ChannelUnavailable,
    Edge,
    OrderAvailable,
    PayloadUnknown,
    RawMessage,
    SignatureInvalid,
)
from backend.channels.port.profiles import IFOOD
from backend.channels.port.signatures import sign
from shared.clock import ManualClock
from tests.backend.channels.payloads import cases, payload

Run = Callable[..., Any]
SETTINGS: dict[str, Any] = cases("ifood")["settings"]
ORDER: dict[str, Any] = json.loads(payload("ifood", "order.json"))
ORDER_ID: str = ORDER["id"]
MILK: str = ORDER["items"][0]["uniqueId"]


class Platform:
    """Answers with what a test puts into it, 202 where it says nothing, and keeps what it was asked."""

    def __init__(self) -> None:
        self.order: dict[str, Any] = dict(ORDER)
        self.statuses: dict[str, int] = {}
        self.reasons: list[dict[str, str]] = []
        self.events: list[Any] = []
        self.asked: list[tuple[str, str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/authentication/v1.0/oauth/token":
            assert b"grantType=client_credentials" in request.content
            assert b"clientId=" in request.content
            return httpx.Response(200, json={"accessToken": "t", "type": "bearer", "expiresIn": 10_800})
        assert request.headers["authorization"] == "Bearer t"
        if path.endswith("events:polling"):
            assert request.headers["x-polling-merchants"] == SETTINGS["merchant_id"]
            return httpx.Response(200, json=self.events) if self.events else httpx.Response(204)
        if path.endswith("cancellationReasons"):
            return httpx.Response(200, json=self.reasons) if self.reasons else httpx.Response(204)
        if request.method == "GET":
            return httpx.Response(200, json=self.order)
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, path, body))
        return httpx.Response(self.statuses.get(path.rpartition("/")[2], 202))


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def adapter(platform: Platform, clock: ManualClock, run: Run) -> Iterator[IfoodAdapter]:
    adapter = IfoodAdapter(IfoodSettings.model_validate(SETTINGS), Edge(clock, httpx.MockTransport(platform)))
    yield adapter
    run(adapter.aclose())


class TestVerify:
    def pushed(self, secret: str, body: bytes) -> RawMessage:
        return RawMessage(body, {"x-ifood-signature": sign(IFOOD, RawMessage(body), secret=secret)})

    @pytest.mark.parametrize("body", [b'{"merchantId":"cad65e8f-0000"}', b"no json"])
    def test_another_store_of_the_same_application_is_refused(self, adapter: IfoodAdapter, body: bytes) -> None:
        with pytest.raises(SignatureInvalid):
            adapter.verify(self.pushed(SETTINGS["client_secret"], body))


class TestSend:
    @pytest.mark.parametrize(
        ("call", "asked"),
        [
            (Call("confirm", ORDER_ID, {}), ("POST", f"/order/v1.0/orders/{ORDER_ID}/confirm", None)),
            (Call("startSeparation", ORDER_ID), ("POST", f"/picking/v1.0/orders/{ORDER_ID}/startSeparation", None)),
            (
                Call("change", ORDER_ID, {"item": MILK, "quantity": "0.490"}),
                ("PATCH", f"/picking/v1.0/orders/{ORDER_ID}/items/{MILK}", {"quantity": 0.49}),
            ),
            (
                Call("replace", ORDER_ID, {"item": MILK, "quantity": "2", "ean": "4056489"}),
                (
                    "POST",
                    f"/picking/v1.0/orders/{ORDER_ID}/items/{MILK}/replace",
                    {"quantity": 2, "ean": "4056489"},
                ),
            ),
            (
                Call("remove", ORDER_ID, {"item": MILK}),
                ("DELETE", f"/picking/v1.0/orders/{ORDER_ID}/items/{MILK}", None),
            ),
            (
                Call("acceptDispute", ORDER_ID, {"dispute_id": "d-1"}),
                ("POST", "/order/v1.0/disputes/d-1/accept", {}),
            ),
            (
                Call("rejectDispute", ORDER_ID, {"dispute_id": "d-1", "reason": "packed"}),
                ("POST", "/order/v1.0/disputes/d-1/reject", {"reason": "packed"}),
            ),
        ],
    )
    def test_each_call_has_its_address(
        self, adapter: IfoodAdapter, platform: Platform, run: Run, call: Call, asked: Any
    ) -> None:
        run(adapter.send(call))
        assert platform.asked == [asked]

    @pytest.mark.parametrize(
        ("operation", "last", "status", "is_done"),
        [
            ("confirm", "confirm", 422, True),
            ("confirm", "confirm", 409, True),
            ("confirm", "confirm", 404, False),
            ("startSeparation", "startSeparation", 422, True),
            ("remove", MILK, 404, True),
            ("change", MILK, 404, False),
            ("replace", "replace", 404, True),
            ("replace", "replace", 400, False),
        ],
    )
    def test_which_refusal_means_that_it_is_done(
        self, adapter: IfoodAdapter, platform: Platform, run: Run, operation: str, last: str, status: int, is_done: bool
    ) -> None:
        platform.statuses = {last: status}
        sending = adapter.send(Call(operation, ORDER_ID, {"item": MILK, "quantity": "1", "ean": "4056489"}))
        if is_done:
            run(sending)
        else:
            with pytest.raises(ChannelRefused):
                run(sending)

    @pytest.mark.parametrize(
        ("there", "preferred", "sent"),
        [
            (["501", "509"], ["503", "509"], "509"),
            (["511"], ["503", "509"], "511"),
            ([], ["503", "509"], "503"),
        ],
    )
    def test_the_reason_is_one_the_platform_takes_now(
        self,
        adapter: IfoodAdapter,
        platform: Platform,
        run: Run,
        there: list[str],
        preferred: list[str],
        sent: str,
    ) -> None:
        platform.reasons = [{"cancelCodeId": code, "description": code} for code in there]
        run(adapter.send(Call("requestCancellation", ORDER_ID, {"reason": "sold out", "codes": preferred})))
        assert platform.asked[0][2] == {"reason": "sold out", "cancellationCode": sent}


class TestProducts:
    PATH = f"/item/v1.0/ingestion/{SETTINGS['merchant_id']}"

    def test_items_go_to_the_store_s_own_address(self, adapter: IfoodAdapter, platform: Platform, run: Run) -> None:
        (call,) = adapter.tell_stock("7891000100103", is_available=False)
        run(adapter.send(call))
        assert platform.asked == [("PATCH", self.PATH, [{"barcode": "7891000100103", "inventory": {"stock": 0}}])]

    def test_had_enough_means_the_next_window(self, adapter: IfoodAdapter, platform: Platform, run: Run) -> None:
        platform.statuses[SETTINGS["merchant_id"]] = 429
        (call,) = adapter.tell_stock("7891000100103", is_available=True)
        with pytest.raises(ChannelUnavailable) as told:
            run(adapter.send(call))
        assert told.value.facts["retry_after_s"] == WINDOW_S

    @pytest.mark.parametrize(("status", "error"), [(503, ChannelUnavailable), (400, ChannelRefused)])
    def test_what_passes_and_what_does_not(
        self, adapter: IfoodAdapter, platform: Platform, run: Run, status: int, error: type[Exception]
    ) -> None:
        platform.statuses[SETTINGS["merchant_id"]] = status
        (call,) = adapter.tell_stock("7891000100103", is_available=True)
        with pytest.raises(error) as told:
            run(adapter.send(call))
        assert getattr(told.value, "facts", {}).get("retry_after_s", 0) == 0


class TestEnd:
    CALL = Call("endSeparation", ORDER_ID, {"expected": {MILK: "1"}})

    def test_an_order_that_says_what_was_picked_is_done(
        self, adapter: IfoodAdapter, platform: Platform, run: Run
    ) -> None:
        platform.order = {**ORDER, "items": [{**ORDER["items"][0], "quantity": 1}]}
        run(adapter.send(self.CALL))
        platform.statuses = {"endSeparation": 422}
        run(adapter.send(self.CALL))

    def test_one_that_does_not_say_so_yet_is_looked_at_again(self, adapter: IfoodAdapter, run: Run) -> None:
        with pytest.raises(ChannelUnavailable) as later:
            run(adapter.send(self.CALL))
        assert later.value.facts["retry_after_s"] == 10

    def test_one_that_never_will_is_said(self, adapter: IfoodAdapter, platform: Platform, run: Run) -> None:
        platform.statuses = {"endSeparation": 422}
        with pytest.raises(ChannelRefused):
            run(adapter.send(self.CALL))


class TestPoll:
    def test_events_are_acknowledged_in_chunks(self, adapter: IfoodAdapter, platform: Platform, run: Run) -> None:
        assert run(adapter.poll()) == []
        platform.events = [json.loads(payload("ifood", "placed.json"))]
        [notice] = run(adapter.poll())
        assert isinstance(notice, OrderAvailable)
        run(adapter.acknowledge([notice] * (ACKNOWLEDGED_MAX + 1)))
        assert [len(body) for _, _, body in platform.asked] == [ACKNOWLEDGED_MAX, 1]
        assert platform.asked[1][2] == [{"id": notice.message_id}]


def test_another_order_than_the_one_asked_for_is_not_taken(adapter: IfoodAdapter, run: Run) -> None:
    with pytest.raises(PayloadUnknown):
        run(adapter.fetch("other"))
