"""HubRise's events: exactly what they say, nothing invented, and only our error on whatever else comes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from backend.channels.adapters.hubrise.payload import (
    Reading,
    event_of,
    listed,
    location_of,
    money_of,
    order_id_of,
    parse_order,
)
from backend.channels.port import Cancelled, Ignored, NewOrder, OrderAvailable, PayloadUnknown, read_json
from shared.delivery import Delivery, DeliveryKind, Position
from tests.backend.channels.payloads import damage_of, payload

READING = Reading(timedelta(minutes=60))
PUSHED = payload("hubrise", "event_create.json")
EVENT: dict[str, Any] = json.loads(PUSHED)
ORDER: dict[str, Any] = EVENT["new_state"]
MILK: dict[str, Any] = ORDER["items"][0]


def item_with(**changes: Any) -> dict[str, Any]:
    return {**ORDER, "items": [{**MILK, **changes}]}


class TestOrder:
    def test_every_value_is_the_platform_s(self) -> None:
        found = event_of(EVENT, READING, PUSHED.decode())
        assert isinstance(found, NewOrder)
        assert (found.message_id, found.external_id, found.original) == ("ks8f6", "5dpm9", PUSHED.decode())
        order = found.order
        assert (order.display_code, order.note, order.currency, order.total_minor) == ("A42", "Ring twice", "EUR", 1407)
        assert order.placed_at == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        assert order.due_at == datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
        milk, chicken = order.lines
        assert (milk.external_line_id, milk.sku, milk.name) == ("w6nd4", "MILK-1L", "Whole milk, 1 l")
        assert (milk.quantity, milk.unit_price_minor) == (Decimal(3), 139)
        assert (chicken.quantity, chicken.note) == (Decimal("1.5"), "Well done; 1 x BBQ; without Salt")

    @pytest.mark.parametrize(
        ("changes", "origin"),
        [
            ({"created_by": "Uber Eats Bridge", "ref": "153dd7f1"}, ("uber_eats", "153dd7f1")),
            ({"created_by": "Deliveroo", "ref": "7", "private_ref": "gb:32498deb"}, ("deliveroo", "gb:32498deb")),
            ({"created_by": "Web shop", "ref": None}, None),
            ({"created_by": None}, None),
        ],
    )
    def test_where_it_was_ordered(self, changes: dict[str, Any], origin: tuple[str, str] | None) -> None:
        found = parse_order({**ORDER, **changes}, READING).order.origin
        assert (found and (found.platform, found.order_id)) == origin

    def test_what_must_be_said_again_is_remembered(self) -> None:
        memory = parse_order(ORDER, READING).memory
        assert memory["service_type"] == "delivery"
        assert memory["items"]["w6nd4"] == {
            "product_name": "Whole milk",
            "sku_name": "1 l",
            "sku_ref": "MILK-1L",
            "price": "1.39 EUR",
            "tax_rate": "7.0",
            "quantity": "3.0",
        }
        chicken = memory["items"]["zvme8"]
        assert chicken["options"][0] == {
            "option_list_name": "Sauce",
            "name": "BBQ",
            "ref": "31",
            "price": "0.20 EUR",
            "quantity": 1,
        }
        assert chicken["options"][1]["removed"] is True
        assert chicken["deal_line"] == {"deal_key": "0", "label": "Dinner"}
        assert json.loads(json.dumps(memory)) == memory

    @pytest.mark.parametrize(
        ("changes", "due_at"),
        [
            ({"confirmed_time": "2026-01-05T12:00:00+01:00"}, datetime(2026, 1, 5, 11, 0, tzinfo=UTC)),
            ({"expected_time": None}, datetime(2026, 1, 5, 9, 0, tzinfo=UTC)),
        ],
    )
    def test_when_it_is_due(self, changes: dict[str, Any], due_at: datetime) -> None:
        assert parse_order({**ORDER, **changes}, READING).order.due_at == due_at

    @pytest.mark.parametrize(
        "order",
        [
            {**ORDER, "total": "14.07"},
            {**ORDER, "items": []},
            {**ORDER, "items": [{**MILK, "deleted": True}]},
            {**ORDER, "created_at": "2026-01-05T09:00:00"},
            item_with(sku_ref=None),
            item_with(price="1.39"),
            item_with(quantity="three"),
            item_with(quantity="0.0"),
            item_with(options=["BBQ"]),
            item_with(options=5),
        ],
    )
    def test_what_cannot_be_picked_is_announced_so_that_a_person_sees_it(self, order: dict[str, Any]) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(order, READING)
        assert isinstance(event_of({**EVENT, "new_state": order}, READING), OrderAvailable)
        found = listed(order, READING)
        assert isinstance(found, OrderAvailable)
        assert (found.message_id, found.external_id) == ("order:5dpm9", "5dpm9")

    @given(damage_of(EVENT))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            event_of(read_json(damaged), READING)
        except PayloadUnknown:
            return

    @given(damage_of(ORDER))
    def test_damage_of_a_listed_order_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            listed(read_json(damaged), READING)
        except PayloadUnknown:
            return


class TestEvents:
    @pytest.mark.parametrize("status", ["cancelled", "rejected", "delivery_failed"])
    def test_an_order_that_is_over_is_cancelled(self, status: str) -> None:
        assert isinstance(event_of({**EVENT, "new_state": {**ORDER, "status": status}}, READING), Cancelled)

    @pytest.mark.parametrize("status", ["accepted", "in_preparation", "in_delivery", "completed", "", None])
    def test_other_changes_need_nothing(self, status: str | None) -> None:
        assert isinstance(event_of({**EVENT, "new_state": {**ORDER, "status": status}}, READING), Ignored)

    def test_an_update_of_a_new_order_is_one_whose_creation_may_have_been_lost(self) -> None:
        assert isinstance(event_of({**EVENT, "event_type": "update"}, READING), NewOrder)

    def test_other_resources_are_ignored(self) -> None:
        assert isinstance(event_of({"id": "e1", "resource_type": "customer"}, READING), Ignored)

    @pytest.mark.parametrize("event", [{}, [], None, {"id": "e 1"}, {"id": "e1", "resource_type": "order"}])
    def test_what_is_no_event_is_not_understood(self, event: object) -> None:
        with pytest.raises(PayloadUnknown):
            event_of(event, READING)

    def test_which_order_and_which_location(self) -> None:
        assert (order_id_of(EVENT), location_of(EVENT)) == ("5dpm9", "3r4s3-1")
        short = {"new_state": ORDER}
        assert (order_id_of(short), location_of(short)) == ("5dpm9", "3r4s3-1")
        assert location_of({}) == location_of([]) == ""


@pytest.mark.parametrize(
    ("money", "minor"), [("8.90 EUR", (890, "EUR")), ("-0.05 GBP", (-5, "GBP")), ("500.00 JPY", (500, "JPY"))]
)
def test_money_is_exact(money: str, minor: tuple[int, str]) -> None:
    assert money_of({"price": money}, "price") == minor


@pytest.mark.parametrize("money", ["8.9 EUR", "8.90", "8.90 eur", "8,90 EUR", "EUR 8.90", None, 8, "0.50 JPY"])
def test_what_is_no_money_is_said(money: object) -> None:
    with pytest.raises(PayloadUnknown):
        money_of({"price": money}, "price")


def test_who_it_is_for() -> None:
    customer = {
        **{"first_name": "Charles", "last_name": "Moore", "phone": "+331", "phone_access_code": "8888"},
        **{"address_1": "1 avenue", "postal_code": "75001", "city": "Paris", "delivery_notes": "2e étage"},
        **{"latitude": "48.858951", "longitude": "2.277021"},
    }
    found = parse_order({**ORDER, "customer": customer, "delivery": {"carrier": "Uber Direct"}}, READING).order
    assert found.delivery == Delivery(
        kind=DeliveryKind.PLATFORM_COURIER,
        recipient_name="Charles Moore",
        phone="+331 (8888)",
        address_lines=["1 avenue", "75001 Paris"],
        position=Position(latitude=48.858951, longitude=2.277021),
        route_note="2e étage",
        handover_code="A42",
    )


@pytest.mark.parametrize(("service", "kind"), [("collection", DeliveryKind.PICKUP), ("delivery", None)])
def test_who_fetches_it(service: str, kind: DeliveryKind | None) -> None:
    found = parse_order({**ORDER, "service_type": service, "customer": None}, READING).order.delivery
    assert found == Delivery(kind=kind, handover_code="A42")
