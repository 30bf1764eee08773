"""The played HubRise is as strict as the documentation: an item is deleted or added, and events wait to be taken."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from backend.channels.adapters.hubrise_host.platform import HubRisePlatform, Refused
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Milk", Decimal("1.39"))
OAT = {"product_name": "Oat", "sku_ref": "OAT-1L", "price": "1.99 EUR", "quantity": "2"}


@pytest.fixture
def platform(clock: ManualClock) -> HubRisePlatform:
    return HubRisePlatform(clock=clock, tell=lambda event: None, location_id="l-1", accept_within_s=300)


def test_what_is_deleted_stays_deleted_and_what_is_added_counts(platform: HubRisePlatform) -> None:
    order_id = platform.place([(MILK, 3)], 60)
    [item] = platform.read(order_id)["items"]
    body = platform.update(order_id, {"items": [{"id": item["id"], "deleted": True}, OAT]})
    assert platform.quantities(order_id) == {"OAT-1L": 2}
    assert body["total"] == "3.98 EUR"
    platform.update(order_id, {"items": [OAT]})
    assert platform.quantities(order_id) == {"OAT-1L": 4}, "a repeat adds again"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "ready"},
        {"total": "1.00 EUR"},
        {"items": [{"id": "i00002", "quantity": "1"}]},
        {"items": [{"id": "i00002", "deleted": True, "quantity": "1"}]},
        {"items": [{"id": "i00002", "deleted": False}]},
        {"items": [{"id": "nobody", "deleted": True}]},
        {"items": [{"product_name": "Oat", "quantity": "1"}]},
    ],
)
def test_what_may_not_be_updated_is_refused(platform: HubRisePlatform, changes: dict[str, Any]) -> None:
    order_id = platform.place([(MILK, 3)], 60)
    with pytest.raises(Refused) as refused:
        platform.update(order_id, changes)
    assert refused.value.status == 422


def test_what_nobody_accepts_is_cancelled(platform: HubRisePlatform, clock: ManualClock) -> None:
    order_id = platform.place([(MILK, 1)], 60)
    clock.advance(301)
    platform.pass_time()
    assert platform.state(order_id) is PlayedState.CANCELLED
    assert [event["event_type"] for event in platform.events.values()] == ["create", "update"]


def test_an_event_is_taken_once_and_nobody_hears_of_their_own_updates(platform: HubRisePlatform) -> None:
    order_id = platform.place([(MILK, 1)], 60)
    platform.update(order_id, {"status": "accepted"})
    [event_id] = platform.events
    platform.take(event_id)
    with pytest.raises(Refused):
        platform.take(event_id)
