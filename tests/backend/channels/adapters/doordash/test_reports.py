"""What DoorDash hears of a picked order: the quantity that stays, what is removed, what is given instead."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from backend.channels.adapters.doordash.reports import report_event
from backend.channels.port import Call, ReportedLine, ReportedOrder
from shared.events import OrderReady

READY = OrderReady(
    store_id="sto_1", order_id="ord_1", channel_id="cha_1", at=datetime(2026, 1, 5, tzinfo=UTC), is_complete=False
)
COUNTS = {"1": 3, "2": 2, "3": 1}


def told(*lines: ReportedLine) -> list[Call]:
    return report_event(READY, ReportedOrder("77", "ord_1", "A1", lines, {"counts": COUNTS}))


def test_updated_removed_and_substituted() -> None:
    adjust, ready = told(
        ReportedLine("1", "MILK", 3, 1),
        ReportedLine("2", "RICE", 2, 0, quantity_substituted=2, substitute_sku="PASTA"),
        ReportedLine("3", "TEA", 1, 0),
    )
    items: list[dict[str, Any]] = (adjust.body or {})["items"]
    assert [item["adjustment_type"] for item in items] == ["ITEM_UPDATE", "ITEM_SUBSTITUTE", "ITEM_REMOVE"]
    assert items[0]["quantity"] == 1, "what stays"
    assert items[1]["substituted_item"] == {"merchant_supplied_id": "PASTA", "quantity": 2}
    assert ready.body == {"merchant_supplied_id": "ord_1"}


def test_complete_is_ready_and_empty_is_cancelled() -> None:
    assert [call.operation for call in told(ReportedLine("1", "MILK", 3, 3))] == ["events/order_ready_for_pickup"]
    [cancel] = told(ReportedLine("1", "MILK", 3, 0))
    assert (cancel.body or {})["cancel_reason"] == "ITEM_OUT_OF_STOCK"
