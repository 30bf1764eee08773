"""What Meituan hears: packs that are missing, never money; and nothing it has no word for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.channels.adapters.meituan.reports import LEFT, report_event
from backend.channels.port import CANCELLED_BY_CHANNEL, ReportedLine, ReportedOrder
from shared.events import OrderAccepted, OrderCancelled, OrderReady

AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
FACTS: dict[str, Any] = {"store_id": "sto_1", "order_id": "ord_1", "channel_id": "chn_1", "at": AT}
ITEMS = {
    "1": {"app_food_code": "M", "sku_id": "MILK", "count": "3"},
    "2": {"app_food_code": "B", "sku_id": "BANANA", "count": "5"},
}


def ready(*lines: ReportedLine, is_platform_courier: bool = True) -> list[Any]:
    memory = {"items": ITEMS, "is_platform_courier": is_platform_courier}
    return report_event(OrderReady(**FACTS, is_complete=False), ReportedOrder("77", "ord_1", "A1", lines, memory))


class TestReady:
    def test_complete(self) -> None:
        [call] = ready(ReportedLine("1", "MILK", 3, 3), ReportedLine("2", "BANANA", 900, 900))
        assert (call.operation, call.meets) == ("order/preparationMealComplete", "finish")

    def test_missing_packs_are_refunded_before_it_is_reported(self) -> None:
        refund, picked = ready(ReportedLine("1", "MILK", 3, 1), ReportedLine("2", "BANANA", 900, 530))
        assert [refund.operation, picked.operation] == ["order/applyPartRefund", "order/preparationMealComplete"]
        assert json.loads(refund.body["food_data"]) == [
            {"app_food_code": "M", "sku_id": "MILK", "count": 2},
            {"app_food_code": "B", "sku_id": "BANANA", "count": 2},
        ]
        assert [item["count"] for item in refund.body[LEFT]] == [1, 3]

    def test_what_was_given_instead_is_refunded(self) -> None:
        refund, _ = ready(
            ReportedLine("1", "MILK", 3, 0, quantity_substituted=3, substitute_sku="OAT"),
            ReportedLine("2", "BANANA", 900, 900),
        )
        assert json.loads(refund.body["food_data"])[0]["count"] == 3

    def test_nothing_at_all_is_a_cancellation(self) -> None:
        [call] = ready(ReportedLine("1", "MILK", 3, 0), ReportedLine("2", "BANANA", 900, 0))
        assert (call.operation, call.body["reason_code"]) == ("order/cancel", "2009")

    def test_the_store_s_own_courier_needs_no_word(self) -> None:
        assert ready(ReportedLine("1", "MILK", 3, 3), is_platform_courier=False) == []


def test_an_acceptance_meets_its_deadline() -> None:
    [call] = report_event(OrderAccepted(**FACTS), ReportedOrder("77"))
    assert (call.operation, call.meets) == ("order/confirm", "accept")


@pytest.mark.parametrize(("who", "calls"), [("per_1", 1), (CANCELLED_BY_CHANNEL, 0)])
def test_the_platform_is_not_told_what_it_said(who: str, calls: int) -> None:
    event = OrderCancelled(**FACTS, reason="too much to do", cancelled_by=who)
    assert len(report_event(event, ReportedOrder("77"))) == calls
