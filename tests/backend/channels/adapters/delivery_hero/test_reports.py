"""The eight use cases of partner picking, as the baskets that are put back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from backend.channels.adapters.delivery_hero.reports import report_event
from backend.channels.port import Call, ReportedLine, ReportedOrder
from shared.events import Event, OrderAccepted, OrderCancelled, OrderHandedOver, OrderReady
from shared.handover import HandOverProof

FACTS: dict[str, Any] = {
    "store_id": "sto_1",
    "order_id": "ord_1",
    "channel_id": "cha_1",
    "at": datetime(2026, 1, 5, tzinfo=UTC),
}
READY = OrderReady(**FACTS, is_complete=False)
LEFT = OrderHandedOver(**FACTS, bags=1, proof=HandOverProof.PIN, is_age_checked=False, handed_over_by="per_1")
ITEMS = {
    "1": {"id": "a1", "sku": "OAT", "quantity": "3", "is_weighed": False},
    "2": {"id": "a2", "sku": "BANANA", "quantity": "1.25", "is_weighed": True},
}
BANANA = ReportedLine("2", "BANANA", 1250, 1190)


def told(event: Event, *lines: ReportedLine, is_vendor_delivery: bool = False) -> list[Call]:
    memory = {"items": ITEMS, "is_vendor_delivery": is_vendor_delivery, "accepted_for": "2026-01-05T08:30:00+00:00"}
    return report_event(event, ReportedOrder("77", "ord_1", "A1", lines, memory))


def basket(*lines: ReportedLine) -> list[dict[str, Any]]:
    [call] = told(READY, *lines)
    items: list[dict[str, Any]] = (call.body or {})["items"]
    return items


def test_accepted_and_dispatched_where_the_store_delivers() -> None:
    [accepted] = told(OrderAccepted(**FACTS), is_vendor_delivery=True)
    assert accepted.body == {"order_id": "77", "status": "ACCEPTED", "accepted_for": "2026-01-05T08:30:00+00:00"}
    [dispatched] = told(LEFT, is_vendor_delivery=True)
    assert dispatched.body == {"order_id": "77", "status": "DISPATCHED"}
    assert told(OrderAccepted(**FACTS)) == told(LEFT) == []
    [updated] = told(READY, ReportedLine("1", "OAT", 3, 3), is_vendor_delivery=True)
    assert updated.operation == "UPDATE_CART"


def test_fulfilled_whole_in_part_and_by_weight() -> None:
    oat, banana = basket(ReportedLine("1", "OAT", 3, 2), BANANA)
    assert oat == {
        "_id": "a1",
        "sku": "OAT",
        "status": "IN_CART",
        "pricing": {"pricing_type": "UNIT", "quantity": 2},
    }
    assert banana["pricing"] == {"pricing_type": "KG", "quantity": 1, "weight": 1.19}


def test_not_found() -> None:
    oat, _ = basket(ReportedLine("1", "OAT", 3, 0), BANANA)
    assert oat == {"_id": "a1", "sku": "OAT", "status": "NOT_FOUND"}


def test_replaced() -> None:
    line = ReportedLine("1", "OAT", 3, 0, quantity_substituted=2, substitute_sku="SOY")
    gone, instead, _ = basket(line, BANANA)
    assert gone["status"] == "REPLACED"
    assert instead == {
        "sku": "SOY",
        "status": "IN_CART",
        "pricing": {"pricing_type": "UNIT", "quantity": 2},
        "replaced_id": "a1",
    }


def test_cancelled_because_of_the_shelf_and_otherwise() -> None:
    [empty] = told(READY, ReportedLine("1", "OAT", 3, 0))
    [closed] = told(OrderCancelled(**FACTS, reason="closed", cancelled_by="per_1"))
    reasons = [(call.body or {})["cancellation"]["reason"] for call in (empty, closed)]
    assert reasons == ["ITEM_UNAVAILABLE", "OTHER"]
