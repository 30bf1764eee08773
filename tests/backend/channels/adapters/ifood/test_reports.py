"""What iFood hears: each item that changed, then the end, and what the order must say after it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.channels.adapters.ifood.reports import answer_cancellation, report_event
from backend.channels.port import CANCELLED_BY_CHANNEL, Call, ReportedLine, ReportedOrder
from shared.events import OrderAccepted, OrderCancelled, OrderPickingStarted, OrderReady

AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
FACTS: dict[str, Any] = {"store_id": "sto_1", "order_id": "ord_1", "channel_id": "chn_1", "at": AT}
MEMORY: dict[str, Any] = {
    "cancels_if_short": False,
    "is_delivered_by_store": False,
    "items": {"m": {"quantity": "3", "is_weighed": False}, "b": {"quantity": "0.5", "is_weighed": True}},
}
MILK, BANANA = ReportedLine("m", "MILK", 3, 3), ReportedLine("b", "BANANA", 500, 500)


def ready(*lines: ReportedLine, **changes: Any) -> list[Call]:
    order = ReportedOrder("77", "ord_1", "A1", lines, {**MEMORY, **changes})
    return report_event(OrderReady(**FACTS, is_complete=False), order)


def test_complete_it_is_ended_and_ready() -> None:
    ended, prepared = ready(MILK, BANANA)
    assert (ended.operation, ended.body) == ("endSeparation", {"expected": {}})
    assert prepared.operation == "readyToPickup"


def test_what_the_store_delivers_is_not_picked_up() -> None:
    assert [call.operation for call in ready(MILK, BANANA, is_delivered_by_store=True)] == ["endSeparation"]


def test_fewer_pieces_and_another_weight() -> None:
    milk, banana, ended, _ = ready(ReportedLine("m", "MILK", 3, 1), ReportedLine("b", "BANANA", 500, 490))
    assert (milk.operation, milk.body) == ("change", {"item": "m", "quantity": "1"})
    assert (banana.operation, banana.body) == ("change", {"item": "b", "quantity": "0.490"})
    assert ended.body == {"expected": {"m": "1", "b": "0.490"}}


def test_more_weight_than_ordered() -> None:
    banana, _, _ = ready(MILK, ReportedLine("b", "BANANA", 500, 520))
    assert banana.body == {"item": "b", "quantity": "0.520"}


def test_a_substitute_with_a_barcode_replaces_the_item() -> None:
    line = ReportedLine("m", "MILK", 3, 0, quantity_substituted=2, substitute_sku="OAT", substitute_gtin="4056489")
    replaced, ended, _ = ready(line, BANANA)
    assert (replaced.operation, replaced.body) == ("replace", {"item": "m", "quantity": "2", "ean": "4056489"})
    assert ended.body == {"expected": {"m": "0", "4056489": "2"}}


def test_a_substitute_without_a_barcode_and_nothing_at_all_are_removals() -> None:
    for line in (
        ReportedLine("m", "MILK", 3, 0, quantity_substituted=3, substitute_sku="OAT"),
        ReportedLine("m", "MILK", 3, 0),
    ):
        removed, ended, _ = ready(line, BANANA)
        assert (removed.operation, removed.body) == ("remove", {"item": "m"})
        assert ended.body == {"expected": {"m": "0"}}


@pytest.mark.parametrize("changes", [{"cancels_if_short": True}, {}])
def test_an_order_is_cancelled_where_nothing_is_there_or_the_shopper_wants_all_or_nothing(
    changes: dict[str, bool],
) -> None:
    milk = ReportedLine("m", "MILK", 3, 2 if changes else 0)
    banana = BANANA if changes else ReportedLine("b", "BANANA", 500, 0)
    [call] = ready(milk, banana, **changes)
    assert call.operation == "requestCancellation"
    assert call.body is not None
    assert call.body["codes"][0] == "503"


def test_each_step_has_its_call() -> None:
    order = ReportedOrder("77")
    [accepted] = report_event(OrderAccepted(**FACTS), order)
    [started] = report_event(OrderPickingStarted(**FACTS), order)
    assert (accepted.operation, accepted.meets, started.operation) == ("confirm", "accept", "startSeparation")


@pytest.mark.parametrize(("is_granted", "operation"), [(True, "acceptDispute"), (False, "rejectDispute")])
def test_a_dispute_is_answered_under_its_number(is_granted: bool, operation: str) -> None:
    [call] = answer_cancellation(ReportedOrder("77", memory={"dispute_id": "d-1"}), is_granted=is_granted)
    assert call.operation == operation
    assert call.body is not None
    assert call.body["dispute_id"] == "d-1"


@pytest.mark.parametrize(("who", "calls"), [("per_1", 1), (CANCELLED_BY_CHANNEL, 0)])
def test_the_platform_is_not_told_what_it_said(who: str, calls: int) -> None:
    event = OrderCancelled(**FACTS, reason="too much to do", cancelled_by=who)
    assert len(report_event(event, ReportedOrder("77"))) == calls
