"""What Uber hears of a picked order: pieces, grams, and substitutes only where the shopper allows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.channels.adapters.uber_eats.reports import report_event
from backend.channels.port import Call, ReportedLine, ReportedOrder
from shared.events import OrderReady

READY = OrderReady(
    store_id="sto_1", order_id="ord_1", channel_id="cha_1", at=datetime(2026, 1, 5, tzinfo=UTC), is_complete=False
)
PIECES = {
    "id": "m-1",
    "external_data": "MILK",
    "amount": "3",
    "unit": "PIECE",
    "preference": "REPLACE_FOR_ME",
    "wished": [],
}


def told(line: ReportedLine, **item: Any) -> list[Call]:
    more = ReportedLine("2", "TEA", 1, 1)
    return report_event(READY, ReportedOrder("77", "ord_1", "A1", (line, more), {"items": {"1": {**PIECES, **item}}}))


def test_what_is_complete_is_ready() -> None:
    assert [call.operation for call in told(ReportedLine("1", "MILK", 3, 3))] == ["ready"]


def test_some_of_it() -> None:
    resolve, ready = told(ReportedLine("1", "MILK", 3, 1))
    [issue] = (resolve.body or {})["fulfillment_issues"]
    assert (issue["issue_type"], issue["action_type"]) == ("PARTIAL_AVAILABILITY", "REMOVE_ITEM")
    assert issue["item_availability"]["items_available"] == {"amount": 1, "unit": "PIECE"}
    assert ready.operation == "ready"


@pytest.mark.parametrize("amount", [("1", "KILOGRAM"), ("1000", "GRAM")])
def test_weights_in_grams(amount: tuple[str, str]) -> None:
    resolve, _ = told(ReportedLine("1", "BANANA", 1000, 940), amount=amount[0], unit=amount[1])
    [issue] = (resolve.body or {})["fulfillment_issues"]
    assert issue["item_availability"] == {
        "items_requested": {"amount": 1000, "unit": "GRAM"},
        "items_available": {"amount": 940, "unit": "GRAM"},
    }


@pytest.mark.parametrize(
    ("preference", "wished", "action"),
    [
        ("REPLACE_FOR_ME", [], "REPLACE_FOR_ME"),
        ("SUBSTITUTE_ME", ["SOY"], "SUBSTITUTE_ME"),
        ("SUBSTITUTE_ME", ["OAT"], "REMOVE_ITEM"),
        ("REMOVE_ITEM", [], "REMOVE_ITEM"),
        ("", [], "REMOVE_ITEM"),
    ],
)
def test_a_substitute_the_shopper_does_not_want_is_not_told(preference: str, wished: list[str], action: str) -> None:
    line = ReportedLine("1", "MILK", 3, 0, quantity_substituted=2, substitute_sku="SOY")
    [issue] = (told(line, preference=preference, wished=wished)[0].body or {})["fulfillment_issues"]
    assert issue["action_type"] == action
    assert ("item_substitute" in issue) == (action != "REMOVE_ITEM")


def test_nothing_at_all_is_a_cancellation() -> None:
    order = ReportedOrder("77", "ord_1", "A1", (ReportedLine("1", "MILK", 3, 0),), {"items": {"1": PIECES}})
    assert [call.operation for call in report_event(READY, order)] == ["cancel"]
