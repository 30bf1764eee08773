"""Which calls our events mean for an Open Delivery host, and that their bodies fit the published schema."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from backend.channels.adapters.open_delivery.reports import acknowledgements, answer_cancellation, report_event
from backend.channels.port import (
    CANCELLED_BY_CHANNEL,
    DISMISSED_BY_CHANNEL,
    Call,
    Ignored,
    ReportedLine,
    ReportedOrder,
)
from shared.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderDismissed,
    OrderHandedOver,
    OrderPickingStarted,
    OrderReady,
)
from shared.handover import HandOverProof
from tests.backend.channels.payloads import payload

SCHEMA = json.loads(payload("open_delivery", "schema.json"))
ORDER_ID = "3f0e2b7c-9a7e-4a44-9c0e-0d6c6d1f0a01"
MILK, BANANAS = "8a1d7e52-1b1c-4f0a-8d3e-6f1f6f2a0b01", "8a1d7e52-1b1c-4f0a-8d3e-6f1f6f2a0b02"
COMMON: dict[str, Any] = {
    "store_id": "sto_test",
    "at": datetime(2026, 1, 5, 8, 0, tzinfo=UTC),
    "channel_id": "chn_test",
}
OF_ORDER = {**COMMON, "order_id": "ord_1"}


def order(*picked: int, is_preparing_wanted: bool = False, unknown: str = "") -> ReportedOrder:
    lines = tuple(
        ReportedLine(line_id, "SKU", 2, count, is_unknown=line_id == unknown)
        for line_id, count in zip((MILK, BANANAS), picked, strict=False)
    )
    return ReportedOrder(ORDER_ID, "ord_1", "A1", lines, {"is_preparing_wanted": is_preparing_wanted})


def report(event: Event, reported: ReportedOrder) -> list[Call]:
    """The calls, each checked against the schema."""
    calls = report_event(event, reported)
    for call in calls:
        if call.body is not None:
            jsonschema.validate(call.body, {**SCHEMA, "$ref": f"#/$defs/{call.operation}"})
        assert json.loads(json.dumps(call.body)) == call.body
    return calls


def test_accepted_confirms_with_our_id() -> None:
    (call,) = report(OrderAccepted(**OF_ORDER), order())
    body = {"createdAt": "2026-01-05T08:00:00.000Z", "orderExternalCode": "ord_1"}
    assert call == Call("confirm", ORDER_ID, body)


def test_preparing_is_sent_only_where_the_host_wants_it() -> None:
    event = OrderPickingStarted(**OF_ORDER)
    assert report(event, order()) == []
    assert report(event, order(is_preparing_wanted=True)) == [Call("preparing", ORDER_ID)]


@pytest.mark.parametrize("picked", [(2, 2), (2, 0), (0, 1)])
def test_ready_even_with_lines_missing(picked: tuple[int, ...]) -> None:
    assert report(OrderReady(**OF_ORDER, is_complete=picked == (2, 2)), order(*picked)) == [
        Call("readyForPickup", ORDER_ID)
    ]


@pytest.mark.parametrize(
    ("memory", "operations"),
    [
        ({}, []),
        ({"is_tracking_wanted": True}, []),
        ({"is_picked_up_wanted": True}, ["pickedUp"]),
        ({"is_delivered_by_merchant": True}, ["dispatch"]),
        ({"is_delivered_by_merchant": True, "is_tracking_wanted": True}, ["dispatch", "tracking"]),
    ],
)
def test_handed_over_to_the_shopper_or_to_our_own_courier(memory: dict[str, bool], operations: list[str]) -> None:
    proof = {"bags": 1, "proof": HandOverProof.NONE, "is_age_checked": False, "handed_over_by": "per_1"}
    handed_over = OrderHandedOver(**OF_ORDER, **proof)
    calls = report(handed_over, ReportedOrder(ORDER_ID, "ord_1", memory=memory))
    assert [call.operation for call in calls] == operations
    if "tracking" in operations:
        last_known = {"type": "DELIVERY_ONGOING", "datetime": "2026-01-05T08:00:00.000Z"}
        assert calls[-1].body == {"deliveryTrackingInfo": {"event": last_known}}


def test_nothing_found_asks_to_cancel() -> None:
    (call,) = report(OrderReady(**OF_ORDER, is_complete=False), order(0, 0))
    assert call.operation == "requestCancellation"
    assert call.body is not None
    assert (call.body["code"], call.body["outOfStockItems"]) == ("UNAVAILABLE_ITEM", [MILK, BANANAS])


def test_the_store_s_cancellation_is_asked_for_the_channel_s_own_is_not() -> None:
    by_store = OrderCancelled(**OF_ORDER, reason="power cut", cancelled_by="per_1")
    by_channel = OrderCancelled(**OF_ORDER, reason="", cancelled_by=CANCELLED_BY_CHANNEL)
    assert [call.operation for call in report(by_store, order())] == ["requestCancellation"]
    assert report(by_channel, order()) == []


def test_dismissed_names_the_items_nobody_knows() -> None:
    held = {**COMMON, "intake_exception_id": "exc_1", "external_id": ORDER_ID}
    (call,) = report(OrderDismissed(**held, reason="not ours"), order(0, 0, unknown=BANANAS))
    assert call.body is not None
    assert (call.body["code"], call.body["invalidItems"]) == ("OUTDATED_MENU", [BANANAS])
    assert report(OrderDismissed(**held, reason=DISMISSED_BY_CHANNEL), order()) == []


def test_cancellation_is_answered_either_way() -> None:
    (granted,) = answer_cancellation(order(), is_granted=True)
    (refused,) = answer_cancellation(order(), is_granted=False)
    assert granted == Call("acceptCancellation", ORDER_ID)
    jsonschema.validate(refused.body, {**SCHEMA, "$ref": "#/$defs/denyCancellation"})


def test_acknowledgements_come_in_chunks_the_standard_takes() -> None:
    original = json.dumps({"eventType": "CONFIRMED"})
    notices = [
        Ignored(message_id=f"5b0f8c2e-7a64-4f5b-9a0b-{number:012d}", external_id=ORDER_ID, original=original, reason="")
        for number in range(250)
    ]
    chunks = acknowledgements(notices)
    assert [len(chunk) for chunk in chunks] == [100, 100, 50]
    for chunk in chunks:
        jsonschema.validate(chunk, {**SCHEMA, "$ref": "#/$defs/acknowledgement"})
