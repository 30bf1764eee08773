"""What WooCommerce hears: what is missing with its share of the line's own total, and nothing put back on the shelf."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.channels.adapters.woocommerce.reports import report_event
from backend.channels.port import CANCELLED_BY_CHANNEL, Call, ReportedLine, ReportedOrder
from shared.events import OrderAccepted, OrderCancelled, OrderReady

AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
FACTS: dict[str, Any] = {"store_id": "sto_1", "order_id": "ord_1", "channel_id": "chn_1", "at": AT}
MEMORY: dict[str, Any] = {
    "currency": "EUR",
    "is_paid": True,
    "items": {
        "315": {"quantity": "3", "total": "4.17", "taxes": [["75", "0.2919"]]},
        "316": {"quantity": "5", "total": "7.24", "taxes": []},
    },
}


def ready(*lines: ReportedLine, **changes: Any) -> list[Call]:
    order = ReportedOrder("727", "ord_1", "727", lines, {**MEMORY, **changes})
    return report_event(OrderReady(**FACTS, is_complete=False), order)


def refund_of(*lines: ReportedLine, **changes: Any) -> dict[str, Any]:
    [call] = [call for call in ready(*lines, **changes) if call.operation == "refund"]
    assert call.body is not None
    return call.body


class TestReady:
    def test_complete(self) -> None:
        assert [call.operation for call in ready(ReportedLine("315", "MILK", 3, 3))] == ["ready"]

    def test_missing_pieces_are_refunded_and_noted_first(self) -> None:
        calls = ready(ReportedLine("315", "MILK", 3, 2), ReportedLine("316", "BANANA", 900, 530))
        assert [call.operation for call in calls] == ["refund", "note", "ready"]
        assert calls[0].body == {
            "amount": "4.39",
            "reason": "missing on the shelf",
            "api_refund": True,
            "api_restock": False,
            "line_items": [
                {
                    "id": 315,
                    "quantity": 1,
                    "refund_total": "1.39",
                    "refund_tax": [{"id": 75, "refund_total": "0.10"}],
                },
                {"id": 316, "quantity": 2, "refund_total": "2.90", "refund_tax": []},
            ],
        }

    def test_a_whole_line_gives_back_exactly_its_total(self) -> None:
        body = refund_of(ReportedLine("315", "MILK", 3, 0), ReportedLine("316", "BANANA", 900, 900))
        assert (body["amount"], body["line_items"][0]["refund_total"]) == ("4.46", "4.17")

    @pytest.mark.parametrize(("currency", "total"), [("JPY", "1"), ("KWD", "1.390")])
    def test_a_share_has_the_places_of_its_currency(self, currency: str, total: str) -> None:
        body = refund_of(ReportedLine("315", "MILK", 3, 2), currency=currency)
        assert body["line_items"][0]["refund_total"] == total

    def test_nobody_who_pays_at_the_door_gets_money_back(self) -> None:
        assert refund_of(ReportedLine("315", "MILK", 3, 2), is_paid=False)["api_refund"] is False

    def test_what_was_given_instead_is_refunded_and_said(self) -> None:
        line = ReportedLine("315", "MILK", 3, 0, quantity_substituted=3, substitute_sku="OAT")
        refund, note, _ = ready(line, ReportedLine("316", "BANANA", 900, 900))
        assert refund.body is not None
        assert note.body is not None
        assert refund.body["line_items"][0]["quantity"] == 3
        assert note.body["note"] == "Picked with less than ordered. MILK: 0 of 3 found, 3 of OAT given instead."

    def test_nothing_at_all_is_a_cancellation(self) -> None:
        calls = ready(ReportedLine("315", "MILK", 3, 0), ReportedLine("316", "BANANA", 900, 0))
        assert [call.operation for call in calls] == ["note", "cancel"]


def test_an_acceptance_names_our_order() -> None:
    [call] = report_event(OrderAccepted(**FACTS), ReportedOrder("727", "ord_1"))
    assert (call.operation, call.body) == ("accept", {"order_id": "ord_1"})


@pytest.mark.parametrize(("who", "calls"), [("per_1", 1), (CANCELLED_BY_CHANNEL, 0)])
def test_the_shop_is_not_told_what_it_said(who: str, calls: int) -> None:
    event = OrderCancelled(**FACTS, reason="too much to do", cancelled_by=who)
    assert len(report_event(event, ReportedOrder("727"))) == calls
