"""What Keeta hears of a picked order: what is missing is refunded in pieces, then it is prepared."""

from __future__ import annotations

from datetime import UTC, datetime

from backend.channels.adapters.keeta.reports import LEFT, answer_cancellation, report_event
from backend.channels.port import Call, ReportedLine, ReportedOrder
from shared.events import OrderReady

READY = OrderReady(
    store_id="sto_1", order_id="ord_1", channel_id="cha_1", at=datetime(2026, 1, 5, tzinfo=UTC), is_complete=False
)
MEMORY = {"counts": {"1": 3, "2": 1}}
TEA = ReportedLine("2", "TEA", 1, 1)


def told(*lines: ReportedLine) -> list[Call]:
    return report_event(READY, ReportedOrder("77", "ord_1", "A1", lines, MEMORY))


def test_what_is_complete_is_prepared() -> None:
    assert [call.operation for call in told(ReportedLine("1", "MILK", 3, 3), TEA)] == ["order/prepare"]


def test_what_is_missing_is_refunded_first() -> None:
    refund, prepare = told(ReportedLine("1", "MILK", 3, 1), TEA)
    assert refund.operation == "order/refund/part/apply"
    assert (refund.body or {})["products"] == [{"orderProductId": 1, "refundCount": 2}]
    assert (refund.body or {})[LEFT] == {"1": 1, "2": 1}
    assert prepare.operation == "order/prepare"


def test_a_substitute_is_refunded_as_missing() -> None:
    line = ReportedLine("1", "MILK", 3, 2, quantity_substituted=1, substitute_sku="SOY")
    assert (told(line, TEA)[0].body or {})["products"] == [{"orderProductId": 1, "refundCount": 1}]


def test_nothing_at_all_is_a_cancellation() -> None:
    [call] = told(ReportedLine("1", "MILK", 3, 0))
    assert (call.operation, (call.body or {})["cancelCode"]) == ("order/cancel", 500_000)


def test_a_wish_for_the_money_back_is_answered() -> None:
    order = ReportedOrder("77")
    assert answer_cancellation(order, is_granted=True) == [Call("order/agree", "77", {})]
    [refused] = answer_cancellation(order, is_granted=False)
    assert (refused.operation, (refused.body or {})["rejectCode"]) == ("order/reject", 100_001)
