"""What HubRise hears: items that take others' places, all but their quantity, in one update with the status."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.channels.adapters.hubrise.payload import Reading, parse_order
from backend.channels.adapters.hubrise.reports import report_event
from backend.channels.port import CANCELLED_BY_CHANNEL, ReportedLine, ReportedOrder
from shared.events import OrderAccepted, OrderCancelled, OrderPickingStarted, OrderReady
from tests.backend.channels.payloads import payload

AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
FACTS: dict[str, Any] = {"store_id": "sto_1", "order_id": "ord_1", "channel_id": "chn_1", "at": AT}
ORDER: dict[str, Any] = json.loads(payload("hubrise", "event_create.json"))["new_state"]
MEMORY = parse_order(ORDER, Reading(timedelta(hours=1))).memory
CHICKEN = ReportedLine("zvme8", "CHICKEN", 1500, 1500)


def ready(*lines: ReportedLine, **changes: Any) -> dict[str, Any]:
    order = ReportedOrder("5dpm9", "ord_1", "A42", lines, {**MEMORY, **changes})
    [call] = report_event(OrderReady(**FACTS, is_complete=False), order)
    assert call.operation == "update"
    assert call.body is not None
    return call.body


def test_complete_it_is_one_status() -> None:
    assert ready(ReportedLine("w6nd4", "MILK-1L", 3, 3), CHICKEN) == {"status": "awaiting_shipment"}


@pytest.mark.parametrize("service_type", ["collection", "eat_in", ""])
def test_who_is_not_delivered_to_collects(service_type: str) -> None:
    body = ready(ReportedLine("w6nd4", "MILK-1L", 3, 3), CHICKEN, service_type=service_type)
    assert body == {"status": "awaiting_collection"}


def test_less_is_a_deletion_and_an_addition() -> None:
    body = ready(ReportedLine("w6nd4", "MILK-1L", 3, 1), CHICKEN)
    assert body["items"] == [{"id": "w6nd4", "deleted": True}, {**MEMORY["items"]["w6nd4"], "quantity": "1.0"}]
    assert body["seller_notes"] == "3.0 x Whole milk: 1.0 x Whole milk"


def test_a_part_of_a_piece_keeps_its_options_and_its_deal() -> None:
    body = ready(ReportedLine("w6nd4", "MILK-1L", 3, 3), ReportedLine("zvme8", "CHICKEN", 1500, 1000))
    _, added = body["items"]
    assert added == {**MEMORY["items"]["zvme8"], "quantity": "1.000"}


def test_what_is_missing_is_a_deletion() -> None:
    body = ready(ReportedLine("w6nd4", "MILK-1L", 3, 0), CHICKEN)
    assert body["items"] == [{"id": "w6nd4", "deleted": True}]
    assert body["seller_notes"] == "3.0 x Whole milk: missing"


def test_a_substitute_is_added_at_the_price_of_what_it_replaces() -> None:
    line = ReportedLine("w6nd4", "MILK-1L", 3, 1, quantity_substituted=2, substitute_sku="OAT-1L")
    _, kept, added = ready(line, CHICKEN)["items"]
    assert kept["quantity"] == "1.0"
    assert added == {
        "product_name": "OAT-1L",
        "sku_ref": "OAT-1L",
        "price": "1.39 EUR",
        "tax_rate": "7.0",
        "quantity": "2",
    }


def test_nothing_at_all_is_a_cancellation() -> None:
    body = ready(ReportedLine("w6nd4", "MILK-1L", 3, 0), ReportedLine("zvme8", "CHICKEN", 1500, 0))
    assert body["status"] == "cancelled"


def test_each_step_is_a_status() -> None:
    order = ReportedOrder("5dpm9")
    [accepted] = report_event(OrderAccepted(**FACTS), order)
    [started] = report_event(OrderPickingStarted(**FACTS), order)
    assert (accepted.body, accepted.meets) == ({"status": "accepted"}, "accept")
    assert (started.body, started.meets) == ({"status": "in_preparation"}, "")


@pytest.mark.parametrize(("who", "calls"), [("per_1", 1), (CANCELLED_BY_CHANNEL, 0)])
def test_the_platform_is_not_told_what_it_said(who: str, calls: int) -> None:
    event = OrderCancelled(**FACTS, reason="too much to do", cancelled_by=who)
    assert len(report_event(event, ReportedOrder("5dpm9"))) == calls
